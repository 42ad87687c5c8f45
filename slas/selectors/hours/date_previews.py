"""The dates of a holiday that is being typed: the next ones, which are there already, where the clocks change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from slas.models import HolidaySchedule
from slas.selectors.hours.schedules import zone_of_holidays

SHOWN = 5


@dataclass(frozen=True)
class DateRow:
    """`known` names the holiday that is there already. `shift` is what a clock change adds to the length of the day."""

    date: date
    known: str
    shift: timedelta

    @property
    def hours(self) -> str:
        """How long the day is, such as *23* or *24.5*."""
        return f"{24 + self.shift / timedelta(hours=1):g}"


@dataclass(frozen=True)
class DatesPreview:
    """The next five of `count` dates; the first five, where all are past."""

    rows: Sequence[DateRow]
    count: int
    last: date
    zone: str

    @property
    def more(self) -> int:
        return self.count - len(self.rows)


def dates_preview(schedule: HolidaySchedule, dates: Sequence[date], now: datetime) -> DatesPreview:
    """At least one date, in any order; *next* is seen from `now` in the zone of the holidays."""
    zone = zone_of_holidays(schedule)
    clock = ZoneInfo(zone)
    ordered = sorted(set(dates))
    today = now.astimezone(clock).date()
    shown = ([day for day in ordered if day >= today] or ordered)[:SHOWN]
    known = dict(schedule.holidays.filter(date__in=shown).values_list("date", "name"))
    rows = [DateRow(day, known.get(day, ""), _shift(day, clock)) for day in shown]
    return DatesPreview(rows, len(ordered), ordered[-1], zone)


def _shift(day: date, clock: ZoneInfo) -> timedelta:
    """Positive where the clocks go back and the day is longer."""
    begin, end = (datetime(at.year, at.month, at.day, tzinfo=clock) for at in (day, day + timedelta(days=1)))
    return (begin.utcoffset() or timedelta(0)) - (end.utcoffset() or timedelta(0))
