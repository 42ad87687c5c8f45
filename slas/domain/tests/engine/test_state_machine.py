"""The state machine as a table, row by row, and worked examples: E of times, P of pauses.

Where a rule of engine.md departs from what is customary, the customary outcome (`original`) stands beside ours.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest

from slas.domain.engine import Kind, Status
from slas.domain.tests.engine.desk_of_examples import (
    RESPONDED,
    Desk,
    Story,
    at,
    document,
    is_,
    item,
    level_is,
)

PLAIN = item("response", kpi="response", success=RESPONDED)
GOLD = item("gold", kpi="response", success=RESPONDED, when=level_is("gold"))
SILVER = item("silver", kpi="response", success=RESPONDED, when=level_is("silver"), fail=480, warn=None)
HOLD = {"status": "on_hold"}
GO = {"status": "in_progress"}
MET = {"responded": True}
UNMET = {"responded": False}

HALF_PAST_ELEVEN = at(11.5)

IN_PROGRESS, NEARING, NONCOMPLIANT = Status.IN_PROGRESS, Status.NEARING_NONCOMPLIANCE, Status.NONCOMPLIANT
PAUSED, SUCCEEDED, CANCELED = Status.PAUSED, Status.SUCCEEDED, Status.CANCELED


@dataclass(frozen=True)
class Row:
    """A record created at 09:00 (values in `born`), then `steps`; what every clock of the KPI is `until` then."""

    born: dict[str, Any] = field(default_factory=dict)
    steps: Sequence[Callable[[Story], Story]] = ()
    until: datetime = HALF_PAST_ELEVEN
    ours: Sequence[Status] = ()
    original: Sequence[Status] | None = None
    items: Sequence[dict[str, Any]] = (PLAIN,)
    recalculate: bool = False
    events: Sequence[Kind] | None = None


def change(hour: float, values: dict[str, Any]) -> Callable[[Story], Story]:
    return lambda story: story.changed(at(hour), **values)


def sla(hour: float, sla: int | None) -> Callable[[Story], Story]:
    return lambda story: story.applied(at(hour), sla, version=2)


ROWS = {
    "1 applied, matching, S present": Row(ours=[IN_PROGRESS], until=at(9), events=[Kind.STARTED]),
    "2 applied, warning past": Row(
        {"opened_on": at(5.5)}, until=at(9), ours=[NEARING], events=[Kind.STARTED, Kind.WARNED]
    ),
    "3 applied, failure past": Row({"opened_on": at(4)}, ours=[NONCOMPLIANT], events=[Kind.STARTED, Kind.FAILED]),
    "4 applied, already met": Row(MET, ours=[SUCCEEDED], events=[Kind.STARTED, Kind.SUCCEEDED]),
    "5 applied, pause condition true": Row(HOLD, ours=[PAUSED], events=[Kind.STARTED, Kind.PAUSED]),
    "6 warning time": Row(until=at(12.5), ours=[NEARING], events=[Kind.STARTED, Kind.WARNED]),
    "7 met before failure": Row(steps=[change(10, MET)], ours=[SUCCEEDED], events=[Kind.STARTED, Kind.SUCCEEDED]),
    "7 met while nearing": Row(steps=[change(12.5, MET)], until=at(13), ours=[SUCCEEDED]),
    "8 failure time": Row(until=at(14), ours=[NONCOMPLIANT], events=[Kind.STARTED, Kind.WARNED, Kind.FAILED]),
    "9 pause condition": Row(steps=[change(10, HOLD)], ours=[PAUSED], events=[Kind.STARTED, Kind.PAUSED]),
    "9 pause not allowed": Row(
        steps=[change(10, HOLD)], ours=[IN_PROGRESS],
        items=[item("response", kpi="response", success=RESPONDED, pause=False)],
    ),
    "10 resumed": Row(
        steps=[change(10, HOLD), change(11, GO)], ours=[IN_PROGRESS], original=[CANCELED, IN_PROGRESS],
        events=[Kind.STARTED, Kind.PAUSED, Kind.RESUMED],
    ),
    "11 times pass while paused": Row(steps=[change(10, HOLD)], until=at(20), ours=[PAUSED]),
    "12 resumed after the warning": Row(
        steps=[change(12.5, HOLD), change(14, GO)], until=at(14.2), ours=[NEARING],
        events=[Kind.STARTED, Kind.WARNED, Kind.PAUSED, Kind.RESUMED],
    ),
    "13 applicable when false": Row(steps=[change(10, {"level": "silver"})], items=[GOLD], ours=[CANCELED]),
    "13 another item matches": Row(
        steps=[change(10, {"level": "silver"})], items=[GOLD, SILVER], ours=[CANCELED, IN_PROGRESS]
    ),
    "14 succeeded, item no longer matches, recalculate": Row(
        steps=[change(10, MET), change(11, {"level": "silver"})], items=[GOLD], recalculate=True,
        ours=[SUCCEEDED], original=[CANCELED],
    ),
    "14 noncompliant, item no longer matches, recalculate": Row(
        steps=[change(14, {"level": "silver"})], items=[GOLD], recalculate=True, until=at(15),
        ours=[NONCOMPLIANT], original=[CANCELED],
    ),
    "15 another SLA": Row(steps=[sla(10, 2)], ours=[CANCELED, IN_PROGRESS]),
    "15 SLA removed": Row(steps=[sla(10, None)], ours=[CANCELED]),
    "16 applicable-when field changes, same item": Row(
        steps=[change(10, {"level": "silver"})],
        items=[item("both", kpi="response", success=RESPONDED,
                    when={"any": [*level_is("gold")["all"], *level_is("silver")["all"]]})],
        ours=[IN_PROGRESS], original=[CANCELED, IN_PROGRESS],
    ),
    "17 succeeded, then anything": Row(
        steps=[change(10, MET), change(10.5, HOLD), change(11, {"level": "silver", **UNMET})],
        items=[GOLD, SILVER], ours=[SUCCEEDED],
    ),
    "17 noncompliant, then anything": Row(
        steps=[change(14, HOLD), change(15, {"level": "silver", **GO})], items=[GOLD, SILVER], until=at(16),
        ours=[NONCOMPLIANT],
    ),
    "18 noncompliant, another item, recalculate": Row(
        steps=[change(14, {"level": "silver"})], items=[GOLD, SILVER], recalculate=True, until=at(15),
        ours=[NONCOMPLIANT, IN_PROGRESS], original=[CANCELED, IN_PROGRESS],
    ),
    "18 noncompliant, criteria change, recalculate": Row(
        steps=[change(14, MET), change(15, UNMET)], recalculate=True, until=at(16),
        ours=[NONCOMPLIANT], original=[CANCELED, NONCOMPLIANT],
    ),
    "19 succeeded, undone, recalculate": Row(
        steps=[change(10, MET), change(11, UNMET)], recalculate=True,
        ours=[SUCCEEDED, IN_PROGRESS], original=[CANCELED, IN_PROGRESS],
    ),
    "20 canceled, then anything": Row(
        steps=[change(10, {"level": "silver"}), change(10.5, MET), change(11, HOLD)], items=[GOLD], ours=[CANCELED]
    ),
    "20 canceled, an item matches later": Row(
        steps=[change(10, {"level": "silver"}), change(11, {"level": "gold"})], items=[GOLD],
        ours=[CANCELED, IN_PROGRESS],
    ),
    "21 noncompliant, met later": Row(
        steps=[change(14, MET)], until=at(15), ours=[NONCOMPLIANT],
        events=[Kind.STARTED, Kind.WARNED, Kind.FAILED, Kind.LATE_SUCCESS],
    ),
    # A deactivated SLA is never chosen again; what runs under it is judged in full (R15): to the fold it is no event.
    "22 SLA deactivated, met": Row(steps=[change(10, MET)], ours=[SUCCEEDED], original=[IN_PROGRESS]),
    "22 SLA deactivated, paused": Row(steps=[change(10, HOLD)], ours=[PAUSED], original=[IN_PROGRESS]),
    "23 record deleted": Row(steps=[lambda story: story.deleted(at(10))], ours=[CANCELED], original=[]),
}  # fmt: skip
REPLACED = {"10", "14", "16", "18", "19", "22", "23"}


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_row(row: Row) -> None:
    """engine.md R17–R27."""
    settings = {"recalculate_on_terminal": row.recalculate}
    desk = Desk(document(*row.items, **settings), document(*row.items, **settings), sla_of_version={2: 2})
    story = Story(desk).created(at(9), **row.born)
    for step in row.steps:
        step(story)
    assert [each.status for each in story.all_instances(row.until, "response")] == row.ours
    if row.events is not None:
        assert [kind for kind, _ in story.kinds(row.until)] == row.events


def test_the_table_is_complete() -> None:
    """No row is left out, and exactly those that engine.md replaces differ from what is customary."""
    assert {name.split()[0] for name in ROWS} == {str(number) for number in range(1, 24)}
    assert {name.split()[0] for name, row in ROWS.items() if row.original is not None} == REPLACED
    assert all(row.original != row.ours for row in ROWS.values())


@pytest.mark.parametrize(
    ("name", "start", "fail", "hours", "due"),
    [
        ("E2", at(9), 120, None, at(11)),
        ("E5", at(10), 60, "office", at(11)),
        ("E6", at(10), 14400, None, at(10, day=10)),
        ("E6c", at(10), 14400, "office", at(10, day=42)),
        ("E7", at(10), 1440, "office", at(10, day=3)),
        ("E8", at(16.5, day=4), 60, "office", at(9.5, day=7)),
        ("E9", at(11, day=5), 240, "office", at(13, day=7)),
        ("E11", at(9), 480, "office", at(17)),
    ],
)
def test_worked_example(name: str, start: datetime, fail: int, hours: str | None, due: datetime) -> None:
    """The failure time that an instance shows, and at which it fails."""
    desk = Desk(document(item(fail=fail, warn=None, hours=hours)))
    story = Story(desk).created(start)
    assert story.instance(start).failure_due == due, name
    assert story.kinds(due + timedelta(hours=1))[-1] == (Kind.FAILED, due)


def test_e3_failure_counts_from_applicable_from() -> None:
    """E3: not from the moment at which the SLA was applied."""
    story = Story(Desk(document(item(fail=60, warn=None)))).created(at(9), sla=None).applied(at(9.5), 1)
    assert story.instance(at(11)).ended_at == at(10)


def test_e4_only_working_time_counts() -> None:
    """E4: 30 minutes worked, 45 waiting; 11:00 becomes 11:45, and the warning moves too."""
    story = Story(Desk(document(item(fail=120, warn=90)))).created(at(9))
    story.changed(at(9.5), status="waiting").changed(at(10.25), status="new")
    assert story.kinds(at(13))[-2:] == [(Kind.WARNED, at(11.25)), (Kind.FAILED, at(11.75))]


def test_e12_seed_items_pick_by_level_and_kpi() -> None:
    """E12: two KPIs by level; each level its own targets."""
    items = [
        item(f"{level}-{kpi}", kpi=kpi, when=level_is(level), success=success, warn=None, fail=fail, hours="office")
        for level, response, resolve in (
            ("gold", 60, 240), ("silver", 120, {"amount": 1, "unit": "days"}),
        )
        for kpi, success, fail in (("response", RESPONDED, response), ("resolve", is_("state", "resolved"), resolve))
    ]  # fmt: skip
    story = Story(Desk(document(*items))).created(at(9))
    assert [story.instance(at(9), kpi).failure_due for kpi in ("response", "resolve")] == [at(10), at(13)]
    story.changed(at(9.5), level="silver")
    assert [story.instance(at(9.5), kpi).failure_due for kpi in ("response", "resolve")] == [at(11), at(17, day=2)]


@pytest.mark.parametrize(
    ("name", "created", "paused", "resumed", "failure", "warning"),
    [
        ("P1", at(6), at(7), at(8), at(13), at(12)),
        ("P2", at(6), at(10), at(11.5), at(14.5), at(13.5)),
        ("P3", at(9), at(12), at(20), at(10, day=1), at(20)),
        ("P4", at(15), at(19), at(10, day=1), at(12, day=1), at(11, day=1)),
        ("P4b", at(15), at(19), at(8, day=1), at(11, day=1), at(10, day=1)),
    ],
)
def test_pause_example(
    name: str, created: datetime, paused: datetime, resumed: datetime, failure: datetime, warning: datetime
) -> None:
    """P1–P4b: office hours, 4 h with a warning at 3 h; P3's warning is due as the pause begins (R24)."""
    story = Story(Desk(document(item(hours="office")))).created(created)
    story.changed(paused, **HOLD).changed(resumed, **GO)
    assert story.instance(resumed).failure_due == failure, name
    assert [each.at for each in story.transitions(at(0, day=3), Kind.WARNED)] == [warning]
