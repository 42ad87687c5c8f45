"""Days that come again every year, as iCalendar's RRULE says them (RFC 5545): `FREQ=YEARLY;BYMONTH=5;BYDAY=-1MO`.

dateutil works out the days, one year at a time: a rule from a stranger that never matches would keep it searching to
the year 9999.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from dateutil import rrule

FIRST_YEAR = 1900  # a COUNT is counted from the start of the rule

_WEEKDAYS = {
    "MO": rrule.MO,
    "TU": rrule.TU,
    "WE": rrule.WE,
    "TH": rrule.TH,
    "FR": rrule.FR,
    "SA": rrule.SA,
    "SU": rrule.SU,
}
_WEEKDAY = re.compile(r"([+-]?[1-9][0-9]?)?(MO|TU|WE|TH|FR|SA|SU)")
_NUMBER = re.compile(r"[+-]?[1-9][0-9]{0,3}", re.ASCII)
_UNTIL = re.compile(r"(\d{8})(T\d{6}Z?)?", re.ASCII)
_LISTS = {"BYMONTH": ("bymonth", 1, 12), "BYMONTHDAY": ("bymonthday", -31, 31), "BYYEARDAY": ("byyearday", -366, 366)}
_NEVER_AGAIN = 10_000  # an interval in years that ends dateutil's search after the one year asked for


class RuleError(ValueError):
    """The rule cannot be followed; `code` says why."""

    def __init__(self, code: str, part: str = "") -> None:
        self.code, self.part = code, part[:60]
        super().__init__(f"{code} {part}".strip())


@dataclass(frozen=True)
class YearlyRule:
    """`parts` are the by… arguments of dateutil's rule."""

    start: date
    parts: Mapping[str, Any]
    interval: int = 1
    count: int | None = None
    until: date | None = None

    @staticmethod
    def parse(text: str, start: date) -> YearlyRule:
        """Read the value of an RRULE property. Raises `RuleError`."""
        given: dict[str, str] = {}
        for part in text.strip().upper().rstrip(";").split(";"):
            name, equals, value = part.partition("=")
            if not equals or name in given or not value:
                raise RuleError("bad_rule", part)
            given[name] = value
        if given.pop("FREQ", "") != "YEARLY":
            raise RuleError("not_yearly", text)
        if start.year < FIRST_YEAR:
            raise RuleError("too_early", start.isoformat())
        given.pop("WKST", "")
        interval = _number(given.pop("INTERVAL", "1"), 1, 1000)
        count = _number(given.pop("COUNT"), 1, 10_000) if "COUNT" in given else None
        until = _until(given.pop("UNTIL")) if "UNTIL" in given else None
        return YearlyRule(start, _parts(given, start), interval, count, until)

    def dates(self, first_year: int, last_year: int) -> list[date]:
        """The days of those years, in order."""
        found: list[date] = []
        counted = 0
        begin = self.start.year if self.count else max(self.start.year, first_year)
        begin += -(begin - self.start.year) % self.interval
        for year in range(begin, last_year + 1, self.interval):
            for day in self._days(year):
                counted += 1
                if (self.until and day > self.until) or (self.count and counted > self.count):
                    return found
                if year >= first_year:
                    found.append(day)
        return found

    def _days(self, year: int) -> list[date]:
        begin, end = datetime(year, 1, 1), datetime(year, 12, 31)  # noqa: DTZ001  # dates, no instants
        rule = rrule.rrule(rrule.YEARLY, dtstart=begin, until=end, interval=_NEVER_AGAIN, **self.parts)
        return [day.date() for day in rule if day.date() >= self.start]


def _parts(given: dict[str, str], start: date) -> dict[str, Any]:
    parts: dict[str, Any] = {}
    for name, value in given.items():
        if name in _LISTS:
            argument, lowest, highest = _LISTS[name]
            parts[argument] = [_number(one, lowest, highest) for one in value.split(",")[:40]]
        elif name == "BYDAY":
            parts["byweekday"] = [_weekday(one) for one in value.split(",")[:40]]
        else:
            raise RuleError("unknown_part", name)
    if not parts.keys() & {"bymonthday", "byyearday", "byweekday"}:
        parts["bymonthday"] = start.day
        parts.setdefault("bymonth", start.month)
    return parts


def _weekday(text: str) -> Any:
    match = _WEEKDAY.fullmatch(text.strip())
    if match is None or (match[1] and abs(int(match[1])) > 53):
        raise RuleError("bad_rule", text)
    weekday = _WEEKDAYS[match[2]]
    return weekday(int(match[1])) if match[1] else weekday


def _number(text: str, lowest: int, highest: int) -> int:
    if not _NUMBER.fullmatch(text.strip()) or not lowest <= int(text) <= highest:
        raise RuleError("bad_rule", text)
    return int(text)


def _until(text: str) -> date:
    match = _UNTIL.fullmatch(text.strip())
    try:
        if match is None:
            raise ValueError
        return date.fromisoformat(f"{match[1][:4]}-{match[1][4:6]}-{match[1][6:]}")
    except ValueError:
        raise RuleError("bad_rule", text) from None
