"""Reading business hours, holiday schedules and the version in force at a moment."""

from __future__ import annotations

import json
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.db.models import Count, Max, QuerySet

from sla_project.operations.selectors import settings_get
from slas.domain.worktime import WorkingTime
from slas.models import BusinessHours, Holiday, HolidaySchedule, ScheduleVersion


def business_hours() -> QuerySet[BusinessHours]:
    """All hours with the number of their latest version."""
    hours = BusinessHours.objects.select_related("holiday_schedule")
    return hours.annotate(version=Max("versions__number")).order_by("name", "id")


def holiday_schedules() -> QuerySet[HolidaySchedule]:
    return (
        HolidaySchedule.objects.prefetch_related("holidays")
        .annotate(holiday_count=Count("holidays", distinct=True))
        .order_by("name", "id")
    )


def holiday_document(holiday: Holiday) -> dict[str, Any]:
    """As it is audited, exported and read again; `closed` only where it says something."""
    document = {"date": holiday.date.isoformat(), "name": holiday.name, "hours": holiday.hours}
    return document if holiday.closed is None else {**document, "closed": holiday.closed}


def zone_of_holidays(schedule: HolidaySchedule) -> str:
    """The time zone in which the holidays are days: that of the hours observing them, or if these differ (or there
    are none) the organisation's.
    """
    zones = set(schedule.business_hours.values_list("tz", flat=True))
    return zones.pop() if len(zones) == 1 else settings_get().time_zone


def schedule_versions(hours: BusinessHours) -> QuerySet[ScheduleVersion]:
    """Newest first."""
    return hours.versions.select_related("business_hours", "created_by").order_by("-number")


def observing_versions(schedule: HolidaySchedule) -> QuerySet[ScheduleVersion]:
    """The versions of all hours that observe the holidays, newest first."""
    versions = ScheduleVersion.objects.filter(business_hours__holiday_schedule=schedule)
    return versions.select_related("business_hours", "created_by").order_by("-id")


def schedule_version_at(hours: BusinessHours, at: datetime) -> ScheduleVersion:
    """The version in force at a moment; before the first one, the first (engine.md R6)."""
    in_force = hours.versions.filter(effective_at__lte=at).order_by("-number").first()
    version = in_force or hours.versions.order_by("number").first()
    assert version is not None  # business hours are created together with their first version
    return version


@lru_cache(maxsize=512)
def _compiled(document: str) -> WorkingTime:
    return WorkingTime.from_dict(json.loads(document))


def working_time(version: ScheduleVersion) -> WorkingTime:
    """The compiled hours of a version; each document is compiled once per process."""
    return _compiled(json.dumps(version.document, sort_keys=True))
