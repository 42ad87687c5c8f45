"""Who uses a KPI or business hours: SLAs, their versions and items, and the timers that run."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count

from slas.models import KPI, SLA, BusinessHours, KPIInstance, SLAVersion
from slas.selectors.policy.reading import authored_document

Document = Mapping[str, Any]
Named = Callable[[Document], Sequence[str] | None]


@dataclass(frozen=True)
class Use:
    """One document that uses it. `version` is None for a draft; `items` is empty where it is the whole SLA's choice.

    `running` counts the open timers that live by the document, `is_current` says that it judges new records.
    """

    sla: SLA
    version: int | None
    items: Sequence[str]
    running: int
    is_current: bool


def uses_of_kpi(kpi: KPI) -> list[Use]:
    """Published versions, drafts, and older versions under which timers of the KPI still run."""

    def named(document: Document) -> list[str] | None:
        return [item["name"] for item in document["items"] if item.get("kpi") == kpi.code] or None

    running = KPIInstance.objects.filter(kpi=kpi)
    return _uses(SLA.objects.filter(record_type=kpi.record_type), named, running)


def uses_of_hours(hours: BusinessHours) -> list[Use]:
    """The same for hours; an item that names none counts in those of its SLA."""

    def named(document: Document) -> list[str] | None:
        if document.get("business_hours") == hours.code:
            return []
        return [item["name"] for item in document["items"] if item.get("business_hours") == hours.code] or None

    return _uses(SLA.objects.all(), named, KPIInstance.objects.filter(schedule_version__business_hours=hours))


def uses_of_action(code: str) -> list[Use]:
    """The same for a reusable action, by its code."""
    return uses_in_actions("action", code)


def uses_in_actions(key: str, code: str) -> list[Use]:
    """Of what the actions of items name by this key, such as an email template."""

    def named(document: Document) -> list[str] | None:
        return [item["name"] for item in document["items"] if code in _named_in_actions(item, key)] or None

    return _uses(SLA.objects.all(), named, KPIInstance.objects.none())


def _named_in_actions(item: Document, key: str) -> set[str]:
    return {action[key] for moment in item["moments"] for action in moment["actions"] if action.get(key)}


def _uses(slas: Any, named: Named, running: Any) -> list[Use]:
    open_timers = running.filter(ended_at__isnull=True).order_by()
    counts = dict(open_timers.values_list("sla_version").annotate(Count("pk")))
    found: list[Use] = []
    for sla in slas.select_related("current").order_by("name", "id"):
        if sla.current is not None:
            items = named(authored_document(sla.current))
            if items is not None:
                count = counts.pop(sla.current.pk, 0)
                found.append(Use(sla, sla.current.number, items, count, sla.state == SLA.State.ACTIVE))
        if sla.draft is not None:
            items = named(sla.draft)
            if items is not None:
                found.append(Use(sla, None, items, 0, False))
    for version in SLAVersion.objects.filter(pk__in=counts).select_related("sla").order_by("sla__name", "number"):
        items = named(authored_document(version)) or []
        found.append(Use(version.sla, version.number, items, counts[version.pk], False))
    return found
