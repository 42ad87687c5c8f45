"""Writing: audit entries, heartbeats, the organisation's settings, old rows away."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.contrib.sessions.models import Session
from django.db import models, transaction

from sla_project.operations.models import (
    AuditEntry,
    Heartbeat,
    IdempotencyKey,
    Job,
    OrganisationSettings,
)

if TYPE_CHECKING:
    from sla_project.accounts.models import User

KEYS_KEPT = timedelta(hours=24)
HEARTBEATS_KEPT = timedelta(days=7)
JOBS_KEPT = timedelta(days=90)


def audit_write(
    *,
    by: User | None,
    action: str,
    obj: models.Model,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    reason: str = "",
    now: datetime,
) -> AuditEntry:
    """Notes who did what; in the transaction of the change itself. `by` None is the system."""
    return AuditEntry.objects.create(
        at=now,
        by=by,
        action=action,
        object_type=obj._meta.label_lower,
        object_id=str(obj.pk),
        object_label=str(obj)[:200],
        before=dict(before) if before is not None else None,
        after=dict(after) if after is not None else None,
        reason=reason,
    )


def heartbeat_beat(*, name: str, kind: str, detail: Mapping[str, Any], now: datetime) -> None:
    """A sign of life of one process. `detail` carries what its last pass saw (see selectors)."""
    Heartbeat.objects.update_or_create(name=name, defaults={"kind": kind, "at": now, "detail": dict(detail)})


def settings_locked() -> OrganisationSettings:
    """The one row, made where it is missing; nobody else writes it until the transaction ends."""
    OrganisationSettings.objects.get_or_create(pk=OrganisationSettings.SINGLETON)
    return OrganisationSettings.objects.select_for_update().get(pk=OrganisationSettings.SINGLETON)


def settings_update(
    *, changes: Mapping[str, Any], by: User | None, reason: str = "", now: datetime
) -> OrganisationSettings:
    """Changes the organisation's settings. Raises ValidationError; unchanged settings write nothing."""
    with transaction.atomic():
        row = settings_locked()
        before = {name: getattr(row, name) for name in changes}
        changed = {name: value for name, value in changes.items() if before[name] != value}
        for name, value in changed.items():
            setattr(row, name, value)
        row.full_clean()
        if changed:
            row.save(update_fields=list(changed))
            audit_write(
                by=by,
                action="settings.update",
                obj=row,
                before={name: before[name] for name in changed},
                after=changed,
                reason=reason,
                now=now,
            )
    return row


def old_rows_delete(*, now: datetime) -> int:
    """Removes idempotency keys, heartbeats, finished jobs and sessions that nobody can ask for any more."""
    keys, _by_model = IdempotencyKey.objects.filter(created_at__lt=now - KEYS_KEPT).delete()
    beats, _by_model = Heartbeat.objects.filter(at__lt=now - HEARTBEATS_KEPT).delete()
    jobs, _by_model = Job.objects.filter(finished_at__lt=now - JOBS_KEPT).delete()
    sessions, _by_model = Session.objects.filter(expire_date__lt=now).delete()
    return keys + beats + jobs + sessions
