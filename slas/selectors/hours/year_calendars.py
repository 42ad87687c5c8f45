"""A year as twelve small tables: which days are open, shorter or closed, and why."""

from __future__ import annotations

import calendar
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sla_project.operations.numbers import whole_number
from slas.domain.worktime.hours import DAYS
from slas.models import Holiday
from slas.selectors.hours.schedule_words import holiday_words
from slas.weekdays import DAYS as WEEKDAYS

OPEN, WEEKEND, HOLIDAY, REDUCED = "open", "weekend", "holiday", "reduced"
FIRST_YEAR, LAST_YEAR = 1970, 2100

_KINDS: dict[str, str | Promise] = {
    OPEN: gettext_lazy("Open as usual"),
    WEEKEND: gettext_lazy("Closed by the week"),
    HOLIDAY: gettext_lazy("Closed for the day"),
    REDUCED: gettext_lazy("Other hours"),
}


Judge = Callable[[date], tuple[str, str]]


@dataclass(frozen=True)
class CalendarDay:
    """`kind` is one of the four above; `words` say what is special, for the eye and for screen readers."""

    date: date
    kind: str
    words: str = ""
    is_today: bool = False


@dataclass(frozen=True)
class Month:
    name: str
    weeks: Sequence[Sequence[CalendarDay | None]]


@dataclass(frozen=True)
class YearCalendar:
    """`special` are the days that differ from the week; `counts` the number of days of each kind."""

    year: int
    months: Sequence[Month]
    special: Sequence[CalendarDay]
    counts: Mapping[str, int] = field(default_factory=dict)
    kinds: Sequence[str] = (OPEN, WEEKEND, HOLIDAY, REDUCED)

    @property
    def previous(self) -> int:
        return max(FIRST_YEAR, self.year - 1)

    @property
    def next(self) -> int:
        return min(LAST_YEAR, self.year + 1)

    @property
    def legend(self) -> list[tuple[str, str, int]]:
        """Kind, its words, and how many days of the year are of it."""
        return [(kind, str(_KINDS[kind]), self.counts.get(kind, 0)) for kind in self.kinds]

    @property
    def weekdays(self) -> list[tuple[str, str]]:
        """Two letters and the word, from Monday."""
        return [(str(label)[:2], str(label)) for label in WEEKDAYS.values()]


def year_asked(text: str, this_year: int) -> int:
    """The year of a query string, else this one; never one without holidays rows to speak of."""
    year = whole_number(text, largest=LAST_YEAR)
    return this_year if year is None or year < FIRST_YEAR else year


def calendar_of_hours(document: Mapping[str, Any], holidays: Iterable[Holiday], year: int, today: date) -> YearCalendar:
    """The year of a schedule document; the observed `holidays` give the names."""
    names = {holiday.date: holiday.name for holiday in holidays if holiday.date.year == year}
    week, closed = document["week"], set(document.get("holidays", ()))
    overrides = document.get("overrides", {})

    def judge(day: date) -> tuple[str, str]:
        usual, iso, name = week.get(DAYS[day.weekday()]), day.isoformat(), names.get(day, "")
        if iso in overrides:
            return (REDUCED if overrides[iso] else HOLIDAY), _joined(name, holiday_words(overrides[iso], None))
        if iso in closed:
            return HOLIDAY, _joined(name, _("closed"))
        return (OPEN, "") if usual else (WEEKEND, "")

    return _calendar(year, today, judge)


def calendar_of_holidays(holidays: Iterable[Holiday], year: int, today: date) -> YearCalendar:
    """The year of a holiday schedule by itself: it knows no weekends."""
    days = {holiday.date: holiday for holiday in holidays if holiday.date.year == year}

    def judge(day: date) -> tuple[str, str]:
        holiday = days.get(day)
        if holiday is None:
            return OPEN, ""
        words = _joined(holiday.name, holiday_words(holiday.hours, holiday.closed))
        return (REDUCED if holiday.hours or holiday.closed else HOLIDAY), words

    return _calendar(year, today, judge, kinds=(HOLIDAY, REDUCED))


def _calendar(
    year: int, today: date, judge: Judge, kinds: Sequence[str] = (OPEN, WEEKEND, HOLIDAY, REDUCED)
) -> YearCalendar:
    months, special = [], []
    counts = dict.fromkeys((OPEN, WEEKEND, HOLIDAY, REDUCED), 0)
    for number in range(1, 13):
        weeks: list[list[CalendarDay | None]] = []
        for week in calendar.Calendar().monthdatescalendar(year, number):
            row: list[CalendarDay | None] = []
            for each in week:
                if each.month != number:
                    row.append(None)
                    continue
                kind, words = judge(each)
                day = CalendarDay(each, kind, words, each == today)
                counts[kind] += 1
                if words:
                    special.append(day)
                row.append(day)
            weeks.append(row)
        months.append(Month(str(date_format(date(year, number, 1), "F")), weeks))
    return YearCalendar(year, months, special, counts, kinds)


def _joined(name: str, words: str) -> str:
    return f"{name}, {words}" if name else words[:1].upper() + words[1:]
