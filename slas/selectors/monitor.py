"""What the monitor page tells of the passes and of what they have to do; heartbeats carry the same numbers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, F, Min, Q, QuerySet

from actions.models import ActionRun, Message
from sla_project.operations.models import Heartbeat, Job, JobState
from sla_project.operations.selectors import BEAT_KIND, SILENT_AFTER
from slas.domain.engine import Reason
from slas.models import KPIEvent, KPIInstance, TrackedRecord
from slas.selectors.clocks.instance_lists import RUNNING

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
TIMERS_MEASURED = 20_000
# Celery's beat rings every two seconds, but not while an earlier ring lies unread.
BEAT_SILENT_AFTER = timedelta(seconds=30)


@dataclass(frozen=True)
class Backlog:
    """Records that are due and not judged yet, and those that judging has given up on."""

    due: int
    oldest_due: datetime | None
    retrying: int
    dead: int

    def age(self, now: datetime) -> float:
        """Seconds that the oldest due record has waited."""
        return (now - self.oldest_due).total_seconds() if self.oldest_due else 0.0


@dataclass(frozen=True)
class Lateness:
    """How long after their computed time the timers of the last hour were written down, in seconds."""

    count: int
    p50: float = 0.0
    p99: float = 0.0
    worst: float = 0.0


@dataclass(frozen=True)
class Actions:
    """The work of the action queue that waits or went wrong."""

    runs_waiting: int
    runs_retrying: int
    runs_dead: int
    mails_waiting: int
    mails_failed: int
    mails_held_back: int


@dataclass(frozen=True)
class Jobs:
    open: int
    failed: int


@dataclass(frozen=True)
class Process:
    """One process, or Celery's beat, by its last sign of life."""

    heartbeat: Heartbeat
    is_alive: bool


def backlog(now: datetime) -> Backlog:
    """Every pass process asks it once a second, so both questions have an index, however many records there are."""
    due = TrackedRecord.objects.filter(wake_at__lte=now).aggregate(due=Count("pk"), oldest_due=Min("wake_at"))
    trouble = _in_trouble().aggregate(
        retrying=Count("pk", filter=Q(dead_at=None)), dead=Count("pk", filter=Q(dead_at__isnull=False))
    )
    return Backlog(**due, **trouble)


def _in_trouble() -> QuerySet[TrackedRecord]:
    """Records whose last judging failed; those given up on have failed most often (R12)."""
    return TrackedRecord.objects.filter(attempts__gt=0)


def advance_detail(now: datetime) -> dict[str, Any]:
    """What the heartbeat of a pass process carries, from which `/readyz` and every page speak."""
    found = backlog(now)
    return {"oldest_due_age": found.age(now), "dead": found.dead}


def oldest_due_record(now: datetime) -> TrackedRecord | None:
    return TrackedRecord.objects.filter(wake_at__lte=now).order_by("wake_at", "pk").first()


def records_in_trouble() -> QuerySet[TrackedRecord]:
    """Dead first, then those that will be tried again."""
    return _in_trouble().order_by(F("dead_at").desc(nulls_last=True), "-attempts", "pk")


def records_without_alarm() -> QuerySet[TrackedRecord]:
    """Records with a running clock that no pass would look for (R9), or that the queue would not show (R34): none."""
    running = KPIInstance.objects.filter(status__in=RUNNING).values("record_id")
    unseen = Q(wake_at=None) | Q(queue_at=None, lifecycle="open")
    return TrackedRecord.objects.filter(unseen, pk__in=running, dead_at=None, deleted_at=None)


def lateness(now: datetime) -> Lateness:
    """Of timers that came due in the last day and were written down in the last hour; imported history is none."""
    written = KPIEvent.objects.filter(
        kind__in=(KPIEvent.Kind.WARNED, KPIEvent.Kind.FAILED),
        reason=Reason.TIME_REACHED.value,
        at__gte=now - DAY,
        recorded_at__gte=now - HOUR,
        record__changes__seq=1,
        record__changes__recorded_at__lte=F("due_at"),
    )
    times = written.order_by("-at").values_list("recorded_at", "due_at")[:TIMERS_MEASURED]
    late = sorted((recorded - due).total_seconds() for recorded, due in times if due is not None)
    if not late:
        return Lateness(0)
    return Lateness(len(late), _rank(late, 50), _rank(late, 99), late[-1])


def _rank(ordered: list[float], percent: int) -> float:
    """The nearest rank: so many percent are no later than this."""
    return ordered[-(-percent * len(ordered) // 100) - 1]


def actions() -> Actions:
    runs = ActionRun.objects.filter(state__in=(*ActionRun.PENDING, ActionRun.State.DEAD)).aggregate(
        waiting=Count("pk", filter=Q(state__in=ActionRun.PENDING)),
        retrying=Count("pk", filter=Q(state=ActionRun.State.FAILED)),
        dead=Count("pk", filter=Q(state=ActionRun.State.DEAD)),
    )
    mails = Message.objects.filter(state__in=(*Message.PENDING, Message.State.FAILED)).aggregate(
        waiting=Count("pk", filter=Q(state__in=Message.PENDING)),
        failed=Count("pk", filter=Q(state=Message.State.FAILED)),
        held_back=Count("pk", filter=Q(is_held_back=True)),
    )
    return Actions(
        runs_waiting=runs["waiting"],
        runs_retrying=runs["retrying"],
        runs_dead=runs["dead"],
        mails_waiting=mails["waiting"],
        mails_failed=mails["failed"],
        mails_held_back=mails["held_back"],
    )


def jobs() -> Jobs:
    found = Job.objects.aggregate(
        open=Count("pk", filter=Q(state__in=(JobState.QUEUED, JobState.RUNNING))),
        failed=Count("pk", filter=Q(state=JobState.FAILED)),
    )
    return Jobs(**found)


def processes(now: datetime, limit: int) -> list[Process]:
    """Who reported, the latest first."""
    return [
        Process(beat, now - beat.at <= (BEAT_SILENT_AFTER if beat.kind == BEAT_KIND else SILENT_AFTER))
        for beat in Heartbeat.objects.order_by("-at", "name")[:limit]
    ]


def beat_rings(found: list[Process]) -> bool:
    return any(process.is_alive for process in found if process.heartbeat.kind == BEAT_KIND)
