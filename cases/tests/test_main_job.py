"""The main job on real rows: a case changes, its SLA is found, clocks run, actions follow.

In `cases`, since only the roof of the imports can see a case, its clocks and its actions at once.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from actions import targets
from actions.models import ActionRun, Message
from actions.passes import mail_pass, run_pass
from cases.models import Case, Customer
from cases.services import (
    case_apply_sla,
    case_cancel,
    case_create,
    case_delete,
    case_reactivate,
    case_resolve,
    case_update,
    customer_create,
    customer_update,
)
from conftest import Clock
from sla_project.operations.jobs import jobs_finish
from slas.domain.durations import Duration, Unit
from slas.models import SLA, KPIEvent, KPIInstance, RecordChange, TrackedRecord
from slas.passes import advance_all
from slas.selectors.clocks.explanations import explain_record
from slas.selectors.clocks.instances import record_of, record_view
from slas.selectors.clocks.timers import Timers
from slas.services.clocks.adjusting import instance_extend, instance_recalculate
from slas.services.flow.choosing import AUTOMATIC, NO_SLA
from slas.services.flow.reconcile import reconcile_all
from slas.services.policy.slas import sla_publish, sla_set_default, sla_update_draft
from slas.tests.policy.builders import duration, make_item, make_kpi, make_sla
from slas.tracking import UntrackedWrite

pytestmark = pytest.mark.django_db(transaction=True)

ESCALATE = {"kind": "update_record", "target": "record", "set": {"is_escalated": True}}
MAIL = {
    "kind": "send_email",
    "to": ["address:lead@example.org"],
    "subject": "{{ case.number }} is late",
    "body": "{{ case.title }} of {{ case.customer.name }} was due {{ instance.failure_time }}.",
}


def item_for(level: str, **given: Any) -> dict[str, Any]:
    condition = {"all": [{"field": "service_level", "op": "is", "value": level}]}
    return make_item(key=f"{level}-response", name=f"{level.title()} response", applicable_when=condition, **given)


@pytest.fixture
def sla(clock: Clock) -> SLA:
    make_kpi()
    gold = item_for("gold")
    gold["moments"] = [
        {"key": "warning", "kind": "warning", "after": duration(45), "actions": []},
        {"key": "failure", "kind": "failure", "after": duration(60), "actions": [ESCALATE, MAIL]},
    ]
    silver = item_for("silver")
    silver["moments"] = [{"key": "failure", "kind": "failure", "after": duration(120), "actions": []}]
    sla = make_sla(document={"items": [gold, silver]}, publish=True)
    sla_set_default(sla=sla, by=None, now=clock.now)
    return sla


@pytest.fixture
def customer(clock: Clock) -> Customer:
    return customer_create(name="Northwind", service_level="gold", by=None, now=clock.now)


def make_case(clock: Clock, customer: Customer, **given: Any) -> Case:
    return case_create(title="Export fails", customer=customer, by=None, now=clock.now, **given)


def run_until(clock: Clock, **later: float) -> None:
    clock.set(clock.now + timedelta(**later))
    while advance_all() + run_pass() + jobs_finish():
        pass
    mail_pass()


def clocks(case: Case) -> list[tuple[str, str]]:
    rows = KPIInstance.objects.filter(record=record_of(case)).order_by("number")
    return list(rows.values_list("item_key", "status"))


def test_a_created_case_has_its_clock_at_once(clock: Clock, sla: SLA, customer: Customer) -> None:
    """The direct call after the commit, so that an agent sees the timer in the response."""
    case = make_case(clock, customer)
    record = record_of(case)
    assert (record.sla, record.sla_source) == (sla, "default")
    assert clocks(case) == [("gold-response", "in_progress")]
    assert record.wake_at == clock.now + timedelta(minutes=45)
    assert record.queue_at == clock.now + timedelta(minutes=60)


def test_warning_and_failure_come_due_and_act(clock: Clock, sla: SLA, customer: Customer) -> None:
    case = make_case(clock, customer)
    opened = clock.now
    run_until(clock, minutes=46)
    assert clocks(case) == [("gold-response", "nearing_noncompliance")]
    run_until(clock, minutes=20)
    case.refresh_from_db()
    assert clocks(case) == [("gold-response", "noncompliant")]
    assert case.is_escalated
    failed = KPIEvent.objects.get(kind="failed")
    assert failed.at == failed.due_at == opened + timedelta(minutes=60)
    assert failed.recorded_at == clock.now
    message = Message.objects.get()
    assert message.subject == f"{case.number} is late"
    assert "Export fails of Northwind" in message.text
    assert set(ActionRun.objects.values_list("kind", "state")) == {("update_record", "done"), ("send_email", "done")}
    change = RecordChange.objects.get(source="action")
    assert (change.depth, change.fields["is_escalated"]) == (1, [False, True])


def test_success_first_means_no_failure(clock: Clock, sla: SLA, customer: Customer) -> None:
    case = make_case(clock, customer)
    clock.advance(30 * 60)
    case_update(case=case, first_response_sent=True, by=None, now=clock.now)
    run_until(clock, hours=5)
    assert clocks(case) == [("gold-response", "succeeded")]
    assert not ActionRun.objects.exists()
    assert record_of(case).queue_at is None


def test_a_late_worker_still_judges_by_the_log(clock: Clock, sla: SLA, customer: Customer) -> None:
    """R8, R11: success before the failure time counts although nobody looked in between."""
    case = make_case(clock, customer)
    with transaction.atomic():
        clock.advance(50 * 60)
        case_update(case=case, first_response_sent=True, by=None, now=clock.now)
        clock.advance(3600)
    run_until(clock, hours=1)
    assert clocks(case) == [("gold-response", "succeeded")]
    assert list(KPIEvent.objects.values_list("kind", flat=True)) == ["started", "warned", "succeeded"]


def test_level_change_picks_the_other_item(clock: Clock, sla: SLA, customer: Customer) -> None:
    case = make_case(clock, customer)
    clock.advance(600)
    case_update(case=case, service_level="silver", by=None, now=clock.now)
    assert clocks(case) == [("gold-response", "canceled"), ("silver-response", "in_progress")]
    newest = KPIInstance.objects.get(status="in_progress")
    assert newest.failure_at == case.created_on + timedelta(minutes=120)
    assert newest.previous is not None and newest.previous.end_reason == "item_changed"


def test_on_hold_stops_the_clock(clock: Clock, sla: SLA, customer: Customer) -> None:
    from sla_project.operations.services import settings_update

    settings_update(changes={"pause_statuses": {"case": ["on_hold"]}}, by=None, now=clock.now)
    republish(sla, clock)
    case = make_case(clock, customer)
    clock.advance(600)
    case_update(case=case, status="on_hold", by=None, now=clock.now)
    paused = KPIInstance.objects.get()
    assert (paused.status, paused.failure_at, record_of(case).wake_at) == ("paused", None, None)
    assert Timers(clock.now).of(paused).remaining == 50 * 60
    run_until(clock, hours=4)
    case_update(case=case, status="in_progress", by=None, now=clock.now)
    paused.refresh_from_db()
    assert (paused.status, paused.failure_at) == ("in_progress", clock.now + timedelta(minutes=50))


def republish(sla: SLA, clock: Clock, document: dict[str, Any] | None = None, *, reapply: bool = False) -> None:
    sla.refresh_from_db()
    changed = document or {**sla.current.document["authored"], "recalculate_on_terminal": False}
    sla_update_draft(sla=sla, document=changed, expected_revision=sla.draft_revision, by=None, now=clock.now)
    sla_publish(sla=sla, by=None, now=clock.now, reapply=reapply)
    sla.refresh_from_db()


def test_publishing_leaves_running_clocks_alone_unless_reapplied(clock: Clock, sla: SLA, customer: Customer) -> None:
    case = make_case(clock, customer)
    document = sla.current.document["authored"]
    document["items"][0]["moments"][1]["after"] = duration(90)
    republish(sla, clock, document)
    assert clocks(case) == [("gold-response", "in_progress")]
    document["items"][0]["moments"][1]["after"] = duration(100)
    clock.advance(60)
    republish(sla, clock, document, reapply=True)
    run_until(clock, seconds=1)
    assert clocks(case) == [("gold-response", "canceled"), ("gold-response", "in_progress")]
    assert KPIInstance.objects.get(status="in_progress").failure_at == case.created_on + timedelta(minutes=100)


def test_resolve_cancel_and_reactivate(clock: Clock, sla: SLA, customer: Customer) -> None:
    case = make_case(clock, customer)
    clock.advance(600)
    case_resolve(case=case, by=None, now=clock.now)
    assert clocks(case) == [("gold-response", "canceled")]
    assert KPIInstance.objects.get().end_reason == "resolved_unmet"
    clock.advance(3600)
    case_reactivate(case=case, by=None, now=clock.now)
    again = KPIInstance.objects.get(is_current=True)
    assert (again.status, again.failure_at) == ("in_progress", clock.now + timedelta(minutes=50))
    case_cancel(case=case, by=None, now=clock.advance(60))
    run_until(clock, hours=9)
    assert not ActionRun.objects.exists()
    assert record_of(case).lifecycle == "canceled"


def test_sla_by_hand_none_and_automatic(clock: Clock, sla: SLA, customer: Customer) -> None:
    other = make_sla("premium", publish=True)
    case = make_case(clock, customer)
    case_apply_sla(case=case, sla=other, by=None, now=clock.advance(1))
    assert (record_of(case).sla, record_of(case).sla_source) == (other, "hand")
    case_apply_sla(case=case, sla=NO_SLA, by=None, now=clock.advance(1))
    assert (record_of(case).sla, record_of(case).sla_source) == (None, "hand_none")
    assert not KPIInstance.objects.filter(ended_at=None).exists()
    case_apply_sla(case=case, sla=AUTOMATIC, by=None, now=clock.advance(1))
    assert (record_of(case).sla, record_of(case).sla_source) == (sla, "default")


def test_irrelevant_changes_cost_no_fold(clock: Clock, sla: SLA, customer: Customer) -> None:
    case = make_case(clock, customer)
    before = record_of(case)
    case_update(case=case, title="Export fails again", by=None, now=clock.advance(5))
    after = record_of(case)
    assert (after.judged_seq, after.judged_until) == (2, before.judged_until)
    assert after.values["title"] == "Export fails again"


def test_related_changes_are_delivered(clock: Clock, sla: SLA, customer: Customer) -> None:
    case = make_case(clock, customer)
    customer_update(customer=customer, name="Southwind", by=None, now=clock.advance(5))
    assert record_of(case).values["customer.name"] == "Southwind"
    assert RecordChange.objects.get(source="related").fields == {"customer.name": ["Northwind", "Southwind"]}


def test_untracked_writes_are_refused(clock: Clock, sla: SLA, customer: Customer) -> None:
    case = make_case(clock, customer)
    for write in (
        case.save,
        case.delete,
        lambda: Case.objects.update(priority="high"),
        lambda: Case.objects.all().delete(),
        lambda: Case.objects.bulk_update([case], ["title"]),
        lambda: Case.objects.bulk_create([Case()]),
        lambda: Case._base_manager.update(priority="high"),
    ):
        with pytest.raises(UntrackedWrite):
            write()


def test_raw_sql_is_found_by_the_reconcile_pass(clock: Clock, sla: SLA, customer: Customer) -> None:
    case = make_case(clock, customer)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE cases_case SET service_level = 'silver' WHERE id = %s", [case.pk])
    assert reconcile_all() == 1
    run_until(clock, seconds=1)
    assert clocks(case) == [("gold-response", "canceled"), ("silver-response", "in_progress")]
    assert RecordChange.objects.get(source="reconcile").fields == {"service_level": ["gold", "silver"]}
    assert reconcile_all() == 0


def test_reading_never_waits_for_the_worker(clock: Clock, sla: SLA, customer: Customer) -> None:
    """R33: the failure time passed and nobody has looked; the page says so all the same."""
    case = make_case(clock, customer)
    clock.advance(2 * 3600)
    view = record_view(record_of(case), clock.now)
    assert [instance.status for instance in view.instances] == ["noncompliant"]
    assert [event.kind for event in view.events] == ["started", "warned", "failed"]
    assert view.is_updating
    assert clocks(case) == [("gold-response", "in_progress")]
    assert "over" in Timers(clock.now).of(view.instances[0]).text


def test_why_these_timers(clock: Clock, sla: SLA, customer: Customer) -> None:
    explained = explain_record(record_view(record_of(make_case(clock, customer)), clock.now))
    assert [(item.name, item.outcome) for item in explained.items] == [
        ("Gold response", "won"),
        ("Silver response", "not_needed"),
    ]
    assert explained.items[1].leaves[0].actual == "Gold"


def test_a_clock_is_extended_and_recalculated_by_hand(clock: Clock, sla: SLA, customer: Customer) -> None:
    """R5, R22: both are rows of the log; a settled clock is judged anew and keeps its first result."""
    case = make_case(clock, customer)
    instance = KPIInstance.objects.get()
    given: Any = {"instance": instance, "by": None, "reason": "Agreed by phone", "source": "web"}
    instance_extend(**given, length=Duration(30, Unit.MINUTES), now=clock.advance(60))
    instance.refresh_from_db()
    assert instance.failure_at == case.created_on + timedelta(minutes=90)
    case_update(case=case, first_response_sent=True, by=None, now=clock.advance(60))
    instance_recalculate(**given, now=clock.advance(60))
    assert clocks(case) == [("gold-response", "succeeded"), ("gold-response", "succeeded")]
    assert {change.data.get("why") for change in record_of(case).changes.exclude(kind="change")} == {"Agreed by phone"}


def test_a_placeholder_never_names_a_relation(sla: SLA) -> None:
    """`{{ case.customer }}` would print a mapping; its name is what can be named."""
    names = targets.get("case").placeholders
    assert "case.customer.name" in names and "case.owner" in names
    assert "case.customer" not in names


def test_deleting_keeps_the_history(clock: Clock, sla: SLA, customer: Customer) -> None:
    case = make_case(clock, customer)
    number = case.number
    case_delete(case=case, by=None, now=clock.advance(5))
    run_until(clock, hours=3)
    record = TrackedRecord.objects.get(number=number)
    assert record.deleted_at is not None
    assert record.instances.get().end_reason == "record_deleted"
    assert not ActionRun.objects.exists()


def test_one_poison_record_holds_nobody_up(clock: Clock, sla: SLA, customer: Customer) -> None:
    """R12: an error rolls back to the record's savepoint and moves only `wake_at`; after 8 attempts it is dead."""
    sick, well = make_case(clock, customer), make_case(clock, customer)
    record = record_of(sick)
    TrackedRecord.objects.filter(pk=record.pk).update(holds={"first_response_by": [["broken"]]})
    run_until(clock, minutes=61)
    assert clocks(well) == [("gold-response", "noncompliant")]
    for _ in range(12):
        run_until(clock, minutes=11)
    record.refresh_from_db()
    assert (record.attempts, record.wake_at) == (8, None)
    assert record.dead_at is not None and "ValueError" in record.last_error
    assert KPIInstance.objects.get(record=record).failure_at == datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
