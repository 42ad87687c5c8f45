"""Holidays from elsewhere: the public holidays of a country, or a calendar file. Both become rows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from operator import attrgetter
from typing import Any

import holidays as holiday_library
from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sla_project.accounts.models import User
from sla_project.operations.problems import Problems
from slas.domain.icalendar import CalendarDay, CalendarDays, CalendarError, LineProblem, read_calendar
from slas.domain.week_text import written
from slas.domain.worktime.zones import load_zone
from slas.models import Holiday, HolidaySchedule
from slas.selectors.hours.schedules import zone_of_holidays
from slas.services.hours.holiday_rows import rows_add
from slas.services.hours.versions import part_day_problems

FIRST_YEAR, LAST_YEAR, MAX_YEARS = 1970, 2100, 20

ChosenDay = tuple[date, str, list[Any] | None]
"""Date, name, and the hours that are closed; None for the whole day."""

_LINE_WORDS: dict[str, str | Promise] = {
    "too_large": gettext_lazy("the calendar is larger than %(part)s kB"),
    "too_many_lines": gettext_lazy("the calendar has more than %(part)s lines"),
    "too_many_events": gettext_lazy("the calendar has more than %(part)s events"),
    "too_many_rules": gettext_lazy("the calendar has more than %(part)s events that repeat"),
    "too_many_days": gettext_lazy("the events fill more than %(part)s days"),
    "no_events": gettext_lazy("there is no event in it; export the calendar as iCalendar (.ics)"),
    "cut_off": gettext_lazy("the calendar ends in the middle; its last lines are missing"),
    "not_a_calendar": gettext_lazy("this is no calendar: it does not begin with BEGIN:VCALENDAR"),
    "not_a_line": gettext_lazy("“%(part)s” is no line of a calendar"),
    "wrong_end": gettext_lazy("END:%(part)s has no beginning"),
    "no_date": gettext_lazy("the event has no date (DTSTART)"),
    "bad_date": gettext_lazy("“%(part)s” is no date"),
    "bad_duration": gettext_lazy("“%(part)s” is no duration"),
    "ends_before_start": gettext_lazy("the event ends before it begins"),
    "too_long": gettext_lazy("the event lasts longer than %(part)s days"),
    "is_canceled": gettext_lazy("“%(part)s” is canceled"),
    "no_length": gettext_lazy("“%(part)s” has no length, so it closes nothing"),
    "mixed_kinds": gettext_lazy("“%(part)s” has a date where it needs a time, or a zone at one of its times only"),
    "unknown_zone": gettext_lazy("“%(part)s” is in the time zone “%(detail)s”, which is not known"),
    "not_yearly": gettext_lazy("“%(part)s” repeats, but not every year"),
    "too_early": gettext_lazy("“%(part)s” repeats since before 1900"),
    "bad_rule": gettext_lazy("“%(part)s” repeats by a rule that cannot be read: %(detail)s"),
    "unknown_part": gettext_lazy("“%(part)s” repeats by a rule that is not followed here: %(detail)s"),
}


def line_words(problem: LineProblem) -> str:
    """*Line 12: the event has no date (DTSTART).*"""
    words = str(_LINE_WORDS[problem.code]) % {"part": problem.part, "detail": problem.detail}
    if problem.line:
        return _("Line %(number)d: %(words)s.") % {"number": problem.line, "words": words}
    return words[:1].upper() + words[1:] + "."


def public_holidays(country: str, subdivision: str, years: Sequence[int]) -> dict[date, str]:
    """Date → name, by the library. Raises `Invalid` at /country, /subdivision or /years."""
    problems = Problems()
    supported = holiday_library.list_supported_countries()
    if country not in supported:
        problems.add("/country", "unknown_country", _("There are no public holidays for this country code."))
    elif subdivision and subdivision not in supported[country]:
        problems.add("/subdivision", "unknown_region", _("This country has no such region."))
    _check_years(years, problems)
    problems.raise_if_any()
    found = holiday_library.country_holidays(country, subdiv=subdivision or None, years=sorted(set(years)))
    return {day: name[:200] for day, name in sorted(found.items())}


def calendar_days(ics: str, years: Sequence[int], tz: str) -> CalendarDays:
    """What a calendar closes, on the clocks of the time zone. Raises `Invalid` at /ics, a problem for each line, or at
    /years or /tz.
    """
    problems = Problems()
    _check_years(years, problems)
    if load_zone(tz) is None:
        message = _("“%(value)s” is not a time zone such as Europe/London.")
        problems.add("/tz", "unknown_zone", message % {"value": tz[:60]})
    problems.raise_if_any()
    try:
        found = read_calendar(ics, min(years), max(years), tz)
    except CalendarError as error:
        for problem in error.problems:
            problems.add("/ics", problem.code, line_words(problem))
        problems.raise_if_any()
        raise
    if not found.days:
        words = _("Nothing in it closes a day of these years.")
        left_out = " ".join(line_words(problem) for problem in found.left_out[:5])
        problems.add("/ics", "no_days", f"{words} {left_out}".strip())
        problems.raise_if_any()
    days = {day: one for day, one in found.days.items() if day.year in set(years)}
    return CalendarDays(days, found.left_out, found.outside)


@transaction.atomic
def holiday_import(
    *,
    schedule: HolidaySchedule,
    country: str,
    subdivision: str = "",
    years: Sequence[int],
    by: User | None,
    now: datetime,
) -> list[Holiday]:
    """Adds a country's public holidays as rows. Dates that are there already stay as they are."""
    schedule = HolidaySchedule.objects.select_for_update().get(pk=schedule.pk)
    found = public_holidays(country, subdivision, years)
    rows = [Holiday(schedule=schedule, date=day, name=name) for day, name in found.items()]
    return rows_add(schedule=schedule, rows=rows, action="holiday_schedule.import", pointer="/years", by=by, now=now)


@transaction.atomic
def calendar_import(
    *, schedule: HolidaySchedule, ics: str, years: Sequence[int], tz: str = "", by: User | None, now: datetime
) -> list[Holiday]:
    """Adds what an iCalendar text closes as rows. Dates that are there already stay as they are.

    Without a time zone, in that of the hours which observe the schedule.
    """
    schedule = HolidaySchedule.objects.select_for_update().get(pk=schedule.pk)
    found = calendar_days(ics, years, tz or zone_of_holidays(schedule))
    rows = [
        Holiday(schedule=schedule, date=day, name=one.name, closed=closed_hours(one)) for day, one in found.days.items()
    ]
    return rows_add(schedule=schedule, rows=rows, action="holiday_schedule.import", pointer="/ics", by=by, now=now)


@transaction.atomic
def chosen_import(
    *, schedule: HolidaySchedule, days: Sequence[ChosenDay], by: User | None, now: datetime
) -> list[Holiday]:
    """Adds the days that somebody ticked in a preview of one of the above."""
    schedule = HolidaySchedule.objects.select_for_update().get(pk=schedule.pk)
    problems = Problems()
    rows: dict[date, Holiday] = {}
    for index, (day, name, closed) in enumerate(days):
        text = problems.text(name, f"/days/{index}", longest=200)
        rows[day] = Holiday(schedule=schedule, date=day, name=text, closed=closed)
        problems.extend(part_day_problems(rows[day], f"/days/{index}"))
    problems.raise_if_any()
    chosen = sorted(rows.values(), key=attrgetter("date"))
    return rows_add(schedule=schedule, rows=chosen, action="holiday_schedule.import", pointer="/days", by=by, now=now)


def closed_hours(day: CalendarDay) -> list[list[str]] | None:
    """As a holiday keeps them; None for a whole day."""
    return None if day.closed is None else written(day.closed)


def _check_years(years: Sequence[int], problems: Problems) -> None:
    if not years or len(years) > MAX_YEARS or not all(FIRST_YEAR <= year <= LAST_YEAR for year in years):
        limits = {"first": FIRST_YEAR, "last": LAST_YEAR, "count": MAX_YEARS}
        problems.add("/years", "out_of_range", _("Up to %(count)d years from %(first)d to %(last)d.") % limits)
