"""Lists of KPI instances, with the status as it is now (engine.md R33)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from slas.domain.engine import Reason
from slas.models import KPIInstance, TrackedRecord

Status = KPIInstance.Status
RUNNING = (Status.IN_PROGRESS, Status.NEARING_NONCOMPLIANCE)
FINISHED = Q(status__in=(Status.SUCCEEDED, Status.NONCOMPLIANT))
_CLOSED_UNMET = Q(status=Status.CANCELED, end_reason=Reason.RESOLVED_UNMET.value)

# The lists behind the dashboard's numbers and the chips of the list page.
SHOWN = (
    ("breached", _("Breached now")),
    ("nearing", _("Nearing noncompliance")),
    ("running", _("In progress")),
    ("paused", _("Paused")),
    ("finished", _("Finished")),
    ("met", _("Met")),
    ("missed", _("Missed")),
    ("late", _("Missed, met late")),
    ("closed_paused", _("Closed while paused")),
    ("closed_unmet", _("Closed unmet")),
    ("measured", _("Met in time or late")),
    ("open", _("Open")),
)

# The ones that the list page always offers; the others are reached from reports.
CHIPS = ("breached", "nearing", "running", "paused", "finished", "met", "missed", "closed_paused")


def kpi_instances() -> QuerySet[KPIInstance]:
    """All instances with what a row of a list shows."""
    return KPIInstance.objects.select_related("record", "kpi", "sla", "sla_version", "schedule_version")


def title_of(record: TrackedRecord) -> str:
    """The record's label where its number stands beside it."""
    return record.label.removeprefix(record.number).strip()


def status_now(instance: KPIInstance, now: datetime) -> str:
    """A running instance is late once its failure time has passed, even if no worker has said so yet."""
    if instance.status in RUNNING:
        if instance.failure_at is not None and instance.failure_at < now:
            return Status.NONCOMPLIANT
        if instance.warning_at is not None and instance.warning_at <= now:
            return Status.NEARING_NONCOMPLIANCE
    return instance.status


def leading_clock(clocks: Iterable[KPIInstance], now: datetime) -> KPIInstance | None:
    """The one that a row shows for a whole record: what fails first, else what is paused, else the last result."""

    def rank(clock: KPIInstance) -> tuple[int, datetime]:
        status = status_now(clock, now)
        if status == Status.PAUSED:
            return 1, clock.started_at
        if status in (Status.SUCCEEDED, Status.CANCELED) or clock.late_success_at is not None:
            return 2, clock.started_at
        return 0, clock.failure_at or clock.started_at

    return min(clocks, key=rank, default=None)


def in_status(status: str, now: datetime) -> Q:
    """The instances for which `status_now` answers this."""
    stored, running = Q(status=status), Q(status__in=RUNNING)
    late = running & Q(failure_at__lt=now)
    warned = Q(status=Status.NEARING_NONCOMPLIANCE) | running & Q(warning_at__lte=now)
    match status:
        case Status.NONCOMPLIANT:
            return stored | late
        case Status.NEARING_NONCOMPLIANCE:
            return warned & ~late
        case Status.IN_PROGRESS:
            return stored & ~warned & ~late
    return stored


def shown(name: str, now: datetime) -> Q:
    """The instances of one list of `SHOWN`."""
    match name:
        case "breached":  # still somebody's work: unmet, on an open record
            unmet = Q(is_current=True, late_success_at=None, record__lifecycle="open")
            return unmet & in_status(Status.NONCOMPLIANT, now)
        case "nearing":
            return in_status(Status.NEARING_NONCOMPLIANCE, now)
        case "running":
            return in_status(Status.IN_PROGRESS, now)
        case "paused":
            return in_status(Status.PAUSED, now)
        case "met":
            return Q(status=Status.SUCCEEDED)
        case "missed":
            return Q(status=Status.NONCOMPLIANT)
        case "late":
            return Q(late_success_at__isnull=False)
        case "closed_paused":  # met or not, nobody worked on it when it was closed
            return Q(ended_paused=True) & (Q(status=Status.SUCCEEDED) | _CLOSED_UNMET)
        case "closed_unmet":  # engine.md R25: reported apart
            return _CLOSED_UNMET
        case "measured":
            return Q(used_seconds__isnull=False)
        case "open":
            return Q(ended_at__isnull=True)
    return FINISHED


def paused_longer(limit: timedelta, now: datetime) -> Q:
    """Paused for longer than this, in all its finished pauses together or in the present one."""
    return Q(paused_seconds__gt=limit.total_seconds()) | Q(paused_on__lt=now - limit)


def in_period(start: datetime | None, end: datetime | None) -> Q:
    """What a report of a period looks at: the clocks that ended in it, and those that still run."""
    ended = Q()
    if start is not None:
        ended &= Q(ended_at__gte=start)
    if end is not None:
        ended &= Q(ended_at__lt=end)
    return ended | Q(ended_at__isnull=True) if ended else ended
