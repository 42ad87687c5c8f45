"""What people may do to one clock: recalculate it, give it more time (engine.md R5, R22)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from sla_project.accounts.models import User
from sla_project.operations.errors import Invalid, NotPossible, Problem
from sla_project.operations.problems import reason_checked
from sla_project.operations.selectors import settings_get
from sla_project.operations.services import audit_write
from slas.domain.durations import Duration
from slas.domain.engine import Instance, Lifecycle
from slas.domain.worktime import WorkingTime, WorkingTimeRangeError
from slas.models import KPIInstance, RecordChange, TrackedRecord
from slas.selectors.clocks.instances import RecordView, record_view
from slas.services.flow.changes import record_command

CENTURY = timedelta(days=36525)


@transaction.atomic
def instance_recalculate(*, instance: KPIInstance, by: User | None, reason: str, source: str, now: datetime) -> None:
    """Judge the instance's KPI anew with the hours in force now; settled ones too (R22). Audited, with the reason.

    Raises `Invalid` without a reason; `NotPossible` on a closed record (R25), for a clock that another one has
    replaced, and while SLAs are disabled (R15).
    """
    reason = reason_checked(reason, required=True)
    view = _locked_view(instance, now)
    if instance.number not in {current.number for current in view.instances}:
        message = _("Another timer took the place of this one. Recalculate that one.")
        raise NotPossible(message, code="not_current")
    if view.state.lifecycle is not Lifecycle.OPEN:
        raise NotPossible(_("The record is closed: no timer may start."), code="closed")
    if settings_get().stops_slas_of(view.record.record_type):
        raise NotPossible(_("SLAs are disabled: no timer may start."), code="slas_disabled")
    data = {"kpis": [instance.kpi.code]}
    _choose(view.record, instance, RecordChange.Kind.RECALCULATED, data, by, reason, source, now)


@transaction.atomic
def instance_extend(
    *, instance: KPIInstance, length: Duration, by: User | None, reason: str, source: str, now: datetime
) -> None:
    """Give a running clock more working time. Audited, with the reason.

    Business days are those after the present failure time, in the instance's hours. Raises `Invalid` without a reason
    and where that would take more than a century: behind the end of the calendar no record could be judged any more;
    `NotPossible` for a clock that does not run, which is also one that has failed by now without a worker to say so
    (R33).
    """
    reason = reason_checked(reason, required=True)
    view = _locked_view(instance, now)
    clock = next((each for each in view.state.instances.values() if each.number == instance.number), None)
    if clock is None or not clock.is_open:
        raise NotPossible(_("Only a running timer can be given more time."), code="not_running")
    due = clock.failure_due if clock.paused_on is None else now
    time = view.policies.hours(clock.hours).time
    seconds = length.working_seconds(due or now, time)
    if not _is_before(now + CENTURY, time, clock, seconds):
        message = _("The timer would end in more than a hundred years.")
        raise Invalid([Problem("/length", "too_long", message)])
    data = {"kpi": clock.kpi, "seconds": seconds}
    _choose(view.record, instance, RecordChange.Kind.EXTENDED, data, by, reason, source, now)


def _is_before(latest: datetime, time: WorkingTime, clock: Instance, more: float) -> bool:
    try:
        return time.add(clock.start, clock.failure + clock.held + more) <= latest
    except WorkingTimeRangeError:
        return False


def _locked_view(instance: KPIInstance, now: datetime) -> RecordView:
    """The record under its lock (R1), with its clocks as they are now (R33)."""
    return record_view(TrackedRecord.objects.select_for_update().get(pk=instance.record_id), now)


def _choose(
    record: TrackedRecord,
    instance: KPIInstance,
    kind: str,
    data: Mapping[str, object],
    by: User | None,
    reason: str,
    source: str,
    now: datetime,
) -> None:
    if record.deleted_at is not None:
        raise NotPossible(_("The record is deleted."), code="deleted")
    with record_command(by=by, source=source, now=now) as command:
        command.choose(record, kind, {**data, "why": reason})
        audit_write(by=by, action=f"kpi_instance.{kind}", obj=instance, after=data, reason=reason, now=now)
