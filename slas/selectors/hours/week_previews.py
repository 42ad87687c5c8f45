"""A week of opening hours as a page shows it: bars, texts, total, and the next changes of the clocks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from sla_project.operations.times import words_of_duration
from slas.domain.clock_changes import ClockChange, next_clock_changes
from slas.domain.week_text import week_lines, week_minutes
from slas.domain.worktime import WorkingTime
from slas.weekdays import DAYS


@dataclass(frozen=True)
class DayBar:
    """One day: `text` is what one types, `bars` are (first minute, length) of the day."""

    label: Any
    text: str
    bars: Sequence[tuple[int, int]]
    minutes: int

    @property
    def parts(self) -> list[str]:
        """The intervals of the text."""
        return self.text.split(", ") if self.text else []


@dataclass(frozen=True)
class ClockNote:
    """A change of the clocks, and whether the hours of its date feel it."""

    change: ClockChange

    @property
    def day(self) -> date:
        return self.change.wall_before.date()

    @property
    def wall_before(self) -> time:
        return self.change.wall_before.time()

    @property
    def is_forward(self) -> bool:
        return self.change.shift.total_seconds() > 0

    @property
    def is_felt(self) -> bool:
        return self.change.open_seconds != self.change.usual_seconds

    @property
    def size_words(self) -> str:
        return words_of_duration(self.change.shift.total_seconds())

    @property
    def open_words(self) -> str:
        return hours_words(self.change.open_seconds)

    @property
    def usual_words(self) -> str:
        return hours_words(self.change.usual_seconds)


@dataclass(frozen=True)
class WeekPreview:
    """`local_time` is the wall clock of the zone, now."""

    days: Sequence[DayBar]
    minutes: int
    tz: str
    clock_changes: Sequence[ClockNote]
    local_time: datetime

    @property
    def hours_words(self) -> str:
        return hours_words(self.minutes * 60)


def week_preview(document: Mapping[str, Any], now: datetime) -> WeekPreview:
    """The preview of a schedule document that is known to be usable."""
    week, tz = document["week"], str(document["tz"])
    texts = week_lines(week)
    days = []
    for day, label in DAYS.items():
        spans = [(_minute(begin), _minute(end)) for begin, end in week.get(day, ())]
        bars = [(begin, end - begin) for begin, end in spans]
        days.append(DayBar(label, texts[day], bars, sum(length for _begin, length in bars)))
    changes = next_clock_changes(WorkingTime.from_dict(document), now)
    return WeekPreview(
        days=days,
        minutes=week_minutes(week),
        tz=tz,
        clock_changes=[ClockNote(change) for change in changes],
        local_time=now.astimezone(ZoneInfo(tz)).replace(tzinfo=None),
    )


def hours_words(seconds: float) -> str:
    """`37 h 30 min`: never in days, since a day of work is no day of the clock."""
    hours, rest = divmod(round(seconds), 3600)
    minutes, rest = divmod(rest, 60)
    parts = [(hours, "h"), (minutes, "min"), (rest, "s")]
    return " ".join(f"{amount} {unit}" for amount, unit in parts if amount) or "0 h"


def _minute(clock: str) -> int:
    return int(clock[:2]) * 60 + int(clock[3:])
