"""Resolving, canceling, reactivating and merging cases (`engine.md` R25–R26)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from cases.choices import CASE_STATUSES, CaseState, CaseStatus
from cases.models import Activity, Case
from cases.services.problems import RecordProblems
from sla_project.accounts.models import User
from sla_project.operations.errors import Invalid, NotPossible, Problem
from slas.services.flow.changes import record_command


def case_resolve(
    *,
    case: Case,
    by: User | None,
    now: datetime,
    via: str = "web",
    status: str = CaseStatus.PROBLEM_SOLVED,
    resolution: str = "",
    billable_minutes: int | None = None,
) -> Case:
    """Judged as if still open, then closed: what is unmet is canceled as *resolved unmet* (R25)."""
    check_status(status, CaseState.RESOLVED)
    problems = RecordProblems()
    problems.check_columns(Case, {"resolution": resolution, "billable_minutes": billable_minutes})
    problems.raise_if_any()
    changes = {
        "state": CaseState.RESOLVED.value,
        "status": status,
        "resolution": resolution,
        "billable_minutes": billable_minutes,
        "resolved_on": now,
    }
    return _move(case, changes, {CaseState.ACTIVE}, _("resolved"), by=by, now=now, via=via)


def case_cancel(*, case: Case, by: User | None, now: datetime, via: str = "web") -> Case:
    changes = {"state": CaseState.CANCELED.value, "status": CaseStatus.CANCELED.value}
    return _move(case, changes, {CaseState.ACTIVE}, _("canceled"), by=by, now=now, via=via)


def case_reactivate(
    *,
    case: Case,
    by: User | None,
    now: datetime,
    via: str = "web",
    status: str = CaseStatus.IN_PROGRESS,
) -> Case:
    """What becomes of its timers is the SLA's reopening setting (R26). A merged case stays merged."""
    check_status(status, CaseState.ACTIVE)
    changes = {"state": CaseState.ACTIVE.value, "status": status, "resolved_on": None}
    closed = {CaseState.RESOLVED, CaseState.CANCELED}
    return _move(case, changes, closed, _("reactivated"), by=by, now=now, via=via)


def case_merge(*, case: Case, into: Case, by: User | None, now: datetime, via: str = "web") -> Case:
    """Ends `case` as merged and moves its activities to `into`. Both must be active."""
    if case.pk == into.pk:
        raise Invalid([Problem("/into", "same_case", _("A case cannot be merged into itself."))])
    with record_command(by=by, source=via, now=now) as command:
        activities = list(Activity.objects.filter(case=case).order_by("pk"))
        command.lock(case, into, *activities)
        if not case.is_open or not into.is_open:
            raise NotPossible(_("Only active cases can be merged."), code="not_active")
        changes = {
            "state": CaseState.CANCELED.value,
            "status": CaseStatus.MERGED.value,
            "merged_into": into,
            "modified_on": now,
        }
        command.save(case, changes)
        for activity in activities:
            command.save(activity, {"case": into, "modified_on": now})
    return case


def check_status(status: str, state: CaseState) -> None:
    if status not in CASE_STATUSES[state] or status == CaseStatus.MERGED:
        message = _("This is not a status of a case that is %(state)s.") % {"state": state.label.lower()}
        raise Invalid([Problem("/status", "status_does_not_fit_state", message)])


def _move(
    case: Case,
    changes: dict[str, Any],
    states: set[CaseState],
    verb: str,
    *,
    by: User | None,
    now: datetime,
    via: str,
) -> Case:
    """Writes a change of state, if the case (read under its lock) is in one of `states` and not merged."""
    with record_command(by=by, source=via, now=now) as command:
        command.lock(case)
        if case.state not in states or case.status == CaseStatus.MERGED:
            status = case.get_status_display() if case.status == CaseStatus.MERGED else case.get_state_display()
            message = _("A case that is %(state)s cannot be %(verb)s.") % {"state": status.lower(), "verb": verb}
            raise NotPossible(message, code="wrong_state")
        command.save(case, {**changes, "modified_on": now})
    return case
