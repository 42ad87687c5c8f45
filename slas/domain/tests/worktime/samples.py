"""Schedules that several tests use, and a short way to write an instant. 2026-03-02 is a Monday."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from slas.domain.worktime import WorkingTime

WORKDAYS = ("mon", "tue", "wed", "thu", "fri")
EVERY_DAY = (*WORKDAYS, "sat", "sun")
HOUR = 3_600


def schedule(*hours: tuple[str, str], days: tuple[str, ...] = WORKDAYS, tz: str = "UTC", **rest: Any) -> WorkingTime:
    """The same hours on each of the days."""
    return WorkingTime.from_dict({"tz": tz, "week": {day: [list(pair) for pair in hours] for day in days}, **rest})


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def march(day: int, time: str) -> datetime:
    return utc(f"2026-03-{day:02} {time}")


OFFICE = schedule(("09:00", "17:00"))
ALWAYS = WorkingTime.always()
