"""Dates, times and lengths as a calendar writes them.

A time is on the wall of a zone (`TZID`, or UTC with its `Z`), or *floating*: on whatever wall it is read from.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo

from slas.domain.icalendar.errors import LeftOutError, WrongEventError
from slas.domain.icalendar.lines import Property
from slas.domain.icalendar.windows_zones import WINDOWS_ZONES
from slas.domain.worktime.zones import load_zone

FIRST_YEAR, LAST_YEAR = 2, 9998
"""So that no zone leads out of the calendar."""

_MOMENT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:T(\d{2})(\d{2})(\d{2})(Z?))?", re.ASCII)
_DURATION = re.compile(
    r"\+?P(?:(\d{1,3})W|(?:(\d{1,4})D)?(?:T(?=\d)(?:(\d{1,4})H)?(?:(\d{1,5})M)?(?:(\d{1,6})S)?)?)", re.ASCII
)
_TZID = re.compile(r";TZID=(\"[^\"]*\"|[^;]*)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Moment:
    """A date (then `wall` is its midnight), or a time. `zone` is None for a date and for a floating time."""

    wall: datetime
    zone: tzinfo | None
    is_date: bool

    @property
    def kind(self) -> tuple[bool, bool]:
        """Only what is of one kind can be compared."""
        return self.is_date, self.zone is None

    def in_zone(self, zone: tzinfo | None) -> datetime:
        """On the wall of another zone; a floating time is the same on every wall."""
        return on_wall(self.wall, self.zone, zone)


@dataclass(frozen=True, slots=True)
class Length:
    """How long an event lasts: first along the wall (a day is a day), then in exact seconds."""

    wall: timedelta = timedelta(0)
    exact: timedelta = timedelta(0)

    @property
    def total(self) -> timedelta:
        return self.wall + self.exact


def on_wall(wall: datetime, source: tzinfo | None, target: tzinfo | None) -> datetime:
    """What the clock of `target` shows when that of `source` shows `wall`; a skipped hour goes on by the old offset."""
    if source is None or target is None:
        return wall
    return wall.replace(tzinfo=source).astimezone(UTC).astimezone(target).replace(tzinfo=None)


def moment_of(given: Property) -> Moment:
    """Raises `WrongEventError` for what is no date, `LeftOutError` for a time in a zone that nobody knows."""
    match = _MOMENT.fullmatch(given.value.strip())
    try:
        if match is None or not FIRST_YEAR <= int(match[1]) <= LAST_YEAR:
            raise ValueError
        day = date(int(match[1]), int(match[2]), int(match[3]))
        if match[4] is None:
            return Moment(datetime(day.year, day.month, day.day), None, is_date=True)  # noqa: DTZ001  # a date
        second = min(59, int(match[6]))  # 60 is a leap second
        wall = datetime(day.year, day.month, day.day, int(match[4]), int(match[5]), second)  # noqa: DTZ001  # a wall
    except ValueError:
        raise WrongEventError("bad_date", given.value, given.line) from None
    return Moment(wall, UTC if match[7] else _zone(given.parameters), is_date=False)


def _zone(parameters: str) -> tzinfo | None:
    """By the tz database, also where a program has put its own name before it, or by Windows' names."""
    match = _TZID.search(parameters)
    if match is None:
        return None
    name = match[1].strip('" ')
    parts = name.split("/")
    for known in (name, WINDOWS_ZONES.get(name, ""), "/".join(parts[-2:]), "/".join(parts[-3:])):
        found = load_zone(known)
        if found is not None:
            return found
    raise LeftOutError("unknown_zone", name)


def length_of(start: Moment, end: Property | None, duration: Property | None) -> Length:
    """The length of an event that says its end or its duration; zero for one that says neither."""
    if end is not None:
        last = moment_of(end)
        if last.kind != start.kind:
            raise LeftOutError("mixed_kinds")
        if on_wall(last.wall, last.zone, UTC) < on_wall(start.wall, start.zone, UTC):
            raise WrongEventError("ends_before_start", line=end.line)
        return Length(max(timedelta(0), last.in_zone(start.zone) - start.wall))
    if duration is None:
        return Length()
    match = _DURATION.fullmatch(duration.value.strip().upper())
    if match is None or match[0].endswith("P"):
        raise WrongEventError("bad_duration", duration.value, duration.line)
    weeks, days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
    length = Length(timedelta(weeks=weeks, days=days), timedelta(hours=hours, minutes=minutes, seconds=seconds))
    if start.is_date and length.exact:
        raise LeftOutError("mixed_kinds")
    return length
