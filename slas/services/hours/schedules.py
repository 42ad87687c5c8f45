"""Commands on business hours."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from sla_project.accounts.models import User
from sla_project.operations.codes import create_copy
from sla_project.operations.errors import NotPossible
from sla_project.operations.problems import Problems
from sla_project.operations.services import audit_write
from sla_project.operations.unique import unique_or_invalid
from slas.domain.worktime import ScheduleError
from slas.models import BusinessHours, HolidaySchedule
from slas.selectors.policy.reading import slas_using_hours
from slas.services.hours.versions import schedule_document, version_add_if_changed


def business_hours_snapshot(hours: BusinessHours) -> dict[str, Any]:
    return {
        "code": hours.code,
        "name": hours.name,
        "description": hours.description,
        "tz": hours.tz,
        "week": hours.week,
        "overrides": hours.overrides,
        "holiday_schedule": hours.holiday_schedule.code if hours.holiday_schedule else None,
        "state": hours.state,
    }


@transaction.atomic
def business_hours_create(
    *,
    code: str,
    name: str,
    tz: str,
    week: Mapping[str, Any],
    overrides: Mapping[str, Any] | None = None,
    holiday_schedule: HolidaySchedule | None = None,
    description: str = "",
    by: User | None,
    now: datetime,
) -> BusinessHours:
    """New hours with their first version. `week` is `{"mon": [["09:00", "17:00"]], …}` in local time; `overrides`
    replace the hours of single dates, as in `{"2026-12-24": [["09:00", "12:00"]]}`.
    """
    problems = Problems()
    hours = BusinessHours(created_at=now, modified_at=now)
    hours.code = problems.code(code, "/code", taken=BusinessHours.objects.all())
    given = {
        "name": name,
        "description": description,
        "tz": tz,
        "week": week,
        "overrides": overrides or {},
        "holiday_schedule": holiday_schedule,
    }
    _assign(hours, given, problems)
    problems.raise_if_any()
    with unique_or_invalid("code"):
        hours.save(force_insert=True)
    version_add_if_changed(business_hours=hours, by=by, now=now)
    audit_write(by=by, action="business_hours.create", obj=hours, after=business_hours_snapshot(hours), now=now)
    return hours


@transaction.atomic
def business_hours_update(
    *,
    business_hours: BusinessHours,
    changes: Mapping[str, Any],
    by: User | None,
    now: datetime,
) -> BusinessHours:
    """Changes the hours; a change of what is open makes a new version, and running instances keep theirs."""
    hours = business_hours_locked(business_hours)
    before, problems = business_hours_snapshot(hours), Problems()
    if changes.get("code", hours.code) != hours.code:
        problems.add("/code", "immutable", _("The code cannot be changed."))
    _assign(hours, changes, problems)
    problems.raise_if_any()
    if business_hours_snapshot(hours) != before:
        _save(hours, "business_hours.update", before, by, now)
        version_add_if_changed(business_hours=hours, by=by, now=now)
    return hours


@transaction.atomic
def business_hours_clone(
    *, business_hours: BusinessHours, code: str = "", name: str = "", by: User | None, now: datetime
) -> BusinessHours:
    """New hours that are open at the same times, used by nobody; code and name are made up where not given."""
    create = partial(
        business_hours_create,
        name=name or _("%(name)s (copy)") % {"name": business_hours.name[:90]},
        tz=business_hours.tz,
        week=business_hours.week,
        overrides=business_hours.overrides,
        holiday_schedule=business_hours.holiday_schedule,
        description=business_hours.description,
        by=by,
        now=now,
    )
    return create_copy(create, code, of=business_hours.code, taken=BusinessHours.objects.all())


@transaction.atomic
def business_hours_activate(*, business_hours: BusinessHours, by: User | None, now: datetime) -> BusinessHours:
    return _move(business_hours_locked(business_hours), BusinessHours.State.ACTIVE, "business_hours.activate", by, now)


@transaction.atomic
def business_hours_deactivate(*, business_hours: BusinessHours, by: User | None, now: datetime) -> BusinessHours:
    """Refused while an active SLA counts in these hours."""
    hours = business_hours_locked(business_hours)
    _refuse_if_used(hours, active_only=True)
    return _move(hours, BusinessHours.State.INACTIVE, "business_hours.deactivate", by, now)


@transaction.atomic
def business_hours_delete(*, business_hours: BusinessHours, by: User | None, now: datetime) -> None:
    """Only while no SLA names the hours and nothing was ever counted in them."""
    hours = business_hours_locked(business_hours)
    _refuse_if_used(hours, active_only=False)
    audit_write(by=by, action="business_hours.delete", obj=hours, before=business_hours_snapshot(hours), now=now)
    try:
        hours.versions.discard_unused()
        hours.delete()
    except ProtectedError:
        raise NotPossible(_("Timers were counted in these hours; deactivate them instead."), code="in_use") from None


def business_hours_locked(business_hours: BusinessHours) -> BusinessHours:
    return (
        BusinessHours.objects.select_for_update(of=("self",))
        .select_related("holiday_schedule")
        .get(pk=business_hours.pk)
    )


def _refuse_if_used(hours: BusinessHours, *, active_only: bool) -> None:
    users = slas_using_hours(hours, active_only=active_only)
    if users:
        raise NotPossible(_("Used by %(slas)s.") % {"slas": ", ".join(f"“{sla}”" for sla in users)}, code="in_use")


def _move(
    hours: BusinessHours, state: BusinessHours.State, action: str, by: User | None, now: datetime
) -> BusinessHours:
    if hours.state == state:
        raise NotPossible(_("The business hours are %(state)s already.") % {"state": hours.get_state_display().lower()})
    before = business_hours_snapshot(hours)
    hours.state = state
    _save(hours, action, before, by, now)
    return hours


def _save(hours: BusinessHours, action: str, before: dict[str, Any], by: User | None, now: datetime) -> None:
    hours.modified_at = now
    hours.save()
    audit_write(by=by, action=action, obj=hours, before=before, after=business_hours_snapshot(hours), now=now)


def _assign(hours: BusinessHours, changes: Mapping[str, Any], problems: Problems) -> None:
    """Sets what is given and checks the schedule as a whole, so that `week` never gets in half right."""
    if "name" in changes:
        hours.name = problems.text(changes["name"], "/name", longest=100)
    if "description" in changes:
        hours.description = problems.text(changes["description"], "/description", longest=5000, required=False)
    for attribute in ("tz", "week", "overrides", "holiday_schedule"):
        if attribute in changes:
            setattr(hours, attribute, changes[attribute])
    try:
        document = schedule_document(hours)
        hours.week = document["week"]
        hours.overrides = {day: document["overrides"][day] for day in sorted(hours.overrides)}
    except ScheduleError as error:
        problems.extend(error.problems)
