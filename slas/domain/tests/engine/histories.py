"""Random worlds and logs for the laws: SLAs in versions, hours in several zones, and what happened to one record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from hypothesis import strategies as st

from slas.domain.engine import (
    Applied,
    Change,
    Deleted,
    Extended,
    Hours,
    LogEvent,
    NoSLA,
    Reapplied,
    Recalculated,
)
from slas.domain.policy import SLAPolicy, compile_sla
from slas.domain.tests.engine.desk_of_examples import FIELDS, RESOLVED, RESPONDED, document, is_, item, level_is
from slas.domain.worktime import WorkingTime

WORKDAYS = ("mon", "tue", "wed", "thu", "fri")


def _hours(tz: str, *intervals: tuple[str, str], days: tuple[str, ...] = WORKDAYS) -> WorkingTime:
    return WorkingTime.from_dict({"tz": tz, "week": {day: [list(each) for each in intervals] for day in days}})


# The last Friday of March 2026: London's clocks jump on the Sunday, Chatham's a week later.
FRIDAY = datetime(2026, 3, 27, 6, 0, tzinfo=UTC)
SCHEDULES = (
    _hours("Europe/London", ("09:00", "17:00")),
    _hours("America/New_York", ("08:00", "12:00"), ("13:00", "18:00")),
    _hours("Pacific/Chatham", ("00:00", "07:30"), ("22:00", "24:00"), days=(*WORKDAYS, "sat", "sun")),
    _hours("Asia/Kathmandu", ("10:15", "10:45"), ("16:00", "24:00"), days=("fri", "sat", "sun", "mon")),
)
AROUND_THE_CLOCK = Hours(None, WorkingTime.always())


class World:
    """Versions 1 and 2 are of SLA 1, version 3 is of SLA 2. Hours 1 are edited once, at `edited`."""

    lifecycle_field: str = "state"
    lifecycle: Mapping[str, str] = {"active": "open", "resolved": "resolved", "canceled": "canceled"}

    def __init__(self, documents: list[dict[str, Any]], schedules: list[WorkingTime], edited: datetime) -> None:
        self.documents = documents
        self._slas = {
            version: compile_sla(each, FIELDS, sla=1 if version < 3 else 2, version=version)
            for version, each in enumerate(documents, 1)
        }
        self._hours = [Hours(number, time) for number, time in enumerate(schedules, 1)]
        self._edited = edited

    def sla(self, version: int) -> SLAPolicy:
        return self._slas[version]

    def hours_at(self, business_hours: int | None, at: datetime) -> Hours:
        if business_hours is None:
            return AROUND_THE_CLOCK
        return self._hours[0] if at < self._edited else self._hours[1]

    def hours(self, version: int | None) -> Hours:
        return AROUND_THE_CLOCK if version is None else self._hours[version - 1]


@dataclass(frozen=True)
class History:
    world: World
    log: tuple[LogEvent, ...]
    until: datetime


LENGTHS = (1, 30, 60, 90, 200, 240, 480, 1440, 2900)
CONDITIONS = ({}, {}, level_is("gold"), level_is("silver"), is_("priority", "high"))
SUCCESSES = (RESPONDED, RESOLVED, is_("status", "problem_solved"))
PAUSES = (None, None, is_("priority", "high"), is_("status", "in_progress"))


def _item(random: Random, key: str, kpi: str) -> dict[str, Any]:
    days = {"amount": random.randint(1, 3), "unit": "business_days"}
    return item(
        key,
        kpi=kpi,
        when=random.choice(CONDITIONS),
        success=random.choice(SUCCESSES),
        warn=[random.choice(LENGTHS) for _ in range(random.randint(0, 2))],
        fail=random.choice((*LENGTHS, days, days)),
        hours=random.choice((None, "office", "office")),
        pause=random.random() > 0.2,
        pause_when=random.choice(PAUSES),
    )


def _world(seed: int) -> World:
    """By a seed, since drawing a world choice by choice costs more than all the rest. Version 2 often has items of
    version 1 unchanged, so that clocks go on under it.
    """
    random = Random(seed)
    keys = [("a", "resolve"), ("b", "resolve"), ("c", "response")]
    first = [_item(random, key, kpi) for key, kpi in keys]
    second = [_item(random, each["key"], each["kpi"]) if random.random() < 0.3 else each for each in first]
    settings = {
        "reopening": random.choice(("keep", "continue", "restart")),
        "recalculate_on_terminal": random.random() < 0.5,
    }
    versions = (first, second, [_item(random, "d", "resolve")])
    edited = FRIDAY + timedelta(minutes=random.randint(0, 4000))
    schedules = random.sample(SCHEDULES, 2)
    return World([document(*items, **settings) for items in versions], schedules, edited)


worlds = st.integers(0, 100_000).map(_world)
_values = st.fixed_dictionaries(
    {},
    optional={
        "state": st.sampled_from(["active", "active", "resolved", "canceled"]),
        "status": st.sampled_from(["new", "in_progress", "on_hold", "on_hold", "problem_solved"]),
        "level": st.sampled_from(["gold", "silver"]),
        "priority": st.sampled_from(["high", "normal"]),
        "responded": st.booleans(),
        "title": st.sampled_from(["Printer", "Scanner"]),
    },
)
_gaps = st.sampled_from([0, 0, 1, 30, 60, 240]) | st.integers(0, 1500)
_shifts = st.none() | st.integers(-900, 900)


@st.composite
def _events(draw: st.DrawFn, seq: int, at: datetime) -> LogEvent:
    match draw(st.integers(0, 19)):
        case 0:
            version = draw(st.sampled_from([1, 2, 3]))
            return Change(seq, at, draw(_values), Applied(1 if version < 3 else 2, version, "hand"))
        case 1:
            return Change(seq, at, {}, NoSLA("hand_none"))
        case 2:
            version, asked, starting = draw(st.sampled_from([1, 2])), draw(st.booleans()), draw(st.booleans())
            published = at - timedelta(minutes=draw(_gaps))
            return Reapplied(seq, at, 1, version, asked, starting, published_at=published)
        case 3:
            kpis = draw(st.sampled_from([(), ("resolve",), ("response",)]))
            starting, running_only = draw(st.booleans()), draw(st.booleans())
            return Recalculated(seq, at, kpis, starting, running_only=running_only)
        case 4:
            return Extended(seq, at, draw(st.sampled_from(["resolve", "response"])), draw(st.integers(1, 90_000)))
        case 5:
            shift = draw(_shifts)
            return Change(seq, at, {"opened_on": None if shift is None else at + timedelta(minutes=shift)})
        case 6:
            return Change(seq, at, {**draw(_values)}, starting=False)
        case 7:
            return Change(seq, at, draw(_values), depth=draw(st.integers(1, 6)))
    return Change(seq, at, draw(_values))


@st.composite
def histories(draw: st.DrawFn, most: int = 9) -> History:
    world = draw(worlds)
    opened = draw(st.sampled_from([0, 0, 0, -300, 300]) | st.integers(-3000, 600))
    snapshot = {
        "state": "active", "status": "new", "level": "gold", "priority": "normal", "responded": False,
        "title": "Printer", "opened_on": FRIDAY + timedelta(minutes=opened), **draw(_values),
    }  # fmt: skip
    log: list[LogEvent] = [Change(1, FRIDAY, snapshot, Applied(1, 1, "default"))]
    at = FRIDAY
    for seq in range(2, 2 + draw(st.integers(0, most))):
        at += timedelta(minutes=draw(_gaps))
        log.append(draw(_events(seq, at)))
    if draw(st.integers(0, 9)) == 0:
        log.append(Deleted(len(log) + 1, at + timedelta(minutes=draw(_gaps))))
    return History(world, tuple(log), log[-1].at + timedelta(minutes=draw(_gaps)))
