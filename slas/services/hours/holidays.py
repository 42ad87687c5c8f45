"""Commands on holiday schedules; what observes one gets a new version at each effective change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import partial
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from sla_project.accounts.models import User
from sla_project.operations.codes import create_copy
from sla_project.operations.errors import NotPossible
from sla_project.operations.problems import Problems
from sla_project.operations.services import audit_write
from sla_project.operations.unique import unique_or_invalid
from sla_project.operations.unknown import unknown_keys
from slas.models import BusinessHours, Holiday, HolidaySchedule
from slas.selectors.hours.schedules import holiday_document
from slas.services.hours.versions import part_day_problems, version_add_if_changed

MAX_HOLIDAYS = 2_000


def holiday_schedule_snapshot(schedule: HolidaySchedule) -> dict[str, Any]:
    return {
        "code": schedule.code,
        "name": schedule.name,
        "description": schedule.description,
        "holidays": [holiday_document(row) for row in schedule.holidays.order_by("date")] if schedule.pk else [],
    }


@transaction.atomic
def holiday_schedule_create(
    *,
    code: str,
    name: str,
    description: str = "",
    holidays: Sequence[Mapping[str, Any]] = (),
    by: User | None,
    now: datetime,
) -> HolidaySchedule:
    """`holidays` are `{"date": "2026-12-25", "name": …, "hours": null}`; null closes the whole day.

    A part day has the `hours` that replace the week's, or `closed`, which are taken from them.
    """
    problems = Problems()
    schedule = HolidaySchedule(created_at=now, modified_at=now)
    schedule.code = problems.code(code, "/code", taken=HolidaySchedule.objects.all())
    _assign(schedule, {"name": name, "description": description}, problems)
    rows = _parse_holidays(holidays, problems)
    problems.raise_if_any()
    with unique_or_invalid("code"):
        schedule.save(force_insert=True)
    _replace_holidays(schedule, rows)
    audit_write(
        by=by,
        action="holiday_schedule.create",
        obj=schedule,
        after=holiday_schedule_snapshot(schedule),
        now=now,
    )
    return schedule


@transaction.atomic
def holiday_schedule_update(
    *,
    schedule: HolidaySchedule,
    changes: Mapping[str, Any],
    by: User | None,
    now: datetime,
) -> HolidaySchedule:
    """Changes name, description or the whole list of holidays; running instances keep their version."""
    schedule = HolidaySchedule.objects.select_for_update().get(pk=schedule.pk)
    before, problems = holiday_schedule_snapshot(schedule), Problems()
    if changes.get("code", schedule.code) != schedule.code:
        problems.add("/code", "immutable", _("The code cannot be changed."))
    _assign(schedule, changes, problems)
    rows = _parse_holidays(changes["holidays"], problems) if "holidays" in changes else None
    problems.raise_if_any()
    if rows is not None:
        _replace_holidays(schedule, rows)
    holiday_schedule_changed(schedule=schedule, action="holiday_schedule.update", before=before, by=by, now=now)
    return schedule


@transaction.atomic
def holiday_schedule_clone(
    *, schedule: HolidaySchedule, code: str = "", name: str = "", by: User | None, now: datetime
) -> HolidaySchedule:
    """A new schedule with the same holidays, observed by nobody; code and name are made up where not given."""
    create = partial(
        holiday_schedule_create,
        name=name or _("%(name)s (copy)") % {"name": schedule.name[:90]},
        description=schedule.description,
        holidays=holiday_schedule_snapshot(schedule)["holidays"],
        by=by,
        now=now,
    )
    return create_copy(create, code, of=schedule.code, taken=HolidaySchedule.objects.all())


@transaction.atomic
def holiday_schedule_delete(*, schedule: HolidaySchedule, by: User | None, now: datetime) -> None:
    """Refused while business hours observe it."""
    schedule = HolidaySchedule.objects.select_for_update().get(pk=schedule.pk)
    users = [str(hours) for hours in schedule.business_hours.all()]
    if users:
        raise NotPossible(_("Observed by %(users)s.") % {"users": ", ".join(f"“{u}”" for u in users)}, code="in_use")
    before = holiday_schedule_snapshot(schedule)
    audit_write(by=by, action="holiday_schedule.delete", obj=schedule, before=before, now=now)
    schedule.delete()


def _assign(schedule: HolidaySchedule, changes: Mapping[str, Any], problems: Problems) -> None:
    if "name" in changes:
        schedule.name = problems.text(changes["name"], "/name", longest=100)
    if "description" in changes:
        schedule.description = problems.text(changes["description"], "/description", longest=5000, required=False)


def _parse_holidays(documents: object, problems: Problems) -> list[Holiday]:
    if not isinstance(documents, list | tuple):
        problems.add("/holidays", "wrong_type", _("Expected a list of holidays."))
        return []
    if len(documents) > MAX_HOLIDAYS:
        problems.add("/holidays", "too_many", _("A schedule can have %(count)d holidays.") % {"count": MAX_HOLIDAYS})
        return []
    rows: list[Holiday] = []
    seen: set[date] = set()
    for index, document in enumerate(documents):
        row = _parse_holiday(document, f"/holidays/{index}", problems)
        if row is None:
            continue
        if row.date in seen:
            problems.add(f"/holidays/{index}/date", "duplicate", _("This date is named twice."))
        seen.add(row.date)
        rows.append(row)
    return rows


def _parse_holiday(document: object, pointer: str, problems: Problems) -> Holiday | None:
    if not isinstance(document, Mapping):
        problems.add(pointer, "wrong_type", _("Expected a holiday: date, name and hours."))
        return None
    problems.extend(unknown_keys(document, ("date", "name", "hours", "closed"), pointer=pointer))
    name = problems.text(document.get("name"), f"{pointer}/name", longest=200)
    for key in ("hours", "closed"):
        if document.get(key) is not None and not isinstance(document[key], list):
            words = _("Expected a list of intervals, or null for the whole day.")
            problems.add(f"{pointer}/{key}", "wrong_type", words)
            return None
    day = document.get("date")
    try:
        if not isinstance(day, str):
            raise ValueError
        parts = {"hours": document.get("hours"), "closed": document.get("closed")}
        return Holiday(date=date.fromisoformat(day), name=name, **parts)
    except ValueError:
        problems.add(f"{pointer}/date", "invalid_date", _("Expected a date such as 2026-12-25."))
        return None


def _replace_holidays(schedule: HolidaySchedule, rows: Sequence[Holiday]) -> None:
    _check_part_days(rows)
    schedule.holidays.all().delete()
    for row in rows:
        row.schedule = schedule
    Holiday.objects.bulk_create(rows)


def _check_part_days(rows: Sequence[Holiday]) -> None:
    problems = Problems()
    for index, row in enumerate(rows):
        problems.extend(part_day_problems(row, f"/holidays/{index}"))
    problems.raise_if_any()


def holiday_schedule_changed(
    *, schedule: HolidaySchedule, action: str, before: dict[str, Any], by: User | None, now: datetime
) -> None:
    """Records a change if there was one since the snapshot `before`, with new versions for all hours that observe it.

    For the services of holidays only; the caller holds the schedule's lock.
    """
    after = holiday_schedule_snapshot(schedule)
    if after == before:
        return
    schedule.modified_at = now
    schedule.save()
    audit_write(by=by, action=action, obj=schedule, before=before, after=after, now=now)
    if after["holidays"] != before["holidays"]:
        for hours in BusinessHours.objects.select_for_update().filter(holiday_schedule=schedule).order_by("id"):
            version_add_if_changed(business_hours=hours, by=by, now=now)
