"""Putting a case on hold: what stops its clocks is never done without saying why."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from cases.choices import HoldReason
from cases.models import Case
from cases.selectors import pausing_statuses
from cases.services.case_values import case_changes
from cases.services.problems import RecordProblems
from sla_project.accounts.models import User
from sla_project.operations.errors import NotPossible
from slas.services.flow.changes import record_command


def case_hold(
    *, case: Case, status: str, reason: str, by: User | None, now: datetime, details: str = "", via: str = "web"
) -> Case:
    """Gives an active case a status that pauses, and keeps the reason with the change. Raises `Invalid`.

    `reason` is a `HoldReason`; *Another reason* needs `details`.
    """
    problems = RecordProblems()
    if status not in pausing_statuses():
        problems.add("/status", "does_not_pause", _("This status pauses no timer."))
    if reason not in HoldReason.values:
        problems.add("/reason", "required", _("Say why the case waits."))
    elif reason == HoldReason.OTHER and not details.strip():
        problems.add("/details", "required", _("Say which reason."))
    details = problems.reason(details, "/details")
    problems.raise_if_any()
    with record_command(by=by, source=via, now=now) as command:
        command.lock(case)
        if not case.is_open:
            raise NotPossible(_("Only an active case can be put on hold."), code="not_active")
        command.save(case, case_changes(case, {"status": status}, now=now))
        command.note(case, _note(HoldReason(reason), details))
    return case


def _note(reason: HoldReason, details: str) -> str:
    if reason is HoldReason.OTHER:
        return details
    return f"{reason.label}: {details}" if details else str(reason.label)
