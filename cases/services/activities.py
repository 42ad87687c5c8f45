"""Activities: tasks with a due date, about a case or on their own."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypedDict, Unpack

from django.utils.translation import gettext as _

from cases.choices import ACTIVITY_STATUSES, ActivityState, ActivityStatus
from cases.models import Activity, Case
from cases.services.cases import check_sla
from cases.services.folding import with_folded
from cases.services.numbers import number_next
from cases.services.problems import RecordProblems
from sla_project.accounts.models import Team, User
from sla_project.operations.errors import NotPossible
from slas.models import SLA
from slas.services.flow.changes import record_command
from slas.services.flow.choosing import SLAChoice


class ActivityValues(TypedDict, total=False):
    """State and its times belong to the commands."""

    subject: str
    description: str
    case: Case | None
    owner: User | None
    team: Team | None
    status: str
    priority: str
    due_at: datetime | None
    duration_minutes: int | None


def activity_create(
    *,
    by: User | None,
    now: datetime,
    via: str = "web",
    sla: SLA | SLAChoice | None = None,
    **values: Unpack[ActivityValues],
) -> Activity:
    given: dict[str, Any] = {"subject": "", **values}
    _check(Activity(), given)
    check_sla(sla, "activity")
    activity = Activity(**with_folded(Activity, given), created_on=now, modified_on=now)
    with record_command(by=by, source=via, now=now) as command:
        activity.number = number_next(Activity.SERIES)
        command.create(activity, sla=sla)
    return activity


def activity_update(
    *, activity: Activity, by: User | None, now: datetime, via: str = "web", **values: Unpack[ActivityValues]
) -> Activity:
    """Changes what differs; never the state."""
    with record_command(by=by, source=via, now=now) as command:
        command.lock(activity)
        changes = {name: value for name, value in values.items() if getattr(activity, name) != value}
        if changes:
            _check(activity, changes)
            command.save(activity, {**with_folded(Activity, changes), "modified_on": now})
    return activity


def activity_complete(
    *,
    activity: Activity,
    by: User | None,
    now: datetime,
    via: str = "web",
    duration_minutes: int | None = None,
) -> Activity:
    """Done. `duration_minutes` replaces the planned duration where it is given."""
    changes: dict[str, Any] = {
        "state": ActivityState.COMPLETED.value,
        "status": ActivityStatus.COMPLETED.value,
        "completed_on": now,
    }
    if duration_minutes is not None:
        changes["duration_minutes"] = duration_minutes
    return _move(activity, changes, {ActivityState.OPEN}, _("completed"), by=by, now=now, via=via)


def activity_cancel(*, activity: Activity, by: User | None, now: datetime, via: str = "web") -> Activity:
    changes = {"state": ActivityState.CANCELED.value, "status": ActivityStatus.CANCELED.value}
    return _move(activity, changes, {ActivityState.OPEN}, _("canceled"), by=by, now=now, via=via)


def activity_reactivate(*, activity: Activity, by: User | None, now: datetime, via: str = "web") -> Activity:
    changes = {
        "state": ActivityState.OPEN.value,
        "status": ActivityStatus.IN_PROGRESS.value,
        "completed_on": None,
    }
    closed = {ActivityState.COMPLETED, ActivityState.CANCELED}
    return _move(activity, changes, closed, _("reopened"), by=by, now=now, via=via)


def activity_apply_sla(
    *, activity: Activity, sla: SLA | SLAChoice, by: User | None, now: datetime, via: str = "web"
) -> Activity:
    check_sla(sla, "activity")
    with record_command(by=by, source=via, now=now) as command:
        command.lock(activity)
        if not activity.is_open:
            raise NotPossible(_("Only an open activity can be given another SLA."), code="not_open")
        command.apply_sla(activity, sla)
    return activity


def activity_delete(*, activity: Activity, by: User | None, now: datetime, via: str = "web") -> None:
    """Removes it; its log stays (R27)."""
    with record_command(by=by, source=via, now=now) as command:
        command.delete(activity)


def _move(
    activity: Activity,
    changes: dict[str, Any],
    states: set[ActivityState],
    verb: str,
    *,
    by: User | None,
    now: datetime,
    via: str,
) -> Activity:
    problems = RecordProblems()
    problems.check_columns(Activity, {k: v for k, v in changes.items() if k == "duration_minutes"})
    problems.raise_if_any()
    with record_command(by=by, source=via, now=now) as command:
        command.lock(activity)
        if activity.state not in states:
            state = activity.get_state_display().lower()
            message = _("An activity that is %(state)s cannot be %(verb)s.") % {"state": state, "verb": verb}
            raise NotPossible(message, code="wrong_state")
        command.save(activity, {**changes, "modified_on": now})
    return activity


def _check(activity: Activity, values: Mapping[str, Any]) -> None:
    problems = RecordProblems()
    problems.check_columns(Activity, values)
    problems.check_active(values)
    status = values.get("status")
    if status is not None and status not in ACTIVITY_STATUSES[ActivityState(activity.state)]:
        message = _("This status does not fit. Complete, cancel or reopen the activity instead.")
        problems.add("/status", "status_does_not_fit_state", message)
    problems.raise_if_any()
