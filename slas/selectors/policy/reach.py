"""How records get an SLA: as the default, from what names it, or because somebody chose it for them (engine.md R14)."""

from __future__ import annotations

from dataclasses import dataclass

from slas import records
from slas.models import SLA, Lifecycle, SLASource, TrackedRecord

CHOSEN = (SLASource.HAND, SLASource.API)


@dataclass(frozen=True)
class Reach:
    """The ways in which records get one SLA. `in_force` of the entitlements that name it (`naming`) give it today;
    somebody has chosen it for `chosen` open records."""

    is_default: bool
    naming: int
    in_force: int
    chosen: int

    @property
    def comes_by_itself(self) -> bool:
        """A new record can get it without anybody choosing it."""
        return self.is_default or self.in_force > 0


def reach_of(sla: SLA) -> Reach | None:
    """None for an SLA that is not active: nothing gets that one."""
    if sla.state != SLA.State.ACTIVE:
        return None
    record_type = records.get(sla.record_type)
    open_records = TrackedRecord.objects.filter(sla=sla, lifecycle=Lifecycle.OPEN, deleted_at=None)
    return Reach(
        is_default=sla.is_default,
        naming=record_type.entitlements_naming(sla.pk).count(),
        in_force=record_type.entitlements_naming(sla.pk, in_force=True).count(),
        chosen=open_records.filter(sla_source__in=CHOSEN).count(),
    )
