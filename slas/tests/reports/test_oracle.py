"""The report's queries against the same report in plain Python, over random rows."""

from __future__ import annotations

import math
from collections import defaultdict
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from slas import records
from slas.models import KPIInstance
from slas.selectors.clocks.instance_lists import status_now
from slas.selectors.reports.compliance import Figures
from slas.selectors.reports.questions import answer, question_parse
from slas.tests.policy.builders import NOW
from slas.tests.reports.random_instances import make_instances

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
GROUPS = ["sla", "kpi", "item", "month", "priority", "service_level", "customer", "agent", "team"]
LIMIT = timedelta(hours=24)


def group_of(instance: KPIInstance, group_by: str) -> str:
    match group_by:
        case "sla":
            return instance.sla.code
        case "kpi":
            return instance.kpi.code
        case "item":
            return f"{instance.sla.code}:{instance.item_key}"
        case "month":
            return f"{timezone.localtime(instance.ended_at):%Y-%m}" if instance.ended_at else "open"
    if instance.ended_at:
        return instance.dimensions.get(group_by) or "none"
    path = records.get(instance.record.record_type).dimensions.get(group_by, "")
    return str(instance.record.values.get(path) or "none")


def plain(rows: list[KPIInstance]) -> Figures:
    met = [one for one in rows if one.status == "succeeded"]
    missed = [one for one in rows if one.status == "noncompliant"]
    unmet = [one for one in rows if one.status == "canceled" and one.end_reason == "resolved_unmet"]
    completed = [one for one in rows if one.status == "succeeded" or one.late_success_at is not None]
    times = sorted(one.used_seconds for one in completed)
    overdue = [
        one
        for one in rows
        if status_now(one, NOW) == "noncompliant" and one.late_success_at is None and one.record.lifecycle == "open"
    ]
    return Figures(
        finished=len(met) + len(missed),
        met=len(met),
        missed=len(missed),
        late=sum(one.late_success_at is not None for one in rows),
        closed_paused=sum(one.ended_paused for one in [*met, *unmet]),
        met_closed_paused=sum(one.ended_paused for one in met),
        closed_unmet=len(unmet),
        paused_long=sum(
            one.paused_seconds > LIMIT.total_seconds() or (one.paused_on is not None and NOW - one.paused_on > LIMIT)
            for one in rows
        ),
        open=sum(one.ended_at is None for one in rows),
        breached=len(overdue),
        measured=len(times),
        median=times[math.ceil(0.5 * len(times)) - 1] if times else None,
        p90=times[math.ceil(0.9 * len(times)) - 1] if times else None,
    )


def oracle(asked: dict[str, str], group_by: str) -> tuple[dict[str, Figures], Figures]:
    rows = list(KPIInstance.objects.select_related("record", "sla", "kpi"))
    since, until = (date.fromisoformat(asked[name]) if name in asked else None for name in ("since", "until"))
    found = []
    for one in rows:
        day = timezone.localtime(one.ended_at).date() if one.ended_at else None
        if day and ((since and day < since) or (until and day > until)):
            continue
        if any(group_of(one, name) != asked[name] for name in asked if name not in ("since", "until")):
            continue
        found.append(one)
    groups: dict[str, list[KPIInstance]] = defaultdict(list)
    for one in found:
        groups[group_of(one, group_by)].append(one)
    return {key: plain(some) for key, some in groups.items()}, plain(found)


QUESTIONS: list[dict[str, str]] = [
    {},
    {"since": "2026-01-01", "until": "2026-01-31"},
    {"sla": "gold", "priority": "high"},
    {"kpi": "resolve_by", "customer": "none", "since": "2025-12-31"},
]


@pytest.mark.parametrize("group_by", GROUPS)
@pytest.mark.parametrize("seed", [1, 2])
def test_the_report_is_what_plain_python_counts(seed: int, group_by: str, clock: Any) -> None:
    make_instances(seed, 120)
    with timezone.override(ZoneInfo("America/New_York")):
        for asked in QUESTIONS:
            period = {} if asked.keys() & {"since", "until"} else {"period": "all"}
            question = question_parse({**asked, **period, "group_by": group_by}, now=NOW)
            found = answer(question, now=NOW)
            groups, total = oracle(asked, group_by)
            assert {group.key: group.figures for group in found.groups} == groups
            assert found.total == total


@pytest.mark.parametrize("group_by", GROUPS)
def test_as_many_queries_for_many_rows_as_for_few(
    group_by: str, clock: Any, django_assert_max_num_queries: Any
) -> None:
    make_instances(3, 60)
    question = question_parse({"period": "all", "group_by": group_by}, now=NOW)
    with django_assert_max_num_queries(5):
        answer(question, now=NOW)


def test_nothing_counted_is_no_percentage() -> None:
    found = answer(question_parse({"period": "all"}, now=NOW), now=NOW)
    assert found.groups == [] and found.total == Figures()
    assert found.total.attainment is None and found.total.worked_attainment is None


def test_what_was_closed_while_paused_can_be_left_out() -> None:
    figures = Figures(finished=10, met=9, missed=1, closed_paused=5, met_closed_paused=4)
    assert (figures.attainment, round(figures.worked_attainment or 0, 1)) == (90.0, 83.3)
