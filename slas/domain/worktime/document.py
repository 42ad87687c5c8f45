"""Reading a schedule document: arbitrary JSON in, checked opening hours or every problem out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date

from .errors import Problem, ScheduleError
from .hours import DAYS, Intervals, OpeningHours
from .zones import load_zone

MAX_INTERVALS_A_DAY = 24
MAX_DATES = 5_000
MAX_PROBLEMS = 100  # a longer report helps nobody

_KEYS = ("tz", "week", "holidays", "overrides")
_TIME = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])|24:00")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def read_document(document: object) -> OpeningHours:
    """The hours that the document describes; `ScheduleError` with all its problems if it describes none."""
    reader = _Reader()
    hours = reader.hours(document)
    if hours is None or reader.problems:
        raise ScheduleError(reader.problems)
    return hours


class _Reader:
    """Walks a document and collects problems; what is wrong reads as empty, so that the walk can go on."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def hours(self, document: object) -> OpeningHours | None:
        if not isinstance(document, Mapping):
            self._note("", "wrong_type", f"A schedule must be an object, not {_kind(document)}.")
            return None
        for key in document:
            if key not in _KEYS:
                self._note(_under("", key), "unknown_key", f"{_shown(key)} is not part of a schedule.")
        tz = self._tz(document)
        week = self._week(document)
        holidays = self._holidays(document.get("holidays", []))
        overrides = self._overrides(document.get("overrides", {}))
        return OpeningHours.build(tz, week, holidays, overrides)

    def _tz(self, document: Mapping[object, object]) -> str:
        tz = document.get("tz")
        if "tz" not in document:
            self._note("/tz", "required", "A schedule needs a time zone.")
        elif not isinstance(tz, str):
            self._note("/tz", "wrong_type", f"A time zone is a name such as Europe/Rome, not {_kind(tz)}.")
        elif load_zone(tz) is None:
            self._note("/tz", "unknown_zone", f"{_shown(tz)} is not a known time zone.")
        else:
            return tz
        return "UTC"

    def _week(self, document: Mapping[object, object]) -> tuple[Intervals, ...]:
        week = document.get("week")
        found = len(self.problems)
        days: dict[object, Intervals] = {}
        if "week" not in document:
            self._note("/week", "required", "A schedule needs weekly hours.")
        elif not isinstance(week, Mapping):
            self._note("/week", "wrong_type", f"The weekly hours must be an object, not {_kind(week)}.")
        else:
            for day, intervals in week.items():
                if day in DAYS:
                    days[day] = self._day(_under("/week", day), intervals)
                else:
                    message = f"{_shown(day)} is not a day; days are {', '.join(DAYS)}."
                    self._note(_under("/week", day), "unknown_day", message)
        if len(self.problems) == found and not any(days.values()):
            self._note("/week", "never_open", "The schedule is never open: no day of the week has hours.")
        return tuple(days.get(name, ()) for name in DAYS)

    def _holidays(self, holidays: object) -> frozenset[int]:
        if not isinstance(holidays, list | tuple):
            self._note("/holidays", "wrong_type", f"Holidays must be a list of dates, not {_kind(holidays)}.")
            return frozenset()
        if self._too_many_dates("/holidays", len(holidays)):
            return frozenset()
        found = (self._date(f"/holidays/{index}", value) for index, value in enumerate(holidays))
        return frozenset(ordinal for ordinal in found if ordinal is not None)

    def _overrides(self, overrides: object) -> dict[int, Intervals]:
        if not isinstance(overrides, Mapping):
            self._note("/overrides", "wrong_type", f"Overrides must be an object, not {_kind(overrides)}.")
            return {}
        if self._too_many_dates("/overrides", len(overrides)):
            return {}
        days: dict[int, Intervals] = {}
        for key, intervals in overrides.items():
            pointer = _under("/overrides", key)
            ordinal = self._date(pointer, key)
            if ordinal is not None:
                days[ordinal] = self._day(pointer, intervals)
        return days

    def _too_many_dates(self, pointer: str, count: int) -> bool:
        if count > MAX_DATES:
            self._note(pointer, "too_many_dates", f"At most {MAX_DATES} dates are possible, not {count}.")
        return count > MAX_DATES

    def _date(self, pointer: str, value: object) -> int | None:
        if not isinstance(value, str):
            self._note(pointer, "wrong_type", f"A date must be text such as 2026-12-25, not {_kind(value)}.")
        elif not _DATE.fullmatch(value):
            self._note(pointer, "invalid_date", f"{_shown(value)} is not a date; write it as 2026-12-25.")
        else:
            try:
                return date.fromisoformat(value).toordinal()
            except ValueError:
                self._note(pointer, "invalid_date", f"There is no date {value}.")
        return None

    def _day(self, pointer: str, intervals: object) -> Intervals:
        if not isinstance(intervals, list | tuple):
            kind = _kind(intervals)
            self._note(pointer, "wrong_type", f"The hours of a day must be a list of intervals, not {kind}.")
            return ()
        if len(intervals) > MAX_INTERVALS_A_DAY:
            message = f"A day can have at most {MAX_INTERVALS_A_DAY} intervals, not {len(intervals)}."
            self._note(pointer, "too_many_intervals", message)
            return ()
        places = [f"{pointer}/{index}" for index in range(len(intervals))]
        read = [self._interval(place, value) for place, value in zip(places, intervals, strict=True)]
        return self._in_order((it, place) for it, place in zip(read, places, strict=True) if it is not None)

    def _interval(self, pointer: str, value: object) -> tuple[int, int] | None:
        if not isinstance(value, list | tuple) or len(value) != 2:
            self._note(pointer, "wrong_type", 'An interval is a pair of times, as in ["09:00", "17:00"].')
            return None
        start, end = self._minute(f"{pointer}/0", value[0]), self._minute(f"{pointer}/1", value[1])
        if start is None or end is None:
            return None
        if end <= start:
            message = f"The end {value[1]} must be later than the start {value[0]}; split a night shift."
            self._note(pointer, "end_before_start", message)
            return None
        return start, end

    def _minute(self, pointer: str, value: object) -> int | None:
        if not isinstance(value, str):
            self._note(pointer, "wrong_type", f"A time must be text such as 09:00, not {_kind(value)}.")
            return None
        if not _TIME.fullmatch(value):
            self._note(pointer, "bad_time", f"{_shown(value)} is not a time; write 09:00 (24:00 ends a day).")
            return None
        return int(value[:2]) * 60 + int(value[3:])

    def _in_order(self, intervals: Iterable[tuple[tuple[int, int], str]]) -> Intervals:
        day: list[tuple[int, int]] = []
        for interval, pointer in sorted(intervals):
            if day and interval[0] < day[-1][1]:
                self._note(pointer, "overlap", "The interval overlaps with another one of the same day.")
            else:
                day.append(interval)
        return tuple(day)

    def _note(self, pointer: str, code: str, message: str) -> None:
        if len(self.problems) < MAX_PROBLEMS:
            self.problems.append(Problem(pointer, code, message))


def _under(pointer: str, key: object) -> str:
    return f"{pointer}/{str(key)[:80].replace('~', '~0').replace('/', '~1')}"


def _shown(value: object) -> str:
    text = ascii(value)
    return text if len(text) <= 60 else f"{text[:57]}…"


def _kind(value: object) -> str:
    """The name of a JSON type, as a person would say it."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, int | float):
        return "a number"
    if isinstance(value, str):
        return "text"
    if isinstance(value, list | tuple):
        return "a list"
    return "an object" if isinstance(value, Mapping) else "something else"
