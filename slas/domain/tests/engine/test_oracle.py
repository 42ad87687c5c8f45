"""The fold agrees with a clock that counts minutes (engine.md R10, R17–R24)."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from slas.domain.engine import Hours, Kind
from slas.domain.tests.engine.desk_of_examples import RESPONDED, Desk, Story, at, document, item
from slas.domain.tests.engine.oracle import Clock, Timetable
from slas.domain.worktime import WorkingTime

WORKDAYS = ("mon", "tue", "wed", "thu", "fri")
TIMETABLES = [
    Timetable("UTC", {day: [("09:00", "17:00")] for day in WORKDAYS}),
    Timetable("America/New_York", {day: [("08:30", "12:00"), ("13:00", "18:15")] for day in WORKDAYS}),
    Timetable("Asia/Kolkata", {"mon": [("05:00", "09:00"), ("20:00", "24:00")], "tue": [("00:00", "04:00")]}),
    Timetable("Pacific/Chatham",
              {"mon": [("10:00", "10:45")], "tue": [("04:45", "23:15")], "wed": [("06:00", "07:00")]}),
]  # fmt: skip
CREATED = at(8)

_steps = st.lists(
    st.tuples(
        st.sampled_from([0, 0, 60, 120, 240]) | st.integers(0, 600),
        st.sampled_from([{"on_hold": True}, {"on_hold": False}, {"on_hold": True}, {"met": True}]),
    ),
    max_size=8,
)


@given(
    timetable=st.sampled_from(TIMETABLES),
    shift=st.sampled_from([0, 0, 60, 480]) | st.integers(0, 900),
    warning=st.integers(1, 400),
    failure=st.sampled_from([60, 240, 480]) | st.integers(2, 700),
    steps=_steps,
    born=st.sampled_from([{}, {"on_hold": True}]),
)
@settings(max_examples=60)
def test_the_fold_agrees_with_counting_minutes(
    timetable: Timetable,
    shift: int,
    warning: int,
    failure: int,
    steps: list[tuple[int, dict[str, bool]]],
    born: dict[str, bool],
) -> None:
    """engine.md R10, R17–R24: success, failure, warning and pauses of one KPI, from S on."""
    start, until = CREATED + timedelta(minutes=shift), CREATED + timedelta(days=2)
    clock = Clock(timetable, start, min(warning, failure + 1), failure)
    changes: dict[datetime, list[dict[str, bool]]] = defaultdict(list, {CREATED: [born]})
    story = Story(desk_with(timetable, clock)).created(CREATED, opened_on=start, **said(born))
    moment = CREATED
    for minutes, change in steps:
        moment += timedelta(minutes=minutes)
        changes[moment].append(change)
        story.changed(moment, **said(change))
    clock.run(CREATED, changes, until)

    instance = story.instance(until, "response")
    assert (instance.status.value, instance.ended_at) == (clock.status, clock.ended_at)
    warned = [each.at for each in story.transitions(until, Kind.WARNED)]
    assert warned == ([clock.warned_at] if clock.warned_at else [])


def desk_with(timetable: Timetable, clock: Clock) -> Desk:
    class _Desk(Desk):
        def hours_at(self, business_hours: int | None, at: datetime) -> Hours:
            return hours

        def hours(self, version: int | None) -> Hours:
            return hours

    week = {day: [list(each) for each in intervals] for day, intervals in timetable.week.items()}
    hours = Hours(1, WorkingTime.from_dict({"tz": timetable.tz, "week": week}))
    response = item(
        "response", kpi="response", success=RESPONDED, warn=clock.warning, fail=clock.failure, hours="office"
    )
    return _Desk(document(response))


def said(change: dict[str, bool]) -> dict[str, Any]:
    """The oracle's words as the record's values."""
    values: dict[str, Any] = {}
    if "met" in change:
        values["responded"] = change["met"]
    if "on_hold" in change:
        values["status"] = "on_hold" if change["on_hold"] else "in_progress"
    return values
