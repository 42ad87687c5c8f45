"""The geometry of the clock history; no database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from cases.clock_history import MOST_TICKS, Clock, clock_history, stretches
from slas.domain.worktime import WorkingTime

NINE = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LONDON = ZoneInfo("Europe/London")
OFFICE = WorkingTime.from_dict({"tz": "UTC", "week": {"mon": [["09:00", "12:00"], ["13:00", "17:00"]]}})


def hours(number: float) -> datetime:
    return NINE + timedelta(hours=number)


def make_clock(**given) -> Clock:
    values = {"name": "Resolve by", "start": NINE, "end": None, "pauses": [], "windows": WorkingTime.always().windows}
    return Clock(**(values | given))


def kinds(clock: Clock, now: datetime) -> list[tuple[str, float, float]]:
    def since(at: datetime) -> float:
        return (at - NINE) / timedelta(hours=1)

    return [(each.kind, since(each.start), since(each.end)) for each in stretches(clock, now)]


def test_counts_until_now():
    assert kinds(make_clock(), hours(2)) == [("count", 0, 2)]


def test_counts_until_its_end():
    assert kinds(make_clock(end=hours(1)), hours(2)) == [("count", 0, 1)]


def test_pauses_and_hours_are_told_apart():
    clock = make_clock(windows=OFFICE.windows, pauses=[(hours(1), hours(2))])
    assert kinds(clock, hours(5)) == [
        ("count", 0, 1),
        ("pause", 1, 2),
        ("count", 2, 3),
        ("closed", 3, 4),
        ("count", 4, 5),
    ]


def test_a_pause_that_goes_on_ends_now():
    assert kinds(make_clock(pauses=[(hours(1), None)]), hours(3)) == [("count", 0, 1), ("pause", 1, 3)]


def test_nothing_has_happened_before_the_start():
    assert kinds(make_clock(start=hours(2)), hours(1)) == []


def test_what_is_left_is_drawn_until_due_unless_paused():
    def last_kind(clock: Clock) -> str:
        history = clock_history([clock], now=hours(1), zone=LONDON)
        assert history is not None
        return history.rows[0].stretches[-1].kind

    assert last_kind(make_clock(due=hours(4))) == "todo"
    assert last_kind(make_clock(due=hours(4), pauses=[(hours(0.5), None)])) == "pause"


def test_a_far_due_time_of_an_ended_clock_does_not_dwarf_it():
    history = clock_history([make_clock(end=hours(1), due=hours(100))], now=hours(1), zone=LONDON)
    assert history is not None
    assert history.rows[0].marks == []
    assert history.rows[0].stretches[0].width > 300


@pytest.mark.parametrize("span", [0.01, 1, 10, 100, 1000, 10_000])
def test_ticks_are_few_and_within_the_drawing(span):
    history = clock_history([make_clock(due=hours(span))], now=NINE, zone=LONDON)
    assert history is not None
    assert len(history.ticks) <= MOST_TICKS + 1
    assert all(0 <= tick.x <= history.width for tick in history.ticks)


def test_long_histories_cost_little():
    clock = make_clock(windows=OFFICE.windows, due=hours(24 * 365 * 10))
    assert len(stretches(clock, hours(24 * 365 * 9))) == 1


def test_no_clock_no_drawing():
    assert clock_history([], now=NINE, zone=LONDON) is None
