"""Which SLA applies to a record, and who decided it (engine.md R14–R16)."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any

from django.utils.translation import gettext as _

from sla_project.operations.errors import Invalid, NotPossible, Problem
from sla_project.operations.models import OrganisationSettings
from slas.models import SLA, SLASource, TrackedRecord
from slas.records import RecordType

BY_HAND = frozenset({SLASource.HAND, SLASource.NONE_BY_HAND})


class SLAChoice(Enum):
    """Explicit choices that are not an SLA: deliberately none, or back to automatic."""

    NO_SLA = "none"
    AUTOMATIC = "automatic"


NO_SLA = SLAChoice.NO_SLA
AUTOMATIC = SLAChoice.AUTOMATIC


def choice_document(sla: SLA | None, source: str) -> dict[str, Any]:
    """A decision as the log keeps it: the SLA, the version in force now, and where it came from."""
    return {
        "sla": sla.pk if sla else None,
        "version": sla.current_id if sla else None,
        "source": str(source),
    }


def choose_explicit(
    *, sla: SLA | SLAChoice, source: str, earlier: str, settings: OrganisationSettings
) -> dict[str, Any] | None:
    """The decision for an SLA named by a person or the API; None means: choose automatically.

    Raises `Invalid` for an SLA that is not active, `NotPossible` when the API would overrule a person (R14).
    """
    if source == "api" and earlier in BY_HAND and not settings.apply_sla_after_manual_override:
        raise NotPossible(
            _("The SLA of this record was chosen by hand, which the API does not overrule."),
            code="chosen_by_hand",
        )
    by_hand = source != "api"
    if sla is AUTOMATIC:
        return None
    if isinstance(sla, SLAChoice):
        return choice_document(None, SLASource.NONE_BY_HAND)
    if sla.state != SLA.State.ACTIVE:
        raise Invalid([Problem("/sla", "inactive", _("%(sla)s is not active.") % {"sla": sla})])
    return choice_document(sla, SLASource.HAND if by_hand else SLASource.API)


def choose_automatic(record_type: RecordType, values: Mapping[str, object]) -> dict[str, Any]:
    """Entitlement's SLA if that SLA is active, else the record type's default, else none."""
    linked = values.get(record_type.entitlement_sla)
    if isinstance(linked, int):
        sla = SLA.objects.filter(pk=linked, state=SLA.State.ACTIVE).first()
        if sla is not None:
            return choice_document(sla, SLASource.ENTITLEMENT)
    default = SLA.objects.filter(record_type=record_type.name, is_default=True, state=SLA.State.ACTIVE).first()
    return choice_document(default, SLASource.DEFAULT if default else SLASource.NONE)


def rechoose(
    *, record_type: RecordType, values: Mapping[str, object], earlier: str, settings: OrganisationSettings
) -> dict[str, Any] | None:
    """The decision when a change sets what chooses the SLA; None keeps what was chosen (R14).

    A choice over the API outranks every automatic one; a choice by hand does too, unless the organisation lets
    automatic application follow a manual one and there is something to apply.
    """
    if earlier == SLASource.API:
        return None
    if earlier in BY_HAND:
        if not settings.apply_sla_after_manual_override:
            return None
        decision = choose_automatic(record_type, values)
        return decision if decision["sla"] is not None else None
    return choose_automatic(record_type, values)


def latest_choice(record: TrackedRecord) -> Mapping[str, Any]:
    """The decision in force (`choice_document`), changes that wait to be judged included."""
    if record.is_waiting:
        waiting = record.changes.filter(seq__gt=record.judged_seq).order_by("-seq").values_list("data", flat=True)
        for data in waiting:
            if "choice" in data:
                choice: Mapping[str, Any] = data["choice"]
                return choice
    return {"sla": record.sla_id, "version": record.sla_version_id, "source": record.sla_source}


def latest_source(record: TrackedRecord) -> str:
    return str(latest_choice(record)["source"])


def is_chosen(record: TrackedRecord, sla: SLA | None) -> bool:
    """Whether that is what applies already; None is the automatic choice."""
    choice = latest_choice(record)
    if sla is None:
        return choice["source"] not in {*BY_HAND, SLASource.API}
    return bool(choice["sla"] == sla.pk)
