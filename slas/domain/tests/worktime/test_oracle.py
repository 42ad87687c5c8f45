"""Agreement with a slow walk through the minutes, above all around the nights on which clocks jump."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slas.domain.worktime import WorkingTime

from .oracle import Oracle
from .strategies import DAYS, NIGHTS, ZONES, documents


def midnight(day: str) -> datetime:
    return datetime.fromisoformat(day).replace(tzinfo=UTC)


WALK = 2 * 1440


def disagreements(document: dict[str, Any], start: datetime, minutes: int, amount: int) -> list[str]:
    ours, oracle = WorkingTime.from_dict(document), Oracle(document, start, WALK)
    end = start + timedelta(minutes=minutes)
    answers: dict[str, tuple[object, object]] = {
        "elapsed": (ours.elapsed(start, end), oracle.elapsed(minutes)),
        "windows": (ours.windows(start, end), oracle.windows(minutes)),
        "is_open": (ours.is_open(start), oracle.open[0]),
    }
    added, opening = oracle.add(amount), oracle.next_opening()
    if added is not None:
        answers["add"] = ours.add(start, amount * 60), added
    if opening is not None:
        answers["next_opening"] = ours.next_opening(start), opening
    return [f"{name}: {mine} is not {its}" for name, (mine, its) in answers.items() if mine != its]


@st.composite
def questions(draw: st.DrawFn) -> tuple[dict[str, Any], datetime, int, int]:
    zone, night = draw(st.sampled_from(NIGHTS))
    document = draw(documents(tz=zone, around=date.fromisoformat(night)))
    start = midnight(night) + timedelta(minutes=draw(st.integers(-1440, 360)))
    return document, start, draw(st.integers(0, WALK)), draw(st.integers(1, 1500))


@settings(deadline=None, max_examples=settings().max_examples * 2 // 3)
@given(questions())
def test_any_schedule_on_any_night(question: tuple[dict[str, Any], datetime, int, int]) -> None:
    assert disagreements(*question) == []


PATTERNS = {
    "all day": [["00:00", "24:00"]],
    "night shift": [["00:00", "06:00"], ["22:00", "24:00"]],
    "quarters": [["00:15", "00:45"], ["01:15", "01:45"], ["02:15", "02:45"], ["23:15", "23:45"]],
    "halves that touch": [["00:00", "00:30"], ["00:30", "01:30"], ["01:30", "02:30"], ["23:30", "24:00"]],
}


@pytest.mark.parametrize(("zone", "night"), NIGHTS)
def test_every_night(zone: str, night: str) -> None:
    for name, hours in PATTERNS.items():
        document = {"tz": zone, "week": dict.fromkeys(DAYS, hours), "holidays": [], "overrides": {}}
        assert disagreements(document, midnight(night) - timedelta(hours=24), WALK, 700) == [], name


def test_fifteen_zones_are_asked() -> None:
    assert len(ZONES) >= 15


@pytest.mark.parametrize("zone", ["Europe/London", "Africa/Casablanca", "America/Santiago", "Pacific/Auckland"])
@pytest.mark.parametrize("start", ["1799-12-30", "2101-03-26", "2099-12-30", "2400-10-28", "9990-03-31"])
def test_years_that_share_a_pattern(zone: str, start: str) -> None:
    if start < "1800":
        zone = "UTC"  # local mean time is not a whole number of minutes away
    document = {"tz": zone, "week": {"sat": [["01:00", "23:30"]], "sun": [["00:00", "24:00"]]}}
    document |= {"holidays": [], "overrides": {"2101-01-01": [["00:00", "12:00"]]}}
    assert disagreements(document, midnight(start), WALK, 900) == []
