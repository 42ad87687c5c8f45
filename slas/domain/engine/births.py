"""How a clock starts, on time or late (engine.md R17, R18)."""

from __future__ import annotations

from datetime import datetime

from slas.domain.conditions import Condition
from slas.domain.engine.copying import evolve
from slas.domain.engine.desk import Desk
from slas.domain.engine.state import Instance, Status
from slas.domain.engine.times import with_due_times
from slas.domain.engine.transitions import Kind, Reason, Silence
from slas.domain.policy import ItemPolicy


def start(
    desk: Desk,
    item: ItemPolicy,
    *,
    reason: Reason,
    previous: Instance | None = None,
    start_at: datetime | None = None,
    reached: tuple[str, ...] = (),
    silent_until: datetime | None = None,
    resolving: bool = False,
) -> Instance:
    """Start a clock of `item` now and judge at once what it was born into (R18).

    `start_at` is S where it is not the applicable-from value (a restart, R26); once restarted, S stays until that value
    changes (R21). `reached` are warnings that an earlier instance of the item reached, which stay silent; what was
    due by `silent_until`, the publication that the clock is started by, runs no actions either (R29).
    """
    instance = _frozen_terms(desk, item, start_at, previous, reached)
    data: dict[str, object] = {"start": instance.start.isoformat()}
    if instance.extended:
        data["extended"] = instance.extended
    desk.tell(instance, Kind.STARTED, reason, data=data)
    return _judge_birth(desk, desk.put(instance), item, silent_until=silent_until, resolving=resolving)


def _frozen_terms(
    desk: Desk, item: ItemPolicy, start_at: datetime | None, previous: Instance | None, reached: tuple[str, ...]
) -> Instance:
    """R17: SLA version, item, schedule version, S, working seconds and carried pauses, as of now.

    Time that a person gave (R5) belongs to the record and KPI under this SLA, so the clock has what the previous one
    had; only a restart, which begins a new count, begins without it.
    """
    applied, policy = desk.applied, desk.policy
    assert applied is not None and policy is not None
    field_start = desk.values[policy.applicable_from[item.kpi]]
    assert isinstance(field_start, datetime)
    restart = start_at is not None
    start_at = start_at or _restarted(previous, field_start) or field_start
    hours = desk.policies.hours_at(item.business_hours, desk.at)
    warnings = tuple((moment.key, moment.after.working_seconds(start_at, hours.time)) for moment in item.warnings)
    extended = previous.extended if previous is not None and not restart else 0
    kept = tuple(key for key in reached if any(key == moment.key for moment in item.warnings))
    instance = Instance(
        number=desk.next_instance,
        kpi=item.kpi,
        sla=applied.sla,
        version=applied.version,
        item=item.key,
        started_at=desk.at,
        start=start_at,
        field_start=field_start,
        hours=hours.version,
        warnings=warnings,
        failure=item.failure_after.working_seconds(start_at, hours.time) + extended,
        extended=extended,
        status=Status.NEARING_NONCOMPLIANCE if kept else Status.IN_PROGRESS,
        begun=start_at <= desk.at,
        reached=kept,
        nearing_at=previous.nearing_at if previous and kept else None,
        previous=previous.number if previous else None,
        depth=desk.depth,
    )
    desk.next_instance += 1
    return with_due_times(instance, desk.holds_of(item.kpi, item), hours.time)


def _restarted(previous: Instance | None, field_start: datetime) -> datetime | None:
    """The S of a restart that still holds, since applicable-from is what it was then (R21)."""
    if previous is None or previous.field_start != field_start or previous.end_reason == Reason.START_EMPTIED:
        return None
    return previous.start


def _judge_birth(
    desk: Desk, instance: Instance, item: ItemPolicy, *, silent_until: datetime | None, resolving: bool
) -> Instance:
    """R18, in its order; only the state reached runs actions."""
    at, failure_due = desk.at, instance.failure_due
    assert failure_due is not None
    met = item.success_when.evaluate(desk.values)
    if failure_due < at:
        since = true_since(desk, item.success_when) if met else None
        if since is not None and since <= failure_due:
            return succeed(desk, instance, item, met_at=since)
        return fail(desk, instance, item, reason=Reason.BORN_LATE, silence=_silence(failure_due, silent_until))
    if met:
        return succeed(desk, instance, item)
    if instance.begun and not resolving and item.pause_when is not None and item.pause_when.evaluate(desk.values):
        desk.pause(instance)
        return desk.instances[instance.kpi]
    if instance.warning_due is not None and instance.warning_due <= at:
        return _warn_late(desk, instance, item, silent_until)
    return instance


def _warn_late(desk: Desk, instance: Instance, item: ItemPolicy, silent_until: datetime | None) -> Instance:
    """Born after its warnings: all are reached, and the last one is the state reached."""
    holds, time = desk.holds_of(instance.kpi, item), desk.hours_of(instance).time
    key, due = "", desk.at
    while instance.warning_due is not None and instance.warning_due <= desk.at:
        key, due = instance.warning_key, instance.warning_due
        instance = with_due_times(near(instance, desk.at), holds, time)
    desk.put(instance)
    silence = _silence(due, silent_until)
    desk.tell(instance, Kind.WARNED, Reason.BORN_LATE, due_at=due, moment=key, silence=silence)
    return instance


def _silence(due: datetime, until: datetime | None) -> str:
    """R29: what came due only after the publishing, while its job was on the way to the record, is not silent."""
    return Silence.REAPPLIED if until is not None and due <= until else ""


def near(instance: Instance, at: datetime) -> Instance:
    """Its next warning is reached."""
    return evolve(
        instance,
        status=Status.NEARING_NONCOMPLIANCE,
        reached=(*instance.reached, instance.warning_key),
        nearing_at=instance.nearing_at or at,
    )


def true_since(desk: Desk, condition: Condition) -> datetime | None:
    """Since when the log shows the condition true without a break; None if it is false now."""
    values: dict[str, object] = {}
    since: datetime | None = None
    for change in desk.history():
        values.update(change.values)
        if not condition.evaluate(values):
            since = None
        elif since is None:
            since = change.at
    return since


def succeed(desk: Desk, instance: Instance, item: ItemPolicy, *, met_at: datetime | None = None) -> Instance:
    """Met in time. `met_at` is the moment where the log shows it met before the clock was born."""
    met_at = met_at or desk.at
    done = desk.end(instance, Status.SUCCEEDED, Reason.CRITERIA_MET, at=met_at)
    reason = Reason.CRITERIA_MET if met_at == desk.at else Reason.BORN_LATE
    desk.tell(done, Kind.SUCCEEDED, reason, due_at=met_at, moment=item.success_key)
    return done


def fail(desk: Desk, instance: Instance, item: ItemPolicy, *, reason: Reason, silence: str = "") -> Instance:
    failed = desk.end(instance, Status.NONCOMPLIANT, reason)
    desk.tell(failed, Kind.FAILED, reason, due_at=instance.failure_due, moment=item.failure_key, silence=silence)
    return failed
