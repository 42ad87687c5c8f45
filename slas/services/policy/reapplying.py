"""Re-application of a publication to open records (engine.md R5, R29)."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime

from django.db import OperationalError, transaction

from sla_project.accounts.models import User
from sla_project.operations.jobs import job_start
from sla_project.operations.models import Job
from slas.models import Lifecycle, RecordChange, SLAVersion, TrackedRecord
from slas.selectors.clocks.states import StoredPolicies
from slas.selectors.forecasts.folding import FoldedRecord
from slas.selectors.forecasts.publications import REAPPLY, outcome_counts
from slas.services.flow.changes import change_write
from slas.services.flow.judging import record_judge, record_postpone, record_take

log = logging.getLogger(__name__)


def reapply_start(*, version: SLAVersion, by: User | None, run_actions: bool, now: datetime) -> Job:
    """A job that re-applies the version to every open record of the SLA that lives by an earlier one.

    Until the job reaches a record, it lives by its old version.
    """
    named = {"name": version.sla.name, "number": version.number}
    arguments = {"sla": version.sla_id, "version": version.pk, "run_actions": run_actions, **named}
    return job_start(kind=REAPPLY, arguments=arguments, by=by, now=now)


@transaction.atomic
def record_reapply(
    *,
    record_id: int,
    version: SLAVersion,
    run_actions: bool,
    by: User | None,
    policies: StoredPolicies,
    now: datetime,
) -> Mapping[str, int]:
    """Log the re-application and judge the record by it. Returns what that did, as counts.

    Unique on record and publication, and never back to an earlier version. Where the record cannot be judged, the
    re-application is logged all the same and judged with the rest, later (R12).
    """
    record = record_take(record_id)
    folded = _fold(record, policies, now)
    if not (_is_concerned(folded, version) if folded else _is_concerned_as_stored(record, version)):
        return {}
    change_write(
        record=record,
        kind=RecordChange.Kind.REAPPLIED,
        fields={},
        registered={},
        data={
            "sla": version.sla_id,
            "version": version.pk,
            "run_actions": run_actions,
            "published_at": version.effective_at.isoformat(),
        },
        by=by,
        source=RecordChange.Source.SYSTEM,
        now=now,
        cause=f"publication-{version.pk}",
    )
    assert record.last_at is not None
    at = record.last_at
    try:
        if folded is None:
            return {"records": 1, "postponed": 1}
        before = folded.state_at(at)
        with transaction.atomic():
            told = record_judge(record=record, now=max(now, at), policies=policies)
    except OperationalError:
        raise
    except Exception as error:
        log.exception("Record %s could not be judged by publication %s", record.pk, version.pk)
        record_postpone(record=record, error=error, now=now)
        return {"records": 1, "postponed": 1}
    return outcome_counts(before, [transition for transition in told if transition.at == at])


def _fold(record: TrackedRecord, policies: StoredPolicies, now: datetime) -> FoldedRecord | None:
    """None for a record that cannot be judged at present; the log says which version it is to live by all the same."""
    try:
        with transaction.atomic():
            return FoldedRecord(record, policies, now)
    except OperationalError:
        raise
    except Exception:
        log.exception("Record %s cannot be judged", record.pk)
        return None


def _is_concerned(folded: FoldedRecord, version: SLAVersion) -> bool:
    """Open, and judged by an earlier version of the same SLA."""
    applied = folded.state.applied
    return folded.is_open_under(version.sla_id) and applied is not None and applied.version < version.pk


def _is_concerned_as_stored(record: TrackedRecord, version: SLAVersion) -> bool:
    known = record.sla_version_id
    is_open = record.lifecycle == Lifecycle.OPEN and record.deleted_at is None
    return is_open and record.sla_id == version.sla_id and known is not None and known < version.pk
