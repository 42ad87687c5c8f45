"""Schedule versions: business hours and the holidays they observe, as one document (engine.md R6)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from sla_project.accounts.models import User
from slas.domain.part_days import with_closures
from slas.domain.worktime import ScheduleError, WorkingTime
from slas.domain.worktime.errors import Problem as ScheduleProblem
from slas.models import BusinessHours, Holiday, ScheduleVersion


def schedule_document(business_hours: BusinessHours) -> dict[str, Any]:
    """The complete document of the hours as they are now; raises `ScheduleError` if it is not usable.

    Part days of the observed holidays and the hours' own dates are both overrides; the hours' own win. What a holiday
    only takes from the hours depends on the week, so it is worked out last.
    """
    observed = business_hours.holiday_schedule
    days = list(observed.holidays.all()) if observed is not None else []
    part_days = {day.date.isoformat(): day.hours for day in days if day.hours is not None}
    own = business_hours.overrides
    document = {
        "tz": business_hours.tz,
        "week": business_hours.week,
        "holidays": [day.date.isoformat() for day in days if day.hours is None and day.closed is None],
        "overrides": part_days | own if isinstance(own, dict) else own,
    }
    checked = WorkingTime.from_dict(document).to_dict()
    closures = [(day.date, day.closed) for day in days if day.closed is not None]
    return WorkingTime.from_dict(with_closures(checked, closures)).to_dict() if closures else checked


def version_add_if_changed(*, business_hours: BusinessHours, by: User | None, now: datetime) -> ScheduleVersion | None:
    """A new version, unless the last one says the same. The caller holds the lock on the hours."""
    document = schedule_document(business_hours)
    last = business_hours.versions.order_by("-number").first()
    if last is not None and last.document == document:
        return None
    return ScheduleVersion.objects.create(
        business_hours=business_hours,
        number=last.number + 1 if last else 1,
        effective_at=max(now, last.effective_at) if last else now,
        document=document,
        created_by=by,
    )


def part_day_problems(holiday: Holiday, pointer: str) -> Iterator[ScheduleProblem]:
    """What is wrong with a part day; `pointer` is the holiday's."""
    if holiday.hours is not None and holiday.closed is not None:
        message = _("Give the hours that are open or those that are closed, not both.")
        yield ScheduleProblem(f"{pointer}/closed", "unexpected_value", message)
    elif holiday.closed == []:
        yield ScheduleProblem(f"{pointer}/closed", "required", _("Give the hours that are closed."))
    for name in ("hours", "closed"):
        intervals = getattr(holiday, name)
        if intervals is not None:
            yield from _interval_problems(intervals, f"{pointer}/{name}")


def _interval_problems(intervals: Any, pointer: str) -> Iterator[ScheduleProblem]:
    """By the rules of a schedule document."""
    day = "2026-01-01"
    always_open = {"mon": [["00:00", "24:00"]]}
    try:
        WorkingTime.from_dict({"tz": "UTC", "week": always_open, "overrides": {day: intervals}})
    except ScheduleError as error:
        inside = f"/overrides/{day}"
        for problem in error.problems:
            yield ScheduleProblem(pointer + problem.pointer.removeprefix(inside), problem.code, problem.message)
