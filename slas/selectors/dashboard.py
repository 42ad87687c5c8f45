"""The dashboard: four numbers, the queue and the days, each a question to the stored times."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Case, Count, Max, Min, Q, QuerySet, When
from django.db.models.functions import TruncDate
from django.utils import timezone

from slas.models import KPIInstance, TrackedRecord
from slas.selectors.clocks.instance_lists import FINISHED, kpi_instances, shown

QUEUE_LENGTH = 10
Status = KPIInstance.Status


@dataclass(frozen=True)
class Attainment:
    """How many KPIs that ended in a period were met, and how many of these stood paused until then.

    `closed_paused` counts also those that were closed unmet. A percentage is null where none ended.
    """

    met: int
    finished: int
    met_paused: int = 0
    closed_paused: int = 0

    @property
    def percent(self) -> float | None:
        return 100 * self.met / self.finished if self.finished else None

    @property
    def worked_percent(self) -> float | None:
        """Without those that were met while paused: nobody was held to a time."""
        finished = self.finished - self.met_paused
        return 100 * (self.met - self.met_paused) / finished if finished else None


@dataclass(frozen=True)
class Numbers:
    """What the tiles show. `change` is in percentage points against the period before."""

    attainment: Attainment
    change: float | None
    breached: int
    breached_since: datetime | None
    nearing: int
    nearing_due: datetime | None
    paused: int
    paused_since: datetime | None


@dataclass(frozen=True)
class Day:
    """KPIs that ended on a local date."""

    date: date
    met: int = 0
    met_after_warning: int = 0
    missed: int = 0

    @property
    def total(self) -> int:
        return self.met + self.met_after_warning + self.missed


def attainment(since: datetime, until: datetime) -> Attainment:
    """Met among those that succeeded or failed from `since` up to, not including, `until`."""
    ended = KPIInstance.objects.filter(ended_at__gte=since, ended_at__lt=until)
    met, closed_paused = Q(status=Status.SUCCEEDED), shown("closed_paused", until)
    found = ended.aggregate(
        met=Count("pk", filter=met),
        finished=Count("pk", filter=FINISHED),
        met_paused=Count("pk", filter=met & closed_paused),
        closed_paused=Count("pk", filter=closed_paused),
    )
    return Attainment(**found)


def numbers(now: datetime, days: int) -> Numbers:
    start = period_start(now, days)
    this = attainment(start, now)
    before = attainment(start - (now - start), start)
    change = None
    if this.percent is not None and before.percent is not None:
        change = this.percent - before.percent
    breached = _count("breached", now, Min("failure_at"))
    nearing = _count("nearing", now, Min("failure_at"))
    paused = _count("paused", now, Min("paused_on"))
    return Numbers(this, change, *breached, *nearing, *paused)


def period_start(now: datetime, days: int) -> datetime:
    """Midnight of the first of so many local days, today included."""
    today = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    return today - timedelta(days=days - 1)


def queue() -> list[tuple[TrackedRecord, KPIInstance]]:
    """Open records, the worst first, each with the instance that puts it there (engine.md R34)."""
    waiting = TrackedRecord.objects.filter(lifecycle="open", deleted_at=None, queue_at__isnull=False)
    found = list(waiting.order_by("queue_at", "pk")[:QUEUE_LENGTH])
    urgent: dict[int, KPIInstance] = {}
    for instance in _unsettled(found).order_by("-failure_at"):
        urgent[instance.record_id] = instance  # the earliest is the last one to be put there
    return [(record, urgent[record.pk]) for record in found if record.pk in urgent]


def finished_by_day(now: datetime, days: int) -> list[Day]:
    """One entry for each local day of the period, empty ones included."""
    start = period_start(now, days)
    rows = (
        KPIInstance.objects.filter(FINISHED, ended_at__gte=start, ended_at__lte=now)
        .annotate(day=TruncDate("ended_at"), outcome=_outcome())
        .values("day", "outcome")
        .annotate(count=Count("pk"))
    )
    return list(_days(start.date(), days, rows))


def _outcome() -> Case:
    return Case(
        When(status=Status.NONCOMPLIANT, then=2),
        When(nearing_at__isnull=False, then=1),
        default=0,
    )


def _days(first: date, days: int, rows: Iterable[Mapping[str, Any]]) -> Iterable[Day]:
    counts = {(row["day"], row["outcome"]): row["count"] for row in rows}
    for offset in range(days):
        day = first + timedelta(days=offset)
        yield Day(day, *(counts.get((day, outcome), 0) for outcome in (0, 1, 2)))


def _count(name: str, now: datetime, first: Min | Max) -> tuple[int, datetime | None]:
    found = KPIInstance.objects.filter(shown(name, now)).aggregate(count=Count("pk"), first=first)
    return found["count"], found["first"]


def _unsettled(found: list[TrackedRecord]) -> QuerySet[KPIInstance]:
    unmet = Q(ended_at__isnull=True) | Q(status=Status.NONCOMPLIANT, late_success_at=None)
    return kpi_instances().filter(unmet, record__in=found, is_current=True, failure_at__isnull=False)
