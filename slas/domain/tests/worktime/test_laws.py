"""What must hold for every schedule, instant and amount."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from slas.domain.worktime import WorkingTime

from .strategies import amounts, documents, instants

MICROSECOND = timedelta(microseconds=1)
# There are many laws, so each takes a third of the examples that the profile asks for.
law = settings(deadline=None, max_examples=settings().max_examples // 3)


def micro(seconds: float) -> int:
    return round(seconds * 1_000_000)


@law
@given(documents(), instants, amounts)
def test_going_forward(document: dict[str, Any], start: datetime, amount: int) -> None:
    """elapsed(s, add(s, d)) = d for d ≥ 0, and add gives the earliest such instant."""
    hours = WorkingTime.from_dict(document)
    due = hours.add(start, amount / 1_000_000)
    assert micro(hours.elapsed(start, due)) == amount
    assert micro(hours.elapsed(start, due - MICROSECOND)) == amount - 1


@law
@given(documents(), instants, amounts)
def test_going_back(document: dict[str, Any], start: datetime, amount: int) -> None:
    """elapsed(s, add(s, −d)) = −d for d > 0, and add gives the latest such instant."""
    hours = WorkingTime.from_dict(document)
    begun = hours.add(start, -amount / 1_000_000)
    assert micro(hours.elapsed(start, begun)) == -amount
    assert micro(hours.elapsed(begun, start)) == amount
    assert micro(hours.elapsed(start, begun + MICROSECOND)) == 1 - amount


@law
@given(documents(), instants, amounts)
def test_there_and_back(document: dict[str, Any], start: datetime, amount: int) -> None:
    """add(add(s, d), −d) is as far as s, though perhaps at the next opening instead of at s."""
    hours = WorkingTime.from_dict(document)
    back = hours.add(hours.add(start, amount / 1_000_000), -amount / 1_000_000)
    assert back == hours.next_opening(start)
    assert hours.elapsed(start, back) == 0


@law
@given(documents(), instants, amounts, amounts)
def test_adding_twice_is_adding_the_sum(document: dict[str, Any], start: datetime, one: int, two: int) -> None:
    hours = WorkingTime.from_dict(document)
    stepwise = hours.add(hours.add(start, one / 1_000_000), two / 1_000_000)
    assert stepwise == hours.add(start, (one + two) / 1_000_000)


@law
@given(documents(), instants, instants, amounts, st.integers(0, 10**12))
def test_monotonic(document: dict[str, Any], one: datetime, two: datetime, amount: int, more: int) -> None:
    hours = WorkingTime.from_dict(document)
    early, late = sorted((one, two))
    assert hours.elapsed(early, late) >= 0
    assert hours.add(early, amount / 1_000_000) <= hours.add(late, amount / 1_000_000)
    assert hours.add(early, amount / 1_000_000) <= hours.add(early, (amount + more % amount) / 1_000_000)


@law
@given(documents(), instants, instants, instants)
def test_elapsed_is_additive(document: dict[str, Any], a: datetime, b: datetime, c: datetime) -> None:
    """elapsed(a, b) + elapsed(b, c) = elapsed(a, c), in any order, and never more than real time."""
    hours = WorkingTime.from_dict(document)
    assert micro(hours.elapsed(a, b)) + micro(hours.elapsed(b, c)) == micro(hours.elapsed(a, c))
    assert micro(hours.elapsed(a, b)) == -micro(hours.elapsed(b, a))
    assert abs(hours.elapsed(a, b)) <= abs((b - a).total_seconds())


@law
@given(documents(), instants, st.timedeltas(timedelta(0), timedelta(days=400)))
def test_windows_add_up(document: dict[str, Any], start: datetime, span: timedelta) -> None:
    """The windows are in order, apart, within the span, and as long as what elapses."""
    hours = WorkingTime.from_dict(document)
    end = start + span
    windows = hours.windows(start, end)
    edges = [start, *(edge for window in windows for edge in window), end]
    assert edges == sorted(edges)
    assert all(begin < close for begin, close in windows)
    assert all(close < begin for (_, close), (begin, _) in pairwise(windows))
    assert sum(((c - b) for b, c in windows), timedelta(0)) // MICROSECOND == micro(hours.elapsed(start, end))
    assert all(hours.is_open(begin) and not hours.is_open(close) for begin, close in windows[:-1])


@law
@given(documents(), instants)
def test_the_next_opening_is_open_and_nothing_before_it(document: dict[str, Any], at: datetime) -> None:
    hours = WorkingTime.from_dict(document)
    opening = hours.next_opening(at)
    assert opening is not None
    assert hours.is_open(opening)
    assert hours.elapsed(at, opening) == 0


@law
@given(documents(), instants)
def test_a_day_has_the_windows_of_its_hours(document: dict[str, Any], at: datetime) -> None:
    hours = WorkingTime.from_dict(document)
    for begin, close in hours.day_windows(at.date()):
        assert hours.elapsed(begin, close) == (close - begin).total_seconds()


@law
@given(documents(), instants, st.integers(1, 30))
def test_business_days(document: dict[str, Any], start: datetime, days: int) -> None:
    """engine.md R19: stored as seconds they give the same due time; more days are not due earlier."""
    hours = WorkingTime.from_dict(document)
    due = hours.add_business_days(start, days)
    assert hours.add(start, hours.elapsed(start, due)) == due
    assert hours.add_business_days(start, days + 1) >= due


@law
@given(documents())
def test_documents_survive_the_round_trip(document: dict[str, Any]) -> None:
    written = WorkingTime.from_dict(document).to_dict()
    assert WorkingTime.from_dict(written).to_dict() == written


@law
@given(instants, instants, st.integers(-(10**14), 10**14))
def test_around_the_clock_is_plain_time(start: datetime, end: datetime, amount: int) -> None:
    """The short cut for it gives what a schedule with every day open gives."""
    always = WorkingTime.always("Europe/London")
    document = always.to_dict() | {"holidays": ["2000-01-03"]}
    long_way = WorkingTime.from_dict(document)
    assert type(always) is not type(long_way)
    assert always.elapsed(start, end) == long_way.elapsed(start, end) == (end - start).total_seconds()
    assert always.windows(start, end) == long_way.windows(start, end)
    assert always.add(start, abs(amount) / 1_000_000) == long_way.add(start, abs(amount) / 1_000_000)
