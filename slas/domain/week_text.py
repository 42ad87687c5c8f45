"""Opening hours as people type them: `09:00–12:00, 13:00–17:30`, and `22:00–06:00` for a night shift.

A week in text is one line for each day. A night shift is typed once, on the day it begins; the document holds it as
two intervals, up to 24:00 and from 00:00 of the next day, and `week_lines` shows it as one again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise

from slas.domain.worktime.hours import DAYS, END_OF_DAY

Span = tuple[int, int]  # minutes of the day; an end before its start lies on the next day
WHOLE_DAY = "00:00–24:00"

_INTERVAL = re.compile(r"(\S+?)\s*(?:[-–—]|\bto\b)\s*(\S+)")
_TIME = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?", re.ASCII)
_WHOLE_DAY_WORDS = frozenset({"24h", "24 h", "all day", "open all day"})
_CLOSED_WORDS = frozenset({"", "closed", "-", "–"})
_LONGEST = 400


@dataclass(frozen=True, slots=True)
class HoursError(ValueError):
    """A line that cannot be read; `code` says why and `part` is the text that is wrong."""

    code: str
    part: str

    def __str__(self) -> str:
        return f"{self.code}: {self.part}"


def parse_hours(text: str, *, nights: bool = True) -> list[Span]:
    """The intervals of one line, in order. `HoursError` if it cannot be read or two of them overlap.

    Without `nights` an end must be later than its start: single dates have no next day.
    """
    cleaned = " ".join(text.split()).lower()
    if len(cleaned) > _LONGEST:
        raise HoursError("too_long", cleaned[:20] + "…")
    if cleaned in _CLOSED_WORDS:
        return []
    if cleaned in _WHOLE_DAY_WORDS:
        return [(0, END_OF_DAY)]
    spans = [_span(part.strip(), nights) for part in re.split(r"[,;]|\band\b", cleaned) if part.strip()]
    spans.sort()
    for (begin, end), following in pairwise(spans):
        if following[0] < (end if end > begin else END_OF_DAY):
            raise HoursError("overlap", hours_text([(begin, end), following]))
    return spans


def _span(part: str, nights: bool) -> Span:
    match = _INTERVAL.fullmatch(part)
    if match is None:
        raise HoursError("not_an_interval", part)
    begin, end = _minute(match[1]), _minute(match[2])
    if begin == end:
        raise HoursError("empty", part)
    if begin == END_OF_DAY:
        raise HoursError("starts_at_end", part)
    if end < begin and not nights:
        raise HoursError("end_before_start", part)
    if end == 0:  # until midnight
        end = END_OF_DAY
    return begin, end


def _minute(text: str) -> int:
    match = _TIME.fullmatch(text)
    hour, minute = (int(match[1]), int(match[2] or 0)) if match else (99, 0)
    if hour > 24 or minute > 59 or (hour == 24 and minute):
        raise HoursError("not_a_time", text)
    return hour * 60 + minute


def hours_text(spans: Iterable[Span]) -> str:
    """`09:00–12:00, 13:00–17:30`; nothing for a closed day."""
    return ", ".join(f"{_clock(begin)}–{_clock(end)}" for begin, end in spans)


def written(spans: Iterable[Span]) -> list[list[str]]:
    """The intervals of one date as a schedule document writes them."""
    return [[_clock(begin), _clock(end)] for begin, end in spans]


def intervals_text(intervals: Iterable[Iterable[str]]) -> str:
    """The same text, from a document's `[["09:00", "12:00"], …]`."""
    return ", ".join("–".join(interval) for interval in intervals)


def week_document(lines: Mapping[str, Iterable[Span]]) -> dict[str, list[list[str]]]:
    """Day → intervals as a schedule document has them; night shifts are split at midnight.

    `HoursError` whose `part` is the day on which a night shift runs into the hours of the next day.
    """
    days: dict[str, list[Span]] = {day: [] for day in DAYS}
    for index, day in enumerate(DAYS):
        for begin, end in lines.get(day, ()):
            days[day].append((begin, end if end > begin else END_OF_DAY))
            if end < begin:
                days[DAYS[(index + 1) % 7]].append((0, end))
    for index, day in enumerate(DAYS):
        days[day].sort()
        for earlier, later in pairwise(days[day]):
            if later[0] < earlier[1]:  # only what began the day before can be in the way
                raise HoursError("night_overlap", DAYS[index - 1])
    return {day: written(spans) for day, spans in days.items() if spans}


def week_lines(week: Mapping[str, Iterable[Iterable[str]]]) -> dict[str, str]:
    """Day → its text, for every day. Hours over midnight stand as one on the day they begin."""
    spans = week_spans(week)
    return {day: hours_text(spans[day]) for day in DAYS}


def week_spans(week: Mapping[str, Iterable[Iterable[str]]]) -> dict[str, list[Span]]:
    """Day → intervals of a week's document, with the halves of a night shift joined on the day it begins."""
    days = {day: sorted((_minute(begin), _minute(end)) for begin, end in week.get(day, ())) for day in DAYS}
    for index, day in enumerate(DAYS):
        following = days[DAYS[(index + 1) % 7]]
        if not days[day] or not following:
            continue
        begin, end = days[day][-1]
        # Only where it can be told from hours of one day: 22:00–06:00, but not 09:00–24:00 and then 00:00–12:00.
        if end == END_OF_DAY and following[0][0] == 0 and following[0][1] < begin:
            days[day][-1] = (begin, following.pop(0)[1])
    return days


def week_minutes(week: Mapping[str, Iterable[Iterable[str]]]) -> int:
    """How long it is open in a week, in minutes of the wall clock."""
    return sum(_minute(end) - _minute(begin) for intervals in week.values() for begin, end in intervals)


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"
