"""Recalculation after hours or holidays have changed: foretold, then done, and only to what runs (engine.md R22)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cases import services
from cases.tests.builders import judge, make_case
from sla_project.operations.errors import Invalid, NotPossible
from sla_project.operations.jobs import jobs_finish
from sla_project.operations.models import AuditEntry, Job
from sla_project.operations.services import settings_update
from slas.domain.durations import Duration
from slas.models import BusinessHours, KPIInstance, RecordChange
from slas.selectors.clocks.instances import record_of
from slas.selectors.forecasts.hours_recalculations import hours_recalculation_forecast, stale_timers
from slas.services.clocks.adjusting import instance_extend
from slas.services.clocks.recalculating import recalculation_start
from slas.services.hours.holiday_rows import holidays_add
from slas.services.hours.holidays import holiday_schedule_create
from slas.services.hours.schedules import business_hours_update
from slas.services.policy.slas import sla_set_default
from slas.tests.policy.builders import NOW, duration, make_document, make_hours, make_item, make_kpi, make_sla

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
LATER_OPENING = {day: [["10:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}


@pytest.fixture
def hours(clock) -> BusinessHours:
    """Nine to five in London; four hours to answer, warned after three. It is Monday 09:00."""
    clock.set(NOW)
    settings_update(changes={"pause_statuses": {"case": ["on_hold"]}}, by=None, now=NOW)
    make_kpi()
    hours = make_hours(holiday_schedule=holiday_schedule_create(code="uk", name="UK", by=None, now=NOW))
    moments = [
        {"kind": "warning", "after": duration(3, "hours"), "actions": []},
        {"kind": "failure", "after": duration(4, "hours"), "actions": []},
    ]
    document = make_document(make_item(business_hours="uk-hours", moments=moments))
    sla_set_default(sla=make_sla(document=document, publish=True), by=None, now=NOW)
    return hours


def judged_case(title: str = "Case", **given):
    case = make_case(title, **given)
    judge(case)
    return case


def instance_of(case) -> KPIInstance:
    return record_of(case).instances.get(is_current=True)


def change(hours: BusinessHours, at, **changes) -> None:
    business_hours_update(business_hours=hours, changes=changes, by=None, now=at)


def recalculate(hours: BusinessHours, at, clock, **given) -> Job:
    clock.set(at)
    job = recalculation_start(hours=[hours], by=None, now=at, **given)
    jobs_finish()
    job.refresh_from_db()
    return job


def test_a_running_timer_keeps_its_hours_until_it_is_recalculated(hours, clock):
    case = judged_case()
    before = instance_of(case)
    clock.set(NOW + HOUR)
    change(hours, NOW + HOUR, week=LATER_OPENING)
    judge(case)
    assert instance_of(case) == before and stale_timers([hours], NOW + HOUR) == 1
    job = recalculate(hours, NOW + 2 * HOUR, clock, reason="Opens later now")
    after = instance_of(case)
    assert (before.failure_at, after.failure_at) == (NOW + 4 * HOUR, NOW + 5 * HOUR)
    assert (after.warning_at, after.previous_id, after.schedule_version.number) == (NOW + 4 * HOUR, before.pk, 2)
    assert (job.state, job.result) == ("done", {"timers": 1, "moved": 1})
    assert stale_timers([hours], NOW + 2 * HOUR) == 0
    logged = record_of(case).changes.get(kind=RecordChange.Kind.RECALCULATED)
    assert logged.data["why"] == "Opens later now"
    assert AuditEntry.objects.get(action="business_hours.recalculate").reason == "Opens later now"


def test_what_is_foretold_is_what_comes(hours, clock):
    early, late = judged_case("Early"), judged_case("Late", now=NOW)
    clock.set(NOW + 6 * HOUR)
    young = judged_case("Young", now=NOW + 6 * HOUR)
    clock.set(NOW + 7 * HOUR)
    change(hours, NOW + 7 * HOUR, week={"mon": [["09:00", "24:00"]], "tue": [["09:00", "17:00"]]})
    for case in (early, late, young):
        judge(case)
    foretold = hours_recalculation_forecast([hours], NOW + 7 * HOUR, seconds=10)
    assert foretold.is_complete and foretold.total == 1  # the other two failed by their own hours
    (move,) = foretold.moves
    assert (move.failure_from, move.failure_to) == (NOW + timedelta(days=1, hours=2), NOW + 10 * HOUR)
    assert not RecordChange.objects.filter(kind="recalculated").exists()
    job = recalculate(hours, NOW + 7 * HOUR, clock)
    assert job.result == dict(foretold.counts)
    assert instance_of(young).failure_at == move.failure_to
    assert {instance_of(case).status for case in (early, late)} == {"noncompliant"}


def test_late_at_once_is_said_before_it_happens(hours, clock):
    clock.set(NOW + 7 * HOUR)
    case = judged_case(now=NOW + 7 * HOUR)
    tuesday = NOW + timedelta(days=1, hours=1)
    clock.set(tuesday)
    change(hours, tuesday, week={"mon": [["09:00", "24:00"]], "tue": [["09:00", "17:00"]]})
    foretold = hours_recalculation_forecast([hours], tuesday, seconds=10)
    assert foretold.counts == {"timers": 1, "moved": 1, "late": 1} and foretold.moves[0].outcome == "late"
    recalculate(hours, tuesday, clock)
    late = instance_of(case)
    assert (late.status, late.ended_at >= tuesday) == ("noncompliant", True)
    assert late.events.get(kind="failed").due_at == NOW + 11 * HOUR


def test_pauses_and_given_time_are_kept(hours, clock):
    case = judged_case()
    length = Duration.parse_text("30m")
    clock.set(NOW + HOUR)
    instance_extend(instance=instance_of(case), length=length, by=None, reason="Asked", source="web", now=NOW + HOUR)
    judge(case)
    for at, status in ((NOW + 1.5 * HOUR, "on_hold"), (NOW + 2 * HOUR, "in_progress")):
        clock.set(at)
        services.case_update(case=case, by=None, now=at, status=status)
        judge(case)
    assert instance_of(case).failure_at == NOW + 5 * HOUR
    change(hours, NOW + 2 * HOUR, week=LATER_OPENING)
    recalculate(hours, NOW + 2 * HOUR, clock)
    assert instance_of(case).failure_at == NOW + 6 * HOUR
    assert (instance_of(case).held_seconds, instance_of(case).terms["failure"]) == (1800, 4.5 * 3600)


def test_a_holiday_moves_the_timers_of_all_who_observe_it(hours, clock):
    clock.set(NOW + 6 * HOUR)
    case = judged_case(now=NOW + 6 * HOUR)
    tomorrow = (NOW + timedelta(days=1)).date()
    holidays_add(schedule=hours.holiday_schedule, dates=[tomorrow], name="Off", by=None, now=NOW + 6 * HOUR)
    recalculate(hours, NOW + 6.5 * HOUR, clock)
    assert instance_of(case).failure_at == NOW + timedelta(days=2, hours=2)


def test_closed_records_and_current_timers_are_left_alone(hours, clock):
    case = judged_case()
    services.case_resolve(case=case, by=None, now=NOW)
    judge(case)
    clock.set(NOW + HOUR)
    change(hours, NOW + HOUR, week=LATER_OPENING)
    judged_case("Born by the new hours", now=NOW + HOUR)
    assert hours_recalculation_forecast([hours], NOW + HOUR, seconds=10).total == 0
    with pytest.raises(NotPossible, match="earlier version"):
        recalculation_start(hours=[hours], by=None, now=NOW + HOUR)


def test_while_slas_are_disabled_nothing_is_replaced(hours, clock):
    case = judged_case()
    clock.set(NOW + HOUR)
    change(hours, NOW + HOUR, week=LATER_OPENING)
    settings_update(changes={"slas_disabled": True}, by=None, now=NOW + HOUR)
    foretold = hours_recalculation_forecast([hours], NOW + HOUR, seconds=10)
    job = recalculate(hours, NOW + HOUR, clock)
    assert job.result == dict(foretold.counts)
    assert instance_of(case).failure_at == NOW + 4 * HOUR


def test_a_job_that_is_run_twice_moves_nothing_twice(hours, clock):
    case = judged_case()
    clock.set(NOW + HOUR)
    change(hours, NOW + HOUR, week=LATER_OPENING)
    job = recalculate(hours, NOW + HOUR, clock)
    Job.objects.filter(pk=job.pk).update(cursor=0, state="running", finished_at=None, wake_at=NOW + HOUR)
    jobs_finish()
    assert record_of(case).changes.filter(kind="recalculated").count() == 1
    assert record_of(case).instances.count() == 2


def test_a_reason_that_cannot_be_kept_is_refused(hours, clock):
    judged_case()
    change(hours, NOW + HOUR, week=LATER_OPENING)
    with pytest.raises(Invalid) as caught:
        recalculation_start(hours=[hours], by=None, reason="x" * 501, now=NOW + HOUR)
    assert caught.value.problems[0].pointer == "/reason"
    assert not Job.objects.exists()


def test_the_forecast_costs_the_same_for_one_record_and_for_many(hours, clock):
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            hours_recalculation_forecast([hours], NOW + HOUR, seconds=60)
        return len(queries)

    judged_case()
    change(hours, NOW + HOUR, week=LATER_OPENING)
    one = cost()
    for number in range(8):
        judged_case(f"Case {number}")
    assert hours_recalculation_forecast([hours], NOW + HOUR, seconds=60).total == 9
    assert cost() == one


def test_a_record_that_fails_stays_as_it_was_and_is_named(hours, clock):
    broken, whole = judged_case("Broken"), judged_case("Whole")
    change(hours, NOW + HOUR, week=LATER_OPENING)
    record = record_of(broken)
    record.holds = {"first_response_by": [["no", "time", "pause"]]}
    record.save()
    job = recalculate(hours, NOW + HOUR, clock)
    assert (job.state, job.failed, job.result) == ("done", 1, {"timers": 1, "moved": 1})
    assert job.failures[0]["id"] == record.pk
    assert not record.changes.filter(kind="recalculated").exists()
    assert instance_of(whole).failure_at == NOW + 5 * HOUR
