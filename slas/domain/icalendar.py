"""Days out of an iCalendar file (RFC 5545): whole-day events as dates with names.

Reads what calendars of holidays hold: all-day events over one or several days, and events that come every year.
Everything has a cap, since files come from strangers; what cannot be used is either refused with the number of its
line (`CalendarError`) or left out and named (`CalendarDays.left_out`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import MAXYEAR, date, timedelta

from slas.domain.recurrence import RuleError, YearlyRule

MAX_BYTES = 500_000
MAX_LINES = 20_000
MAX_EVENTS = 2_000
MAX_RULES = 200
MAX_DAYS_OF_EVENT = 31
MAX_DAYS = 2_000
MAX_PROBLEMS = 20
MAX_NAME = 200

_LINE = re.compile(
    r"(?P<name>[A-Za-z0-9-]+)(?P<parameters>(?:;[^:\"]*(?:\"[^\"]*\"[^:\"]*)*)?):(?P<value>.*)", re.DOTALL
)
_DATE = re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII)
_DATE_TIME = re.compile(r"\d{8}T\d{6}Z?", re.ASCII)
_DURATION = re.compile(r"\+?P(?:(\d{1,3})W|(\d{1,4})D)", re.ASCII)
_ESCAPED = re.compile(r"\\([\\;,nN])")
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f]+")


@dataclass(frozen=True, slots=True)
class LineProblem:
    """What is wrong at a line of the file; line 0 is the file as a whole. `code` says what, `part` is the text."""

    line: int
    code: str
    part: str = ""


class CalendarError(ValueError):
    """The file cannot be used; `problems` say where and why."""

    def __init__(self, problems: list[LineProblem]) -> None:
        self.problems = problems[:MAX_PROBLEMS]
        super().__init__("; ".join(f"line {one.line}: {one.code} {one.part}".strip() for one in self.problems))


@dataclass(frozen=True)
class CalendarDays:
    """Date → name, in order; several events of one date are named together. `left_out` are events without use."""

    days: dict[date, str]
    left_out: list[LineProblem]


@dataclass
class _Event:
    line: int
    name: str = ""
    properties: dict[str, tuple[int, str, str]] = field(default_factory=dict)  # name → line, parameters, value
    excluded: list[tuple[int, str]] = field(default_factory=list)


def read_calendar(text: str, first_year: int, last_year: int) -> CalendarDays:
    """The days of the years from `first_year` to `last_year`. Raises `CalendarError`."""
    if len(text.encode("utf-8", "replace")) > MAX_BYTES:
        raise CalendarError([LineProblem(0, "too_large", str(MAX_BYTES // 1000))])
    return _Reader(first_year, last_year).read(text)


class _Reader:
    def __init__(self, first_year: int, last_year: int) -> None:
        self.first, self.last = date(first_year, 1, 1), date(last_year, 12, 31)
        self.names: dict[date, list[str]] = {}
        self.left_out: list[LineProblem] = []
        self.problems: list[LineProblem] = []
        self.rules = 0

    def read(self, text: str) -> CalendarDays:
        for event in self._events(text):
            try:
                self._add(event)
            except _LeftOut as reason:
                self.left_out.append(LineProblem(event.line, reason.code, event.name or reason.part))
            except _Wrong as wrong:
                self.problems.append(LineProblem(wrong.line or event.line, wrong.code, wrong.part[:60]))
            if len(self.problems) >= MAX_PROBLEMS:
                break
        if self.problems:
            raise CalendarError(self.problems)
        days = {day: ", ".join(dict.fromkeys(names))[:MAX_NAME] for day, names in sorted(self.names.items())}
        return CalendarDays(days, self.left_out)

    def _events(self, text: str) -> Iterator[_Event]:
        """The events, whatever else the calendar holds. The frame must be right, so that nothing is cut off unseen."""
        stack: list[str] = []
        event: _Event | None = None
        count = 0
        for number, line in _unfolded(text):
            match = _LINE.fullmatch(line)
            if match is None:
                raise CalendarError([*self.problems, LineProblem(number, "not_a_line", line[:60])])
            name, value = match["name"].upper(), match["value"]
            if not stack and (name, value.strip().upper()) != ("BEGIN", "VCALENDAR"):
                raise CalendarError([LineProblem(number, "not_a_calendar")])
            if name == "BEGIN":
                stack.append(value.strip().upper())
                if stack == ["VCALENDAR", "VEVENT"]:
                    event, count = _Event(number), count + 1
                    if count > MAX_EVENTS:
                        raise CalendarError([LineProblem(number, "too_many_events", str(MAX_EVENTS))])
            elif name == "END":
                if not stack or stack.pop() != value.strip().upper():
                    raise CalendarError([*self.problems, LineProblem(number, "wrong_end", value[:60])])
                if event is not None and stack == ["VCALENDAR"]:
                    yield event
                    event = None
            elif event is not None and len(stack) == 2:
                _note(event, number, name, match["parameters"], value)
        if stack or (not count and not self.names):
            raise CalendarError([*self.problems, LineProblem(0, "cut_off" if stack else "no_events")])

    def _add(self, event: _Event) -> None:
        status = event.properties.get("STATUS")
        if status is not None and status[2].strip().upper() == "CANCELLED":
            return
        start = self._date(event, "DTSTART")
        length = self._length(event, start)
        for first in self._occurrences(event, start):
            for step in range(length):
                day = first + timedelta(days=step)
                if self.first <= day <= self.last:
                    self.names.setdefault(day, []).append(event.name or "Holiday")
        if len(self.names) > MAX_DAYS:
            raise CalendarError([LineProblem(event.line, "too_many_days", str(MAX_DAYS))])

    def _date(self, event: _Event, name: str) -> date:
        if name not in event.properties:
            raise _Wrong("no_date", line=event.line)
        line, _parameters, value = event.properties[name]
        if _DATE_TIME.fullmatch(value.strip()):
            raise _LeftOut("has_times")
        day = _as_date(value)
        if day is None:
            raise _Wrong("bad_date", value, line)
        return day

    def _length(self, event: _Event, start: date) -> int:
        """How many days it lasts. DTEND is the day after the last one."""
        line, days = event.line, 1
        if "DTEND" in event.properties:
            line = event.properties["DTEND"][0]
            days = max(1, (self._date(event, "DTEND") - start).days)
            if self._date(event, "DTEND") < start:
                raise _Wrong("ends_before_start", line=line)
        elif "DURATION" in event.properties:
            line, _parameters, value = event.properties["DURATION"]
            match = _DURATION.fullmatch(value.strip())
            if match is None:
                raise _LeftOut("has_times")
            days = max(1, int(match[1]) * 7 if match[1] else int(match[2]))
        if days > MAX_DAYS_OF_EVENT:
            raise _Wrong("too_long", str(MAX_DAYS_OF_EVENT), line)
        if start.year + 1 > MAXYEAR:
            raise _Wrong("bad_date", start.isoformat(), line)
        return days

    def _occurrences(self, event: _Event, start: date) -> list[date]:
        if "RRULE" not in event.properties:
            return [start]
        line, _parameters, value = event.properties["RRULE"]
        self.rules += 1
        if self.rules > MAX_RULES:
            raise CalendarError([LineProblem(line, "too_many_rules", str(MAX_RULES))])
        try:
            rule = YearlyRule.parse(value, start)
        except RuleError as error:
            raise _LeftOut(error.code, error.part) from None
        excluded = {day for _line, text in event.excluded for part in text.split(",") if (day := _as_date(part))}
        # Days of an event that begins in December may lie in January.
        return [day for day in rule.dates(self.first.year - 1, self.last.year) if day not in excluded]


class _Wrong(Exception):
    """The event cannot be read: the file is refused."""

    def __init__(self, code: str, part: str = "", line: int = 0) -> None:
        self.code, self.part, self.line = code, part, line


class _LeftOut(Exception):
    """The event is fine, but no whole day: it is left out."""

    def __init__(self, code: str, part: str = "") -> None:
        self.code, self.part = code, part


def _unfolded(text: str) -> Iterator[tuple[int, str]]:
    """Logical lines with the number of their first physical line; a leading blank goes on with the line before."""
    number, current = 0, ""
    for index, raw in enumerate(text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n"), 1):
        if index > MAX_LINES:
            raise CalendarError([LineProblem(index, "too_many_lines", str(MAX_LINES))])
        if raw[:1] in (" ", "\t") and current:
            current += raw[1:]
            continue
        if current.strip():
            yield number, current
        number, current = index, raw
    if current.strip():
        yield number, current


def _note(event: _Event, line: int, name: str, parameters: str, value: str) -> None:
    if name == "SUMMARY":
        text = _ESCAPED.sub(lambda match: " " if match[1] in "nN" else match[1], value)
        event.name = " ".join(_UNPRINTABLE.sub(" ", text).split())[:MAX_NAME]
    elif name == "EXDATE":
        event.excluded.append((line, value))
    else:
        event.properties.setdefault(name, (line, parameters, value))


def _as_date(text: str) -> date | None:
    match = _DATE.fullmatch(text.strip())
    try:
        return date(int(match[1]), int(match[2]), int(match[3])) if match else None
    except ValueError:
        return None
