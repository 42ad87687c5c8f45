"""From the text of a calendar to its events, line by line. Everything has a cap, since files come from strangers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from slas.domain.icalendar.errors import CalendarError, LineProblem

MAX_BYTES = 500_000
MAX_LINES = 20_000
MAX_EVENTS = 2_000
MAX_NAME = 200

_LINE = re.compile(
    r"(?P<name>[A-Za-z0-9-]+)(?P<parameters>(?:;[^:\"]*(?:\"[^\"]*\"[^:\"]*)*)?):(?P<value>.*)", re.DOTALL
)
_ESCAPED = re.compile(r"\\([\\;,nN])")
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f]+")
_SEVERAL = frozenset({"EXDATE", "RDATE"})


@dataclass(frozen=True, slots=True)
class Property:
    """One property of an event; `parameters` are as written, such as `;TZID=Europe/Rome`."""

    line: int
    parameters: str
    value: str


@dataclass
class Event:
    """`properties` by name; `lists` are those that may come several times, of dates."""

    line: int
    name: str = ""
    properties: dict[str, Property] = field(default_factory=dict)
    lists: dict[str, list[Property]] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """The value in capitals, empty if there is none."""
        found = self.properties.get(name)
        return found.value.strip().upper() if found else ""

    def note(self, line: int, name: str, parameters: str, value: str) -> None:
        if name == "SUMMARY":
            text = _ESCAPED.sub(lambda match: " " if match[1] in "nN" else match[1], value)
            self.name = " ".join(_UNPRINTABLE.sub(" ", text).split())[:MAX_NAME]
        elif name in _SEVERAL:
            for part in value.split(","):
                self.lists.setdefault(name, []).append(Property(line, parameters, part))
        else:
            self.properties.setdefault(name, Property(line, parameters, value))


def events_of(text: str) -> list[Event]:
    """The events, whatever else the calendar holds. Raises `CalendarError`.

    The frame must be right, so that nothing is cut off unseen.
    """
    if len(text.encode("utf-8", "replace")) > MAX_BYTES:
        raise CalendarError([LineProblem(0, "too_large", str(MAX_BYTES // 1000))])
    stack: list[str] = []
    events: list[Event] = []
    for number, line in _unfolded(text):
        match = _LINE.fullmatch(line)
        if match is None:
            raise CalendarError([LineProblem(number, "not_a_line", line[:60])])
        name, value = match["name"].upper(), match["value"]
        if not stack and (name, value.strip().upper()) != ("BEGIN", "VCALENDAR"):
            raise CalendarError([LineProblem(number, "not_a_calendar")])
        if name == "BEGIN":
            stack.append(value.strip().upper())
            if stack == ["VCALENDAR", "VEVENT"]:
                events.append(Event(number))
                if len(events) > MAX_EVENTS:
                    raise CalendarError([LineProblem(number, "too_many_events", str(MAX_EVENTS))])
        elif name == "END":
            if not stack or stack.pop() != value.strip().upper():
                raise CalendarError([LineProblem(number, "wrong_end", value[:60])])
        elif stack == ["VCALENDAR", "VEVENT"]:
            events[-1].note(number, name, match["parameters"], value)
    if stack or not events:
        raise CalendarError([LineProblem(0, "cut_off" if stack else "no_events")])
    return events


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
