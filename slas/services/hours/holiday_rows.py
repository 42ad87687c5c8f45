"""Commands on single holidays, and what several of them share: one change of their schedule at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from sla_project.accounts.models import User
from sla_project.operations.problems import Problems
from slas.models import Holiday, HolidaySchedule
from slas.services.hours.holidays import MAX_HOLIDAYS, holiday_schedule_changed, holiday_schedule_snapshot
from slas.services.hours.versions import part_day_problems


@transaction.atomic
def holidays_add(
    *,
    schedule: HolidaySchedule,
    dates: Sequence[date],
    name: str,
    hours: list[Any] | None = None,
    closed: list[Any] | None = None,
    by: User | None,
    now: datetime,
) -> list[Holiday]:
    """Several dates of one name, closed unless `hours` or `closed` say which part. Refused where one is there."""
    schedule = HolidaySchedule.objects.select_for_update().get(pk=schedule.pk)
    problems = Problems()
    name = problems.text(name, "/name", longest=200)
    if not dates:
        problems.add("/date", "required", _("Enter a date."))
    rows = [Holiday(schedule=schedule, date=day, name=name, hours=hours, closed=closed) for day in sorted(set(dates))]
    _check_hours(rows[:1], problems)
    taken = set(schedule.holidays.filter(date__in=dates).values_list("date", flat=True))
    if taken:
        named = ", ".join(day.isoformat() for day in sorted(taken)[:5])
        problems.add("/date", "duplicate", _("There already: %(dates)s.") % {"dates": named})
    problems.raise_if_any()
    return rows_add(schedule=schedule, rows=rows, action="holiday_schedule.add", pointer="/date", by=by, now=now)


@transaction.atomic
def holiday_update(*, holiday: Holiday, changes: Mapping[str, Any], by: User | None, now: datetime) -> Holiday:
    """Changes `date`, `name`, `hours` or `closed`."""
    schedule = HolidaySchedule.objects.select_for_update().get(pk=holiday.schedule_id)
    holiday = schedule.holidays.get(pk=holiday.pk)
    before, problems = holiday_schedule_snapshot(schedule), Problems()
    if "name" in changes:
        holiday.name = problems.text(changes["name"], "/name", longest=200)
    holiday.date = changes.get("date", holiday.date)
    holiday.hours = changes.get("hours", holiday.hours)
    holiday.closed = changes.get("closed", holiday.closed)
    if schedule.holidays.filter(date=holiday.date).exclude(pk=holiday.pk).exists():
        problems.add("/date", "duplicate", _("This date is there already."))
    _check_hours([holiday], problems)
    problems.raise_if_any()
    holiday.save()
    holiday_schedule_changed(schedule=schedule, action="holiday_schedule.update", before=before, by=by, now=now)
    return holiday


@transaction.atomic
def holidays_remove(*, schedule: HolidaySchedule, ids: Sequence[int], by: User | None, now: datetime) -> int:
    """Removes the holidays with these ids, as far as they are the schedule's. Returns how many."""
    schedule = HolidaySchedule.objects.select_for_update().get(pk=schedule.pk)
    before = holiday_schedule_snapshot(schedule)
    count, _rows = schedule.holidays.filter(pk__in=ids).delete()
    holiday_schedule_changed(schedule=schedule, action="holiday_schedule.remove", before=before, by=by, now=now)
    return count


def rows_add(
    *,
    schedule: HolidaySchedule,
    rows: Sequence[Holiday],
    action: str,
    pointer: str,
    by: User | None,
    now: datetime,
) -> list[Holiday]:
    """Insert checked rows, leaving out dates that are there. For the services of holidays; the schedule is locked."""
    before = holiday_schedule_snapshot(schedule)
    known = set(schedule.holidays.values_list("date", flat=True))
    added = [row for row in rows if row.date not in known]
    if len(known) + len(added) > MAX_HOLIDAYS:
        problems = Problems()
        words = _("A schedule can have %(count)d holidays.") % {"count": MAX_HOLIDAYS}
        problems.add(pointer, "too_many", words)
        problems.raise_if_any()
    Holiday.objects.bulk_create(added)
    holiday_schedule_changed(schedule=schedule, action=action, before=before, by=by, now=now)
    return added


def _check_hours(rows: Sequence[Holiday], problems: Problems) -> None:
    for row in rows:
        problems.extend(part_day_problems(row, ""))
