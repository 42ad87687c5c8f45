"""Schedules and instants for the property tests."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

from hypothesis import strategies as st

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

# A zone and the local date of a night on which its clocks jump, some of them a whole day or over midnight.
NIGHTS = [
    ("Africa/Cairo", "2026-04-24"),
    ("Africa/Cairo", "2026-10-30"),
    ("Africa/Casablanca", "2026-02-15"),
    ("Africa/Casablanca", "2026-03-22"),
    ("America/Caracas", "2016-05-01"),
    ("America/Havana", "2026-03-08"),
    ("America/Havana", "2026-11-01"),
    ("America/New_York", "2026-03-08"),
    ("America/New_York", "2026-11-01"),
    ("America/Santiago", "2026-04-05"),
    ("America/Santiago", "2026-09-06"),
    ("America/Sao_Paulo", "2018-11-04"),
    ("America/Sao_Paulo", "2019-02-17"),
    ("America/St_Johns", "2007-11-04"),
    ("America/St_Johns", "2008-03-09"),
    ("America/St_Johns", "2026-11-01"),
    ("America/Toronto", "1919-03-30"),
    ("Antarctica/Troll", "2026-03-29"),
    ("Antarctica/Troll", "2026-10-25"),
    ("Asia/Beirut", "2026-03-29"),
    ("Asia/Beirut", "2026-10-25"),
    ("Asia/Kathmandu", "1986-01-01"),
    ("Asia/Pyongyang", "2015-08-15"),
    ("Asia/Pyongyang", "2018-05-05"),
    ("Asia/Tehran", "2022-03-22"),
    ("Asia/Tehran", "2022-09-22"),
    ("Australia/Lord_Howe", "2026-04-05"),
    ("Australia/Lord_Howe", "2026-10-04"),
    ("Europe/Dublin", "2026-03-29"),
    ("Europe/Dublin", "2026-10-25"),
    ("Europe/London", "2026-03-29"),
    ("Europe/London", "2026-10-25"),
    ("Pacific/Apia", "2011-12-30"),
    ("Pacific/Apia", "2012-04-01"),
    ("Pacific/Chatham", "2026-04-05"),
    ("Pacific/Chatham", "2026-09-27"),
    ("Pacific/Kwajalein", "1993-08-21"),
    ("UTC", "2026-12-31"),
]
ZONES = sorted({zone for zone, _ in NIGHTS})

_SMALL_HOURS = st.integers(0, 240) | st.integers(0, 16).map(lambda n: n * 15)
_LATE = st.integers(1380, 1440)
_MINUTES = _SMALL_HOURS | st.integers(0, 1440) | _LATE | st.just(1440)


def _text(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


@st.composite
def hours(draw: st.DrawFn, most: int = 3) -> list[list[str]]:
    """The intervals of a day; every cut may also end one interval and begin the next."""
    cuts = sorted(draw(st.sets(_MINUTES, max_size=2 * most)))
    pairs = list(pairwise(cuts))
    kept = pairs if draw(st.booleans()) else pairs[::2]
    return [[_text(start), _text(end)] for start, end in kept]


@st.composite
def documents(draw: st.DrawFn, tz: str | None = None, around: date = date(2026, 6, 1)) -> dict[str, Any]:
    """A schedule with holidays and overrides within some days of a date."""
    near = st.integers(-4, 4).map(lambda days: (around + timedelta(days=days)).isoformat())
    week = draw(st.dictionaries(st.sampled_from(DAYS), hours(), max_size=7))
    # An hour a week at least, or an amount would take decades, and years are what these tests wait for.
    week[draw(st.sampled_from(DAYS))] = draw(st.sampled_from([[["02:00", "03:00"]], [["12:00", "24:00"]]]))
    return {
        "tz": tz or draw(st.sampled_from(ZONES)),
        "week": week,
        "holidays": draw(st.lists(near, max_size=3)),
        "overrides": draw(st.dictionaries(near, hours(), max_size=3)),
    }


_utc = st.just(UTC)
instants = st.datetimes(datetime(2025, 7, 1), datetime(2027, 7, 1), timezones=_utc) | st.datetimes(
    datetime(2026, 5, 25), datetime(2026, 6, 10), timezones=_utc
)
# Microseconds of working time, up to forty hours.
amounts = st.integers(1, 40 * 3_600 * 1_000_000)
