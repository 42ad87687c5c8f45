"""When warnings and failures are due (engine.md R19)."""

from __future__ import annotations

from datetime import datetime

import pytest

from slas.domain.durations import Duration
from slas.domain.engine.state import Hold
from slas.domain.engine.times import due_time
from slas.domain.tests.engine.desk_of_examples import NINE_TO_FIVE, SHORT_DAYS, Desk, Story, at, document, item
from slas.domain.worktime import WorkingTime
from slas.domain.worktime.document import read_document

ALWAYS = WorkingTime.always()
HOUR = 3600


def hold(start: datetime, end: datetime) -> Hold:
    return Hold(start, end)


@pytest.mark.parametrize(
    ("holds", "due", "held"),
    [
        ((), at(13), 0),
        ((hold(at(10), at(11)),), at(14), HOUR),
        ((hold(at(10), at(10)),), at(13), 0),  # no length
        ((hold(at(7), at(8)),), at(13), 0),  # over before S
        ((hold(at(8), at(9)),), at(13), 0),  # over at S
        ((hold(at(8), at(10)),), at(14), HOUR),  # only what is after S
        ((hold(at(13), at(15)),), at(15), 2 * HOUR),  # begins at the due time: due at its end
        ((hold(at(13.5), at(15)),), at(13), 0),  # begins after the due time: does not count
        ((hold(at(10), at(11)), hold(at(13.5), at(14))), at(14.5), 1.5 * HOUR),  # counts since the first one moved it
        ((hold(at(10), at(11)), hold(at(14.5), at(16))), at(14), HOUR),
        ((hold(at(10), at(11)), hold(at(11), at(12))), at(15), 2 * HOUR),  # touching
    ],
)
def test_holds_are_taken_in_order(holds: tuple[Hold, ...], due: datetime, held: float) -> None:
    """engine.md R19: add(S, F + held), with S = 09:00 and F = 4 h; one after the due time does not count."""
    assert due_time(at(9), 4 * HOUR, holds, ALWAYS) == (due, held)


def test_due_inside_a_hold_over_closing() -> None:
    """engine.md R19, R24: no working time is left and none passes; due when the hold ends, open or not."""
    due, held = due_time(at(9), 8 * HOUR, (hold(at(17), at(20)),), NINE_TO_FIVE)
    assert (due, held) == (at(20), 0)


def test_held_is_working_time() -> None:
    """engine.md R19, R23: of a hold from 16:00 to 10:00, two hours are working time."""
    assert due_time(at(9), 8 * HOUR, (hold(at(16), at(10, day=1)),), NINE_TO_FIVE) == (at(11, day=1), 2 * HOUR)


class CountedHours(WorkingTime):
    """Nine to five, and how often it was asked for a stretch of working time."""

    def __init__(self) -> None:
        super().__init__(read_document(NINE_TO_FIVE.to_dict()))
        self.asked = 0

    def elapsed(self, start: datetime, end: datetime) -> float:
        self.asked += 1
        return super().elapsed(start, end)


def test_the_last_of_many_pauses_costs_as_much_as_the_first() -> None:
    """engine.md R19, R24: taken in order, each is measured once for the warning and once for the failure."""
    desk, hours, pauses = Desk(document(item(warn=3000, fail=4000, hours="office"))), CountedHours(), 200
    desk.publish_hours(at(0), hours)
    story = Story(desk).created(at(9))
    for pause in range(pauses):
        story.changed(at(9 + pause / 10), status="on_hold").changed(at(9.05 + pause / 10), status="new")
    clock = story.instance(at(9 + pauses / 10))
    assert (clock.hours, clock.paused) == (2, pauses * 180)
    assert hours.asked == 2 * pauses


def test_both_times_count_from_s() -> None:
    """engine.md R19: neither is relative to the other."""
    instance = Story(Desk(document(item(warn=180, fail=240, hours="office")))).created(at(15)).instance(at(16))
    assert (instance.warning_due, instance.failure_due) == (at(10, day=1), at(11, day=1))


@pytest.mark.parametrize(
    ("start", "days", "due"),
    [
        (at(10), 1, at(10, day=1)),
        (at(10), 2, at(10, day=2)),
        (at(10, day=4), 1, at(10, day=7)),  # Friday → Monday
        (at(9), 1, at(17)),  # the same time on Tuesday is an opening: due at the closing before it
        (at(17), 1, at(17, day=1)),  # from the first open instant: Tuesday 09:00
        (at(12, day=5), 1, at(17, day=7)),  # Saturday
        (at(16.999), 1, at(16.999, day=1)),
    ],
)
def test_business_days(start: datetime, days: int, due: datetime) -> None:
    """engine.md R19: from the first open instant, the n-th following working day at the same wall time."""
    desk = Desk(document(item(fail={"amount": days, "unit": "business_days"}, warn=None, hours="office")))
    assert Story(desk).created(start).instance(start).failure_due == due


def test_business_days_are_clamped_into_the_day() -> None:
    """engine.md R19: 15:00 on a short day is its closing, 14:00."""
    hours = WorkingTime.from_dict(
        {**NINE_TO_FIVE.to_dict(), "overrides": {"2026-03-03": [["10:00", "14:00"]]}}  # the Tuesday
    )
    duration = Duration.parse_document({"amount": 1, "unit": "business_days"})
    assert hours.add(at(15), duration.working_seconds(at(15), hours)) == at(14, day=1)


def test_business_days_become_seconds_once() -> None:
    """engine.md R19: at the start; a pause then moves the due time by working seconds, not by days."""
    desk = Desk(document(item(fail={"amount": 1, "unit": "business_days"}, warn=None, hours="office")))
    story = Story(desk).created(at(10)).changed(at(11), status="on_hold").changed(at(13), status="new")
    assert story.instance(at(14)).failure_due == at(12, day=1)


def test_a_clock_keeps_its_schedule_version() -> None:
    """engine.md R17, R19: pauses are measured in the instance's own schedule."""
    desk = Desk(document(item(warn=None, fail=480, hours="office")))
    desk.publish_hours(at(10), SHORT_DAYS)
    story = Story(desk).created(at(9.5)).changed(at(15), status="on_hold").changed(at(16), status="new")
    assert story.instance(at(16.5)).failure_due == at(10.5, day=1)


def test_held_counts_what_moved_the_failure_time() -> None:
    """engine.md R19: elapsed(S, due) = failure + held, always."""
    story = Story(Desk(document(item(hours="office")))).created(at(6)).changed(at(7), status="on_hold")
    instance = story.changed(at(10), status="new").instance(at(10))
    assert (instance.held, instance.failure_due) == (HOUR, at(14))
    assert instance.failure_due is not None
    assert NINE_TO_FIVE.elapsed(instance.start, instance.failure_due) == instance.failure + instance.held
