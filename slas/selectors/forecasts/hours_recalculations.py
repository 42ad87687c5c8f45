"""What recalculating open timers by the hours in force now would do: foretold by the engine itself (engine.md R22).

A running timer keeps the schedule version it began with. The forecast folds each record in memory and
feeds it the event that the job would log, so what is foretold is what comes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from sla_project.operations.selectors import settings_get
from slas import records
from slas.domain.engine import Instance, Lifecycle, Recalculated, RecordState, Status, advance
from slas.models import BusinessHours, KPIInstance, ScheduleVersion, TrackedRecord
from slas.models import Lifecycle as StoredLifecycle
from slas.selectors.clocks.states import StoredPolicies
from slas.selectors.forecasts.folding import Counted, FoldedRecord, records_counted
from slas.selectors.hours.schedules import schedule_version_at

RECALCULATE = "schedule.recalculate"
SHOWN = 50

COUNTS = {
    "timers": _("Timers recalculated"),
    "moved": _("Due times that move"),
    "late": _("Breached at once"),
    "warned": _("Warned at once"),
    "same": _("Due as before"),
    "paused": _("Paused, so not due"),
}
"""What is counted, in words. A timer that moves may be late at once."""


@dataclass(frozen=True)
class Move:
    """One timer before and after. A paused one has no due times; `outcome` is a key of `COUNTS`."""

    record: TrackedRecord
    instance: KPIInstance | None
    kpi: str
    outcome: str
    warning_from: datetime | None
    warning_to: datetime | None
    failure_from: datetime | None
    failure_to: datetime | None


@dataclass
class Forecast(Counted):
    """What recalculating would do; `moves` are some of the timers, late ones first."""

    late: list[Move] = field(default_factory=list)
    others: list[Move] = field(default_factory=list)

    @property
    def moves(self) -> list[Move]:
        return [*self.late, *self.others][:SHOWN]

    @property
    def more(self) -> int:
        """Timers that move and are not among `moves`."""
        return max(0, self.counts["moved"] - len(self.moves))

    def rows(self) -> Iterator[tuple[str, str, int]]:
        """Name, words and number of everything that was counted, zeros included."""
        for name, words in COUNTS.items():
            yield name, str(words), self.counts[name]


def stale_versions(hours: Iterable[BusinessHours], now: datetime) -> set[int]:
    """Ids of the versions of these hours that are not in force any more."""
    hours = list(hours)
    current = {schedule_version_at(one, now).pk for one in hours}
    versions = ScheduleVersion.objects.filter(business_hours__in=hours).exclude(pk__in=current)
    return set(versions.values_list("pk", flat=True))


def stale_records(stale: Iterable[int]) -> QuerySet[TrackedRecord]:
    """Open records with an open timer that counts by one of the versions."""
    timers = KPIInstance.objects.filter(ended_at__isnull=True, schedule_version__in=list(stale))
    return TrackedRecord.objects.filter(pk__in=timers.values("record"), lifecycle=StoredLifecycle.OPEN, deleted_at=None)


def stale_timers(hours: Iterable[BusinessHours], now: datetime) -> int:
    """How many open timers count by an earlier version."""
    stale = stale_versions(hours, now)
    return KPIInstance.objects.filter(
        ended_at__isnull=True,
        schedule_version__in=stale,
        record__lifecycle=StoredLifecycle.OPEN,
        record__deleted_at=None,
    ).count()


def stale_clocks(state: RecordState, stale: set[int]) -> list[Instance]:
    """The record's open clocks that count by one of the versions."""
    if state.lifecycle is not Lifecycle.OPEN:
        return []
    return [clock for clock in state.instances.values() if clock.is_open and clock.hours in stale]


def outcome(old: Instance, new: Instance) -> str:
    """What became of a clock, as a key of `COUNTS`."""
    if new.status is Status.NONCOMPLIANT:
        return "late"
    if new.paused_on is not None:
        return "paused"
    if new.status is Status.NEARING_NONCOMPLIANCE and old.status is not Status.NEARING_NONCOMPLIANCE:
        return "warned"
    return "same" if _dues(old) == _dues(new) else "moved"


def outcome_counts(before: RecordState, after: RecordState, kpis: Iterable[str]) -> Counter[str]:
    """Late and warned timers have moved too."""
    counts: Counter[str] = Counter()
    for kpi in kpis:
        found = outcome(before.instances[kpi], after.instances[kpi])
        counts["timers"] += 1
        counts[found] += 1
        if found in ("late", "warned"):
            counts["moved"] += 1
    return counts


def _dues(clock: Instance) -> tuple[datetime | None, datetime | None]:
    return clock.warning_due, clock.failure_due


class Forecaster:
    """Folds records and recalculates them in memory."""

    def __init__(self, hours: Sequence[BusinessHours], now: datetime) -> None:
        self.stale = stale_versions(hours, now)
        self._now = now
        self._settings = settings_get()
        self._policies: dict[str, StoredPolicies] = {}

    def recalculated(
        self, record: TrackedRecord, rows: Sequence[KPIInstance]
    ) -> tuple[RecordState, RecordState, list[str]]:
        """The record before and after, and the KPIs concerned."""
        name = record.record_type
        policies = self._policies.setdefault(name, StoredPolicies(records.get(name)))
        folded = FoldedRecord(record, policies, self._now, rows)
        at = record.stamp(self._now)
        before = folded.state_at(at)
        kpis = [clock.kpi for clock in stale_clocks(before, self.stale)]
        starting = not self._settings.stops_slas_of(name)
        event = Recalculated(before.judged_seq + 1, at, tuple(kpis), starting=starting, running_only=True)
        after = advance(policies, before, event, folded.history)[0] if kpis else before
        return before, after, kpis


def hours_recalculation_forecast(hours: Sequence[BusinessHours], now: datetime, *, seconds: float) -> Forecast:
    """Counts until all are counted or the time is over."""
    forecaster = Forecaster(hours, now)
    audience = stale_records(forecaster.stale)
    found = Forecast(total=audience.count())
    for record, rows in records_counted(found, audience, seconds=seconds):
        _count(found, record, forecaster, rows)
    return found


def _count(found: Forecast, record: TrackedRecord, forecaster: Forecaster, rows: Sequence[KPIInstance]) -> None:
    before, after, kpis = forecaster.recalculated(record, rows)
    found.counts += outcome_counts(before, after, kpis)
    for kpi in kpis:
        move = _move(record, rows, before.instances[kpi], after.instances[kpi])
        place = found.late if move.outcome == "late" else found.others
        if move.outcome not in ("same", "paused") and len(place) < SHOWN:
            place.append(move)


def _move(record: TrackedRecord, rows: Iterable[KPIInstance], old: Instance, new: Instance) -> Move:
    row = next((row for row in rows if row.number == old.number), None)
    return Move(
        record=record,
        instance=row,
        kpi=row.kpi.name if row else old.kpi,
        outcome=outcome(old, new),
        warning_from=old.warning_due,
        warning_to=new.warning_due,
        failure_from=old.failure_due,
        failure_to=new.failure_due,
    )
