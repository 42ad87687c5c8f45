"""The times behind a report's median: every clock that ended and was completed, in time or late."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from cases import services
from cases.models import Case
from cases.tests.builders import judge, make_case, make_support_sla
from slas.models import KPIInstance
from slas.selectors.reports.questions import answer, question_parse

pytestmark = pytest.mark.django_db
HOUR = 3600.0


def minutes_later(clock: Any, minutes: int, case: Case) -> None:
    clock.set(clock.now + timedelta(minutes=minutes))
    judge(case)


def used(case: Case) -> dict[str, float | None]:
    rows = KPIInstance.objects.filter(record__object_id=case.pk).select_related("kpi")
    return {row.kpi.code: None if row.used_seconds is None else round(row.used_seconds, 3) for row in rows}


def answered(clock: Any, *, after: int, held: int = 0) -> Case:
    """A gold case, whose first response is due in an hour, answered after so many minutes of which it was held some."""
    case = make_case(now=clock.now)
    judge(case)
    if held:
        services.case_update(case=case, status="on_hold", by=None, now=clock.now)
        minutes_later(clock, held, case)
        services.case_update(case=case, status="in_progress", by=None, now=clock.now)
    minutes_later(clock, after - held, case)
    services.case_update(case=case, first_response_sent=True, by=None, now=clock.now)
    judge(case)
    return case


def test_in_time_late_and_without_what_it_was_held(clock):
    make_support_sla()
    assert used(answered(clock, after=30)) == {"first_response_by": 0.5 * HOUR, "resolve_by": None}
    assert used(answered(clock, after=90, held=60))["first_response_by"] == 0.5 * HOUR
    late = answered(clock, after=180)
    assert used(late)["first_response_by"] == 3 * HOUR
    assert KPIInstance.objects.get(record__object_id=late.pk, kpi__code="first_response_by").status == "noncompliant"


def test_what_was_never_met_has_no_time(clock):
    make_support_sla()
    case = make_case(now=clock.now)
    judge(case)
    minutes_later(clock, 24 * 60, case)  # both are missed
    services.case_resolve(case=case, by=None, now=clock.now)
    judge(case)
    assert used(case) == {"first_response_by": None, "resolve_by": 24 * HOUR}, "resolved late, never answered"
    canceled = make_case(now=clock.now)
    judge(canceled)
    services.case_cancel(case=canceled, by=None, now=clock.now)
    judge(canceled)
    assert used(canceled) == {"first_response_by": None, "resolve_by": None}


def test_the_report_counts_the_times_of_all_that_were_completed(clock):
    make_support_sla()
    for minutes in (10, 20, 180):
        answered(clock, after=minutes)
    waiting = make_case(now=clock.now)
    judge(waiting)
    minutes_later(clock, 61, waiting)
    question = question_parse({"period": "all", "kpi": "first_response_by"}, now=clock.now)
    total = answer(question, now=clock.now).total
    assert (total.finished, total.met, total.late, total.measured, total.never_met) == (4, 2, 1, 3, 1)
    assert (round(total.median), round(total.p90)) == (HOUR / 3, 3 * HOUR)
