"""Erasing what a case holds of people, once it is closed or deleted (`engine.md` R27)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from actions.services import targets_erase
from cases.models import Activity, Case
from cases.services.folding import with_folded
from cases.services.replies import reply_key
from sla_project.accounts.models import User
from sla_project.operations.errors import NotPossible
from sla_project.operations.problems import reason_checked
from sla_project.operations.services import audit_write
from slas.models import TrackedRecord
from slas.services.flow.changes import record_command
from slas.services.flow.erasing import record_erase


@dataclass(frozen=True)
class Erased:
    """How many rows of the logs and how many mails were emptied."""

    changes: int
    mails: int


@transaction.atomic
def case_erase(*, record: TrackedRecord, by: User | None, reason: str, now: datetime, via: str = "web") -> Erased:
    """Empties title, texts and contact of a closed or deleted case and its activities: rows, logs, mails. Audited.

    `record` is the case's, which outlives it. Numbers, times, customer, choices and timers stay.
    """
    reason = reason_checked(reason, required=True)
    about = Q(pk=record.pk) | Q(record_type="activity", values__case=record.object_id)
    family = list(TrackedRecord.objects.select_for_update().filter(about).order_by("pk"))
    case = Case.objects.filter(pk=record.object_id).first()
    if case is not None:
        if case.is_open:
            raise NotPossible(_("Only a closed or deleted case can be erased."), code="open")
        _empty_rows(case, by=by, now=now, via=via)
    mails = targets_erase(
        targets=[(each.record_type, each.object_id) for each in family],
        keys=[reply_key(each.number) for each in family if each.record_type == "activity"],
    )
    changes = sum(record_erase(record=each, now=now) for each in family)
    record.refresh_from_db()
    after = {"changes": changes, "mails": mails}
    audit_write(by=by, action="case.erase", obj=record, after=after, reason=reason, now=now)
    return Erased(changes, mails)


def _empty_rows(case: Case, *, by: User | None, now: datetime, via: str) -> None:
    """One change each, whose old values are emptied with the rest of the log."""
    erased = str(_("Erased"))
    with record_command(by=by, source=via, now=now) as command:
        activities = list(Activity.objects.filter(case=case))
        if any(activity.is_open for activity in activities):
            raise NotPossible(_("An activity of the case is still open."), code="open_activity")
        command.lock(case, *activities)
        texts = {"title": erased, "description": "", "resolution": ""}
        command.save(case, {**with_folded(Case, texts), "contact": None, "modified_on": now})
        for activity in activities:
            texts = {"subject": erased, "description": ""}
            command.save(activity, {**with_folded(Activity, texts), "modified_on": now})
