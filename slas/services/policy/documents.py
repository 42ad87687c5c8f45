"""SLA documents: checked and normalised on save, frozen on publish (engine.md R6)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from actions.services import action_freeze
from sla_project.operations.errors import Invalid, Problem
from sla_project.operations.models import OrganisationSettings, Reopening
from sla_project.operations.problems import Problems
from sla_project.operations.rest.parsers import MAX_DEPTH, below, parse_strictly
from sla_project.operations.unknown import unknown_keys
from slas import records
from slas.models import SLA
from slas.records import RecordType
from slas.selectors.policy import shared
from slas.services.policy.document_items import ItemReader

EMPTY: dict[str, Any] = {
    "items": [],
    "business_hours": None,
    "reopening": None,
    "recalculate_on_terminal": None,
}
KEYS = frozenset(EMPTY)


def record_type_get(name: str) -> RecordType:
    """The registered record type, or `Invalid` at its field."""
    try:
        return records.get(name)
    except records.UnknownRecordType:
        raise Invalid([Problem("/record_type", "unknown_record_type", _("There is no such record type."))]) from None


def document_from_text(text: str) -> Any:
    """JSON that somebody typed, held to the rules of the API; `Invalid` says where it breaks."""
    return parse_strictly(text.encode("utf-8", "replace"))


@shared.read_together()
def document_validate(document: object, record_type: str) -> dict[str, Any]:
    """The normalised document, with a key for every item and moment. Raises `Invalid` with every problem.

    What is inactive may be saved in a draft; publishing refuses it (engine.md R28).
    """
    problems = Problems()
    reader = ItemReader(record_type_get(record_type), problems)
    if not isinstance(document, Mapping):
        raise Invalid([Problem("", "wrong_type", _("Expected an object with items."))])
    if _depth_exceeds(document, MAX_DEPTH):
        raise Invalid([_too_deep()])
    problems.extend(unknown_keys(document, KEYS))
    normalised = {
        "items": reader.items(document.get("items"), "/items"),
        "business_hours": reader.business_hours(document.get("business_hours"), "/business_hours"),
        "reopening": _reopening(document.get("reopening"), problems),
        "recalculate_on_terminal": _recalculate(document.get("recalculate_on_terminal"), problems),
    }
    problems.raise_if_any()
    return normalised


@shared.read_together()
def document_freeze(sla: SLA, document: Mapping[str, Any]) -> dict[str, Any]:
    """Everything that judging by this document will ever need, and the document as it was written.

    Raises `Invalid` where an action names something inactive or missing.
    """
    return {
        **document_complete(document, sla.record_type),
        "items": [_freeze_item(item, f"/items/{index}") for index, item in enumerate(document["items"])],
        "authored": dict(document),
    }


def document_complete(document: Mapping[str, Any], record_type: str) -> dict[str, Any]:
    """A validated document with the KPIs, hours and settings that it rests on; its actions are left as they are."""
    type_, settings = records.get(record_type), shared.settings()
    return {
        **document,
        "kpis": _freeze_kpis(record_type, document),
        "schedules": _freeze_schedules(document),
        "pause_field": type_.pause_field,
        "pause_statuses": list(settings.pause_statuses.get(record_type, [])),
        "lifecycle_field": type_.lifecycle_field,
        "lifecycle": dict(type_.lifecycle),
        **_freeze_settings(document, settings),
    }


def _freeze_settings(document: Mapping[str, Any], settings: OrganisationSettings) -> dict[str, Any]:
    """Null in the document means the organisation's setting of this moment."""
    reopening, recalculate = document["reopening"], document["recalculate_on_terminal"]
    return {
        "reopening": settings.reopening if reopening is None else reopening,
        "recalculate_on_terminal": settings.recalculate_on_terminal if recalculate is None else recalculate,
    }


def _freeze_item(item: Mapping[str, Any], pointer: str) -> dict[str, Any]:
    moments = [
        {
            **moment,
            "actions": [
                freeze_action(action, f"{pointer}/moments/{index}/actions/{position}")
                for position, action in enumerate(moment["actions"])
            ],
        }
        for index, moment in enumerate(item["moments"])
    ]
    return {**item, "moments": moments}


def freeze_action(action: Mapping[str, Any], pointer: str) -> dict[str, Any]:
    """An action with its mail text; problems point into the document."""
    try:
        return dict(action_freeze(dict(action)))
    except Invalid as invalid:
        problems = Problems()
        problems.extend(invalid.problems, prefix=pointer)
        raise Invalid(problems.found) from None


def _freeze_kpis(record_type: str, document: Mapping[str, Any]) -> dict[str, Any]:
    codes = {item["kpi"] for item in document["items"]}
    return {
        kpi.code: {
            "id": kpi.pk,
            "name": kpi.name,
            "applicable_from": kpi.applicable_from,
            "pause_when": kpi.pause_when if kpi.pause_override else None,
        }
        for kpi in shared.kpis(record_type)
        if kpi.code in codes
    }


def _freeze_schedules(document: Mapping[str, Any]) -> dict[str, int]:
    codes = {document["business_hours"], *(item["business_hours"] for item in document["items"])} - {None}
    return {hours.code: hours.pk for hours in shared.business_hours() if hours.code in codes}


def _reopening(value: object, problems: Problems) -> str | None:
    if value is None or (isinstance(value, str) and value in Reopening.values):
        return value
    known = ", ".join(Reopening.values)
    problems.add("/reopening", "unknown_choice", _("Expected one of %(choices)s, or null.") % {"choices": known})
    return None


def _recalculate(value: object, problems: Problems) -> bool | None:
    if value is None or isinstance(value, bool):
        return value
    problems.add("/recalculate_on_terminal", "wrong_type", _("Expected true, false or null."))
    return None


def _too_deep() -> Problem:
    return Problem("", "too_deep", _("The document is nested more than %(depth)d deep.") % {"depth": MAX_DEPTH})


def _depth_exceeds(document: object, limit: int) -> bool:
    level = [document]
    for _level in range(limit + 1):
        level = below(level)
        if not level:
            return False
    return True
