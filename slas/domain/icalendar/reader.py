"""What the events of a calendar close, date by date.

Reads what calendars of holidays hold: all-day events over one or several days, events with times of the day, and
those that come every year. What cannot be used is either refused with the number of its line (`CalendarError`) or
left out and named (`CalendarDays.left_out`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from slas.domain.icalendar.errors import MAX_PROBLEMS, CalendarError, LeftOutError, LineProblem, WrongEventError
from slas.domain.icalendar.lines import MAX_NAME, Event, events_of
from slas.domain.icalendar.moments import Length, Moment, length_of, moment_of, on_wall
from slas.domain.icalendar.repeating import walls_of
from slas.domain.worktime.hours import END_OF_DAY, Intervals

MAX_RULES = 200
MAX_DAYS_OF_EVENT = 31
MAX_DAYS = 2_000
USUAL_NAME = "Holiday"

_DAY = timedelta(days=1)
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """`closed` are the minutes of the local day that are closed, in order; None closes all of it."""

    name: str
    closed: Intervals | None = None


@dataclass(frozen=True)
class CalendarDays:
    """Date → what is closed, in order; several events of one date are named together.

    `left_out` are events without use; `outside` counts those that touch no day of the years asked for.
    """

    days: dict[date, CalendarDay]
    left_out: list[LineProblem]
    outside: int = 0


@dataclass
class _Found:
    names: list[str] = field(default_factory=list)
    spans: list[tuple[int, int]] = field(default_factory=list)

    def day(self) -> CalendarDay:
        closed: list[tuple[int, int]] = []
        for begin, end in sorted(self.spans):
            if closed and begin <= closed[-1][1]:
                closed[-1] = closed[-1][0], max(end, closed[-1][1])
            else:
                closed.append((begin, end))
        is_whole = closed == [(0, END_OF_DAY)]
        return CalendarDay(", ".join(dict.fromkeys(self.names))[:MAX_NAME], None if is_whole else tuple(closed))


def read_calendar(text: str, first_year: int, last_year: int, zone: str = "UTC") -> CalendarDays:
    """The closures of the years from `first_year` to `last_year`, on the wall of `zone`. Raises `CalendarError`.

    Dates and floating times are taken as they are written; times of another zone are converted.
    """
    return _Reader(first_year, last_year, ZoneInfo(zone)).read(events_of(text))


class _Reader:
    def __init__(self, first_year: int, last_year: int, zone: tzinfo) -> None:
        self.first, self.last, self.zone = date(first_year, 1, 1), date(last_year, 12, 31), zone
        self.found: dict[date, _Found] = {}
        self.left_out: list[LineProblem] = []
        self.problems: list[LineProblem] = []
        self.replaced: dict[str, list[Moment]] = {}
        self.rules = self.outside = 0

    def read(self, events: Iterable[Event]) -> CalendarDays:
        for step in (self._note_replaced, self._add):
            for event in events:
                self._attempt(step, event)
            if self.problems:
                raise CalendarError(self.problems)
        return CalendarDays(
            {day: found.day() for day, found in sorted(self.found.items())},
            list(dict.fromkeys(self.left_out)),
            self.outside,
        )

    def _attempt(self, step: Callable[[Event], None], event: Event) -> None:
        if len(self.problems) >= MAX_PROBLEMS:
            return
        try:
            step(event)
        except LeftOutError as reason:
            self.left_out.append(LineProblem(event.line, reason.code, event.name or USUAL_NAME, reason.detail))
        except WrongEventError as wrong:
            self.problems.append(LineProblem(wrong.line or event.line, wrong.code, wrong.part))

    def _note_replaced(self, event: Event) -> None:
        """An event with a RECURRENCE-ID stands for that occurrence of the one with the same UID."""
        given = event.properties.get("RECURRENCE-ID")
        if given is not None:
            self.replaced.setdefault(event.text("UID"), []).append(moment_of(given))

    def _add(self, event: Event) -> None:
        if event.text("STATUS") == "CANCELLED":
            raise LeftOutError("is_canceled")
        if "DTSTART" not in event.properties:
            raise WrongEventError("no_date")
        start = moment_of(event.properties["DTSTART"])
        length = self._length(event, start)
        is_seen = False
        for wall in self._walls(event, start):
            for day, begin, end in self._spans(start, wall, length):
                is_seen = True
                found = self.found.setdefault(day, _Found())
                found.names.append(event.name or USUAL_NAME)
                found.spans.append((begin, end))
        self.outside += not is_seen
        if len(self.found) > MAX_DAYS:
            raise CalendarError([LineProblem(event.line, "too_many_days", str(MAX_DAYS))])

    def _length(self, event: Event, start: Moment) -> Length:
        end, duration = event.properties.get("DTEND"), event.properties.get("DURATION")
        length = length_of(start, end, duration)
        if start.is_date:
            length = Length(max(_DAY, length.wall))
        if length.total <= timedelta(0):
            raise LeftOutError("no_length")
        if length.total > timedelta(days=MAX_DAYS_OF_EVENT):
            said = end or duration
            raise WrongEventError("too_long", str(MAX_DAYS_OF_EVENT), said.line if said else 0)
        return length

    def _walls(self, event: Event, start: Moment) -> list[datetime]:
        """Beginnings that may touch the years asked for, on the wall of the event's own zone."""
        if "RRULE" in event.properties:
            self.rules += 1
            if self.rules > MAX_RULES:
                line = event.properties["RRULE"].line
                raise CalendarError([LineProblem(line, "too_many_rules", str(MAX_RULES))])
        first, last = self.first.year - 1, self.last.year + 1  # it may last into the next year, or lie there elsewhere
        replaced = () if "RECURRENCE-ID" in event.properties else self.replaced.get(event.text("UID"), ())
        return [wall for wall in walls_of(event, start, first, last, replaced) if first <= wall.year <= last]

    def _spans(self, start: Moment, wall: datetime, length: Length) -> Iterator[tuple[date, int, int]]:
        """What one occurrence closes: date and minutes. What is not a full minute closes all of it."""
        begin = on_wall(wall, start.zone, self.zone)
        end = on_wall(on_wall(wall + length.wall, start.zone, UTC) + length.exact, start.zone and UTC, self.zone)
        if end <= begin:  # both within an hour that the clock shows twice
            end = begin + length.total
        day = datetime.combine(begin.date(), datetime.min.time())
        while day < end:
            if self.first <= day.date() <= self.last:
                opens = max(0, (begin - day) // _MINUTE)
                yield day.date(), opens, min(END_OF_DAY, -((day - end) // _MINUTE))
            day += _DAY
