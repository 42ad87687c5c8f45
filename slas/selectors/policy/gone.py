"""What published SLAs name that the application no longer has: fields and choices (engine.md R6)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Exists, F, OuterRef, Q, TextField
from django.db.models.functions import Cast

from slas.domain.conditions import Problem
from slas.models import SLA, KPIInstance, Lifecycle, SLAVersion, TrackedRecord
from slas.selectors.clocks.states import compiled_version


@dataclass(frozen=True)
class GoneParts:
    """One version in force, with what it names in vain. Rules about it are judged as if the value were missing."""

    version: SLAVersion
    problems: Sequence[Problem]


def gone_parts(sla: SLA | None = None) -> list[GoneParts]:
    """Of the versions in force, of one SLA or of all: those that new records get, and those that judge open ones."""
    open_records = TrackedRecord.objects.filter(sla_version=OuterRef("pk"), lifecycle=Lifecycle.OPEN, deleted_at=None)
    running = KPIInstance.objects.filter(sla_version=OuterRef("pk"), ended_at=None)
    offered = Q(sla__state=SLA.State.ACTIVE, sla__current=F("pk"))
    versions = SLAVersion.objects.filter(offered | Exists(open_records) | Exists(running)).select_related("sla")
    if sla is not None:
        versions = versions.filter(sla=sla)
    found = []
    for version in (
        versions.defer("document").annotate(text=Cast("document", TextField())).order_by("sla__name", "number")
    ):
        policy, *_rest = compiled_version(version.sla_id, version.pk, version.text, version.sla.record_type)
        if policy.gone:
            found.append(GoneParts(version, policy.gone))
    return found
