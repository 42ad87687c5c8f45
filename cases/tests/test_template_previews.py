"""Email templates with the values of a real case: preview, test send, where used."""

from __future__ import annotations

import pytest
from django.test import Client
from rest_framework.test import APIClient

from actions.models import EmailTemplate, Message
from actions.previews import preview_of
from actions.services import action_create, email_template_activate, email_template_create
from cases.tests.builders import NOW, judge, make_case, make_customer, make_support_sla, make_user
from sla_project.operations.errors import Invalid
from sla_project.operations.models import AuditEntry
from slas.models import SLA
from slas.services.policy.slas import sla_publish, sla_update_draft

pytestmark = pytest.mark.django_db
SUBJECT = "{{ case.number }} of {{ case.customer.name }}"
BODY = "{{ recipient.name }}: {{ kpi.name }} by {{ instance.failure_time|date:'H:i' }} under {{ sla.name }}."


@pytest.fixture
def template() -> EmailTemplate:
    template = email_template_create(
        code="late", name="Late", target_type="case", subject=SUBJECT, body=BODY, by=None, now=NOW
    )
    return email_template_activate(template=template, by=None, now=NOW)


def browser(role: str = "administrator") -> Client:
    client = Client()
    client.force_login(make_user(f"{role}@desk.example", role=role))
    return client


def test_a_preview_has_the_values_of_the_case(clock, template: EmailTemplate) -> None:
    clock.set(NOW)
    make_support_sla()
    case = make_case(customer=make_customer())
    judge(case)
    preview = preview_of(target_type="case", subject=SUBJECT, body=BODY, record=case.number.lower())
    assert preview.subject == f"{case.number} of Northwind Traders"
    assert "First response by by 10:00 under Support contract." in preview.text


def test_a_case_without_a_clock_shows_what_it_has(clock, template: EmailTemplate) -> None:
    clock.set(NOW)
    case = make_case(customer=make_customer())
    judge(case)
    preview = preview_of(target_type="case", subject=SUBJECT, body=BODY, record=case.number)
    assert preview.subject == f"{case.number} of Northwind Traders"


def test_an_unknown_number_is_refused(template: EmailTemplate) -> None:
    with pytest.raises(Invalid) as caught:
        preview_of(target_type="case", subject=SUBJECT, body=BODY, record="CASE-0")
    assert caught.value.problems[0].pointer == "/record"
    client = APIClient()
    client.force_authenticate(make_user("a@desk.example", role="administrator"))
    answer = client.post(f"/api/v1/email-templates/{template.pk}/preview/", {"record": "CASE-0"})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, "/record")


def test_the_page_previews_and_sends_a_test(clock, template: EmailTemplate) -> None:
    clock.set(NOW)
    case = make_case(customer=make_customer())
    client = browser()
    path = f"/email-templates/{template.pk}/"
    shown = client.get(path, {"record": case.number}).content.decode()
    assert f"With the values of {case.number}" in shown and "Northwind Traders" in shown
    answer = client.post(f"{path}test/", {"record": case.number}, follow=True)
    assert "The test is in the outbox" in answer.content.decode()
    message = Message.objects.get()
    assert (message.to_email, message.subject) == (
        "administrator@desk.example",
        f"[Test] {case.number} of Northwind Traders",
    )
    assert AuditEntry.objects.get(action="email_template.test").after["record"] == case.number
    assert "There is no case" in client.post(f"{path}test/", {"record": "CASE-0"}, follow=True).content.decode()
    assert browser("agent").post(f"{path}test/", {}).status_code == 403
    assert Message.objects.count() == 1


def test_a_reusable_action_says_whom_it_would_reach(clock) -> None:
    clock.set(NOW)
    owner = make_user("owner@desk.example")
    case = make_case(customer=make_customer(), owner=owner)
    mail = {"kind": "send_email", "to": ["owner", "lead"], "subject": SUBJECT, "body": "Please look."}
    action = action_create(code="tell", name="Tell", target_type="case", document=mail, by=None, now=NOW)
    client = APIClient()
    client.force_authenticate(make_user("a@desk.example", role="administrator"))
    path = f"/api/v1/actions/{action.pk}/preview/"
    first, second = client.post(path, {"record": case.number}).json()
    assert (first["role"], first["recipient"]) == ("owner", "owner <owner@desk.example>")
    assert first["subject"] == f"{case.number} of Northwind Traders"
    assert (second["role"], second["recipient"]) == ("lead", "")
    assert client.post(path, {}).json()[0]["recipient"] == ""
    assert client.post(path, {"record": "CASE-0"}).json()["errors"][0]["pointer"] == "/record"


def test_the_page_says_who_uses_it(template: EmailTemplate) -> None:
    sla = make_support_sla()
    document = sla.current.document["authored"]  # type: ignore[union-attr]
    document["items"][0]["moments"][0]["actions"] = [{"kind": "send_email", "to": ["owner"], "template": "late"}]
    sla_update_draft(sla=sla, document=document, expected_revision=None, by=None, now=NOW)
    client = browser()
    assert "Draft: Gold" in client.get(f"/email-templates/{template.pk}/").content.decode()
    sla_publish(sla=SLA.objects.get(), by=None, now=NOW)
    assert "Version 2: Gold" in client.get(f"/email-templates/{template.pk}/").content.decode()
