"""When the clocks of a zone change next: what daylight saving time does to opening hours."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from slas.domain.worktime import WorkingTime

_DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)
DAYS_AHEAD = 400
CHANGES_TOLD = 2


@dataclass(frozen=True, slots=True)
class ClockChange:
    """At `at` the wall clock jumps by `shift` from `wall_before`: forward in spring, back in autumn. `open_seconds` are
    those of the local date, `usual_seconds` those of the same date were it without the jump.
    """

    at: datetime
    wall_before: datetime
    shift: timedelta
    open_seconds: float
    usual_seconds: float


def next_clock_changes(time: WorkingTime, after: datetime) -> list[ClockChange]:
    """The next two changes of the schedule's zone, if they come within 400 days."""
    zone = ZoneInfo(str(time.to_dict()["tz"]))
    found: list[ClockChange] = []
    begin = after.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    for _ in range(DAYS_AHEAD):
        end = begin + _DAY
        if _offset(begin, zone) != _offset(end, zone):
            found.append(_change(time, _jump(begin, end, zone), zone))
            if len(found) == CHANGES_TOLD:
                break
        begin = end
    return found


def _change(time: WorkingTime, at: datetime, zone: ZoneInfo) -> ClockChange:
    day = at.astimezone(zone).date()
    shift = _offset(at, zone) - _offset(at - _SECOND, zone)
    seconds = sum((end - begin).total_seconds() for begin, end in time.day_windows(day))
    steady = WorkingTime.from_dict({**time.to_dict(), "tz": "UTC"})
    usual = sum((end - begin).total_seconds() for begin, end in steady.day_windows(day))
    wall_before = (at - _SECOND).astimezone(zone) + _SECOND
    return ClockChange(at, wall_before, shift, seconds, usual)


def _jump(begin: datetime, end: datetime, zone: ZoneInfo) -> datetime:
    """The first instant in (begin, end] with the offset of `end`."""
    offset = _offset(end, zone)
    while end - begin > _SECOND:
        middle = begin + (end - begin) // 2
        middle = middle.replace(microsecond=0)
        if _offset(middle, zone) == offset:
            end = middle
        else:
            begin = middle
    return end


def _offset(at: datetime, zone: ZoneInfo) -> timedelta:
    return at.astimezone(zone).utcoffset() or timedelta(0)
