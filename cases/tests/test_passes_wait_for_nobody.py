"""What a pass finds held by somebody else it leaves for later: behind it, timers come due (engine.md R1, R12)."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest
from django.db import DataError, connection, connections, transaction

from actions.passes import run_pass
from cases.models import Case
from cases.services import case_update, customer_update
from cases.tests.builders import NOW, judge, make_case, make_customer, make_support_sla
from conftest import Clock
from sla_project.operations.jobs import job_pass, jobs_finish
from sla_project.operations.models import Job
from sla_project.operations.seen import row_locked
from slas.models import KPI, SLA, KPIInstance, RecordChange, RelatedChange
from slas.pass_loop import few_runs_pass
from slas.passes import BUDGET, advance_all
from slas.selectors.clocks.instances import record_of
from slas.services.policy.kpis import kpi_update
from slas.services.policy.slas import sla_publish, sla_update_draft

pytestmark = pytest.mark.django_db(transaction=True)
others_write = pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite lets one write at a time")


@pytest.fixture
def sla(clock: Clock) -> SLA:
    clock.set(NOW)
    return make_support_sla()


@contextmanager
def half_done(act: Callable[[], object]) -> Iterator[None]:
    """As by a process that hangs in the middle of a transaction. Who waits for it gives up in the end, undone."""
    is_half_done, may_end = threading.Event(), threading.Event()

    def run() -> None:
        try:
            with transaction.atomic():
                act()
                is_half_done.set()
                may_end.wait()
        finally:
            is_half_done.set()
            connections.close_all()

    other = threading.Thread(target=run)
    other.start()
    is_half_done.wait()
    try:
        yield
    finally:
        may_end.set()
        other.join()


def being_written(case: Case) -> AbstractContextManager[None]:
    return half_done(lambda: case_update(case=case, title="Half done", by=None, now=NOW))


def levels_heard() -> set[tuple[int, str]]:
    heard = RecordChange.objects.filter(source="related").values_list("record__object_id", "fields")
    return {(case, fields["customer.service_level"][1]) for case, fields in heard}


def make_cases(count: int = 2) -> list[Case]:
    cases = [make_case(customer=make_customer(f"Customer {number}")) for number in range(count)]
    for case in cases:
        judge(case)
    return cases


@others_write
def test_a_delivery_leaves_a_record_that_is_being_written_for_later(sla: SLA, clock: Clock) -> None:
    """engine.md R3."""
    written, free = make_cases()
    beside = make_case(customer=written.customer)
    judge(beside)
    with being_written(written):
        for case in (written, free):
            customer_update(customer=case.customer, service_level="bronze", by=None, now=clock.advance(1))
        advance_all()
        assert levels_heard() == {(free.pk, "bronze")}
    advance_all()
    assert levels_heard() == {(case.pk, "bronze") for case in (written, beside, free)}
    assert not RelatedChange.objects.filter(delivered_at=None).exists()


def test_a_delivery_that_fails_holds_up_no_other(sla: SLA, clock: Clock) -> None:
    """engine.md R12; nor does it reach whoever has saved the customer."""
    broken, sound = make_cases()
    failing = [record_of(case).pk for case in (broken, sound)]

    def fail(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith('INSERT INTO "slas_recordchange"') and params[0] in failing:
            raise DataError("a value that the database does not take")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(fail):
        for case in (broken, sound):
            customer_update(customer=case.customer, service_level="bronze", by=None, now=clock.advance(1))
        assert levels_heard() == set()
        failing.pop()
        advance_all()
        assert levels_heard() == {(sound.pk, "bronze")}
    advance_all()
    assert levels_heard() == {(case.pk, "bronze") for case in (broken, sound)}


@others_write
def test_a_job_leaves_a_record_that_is_being_written_for_later(sla: SLA, clock: Clock) -> None:
    """engine.md R29: and does it then."""
    written, _free = make_cases()
    document = sla.current.document["authored"]  # type: ignore[union-attr]
    document["items"][0]["name"] = "Renamed"
    draft = sla_update_draft(sla=sla, document=document, expected_revision=None, by=None, now=clock.now)
    sla_publish(sla=draft, reapply=True, by=None, now=clock.now)
    with being_written(written):
        assert job_pass() == 1
        assert job_pass() == 0, "it waits a moment, and with it whoever would try in a circle"
        assert Job.objects.values_list("done", "failed").get() == (0, 0)
    clock.advance(1)
    jobs_finish()
    assert Job.objects.values_list("state", "done", "failed").get() == ("done", 2, 0)


@others_write
@pytest.mark.parametrize(
    "edit", [lambda kpi: kpi_update(kpi=kpi, changes={"name": "Soon"}, by=None, now=NOW), row_locked]
)
def test_a_timer_starts_while_its_kpi_is_edited(sla: SLA, edit: Callable[[KPI], object]) -> None:
    """An edit, by a form or over the API, takes the row without its key."""
    kpi = KPI.objects.get(code="resolve_by")
    with half_done(lambda: edit(kpi)):
        judge(make_case())
        assert KPIInstance.objects.count() == 2


def test_slow_actions_leave_the_timers_beside_them_their_time(sla: SLA, clock: Clock) -> None:
    """Where many timers fall due at once, those still to come do not wait for ten actions at a time."""
    document = sla.current.document["authored"]  # type: ignore[union-attr]
    escalate = {"kind": "update_record", "target": "record", "set": {"is_escalated": True}}
    document["items"][1]["moments"][1]["actions"] = [escalate]
    sla_publish(
        sla=sla_update_draft(sla=sla, document=document, expected_revision=None, by=None, now=clock.now),
        by=None,
        now=clock.now,
    )
    customer = make_customer()
    for _ in range(3):
        make_case(customer=customer, service_level="gold")
    clock.advance(86400)
    advance_all()

    def slowly(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith('UPDATE "cases_case"'):
            time.sleep(BUDGET)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(slowly):
        assert few_runs_pass() == 1
    assert run_pass() == 2
