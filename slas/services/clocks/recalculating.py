"""Recalculation of open timers by the hours in force now (engine.md R22)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from sla_project.accounts.models import User
from sla_project.operations.errors import NotPossible
from sla_project.operations.jobs import job_start
from sla_project.operations.models import Job
from sla_project.operations.problems import reason_checked
from sla_project.operations.services import audit_write
from slas.models import BusinessHours, RecordChange, TrackedRecord
from slas.selectors.clocks.states import StoredPolicies, load_state
from slas.selectors.forecasts.folding import FoldedRecord
from slas.selectors.forecasts.hours_recalculations import (
    RECALCULATE,
    outcome_counts,
    stale_clocks,
    stale_timers,
)
from slas.services.flow.changes import change_write
from slas.services.flow.judging import record_judge, record_take


@transaction.atomic
def recalculation_start(*, hours: Sequence[BusinessHours], by: User | None, reason: str = "", now: datetime) -> Job:
    """A job that moves every open timer of the hours from earlier versions to the one in force.

    Raises `NotPossible` where none counts by an earlier version. Until the job reaches a record, its timers stay.
    """
    reason = reason_checked(reason)
    count = stale_timers(hours, now)
    if not count:
        raise NotPossible(_("No running timer counts by an earlier version."), code="nothing_to_do")
    for one in hours:
        after = {"timers": count}
        audit_write(by=by, action="business_hours.recalculate", obj=one, after=after, reason=reason, now=now)
    arguments = {"business_hours": sorted(one.pk for one in hours), "reason": reason}
    return job_start(kind=RECALCULATE, arguments=arguments, by=by, now=now)


@transaction.atomic
def record_recalculate(
    *,
    record_id: int,
    stale: set[int],
    policies: Mapping[str, StoredPolicies],
    by: User | None,
    reason: str,
    cause: str,
    now: datetime,
) -> Mapping[str, int]:
    """Log the recalculation and judge the record by it. Returns what that did, as counts.

    Concerns the open timers that count by one of the `stale` versions; `policies` are by record type. Unique on
    record and `cause`. All or nothing: an error leaves the record as it was, and the job names it.
    """
    record = record_take(record_id)
    own = policies[record.record_type]
    before = FoldedRecord(record, own, now).state_at(record.stamp(now))
    kpis = [clock.kpi for clock in stale_clocks(before, stale)]
    if not kpis or record.deleted_at is not None or record.changes.filter(cause=cause).exists():
        return {}
    _log_choice(record, {"kpis": kpis, "running_only": True, "why": reason}, by, cause, now)
    assert record.last_at is not None
    record_judge(record=record, now=max(now, record.last_at), policies=own)
    return outcome_counts(before, load_state(record, own.record_type), kpis)


def _log_choice(record: TrackedRecord, data: dict[str, Any], by: User | None, cause: str, now: datetime) -> None:
    change_write(
        record=record,
        kind=RecordChange.Kind.RECALCULATED,
        fields={},
        registered={},
        data=data,
        by=by,
        source=RecordChange.Source.SYSTEM,
        now=now,
        cause=cause,
    )
