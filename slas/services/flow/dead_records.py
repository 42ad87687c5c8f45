"""Records that judging has given up on (engine.md R12), and such as no pass would find."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from sla_project.accounts.models import User
from sla_project.operations.errors import NotPossible
from sla_project.operations.services import audit_write
from slas.models import TrackedRecord


@transaction.atomic
def record_retry(*, record: TrackedRecord, by: User | None, now: datetime) -> None:
    """Gives a failing record to the next pass, with all its attempts. No due time moves."""
    record = TrackedRecord.objects.select_for_update().get(pk=record.pk)
    if not record.attempts and record.dead_at is None:
        raise NotPossible(_("The record is not in trouble."), code="not_failing")
    before = {"attempts": record.attempts, "last_error": record.last_error}
    record.attempts, record.dead_at, record.wake_at = 0, None, now
    record.save(update_fields=["attempts", "dead_at", "wake_at"])
    audit_write(by=by, action="record.retry", obj=record, before=before, now=now)


@transaction.atomic
def records_wake(*, records: QuerySet[TrackedRecord], by: User | None, now: datetime) -> int:
    """Hands records to the next pass, which computes anew when they are due. Returns how many."""
    found = list(records.select_for_update().order_by("pk"))
    for record in found:
        record.wake_at = now
        record.save(update_fields=["wake_at"])
        audit_write(by=by, action="record.wake", obj=record, now=now)
    return len(found)
