"""Working time laid out by calendar years of UTC, so that no question costs more for a longer span.

A *position* is the working time between an anchor (the start of the first year that was asked for) and an
instant. Inside an opening window it grows with the clock, outside it stands still; every answer about working
time is a difference of positions or the way back from a position to an instant. Positions are `timedelta`s:
exact microseconds, and quicker to add to a datetime than anything that must first be turned into one.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from calendar import isleap
from datetime import MAXYEAR, MINYEAR, UTC, date, datetime, timedelta
from itertools import accumulate
from threading import Lock

from .errors import WorkingTimeRangeError
from .hours import OpeningHours
from .zones import DAY, MAX_ORDINAL, Zone

Span = tuple[timedelta, timedelta]

_ZERO = timedelta(0)

# Outside these years every zone follows one fixed rule (before: local mean time; after: the rule at the end
# of its file, the longest list of exceptions being Morocco's up to 2087), so that years of equal length that
# begin on the same weekday are equal.
_IRREGULAR_YEARS = range(1800, 2101)


class Pattern:
    """The windows of one year, measured from its start."""

    __slots__ = ("total", "windows")

    def __init__(self, windows: list[Span]) -> None:
        self.windows = windows
        self.total = sum((end - begin for begin, end in windows), _ZERO)


class Year:
    """A pattern put in its place.

    `edges` are the instants at which it opens, closes, opens, closes …; `reached[n]` is the position after n
    windows; window n turns a position into an instant by adding it to `origins[n]`. `following` is the next
    year if that is known, since many a deadline lies there.
    """

    __slots__ = ("edges", "following", "origins", "reached")

    def __init__(self, number: int, before: timedelta, pattern: Pattern) -> None:
        start = datetime(number, 1, 1, tzinfo=UTC)
        self.following: Year | None = None
        self.edges = [start + edge for window in pattern.windows for edge in window]
        self.reached = list(accumulate((end - begin for begin, end in pattern.windows), initial=before))
        openings = self.edges[::2]
        self.origins = [opening - done for opening, done in zip(openings, self.reached, strict=False)]


class YearTable(dict[int, Year]):
    """The years of a schedule by number, made when they are first needed.

    Reading takes no lock: a year, once in the table, never changes.
    """

    __slots__ = ("_hours", "_lock", "_marks", "_patterns", "_special_years", "_zone")

    def __init__(self, hours: OpeningHours, zone: Zone) -> None:
        super().__init__()
        self._hours = hours
        self._zone = zone
        self._special_years = {date.fromordinal(o).year for o in _with_neighbours(hours)}
        self._patterns: dict[tuple[int, int, bool], Pattern] = {}
        # The first known year, and the positions at its start and at the ends of it and of each later one.
        # Replaced as a whole, never changed, so that a reader without the lock sees one state.
        self._marks: tuple[int, list[timedelta]] = (0, [])
        self._lock = Lock()

    def __missing__(self, number: int) -> Year:
        with self._lock:
            if number in self:  # another thread was quicker
                return self[number]
            first, marks = self._marks if self else (number, [_ZERO])
            if number < first:
                marks = _prepended(marks, self._totals(range(number, first)))
                first = number
            else:
                marks = _appended(marks, self._totals(range(first + len(marks) - 1, number + 1)))
            self._marks = first, marks
            year = Year(number, marks[number - first], self._pattern(number))
            year.following = self.get(number + 1)
            previous = self.get(number - 1)
            if previous:
                previous.following = year
            self[number] = year
            return year

    def year_reaching(self, position: timedelta) -> Year:
        """The earliest year at whose end the position is reached. Some year must be known already."""
        first, marks = self._marks
        while marks[-1] < position:
            unknown = first + len(marks) - 1
            if unknown > MAXYEAR:
                raise WorkingTimeRangeError("The time runs out after the year 9999.")
            self[min(MAXYEAR, unknown + len(marks) - 2)]  # as many again
            first, marks = self._marks
        return self[first + bisect_left(marks, position) - 1]

    def year_leaving(self, position: timedelta) -> Year:
        """The latest year at whose start the position is not yet passed. Some year must be known already."""
        first, marks = self._marks
        while marks[0] > position:
            if first == MINYEAR:
                raise WorkingTimeRangeError("The time runs out before the year 1.")
            self[max(MINYEAR, first - len(marks) + 1)]
            first, marks = self._marks
        return self[first + bisect_right(marks, position) - 1]

    def _totals(self, numbers: range) -> list[timedelta]:
        return [self._pattern(number).total for number in numbers]

    def _pattern(self, number: int) -> Pattern:
        regular = number not in _IRREGULAR_YEARS and number not in self._special_years
        begin = date(number, 1, 1)
        # Regular years of one era share a pattern; any other has its own, under its number.
        era = (-1 if number < _IRREGULAR_YEARS.start else 0) if regular else number
        key = era, begin.weekday(), isleap(number)
        pattern = self._patterns.get(key)
        if pattern is None:
            pattern = self._patterns[key] = Pattern(self._windows(begin.toordinal(), 366 if key[2] else 365))
        return pattern

    def _windows(self, first: int, days: int) -> list[Span]:
        """The joined windows of `days` days of UTC from the ordinal `first`, measured from its start."""
        windows: list[tuple[int, int]] = []
        origin, length = first * DAY, days * DAY
        # A local date begins and ends less than two days away from that of UTC.
        for ordinal in range(max(1, first - 2), min(MAX_ORDINAL, first + days + 1) + 1):
            for opening, closing in local_windows(self._hours, self._zone, ordinal):
                begin, end = max(0, opening - origin), min(length, closing - origin)
                if begin < end:
                    append_joined(windows, begin, end)
        return [(timedelta(seconds=begin), timedelta(seconds=end)) for begin, end in windows]


def local_windows(hours: OpeningHours, zone: Zone, ordinal: int) -> list[tuple[int, int]]:
    """The windows of one local date as instants (see `zones`); those that a jump swallows are left out."""
    intervals = hours.on(ordinal)
    if not intervals:
        return []
    offset = zone.steady_offset(ordinal)
    if offset is not None:
        midnight = ordinal * DAY - offset
        return [(midnight + start * 60, midnight + end * 60) for start, end in intervals]
    spans = [(zone.instant(ordinal, start * 60), zone.instant(ordinal, end * 60)) for start, end in intervals]
    return [(begin, end) for begin, end in spans if begin < end]


def append_joined(windows: list[tuple[int, int]], begin: int, end: int) -> None:
    """Append a window that begins at or after the end of the last one; where they touch they become one."""
    if windows and windows[-1][1] == begin:
        begin, _ = windows.pop()
    windows.append((begin, end))


def _with_neighbours(hours: OpeningHours) -> set[int]:
    """The special dates and those around them, since a local date may reach into another year of UTC."""
    around = {o + step for o in hours.special for step in (-2, 0, 2)}
    return {o for o in around if 1 <= o <= MAX_ORDINAL}


def _appended(marks: list[timedelta], totals: list[timedelta]) -> list[timedelta]:
    return marks[:-1] + list(accumulate(totals, initial=marks[-1]))


def _prepended(marks: list[timedelta], totals: list[timedelta]) -> list[timedelta]:
    first = marks[0] - sum(totals, _ZERO)
    return list(accumulate(totals, initial=first))[:-1] + marks
