"""Pages of reusable actions, and their place in an SLA."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from actions.models import Action, EmailTemplate
from actions.services import (
    action_activate,
    action_create,
    action_deactivate,
    email_template_activate,
    email_template_create,
    email_template_deactivate,
)
from sla_project.operations.errors import NotPossible
from slas.models import SLA
from slas.selectors.policy.usage import uses_of_action
from slas.services.policy.republishing import slas_outdated
from slas.services.policy.slas import sla_deactivate
from slas.tests.policy.builders import NOW, make_document, make_hours, make_item, make_kpi, make_sla
from slas.tests.web.pages import text_of

pytestmark = pytest.mark.django_db
P = "moments-0-actions-0"
CALL = {"kind": "update_record", "target": "record", "set": {"is_escalated": True}}


@pytest.fixture
def escalate() -> Action:
    action = action_create(code="escalate", name="Escalate", target_type="case", document=CALL, by=None, now=NOW)
    return action_activate(action=action, by=None, now=NOW)


@pytest.fixture
def used(escalate: Action) -> SLA:
    make_kpi()
    make_hours()
    moments = make_item()["moments"]
    moments[1]["actions"] = [{"kind": "reusable", "action": "escalate"}]
    return make_sla(document=make_document(make_item(moments=moments)), publish=True)


def mail(**changes: Any) -> dict[str, Any]:
    return {
        "name": "Tell the owner",
        "code": "tell-owner",
        "for": "case",
        "choice": "send_email",
        f"{P}-kind": "send_email",
        f"{P}-to": ["owner"],
        f"{P}-subject": "{{ case.number }} is late",
        f"{P}-body": "Please look.",
        "do": "save",
        **changes,
    }


def test_first_the_kind_then_the_form(admin: Client) -> None:
    shown = admin.get("/actions/new/").content.decode()
    assert "?for=case&amp;kind=send_email" in shown and "kind=create_record%3Aactivity" in shown
    assert admin.get("/actions/new/?for=case&kind=send_email").status_code == 200
    for wrong in ("for=case&kind=nothing", "for=invoice&kind=send_email", "for=case&kind=reusable"):
        assert admin.get(f"/actions/new/?{wrong}").status_code == 404


def test_an_action_is_made_and_changed(admin: Client) -> None:
    answer = admin.post("/actions/new/", mail(), follow=True)
    assert answer.status_code == 200 and "is late" in answer.content.decode()
    action = Action.objects.get()
    assert action.is_active and action.document["to"] == ["owner"]
    page = admin.get(f"/actions/{action.pk}/edit/")
    seen = page.context["head"]["seen"].value()
    admin.post(f"/actions/{action.pk}/edit/", mail(seen=seen, **{f"{P}-to": ["owner", "lead"]}))
    action.refresh_from_db()
    assert action.document["to"] == ["owner", "lead"]
    stale = admin.post(f"/actions/{action.pk}/edit/", mail(seen=seen))
    assert (stale.status_code, "Somebody else has changed" in stale.content.decode()) == (422, True)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"code": "Not a code"}, "A code has up to 64 lower case letters"),
        ({"name": ""}, "This field is required"),
        ({f"{P}-to": []}, "Choose at least one recipient."),
        ({f"{P}-subject": "{{ case.secret }}"}, "case.secret"),
    ],
)
def test_faults_stand_in_the_form_and_the_text_stays(admin: Client, changes: Any, words: str) -> None:
    answer = admin.post("/actions/new/", mail(**changes))
    shown = answer.content.decode()
    assert (answer.status_code, words in shown, "Please look." in shown) == (422, True, True)
    assert not Action.objects.exists()


def test_a_field_is_added_without_saving(admin: Client, escalate: Action) -> None:
    path = f"/actions/{escalate.pk}/edit/"
    data = {
        "name": "Escalate",
        "code": "escalate",
        f"{P}-kind": "update_record",
        f"{P}-new_field": "priority",
        "do": "add-change 0 0",
    }
    shown = admin.post(path, data).content.decode()
    assert f"{P}-changes-0-value" in shown and "<html" in shown
    assert "<html" not in admin.post(path, data, headers={"HX-Request": "true"}).content.decode()
    escalate.refresh_from_db()
    assert escalate.document == CALL


def test_an_sla_uses_it_and_is_out_of_date_after_a_change(admin: Client, used: SLA, escalate: Action) -> None:
    failure = used.current.document["items"][0]["moments"][1]  # type: ignore[union-attr]
    assert failure["actions"] == [CALL]
    assert [use.sla for use in uses_of_action("escalate")] == [used]
    assert used.name in admin.get(f"/actions/{escalate.pk}/").content.decode()
    assert not slas_outdated()
    page = admin.get(f"/actions/{escalate.pk}/edit/")
    data = {
        "name": "Escalate",
        "code": "escalate",
        "seen": page.context["head"]["seen"].value(),
        f"{P}-kind": "update_record",
        f"{P}-changes-0-field": "priority",
        f"{P}-changes-0-operation": "set",
        f"{P}-changes-0-value": "urgent",
        "do": "save",
    }
    assert admin.post(f"/actions/{escalate.pk}/edit/", data).status_code == 302
    (outdated,) = slas_outdated()
    assert outdated.sla == used
    used.refresh_from_db()
    assert used.current.document["items"][0]["moments"][1]["actions"] == [CALL]  # type: ignore[union-attr]


def test_more_actions_and_slas_ask_no_more_questions(admin: Client, used: SLA) -> None:
    """Their words name templates; what would be published differently is asked of every published SLA."""
    shared = [reverse("slas:action_list"), reverse("slas:republish")]
    assert not slas_outdated()
    before = [queries_of(lambda path=path: admin.get(path)) for path in shared]
    asked = queries_of(slas_outdated)
    for number in range(6):
        values = {"name": f"Text {number}", "target_type": "case", "subject": "Due", "body": "Soon."}
        template = email_template_create(code=f"text-{number}", **values, by=None, now=NOW)
        email_template_activate(template=template, by=None, now=NOW)
        document = {"kind": "send_email", "to": ["owner"], "template": f"text-{number}"}
        action_create(code=f"tell-{number}", name="Tell", target_type="case", document=document, by=None, now=NOW)
        make_sla(f"support-{number}", document=used.current.document["authored"], publish=True)  # type: ignore[union-attr]
    assert queries_of(slas_outdated) == asked
    assert [queries_of(lambda path=path: admin.get(path)) for path in shared] == [before[0] + 1, before[1]]


def queries_of(read: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as asked:
        read()
    return len(asked)


def test_buttons(admin: Client, escalate: Action) -> None:
    shown = admin.post(f"/actions/{escalate.pk}/delete/", follow=True).content.decode()
    assert "Deactivate the action before you delete it." in shown
    admin.post(f"/actions/{escalate.pk}/deactivate/")
    admin.post(f"/actions/{escalate.pk}/delete/")
    assert not Action.objects.exists()
    assert admin.post(f"/actions/{escalate.pk}/explode/").status_code == 404


def test_duplicate(admin: Client, escalate: Action) -> None:
    assert "Duplicate" in admin.get(f"/actions/{escalate.pk}/").content.decode()
    to_edit = admin.post(f"/actions/{escalate.pk}/clone/")
    copy = Action.objects.get(code="escalate-copy")
    assert to_edit["Location"] == f"/actions/{copy.pk}/edit/"
    assert (copy.name, copy.state, copy.document) == ("Escalate (copy)", "inactive", escalate.document)


def test_agents_read(agent: Client, escalate: Action) -> None:
    assert agent.get("/actions/").status_code == agent.get(f"/actions/{escalate.pk}/").status_code == 200
    for path in ("new/", f"{escalate.pk}/edit/"):
        assert agent.get(f"/actions/{path}").status_code == 403
    assert agent.post(f"/actions/{escalate.pk}/deactivate/").status_code == 403


# --- what is used stays ---


@pytest.fixture
def mailed(db: None) -> SLA:
    """An active SLA whose two moments send the text “soon”."""
    make_kpi()
    values = {"name": "Soon", "target_type": "case", "subject": "Soon", "body": "Soon"}
    template = email_template_create(code="soon", **values, by=None, now=NOW)
    email_template_activate(template=template, by=None, now=NOW)
    moments = make_item()["moments"]
    for moment in moments:
        moment["actions"] = [{"kind": "send_email", "to": ["owner"], "template": "soon"}]
    return make_sla(document=make_document(make_item(moments=moments)), publish=True)


def test_a_text_that_an_active_sla_sends_stays_active(admin: Client, mailed: SLA) -> None:
    template = EmailTemplate.objects.get()
    address = reverse("actions:email_template_deactivate", args=[template.pk])
    assert "Used by “Support”. Deactivate or change that first." in text_of(admin.post(address, follow=True))
    template.refresh_from_db()
    assert template.is_active
    sla_deactivate(sla=mailed, by=None, now=NOW)
    admin.post(address)
    template.refresh_from_db()
    assert not template.is_active
    message = "“Gold – First response by”: The email template “soon” is not active."
    told = text_of(admin.post(reverse("slas:sla_command", args=[mailed.pk, "activate"]), follow=True))
    assert told.count(message) == 1


def test_an_action_that_an_active_sla_names_stays_active(admin: Client, used: SLA, escalate: Action) -> None:
    address = reverse("slas:action_command", args=[escalate.pk, "deactivate"])
    assert "Used by “Support”. Deactivate or change that first." in text_of(admin.post(address, follow=True))
    escalate.refresh_from_db()
    assert escalate.is_active
    sla_deactivate(sla=used, by=None, now=NOW)
    admin.post(address)
    escalate.refresh_from_db()
    assert not escalate.is_active


def test_a_text_that_an_active_action_sends_stays_active(admin: Client, mailed: SLA) -> None:
    sla_deactivate(sla=mailed, by=None, now=NOW)
    document = {"kind": "send_email", "to": ["owner"], "template": "soon"}
    action = action_create(code="tell", name="Tell", target_type="case", document=document, by=None, now=NOW)
    action = action_activate(action=action, by=None, now=NOW)
    template = EmailTemplate.objects.get()
    with pytest.raises(NotPossible, match="Used by “Tell”"):
        email_template_deactivate(template=template, by=None, now=NOW)
    page = admin.get(reverse("actions:email_template_detail", args=[template.pk])).content.decode()
    assert reverse("slas:action_detail", args=[action.pk]) in page
    action_deactivate(action=action, by=None, now=NOW)
    assert not email_template_deactivate(template=template, by=None, now=NOW).is_active


def test_republishing_names_the_item_of_a_fault(admin: Client, mailed: SLA) -> None:
    EmailTemplate.objects.update(state=EmailTemplate.State.INACTIVE)
    page = text_of(admin.get(reverse("slas:republish")))
    assert "Gold – First response by: The email template “soon” is not active." in page
