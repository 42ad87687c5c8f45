"""What is written down but not judged: by a process that died in between, or a record that cannot be judged."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from actions.models import ActionRun
from actions.passes import run_pass
from cases.models import Case
from cases.services import case_cancel, case_reactivate, case_resolve, case_update, customer_update
from cases.tests.builders import make_case as case_made
from cases.tests.builders import make_contact, make_customer, make_team
from conftest import Clock
from slas.models import SLA, KPIInstance, RecordChange, RelatedChange, TrackedRecord
from slas.passes import advance_all, advance_pass
from slas.selectors.clocks.instances import record_of
from slas.services.flow.dead_records import records_wake
from slas.services.flow.reconcile import reconcile_all
from slas.services.policy.slas import sla_set_default
from slas.tests.policy.builders import duration, make_item, make_kpi, make_sla

pytestmark = pytest.mark.django_db(transaction=True)

ESCALATE = {"kind": "update_record", "target": "record", "set": {"is_escalated": True}}


def item_for(level: str) -> dict[str, Any]:
    """Warning after 45 minutes, failure after an hour, for customers of this level; both escalate."""
    return make_item(
        key=level,
        applicable_when={"all": [{"field": "customer.service_level", "op": "is", "value": level}]},
        moments=[
            {"key": "warning", "kind": "warning", "after": duration(45), "actions": [ESCALATE]},
            {"key": "failure", "kind": "failure", "after": duration(60), "actions": [ESCALATE]},
        ],
    )


@pytest.fixture(autouse=True)
def sla(clock: Clock) -> SLA:
    make_kpi()
    sla = make_sla(document={"items": [item_for("gold"), item_for("silver")]}, publish=True)
    return sla_set_default(sla=sla, by=None, now=clock.now)


@pytest.fixture
def case(clock: Clock, sla: SLA) -> Case:
    return case_made(customer=make_customer(), now=clock.now)


def dies_after(command: Callable[[], object]) -> None:
    """The process that runs the command ends between its commit and the judging."""
    with transaction.atomic():
        command()
        connection.run_on_commit.clear()


def ail(case: Case) -> None:
    """Judging the record fails from now on."""
    TrackedRecord.objects.filter(pk=record_of(case).pk).update(holds={"first_response_by": [["broken"]]})


def heal(case: Case) -> None:
    record = record_of(case)
    TrackedRecord.objects.filter(pk=record.pk).update(holds={})
    records_wake(records=TrackedRecord.objects.filter(pk=record.pk), by=None, now=case.created_on)


def runs() -> list[tuple[str, str]]:
    return list(ActionRun.objects.order_by("id").values_list("state", "reason"))


# Actions (engine.md R31)


def test_a_case_that_was_canceled_gets_no_action_before_that_is_judged(clock: Clock, case: Case) -> None:
    clock.advance(46 * 60)
    advance_all()
    dies_after(lambda: case_cancel(case=case, by=None, now=clock.advance(1)))
    run_pass()
    assert runs() == [("skipped", "record_canceled")]


def test_a_warning_does_not_act_after_the_failure_that_nobody_has_judged(clock: Clock, case: Case) -> None:
    clock.advance(46 * 60)
    advance_all()
    clock.advance(20 * 60)
    run_pass()
    assert runs()[0] == ("skipped", "no_longer_nearing")
    run_pass()
    assert runs()[1:] == [("done", "")]


def test_actions_wait_while_nobody_can_say_what_the_record_deserves(clock: Clock, case: Case) -> None:
    clock.advance(46 * 60)
    advance_all()
    ail(case)
    case_cancel(case=case, by=None, now=clock.advance(1))
    for _ in range(10):
        assert run_pass() == 0
        clock.advance(600)
    assert record_of(case).dead_at is not None
    assert runs() == [("queued", "")]
    heal(case)
    advance_all()
    run_pass()
    assert runs() == [("skipped", "record_canceled")]


# Writing (engine.md R11–R13)


def test_a_record_that_cannot_be_judged_can_be_written(clock: Clock, case: Case) -> None:
    ail(case)
    case_update(case=case, title="Export fails again", by=None, now=clock.advance(60))
    record = record_of(case)
    assert (record.last_seq, record.judged_seq) == (2, 1)
    heal(case)
    advance_all()
    assert (record_of(case).judged_seq, record_of(case).values["title"]) == (2, "Export fails again")


def test_what_changes_while_a_timer_is_overdue_is_not_in_its_result(clock: Clock, case: Case) -> None:
    """R11: the team is in no condition, but reports group by the team of the moment of failure."""
    first, second = make_team("first"), make_team("second")
    case_update(case=case, team=first, by=None, now=clock.advance(60))
    ail(case)
    clock.advance(3600)
    advance_pass()
    case_update(case=case, team=second, by=None, now=clock.now)
    heal(case)
    clock.advance(1)
    advance_all()
    ended = KPIInstance.objects.get()
    assert (ended.status, ended.dimensions["team"]) == ("noncompliant", str(first.pk))
    assert record_of(case).values["team"] == second.pk


def test_a_record_of_a_type_that_is_gone_holds_nobody_up(clock: Clock, case: Case) -> None:
    """R12: also where not even its policies can be found."""
    ghost = case_made(customer=case.customer, now=clock.now)
    TrackedRecord.objects.filter(pk=record_of(ghost).pk).update(record_type="ghost")
    clock.advance(3601)
    advance_all()
    assert KPIInstance.objects.get(record=record_of(case)).status == "noncompliant"
    assert "UnknownRecordType" in TrackedRecord.objects.get(record_type="ghost").last_error


def test_a_clock_that_is_set_back_takes_nothing_back(clock: Clock, case: Case) -> None:
    """R1: a change never happens before what was judged already."""
    clock.advance(46 * 60)
    advance_all()
    judged = record_of(case).judged_until
    clock.advance(-3600)
    records_wake(records=TrackedRecord.objects.all(), by=None, now=clock.now)
    advance_all()
    assert record_of(case).judged_until == judged
    case_update(case=case, first_response_sent=True, by=None, now=clock.now)
    assert record_of(case).last_at == judged + timedelta(microseconds=1)


# What closed records do not hear (engine.md R3, R4)


def test_reopening_brings_what_changed_meanwhile(clock: Clock, case: Case) -> None:
    case_resolve(case=case, by=None, now=clock.advance(60))
    customer_update(customer=case.customer, service_level="silver", by=None, now=clock.advance(60))
    case_reactivate(case=case, by=None, now=clock.advance(60))
    assert record_of(case).changes.get(seq=3).fields["customer.service_level"] == ["gold", "silver"]
    assert KPIInstance.objects.get(ended_at=None).item_key == "silver"


def test_one_whose_reopening_nobody_has_judged_hears_of_it(clock: Clock, case: Case) -> None:
    case_resolve(case=case, by=None, now=clock.advance(60))
    dies_after(lambda: case_reactivate(case=case, by=None, now=clock.advance(60)))
    customer_update(customer=case.customer, service_level="silver", by=None, now=clock.advance(60))
    advance_all()
    assert KPIInstance.objects.get(ended_at=None).item_key == "silver"


def test_reconcile_takes_nothing_for_raw_sql_that_is_to_be_told_later(clock: Clock, case: Case) -> None:
    closed = case_made(customer=case.customer, now=clock.now)
    case_resolve(case=closed, by=None, now=clock.advance(60))
    dies_after(lambda: customer_update(customer=case.customer, service_level="silver", by=None, now=clock.advance(60)))
    assert RelatedChange.objects.filter(delivered_at=None).exists()
    assert reconcile_all() == 0
    advance_all()
    assert RecordChange.objects.get(source="related").record == record_of(case)
    assert reconcile_all() == 0


def test_reconcile_locks_only_what_differs(clock: Clock, case: Case, django_assert_max_num_queries: Any) -> None:
    """engine.md R4: it looks at every record ever made, each minute."""
    for number in range(12):
        customer = make_customer(f"Customer {number}")
        case_made(customer=customer, contact=make_contact(customer), now=clock.now)
    advance_all()
    with django_assert_max_num_queries(8):
        assert reconcile_all() == 0
    with connection.cursor() as cursor:
        cursor.execute("UPDATE cases_case SET service_level = 'bronze' WHERE id = %s", [case.pk])
    assert reconcile_all() == 1
    assert RecordChange.objects.get(source="reconcile").record == record_of(case)
