"""Deleting keeps the history, erasing empties it of people (engine.md R27)."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from actions.models import ActionRun, Message
from actions.passes import mail_pass, run_pass
from cases import services
from cases.models import Case
from cases.tests.builders import NOW, make_case, make_contact, make_customer, make_user
from conftest import Clock
from sla_project.operations.errors import Invalid, NotPossible
from sla_project.operations.models import AuditEntry
from slas.models import KPIEvent, KPIInstance, RecordChange, TrackedRecord
from slas.models.immutable import ImmutableRow
from slas.passes import advance_all
from slas.services.policy.slas import sla_set_default
from slas.tests.policy.builders import duration, make_item, make_kpi, make_sla

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
SECRETS = ("Nora", "nora@northwind.example", "Passport", "secret answer")
MAIL = {
    "kind": "send_email",
    "to": ["contact"],
    "subject": "{{ case.title }}",
    "body": "Dear {{ case.contact.name }}, {{ case.title }} is late.",
}


@pytest.fixture
def case(clock: Clock) -> Case:
    """Failed, with a mail to its contact, a reply and an activity; everything personal is in SECRETS."""
    clock.set(NOW)
    make_kpi()
    moments = [{"key": "failure", "kind": "failure", "after": duration(30), "actions": [MAIL]}]
    sla = make_sla(document={"items": [make_item(key="gold", applicable_when={}, moments=moments)]}, publish=True)
    sla_set_default(sla=sla, by=None, now=NOW)
    customer = make_customer()
    case = make_case("Passport of Nora", customer=customer, contact=make_contact(customer), description="Passport 123")
    clock.advance(1801)
    work()
    services.case_reply(case=case, text="A secret answer", by=None, now=clock.advance(60))
    task = services.activity_create(subject="Call Nora", case=case, by=None, now=clock.advance(1))
    services.activity_complete(activity=task, by=None, now=clock.advance(1))
    services.case_update(case=case, title="Passport of Nora W", by=None, now=clock.advance(1))
    work()
    assert Message.objects.filter(state="sent").count() == 2
    return case


def work() -> None:
    while advance_all() + run_pass() + mail_pass():
        pass


def record_of(case_id: int) -> TrackedRecord:
    return TrackedRecord.objects.get(record_type="case", object_id=case_id)


def erase(case_id: int, clock: Clock) -> services.Erased:
    return services.case_erase(record=record_of(case_id), by=None, reason="Asked by letter", now=clock.advance(60))


def everything(*models: type[Any]) -> str:
    """All that these tables hold, as text."""
    return json.dumps([list(model._base_manager.values()) for model in models], default=str)


HELD = (TrackedRecord, RecordChange, KPIInstance, KPIEvent, ActionRun, Message, Case)


def test_a_closed_case_is_emptied_everywhere(case: Case, clock: Clock) -> None:
    """engine.md R27: its row, its log, its activities and the mails about it; the people themselves are not its own."""
    services.case_resolve(case=case, resolution="Passport found", by=None, now=clock.advance(1))
    assert all(secret in everything(*HELD) for secret in SECRETS)
    erased = erase(case.pk, clock)
    assert erased.mails == 2 and erased.changes >= 5
    assert not [secret for secret in SECRETS if secret in everything(*HELD)]
    case.refresh_from_db()
    assert (case.title, case.contact, case.description, case.resolution) == ("Erased", None, "", "")


def test_what_was_judged_stays_judged(case: Case, clock: Clock) -> None:
    """engine.md R27: numbers, times, choices, instances and events are the history, and stay."""
    services.case_resolve(case=case, by=None, now=clock.advance(1))
    before = [everything(KPIInstance), everything(KPIEvent), RecordChange.objects.count()]
    erase(case.pk, clock)
    assert [everything(KPIInstance), everything(KPIEvent)] == before[:2]
    record = record_of(case.pk)
    assert (record.number, record.label, record.values["priority"]) == (case.number, case.number, "normal")
    changed = RecordChange.objects.filter(record=record, data__erased=True).first()
    assert changed.fields["title"] == [None, None] and changed.fields["priority"][1] == "normal"


def test_it_is_audited_without_what_was_erased(case: Case, clock: Clock) -> None:
    services.case_resolve(case=case, by=None, now=clock.advance(1))
    erase(case.pk, clock)
    entry = AuditEntry.objects.get(action="case.erase")
    assert (entry.reason, entry.object_label, entry.after["mails"]) == ("Asked by letter", case.number, 2)


def test_a_second_time_finds_nothing_new(case: Case, clock: Clock) -> None:
    services.case_resolve(case=case, by=None, now=clock.advance(1))
    erase(case.pk, clock)
    assert erase(case.pk, clock).changes <= 1  # the row of the first erasure itself


def test_an_open_case_and_an_open_activity_are_refused(case: Case, clock: Clock) -> None:
    with pytest.raises(NotPossible):
        erase(case.pk, clock)
    services.activity_create(subject="Call back", case=case, by=None, now=clock.advance(1))
    services.case_resolve(case=case, by=None, now=clock.advance(1))
    with pytest.raises(NotPossible) as caught:
        erase(case.pk, clock)
    assert caught.value.code == "open_activity"
    assert Case.objects.get(pk=case.pk).title == "Passport of Nora W"


def test_waiting_mail_comes_first(case: Case, clock: Clock) -> None:
    """Nothing is half erased: what was promised is sent, or given up, before."""
    services.case_reply(case=case, text="One more secret answer", by=None, now=clock.advance(1))
    services.case_resolve(case=case, by=None, now=clock.advance(1))
    with pytest.raises(NotPossible) as caught:
        erase(case.pk, clock)
    assert caught.value.code == "actions_waiting"
    assert "Passport" in everything(Case)
    work()
    assert erase(case.pk, clock).mails == 3


def test_replies_are_found_whatever_the_sender_was_then(case: Case, clock: Clock, settings: Any) -> None:
    settings.DEFAULT_FROM_EMAIL = "Desk <desk@new-domain.example>"
    services.case_resolve(case=case, by=None, now=clock.advance(1))
    work()
    erase(case.pk, clock)
    assert "A secret answer" not in everything(Message)


@pytest.mark.parametrize(("why", "code"), [(" ", "required"), ("x" * 501, "too_long"), ("\x07", "invalid_text")])
def test_why_is_required(case: Case, clock: Clock, why: str, code: str) -> None:
    services.case_resolve(case=case, by=None, now=clock.advance(1))
    with pytest.raises(Invalid) as caught:
        services.case_erase(record=record_of(case.pk), by=None, reason=why, now=clock.now)
    assert [(problem.pointer, problem.code) for problem in caught.value.problems] == [("/reason", code)]


# Deleting ------------------------------------------------------------------------------------------


def test_deleting_cancels_what_runs_and_what_waits(case: Case, clock: Clock) -> None:
    """engine.md R27, R31: open instances end, queued runs are skipped with a reason, late or not."""
    other = services.case_create(title="Second", customer=case.customer, contact=case.contact, by=None, now=clock.now)
    clock.advance(1801)
    advance_all()
    assert ActionRun.objects.filter(state="queued").count() == 1
    services.case_delete(case=other, by=None, now=clock.advance(1))
    work()
    run = ActionRun.objects.latest("pk")
    assert (run.state, run.reason) == ("skipped", "record_deleted")
    third = services.case_create(title="Third", by=None, now=clock.advance(1))
    services.case_delete(case=third, by=None, now=clock.advance(1))
    clock.advance(7200)
    work()
    assert KPIInstance.objects.latest("pk").end_reason == "record_deleted"
    assert not KPIInstance.objects.filter(record__deleted_at__isnull=False, ended_at=None).exists()


def test_the_history_of_a_deleted_case_can_be_read(case: Case, clock: Clock, client: Client) -> None:
    """engine.md R27: with number and label; no page fails for want of the row."""
    pk, number = case.pk, case.number
    services.case_delete(case=case, by=None, now=clock.advance(1))
    record = record_of(pk)
    assert (record.number, record.label) == (number, f"{number} Passport of Nora W")
    client.force_login(make_user("admin@desk.example", role="administrator"))
    for instance in KPIInstance.objects.filter(record=record):
        shown = client.get(reverse("slas:kpi_instance_detail", args=[instance.pk]))
        assert shown.status_code == 200 and number in shown.content.decode()
    assert number in client.get(reverse("slas:kpi_instance_list")).content.decode()
    assert client.get(reverse("actions:run_list")).status_code == 200


def test_a_deleted_case_is_erased_by_its_old_address(case: Case, clock: Clock) -> None:
    """engine.md R27: the log outlives the row, replies' mails included."""
    pk = case.pk
    services.case_delete(case=case, by=None, now=clock.advance(1))
    assert erase(pk, clock).mails == 2
    assert not [secret for secret in SECRETS if secret in everything(*HELD)]


# The doors -----------------------------------------------------------------------------------------


def api_of(role: str) -> APIClient:
    client = APIClient()
    client.force_authenticate(make_user(f"{role}@desk.example", role=role))
    return client


def test_over_the_api(case: Case, clock: Clock) -> None:
    url, pk = f"/api/v1/cases/{case.pk}/erase/", case.pk
    admin = api_of("administrator")
    assert admin.post(url, {"reason": "Asked"}).status_code == 409
    services.case_delete(case=case, by=None, now=clock.advance(1))
    assert admin.post(url, {"reason": ""}).json()["errors"][0]["pointer"] == "/reason"
    answer = admin.post(url, {"reason": "Asked"})
    assert (answer.status_code, answer.json()["mails"]) == (200, 2)
    assert admin.post("/api/v1/cases/999999/erase/", {"reason": "Asked"}).status_code == 404
    for role in ("agent", "manager"):
        assert api_of(role).post(f"/api/v1/cases/{pk}/erase/", {"reason": "Asked"}).status_code == 403


def test_on_the_page(case: Case, clock: Clock, client: Client) -> None:
    client.force_login(make_user("admin@desk.example", role="administrator"))
    url = reverse("cases:case_erase", args=[case.pk])
    assert url not in client.get(case.get_absolute_url()).content.decode()
    services.case_resolve(case=case, by=None, now=clock.advance(1))
    assert url in client.get(case.get_absolute_url()).content.decode()
    assert "This cannot be undone" in client.get(url).content.decode()
    assert client.post(url, {"reason": "Asked by letter"})["Location"] == case.get_absolute_url()
    shown = client.get(case.get_absolute_url()).content.decode()
    assert "Erased" in shown and "erased since" in shown and "Passport" not in shown
    client.force_login(make_user("agent@desk.example"))
    assert client.get(url).status_code == 403
    assert url not in client.get(case.get_absolute_url()).content.decode()


# Time ----------------------------------------------------------------------------------------------


def test_texts_of_old_mails_are_emptied(case: Case, clock: Clock, settings: Any) -> None:
    """Recipient, subject and times stay; a mail that is not sent keeps its text, and 0 days keep everything."""
    from actions.tasks import tidy

    services.case_reply(case=case, text="Fresh secret answer", by=None, now=clock.advance(1))
    clock.now += timedelta(days=366)
    settings.MAIL_KEPT_DAYS = 0
    tidy()
    assert Message.objects.filter(text="").count() == 0
    settings.MAIL_KEPT_DAYS = 365
    tidy()
    kept = {message.state: message for message in Message.objects.all()}
    assert (kept["sent"].text, kept["sent"].html, kept["sent"].to_email) == ("", "", "nora@northwind.example")
    assert kept["queued"].text == "Fresh secret answer"
    assert ActionRun.objects.get(state="done").context == {}


def test_the_log_is_written_once(case: Case) -> None:
    """engine.md R2: an erasure empties values; nothing else changes a row, or removes one."""
    change = RecordChange.objects.all()[0]
    for attempt in (
        change.save,
        change.delete,
        RecordChange.objects.all().delete,
        lambda: RecordChange.objects.update(source="web"),
        lambda: RecordChange.objects.bulk_update([change], ["source"]),
    ):
        with pytest.raises(ImmutableRow):
            attempt()
