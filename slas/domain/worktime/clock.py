"""Working time: how long is it open between two instants, and when has it been open for so long?"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from datetime import MAXYEAR, UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from .document import read_document
from .errors import NaiveDatetimeError, WorkingTimeRangeError
from .hours import OpeningHours
from .years import YearTable, append_joined, local_windows
from .zones import DAY, MAX_ORDINAL, Zone

Window = tuple[datetime, datetime]

MAX_BUSINESS_DAYS = 100_000

_SECOND = timedelta(seconds=1)
_ZERO = timedelta(0)


class WorkingTime:
    """The working time of one schedule. Takes aware datetimes of any zone, answers in UTC.

    Seconds are real elapsed seconds, exact to the microsecond: an int where whole, else a float (which holds
    microseconds up to 142 years). A naive datetime raises `NaiveDatetimeError`, an answer outside the years 1
    to 9999 `WorkingTimeRangeError`. Instances never change to the eye and may be shared between threads.
    """

    __slots__ = ("_hours", "_years", "_zone")

    def __init__(self, hours: OpeningHours) -> None:
        self._hours = hours
        self._zone = Zone(ZoneInfo(hours.tz))
        self._years = YearTable(hours, self._zone)

    @staticmethod
    def from_dict(document: object) -> WorkingTime:
        """The schedule that a document (arbitrary JSON) describes; `ScheduleError` if it describes none."""
        hours = read_document(document)
        return AlwaysOpen(hours) if hours.never_closes else WorkingTime(hours)

    @staticmethod
    def always(tz: str = "UTC") -> WorkingTime:
        """Round the clock; the zone says where a day begins, for business days."""
        return WorkingTime.from_dict(OpeningHours.around_the_clock(tz).to_dict())

    def to_dict(self) -> dict[str, object]:
        """The document in canonical form; `from_dict` takes it back."""
        return self._hours.to_dict()

    def add(self, start: datetime, seconds: float) -> datetime:
        """The instant at which it has been open for so many seconds since `start`.

        The earliest such instant, so time that runs out exactly at closing ends at closing; going back
        (negative seconds) the latest, which is then an opening. Zero seconds stay at `start`, open or not.
        """
        if start.tzinfo is not UTC:
            start = _as_utc(start)
        year = self._years[start.year]
        passed = bisect_right(year.edges, start)
        reached = year.reached
        here = start - year.origins[passed >> 1] if passed & 1 else reached[passed >> 1]
        try:
            span = _SECOND * seconds
            target = here + span
        except OverflowError:
            raise WorkingTimeRangeError(f"{seconds} seconds are more than the calendar holds.") from None
        if span > _ZERO:
            if target > reached[-1]:
                year = year.following or year
                if target > year.reached[-1]:
                    year = self._years.year_reaching(target)
            return year.origins[bisect_left(year.reached, target) - 1] + target
        if span:
            if target < reached[0]:
                year = self._years.year_leaving(target)
            return year.origins[bisect_right(year.reached, target) - 1] + target
        return start

    def elapsed(self, start: datetime, end: datetime) -> float:
        """The seconds it is open between the two; negative if they are reversed."""
        if start.tzinfo is not UTC:
            start = _as_utc(start)
        if end.tzinfo is not UTC:
            end = _as_utc(end)
        year = self._years[start.year]
        passed = bisect_right(year.edges, start)
        here = start - year.origins[passed >> 1] if passed & 1 else year.reached[passed >> 1]
        year = self._years[end.year]
        passed = bisect_right(year.edges, end)
        there = end - year.origins[passed >> 1] if passed & 1 else year.reached[passed >> 1]
        return _in_seconds(there - here)

    def windows(self, start: datetime, end: datetime) -> list[Window]:
        """The times it is open from `start` to `end`, in order, joined where they touch; none if reversed."""
        start, end = _as_utc(start), _as_utc(end)
        windows: list[Window] = []
        if start >= end:
            return windows
        for number in range(start.year, end.year + 1):
            edges = self._years[number].edges
            # An odd index is a closing: one window earlier may still reach into the span.
            first = bisect_right(edges, start) & ~1
            last = bisect_left(edges, end) + 1 & ~1
            for opening, closing in zip(edges[first:last:2], edges[first + 1 : last : 2], strict=True):
                begin = windows.pop()[0] if windows and windows[-1][1] == opening else max(start, opening)
                windows.append((begin, min(end, closing)))
        return windows

    def is_open(self, at: datetime) -> bool:
        """Whether it is open at the instant; at closing it no longer is."""
        at = _as_utc(at)
        year = self._years[at.year]
        return bisect_right(year.edges, at) & 1 == 1

    def next_opening(self, at: datetime) -> datetime | None:
        """The first open instant at or after `at`, so `at` itself while open; None if there is none."""
        at = _as_utc(at)
        for number in range(at.year, MAXYEAR + 1):
            edges = self._years[number].edges
            passed = bisect_right(edges, at)
            if passed & 1:
                return at
            if passed < len(edges):
                return edges[passed]
        return None

    def day_windows(self, day: date) -> list[Window]:
        """The times it is open on a local date of the schedule's zone."""
        joined: list[tuple[int, int]] = []
        for begin, end in local_windows(self._hours, self._zone, day.toordinal()):
            append_joined(joined, begin, end)
        return [(_from_instant(begin), _from_instant(end)) for begin, end in joined]

    def add_business_days(self, start: datetime, days: int) -> datetime:
        """The due time after so many business days, by engine.md R19.

        From the first open instant, the n-th following working day at the same wall time, clamped into that
        day's hours; then measured, so that a result at an opening is due at the closing before it. A working
        day is a local date with open time. Zero days stay at `start`.
        """
        if days < 0:
            raise ValueError("Business days cannot be negative.")
        if days > MAX_BUSINESS_DAYS:
            raise WorkingTimeRangeError(f"More than {MAX_BUSINESS_DAYS} business days cannot be counted.")
        first = self.next_opening(start)
        if first is None:
            raise WorkingTimeRangeError("The schedule does not open again before the end of the year 9999.")
        if days == 0:
            return _as_utc(start)
        wall = first.astimezone(self._zone.info)
        ordinal = self._following_working_day(wall.toordinal(), days)
        windows = self.day_windows(date.fromordinal(ordinal))
        same_time = max(windows[0][0], min(self._at_wall_time(ordinal, wall), windows[-1][1]))
        return self.add(start, self.elapsed(start, same_time))

    def __reduce__(self) -> tuple[object, tuple[object]]:
        """Copies and pickles carry the document; the years are worked out again."""
        return WorkingTime.from_dict, (self.to_dict(),)

    def _following_working_day(self, ordinal: int, days: int) -> int:
        for later in range(ordinal + 1, MAX_ORDINAL + 1):
            if local_windows(self._hours, self._zone, later):
                days -= 1
                if days == 0:
                    return later
        raise WorkingTimeRangeError("There are not so many working days before the end of the year 9999.")

    def _at_wall_time(self, ordinal: int, wall: datetime) -> datetime:
        second = wall.hour * 3600 + wall.minute * 60 + wall.second
        begin, end = (_from_instant(self._zone.instant(ordinal, second + step)) for step in (0, 1))
        # In a skipped hour both are the jump, and the fraction of a second is skipped with it.
        return min(begin + timedelta(microseconds=wall.microsecond), end)


class AlwaysOpen(WorkingTime):
    """Round the clock: working time is time."""

    __slots__ = ()

    def add(self, start: datetime, seconds: float) -> datetime:
        try:
            return _as_utc(start) + _SECOND * seconds
        except OverflowError:
            raise WorkingTimeRangeError(f"{seconds} seconds from {start} lie outside the calendar.") from None

    def elapsed(self, start: datetime, end: datetime) -> float:
        return _in_seconds(_as_utc(end) - _as_utc(start))

    def windows(self, start: datetime, end: datetime) -> list[Window]:
        start, end = _as_utc(start), _as_utc(end)
        return [(start, end)] if start < end else []

    def is_open(self, at: datetime) -> bool:
        return _as_utc(at) is not None

    def next_opening(self, at: datetime) -> datetime | None:
        return _as_utc(at)


def _as_utc(at: datetime) -> datetime:
    if at.tzinfo is UTC:
        return at
    if at.utcoffset() is None:
        raise NaiveDatetimeError("Working time needs a datetime with a time zone.")
    try:
        return at.astimezone(UTC)
    except OverflowError:
        raise WorkingTimeRangeError(f"{at} is outside the years 1 to 9999 in UTC.") from None


def _in_seconds(span: timedelta) -> float:
    whole = span.days * DAY + span.seconds
    micro = span.microseconds
    return (whole * 1_000_000 + micro) / 1_000_000 if micro else whole


def _from_instant(seconds: int) -> datetime:
    days, rest = divmod(seconds, DAY)
    try:
        return datetime.fromordinal(days).replace(tzinfo=UTC) + timedelta(seconds=rest)
    except (ValueError, OverflowError):
        raise WorkingTimeRangeError("The time is outside the years 1 to 9999 in UTC.") from None
