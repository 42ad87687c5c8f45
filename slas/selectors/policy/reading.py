"""Reading KPIs and SLAs, and who uses what."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.db.models import F, QuerySet

from slas.models import KPI, SLA, BusinessHours, KPIInstance, SLAVersion, TrackedRecord
from slas.selectors.counting import count_of


def kpis() -> QuerySet[KPI]:
    return KPI.objects.order_by("record_type", "name", "id")


def slas() -> QuerySet[SLA]:
    """All SLAs with their current version and the number of open records judged by them: by any of their versions,
    by the current one, by earlier ones.
    """
    is_open = TrackedRecord.objects.filter(lifecycle="open", deleted_at__isnull=True)
    return (
        SLA.objects.select_related("current")
        .annotate(
            open_records=count_of(is_open, "sla"),
            open_current=count_of(is_open.filter(sla_version=F("sla__current")), "sla"),
            open_earlier=F("open_records") - F("open_current"),
        )
        .order_by("name", "id")
    )


def is_any_published() -> bool:
    """Before, no timer runs."""
    return SLAVersion.objects.exists()


def sla_versions(sla: SLA) -> QuerySet[SLAVersion]:
    """Newest first, with the numbers of KPI instances that each version has judged and still judges."""
    instances = KPIInstance.objects.all()
    return (
        sla.versions.select_related("published_by")
        .annotate(
            instance_count=count_of(instances, "sla_version"),
            open_count=count_of(instances.filter(ended_at__isnull=True), "sla_version"),
        )
        .order_by("-number")
    )


def authored_document(version: SLAVersion) -> dict[str, Any]:
    """The document as it was written, without what freezing added."""
    authored: dict[str, Any] = version.document["authored"]
    return authored


def editable_document(sla: SLA) -> dict[str, Any]:
    """What an editor starts from: the draft, else the published version."""
    if sla.draft is not None:
        draft: dict[str, Any] = sla.draft
        return draft
    assert sla.current is not None  # the database holds: without a version there is a draft
    return authored_document(sla.current)


def published_document(sla: SLA) -> dict[str, Any]:
    """What judges records; the draft where nothing was published yet."""
    return authored_document(sla.current) if sla.current is not None else editable_document(sla)


def slas_using_kpi(kpi: KPI, *, active_only: bool = False) -> list[SLA]:
    """SLAs whose published version or draft names the KPI; `active_only`: active ones, published version."""
    candidates = SLA.objects.select_related("current").filter(record_type=kpi.record_type)
    return _using(candidates, lambda document: kpi.code in _named(document, "kpi"), active_only=active_only)


def slas_using_hours(business_hours: BusinessHours, *, active_only: bool = False) -> list[SLA]:
    """SLAs whose published version or draft names the hours, for all items or for one."""
    code = business_hours.code
    return _using(
        SLA.objects.select_related("current"),
        lambda document: code in hours_named(document),
        active_only=active_only,
    )


def hours_named(document: Mapping[str, Any]) -> set[str]:
    """Codes of the business hours in a document."""
    return {code for code in (document.get("business_hours"), *_named(document, "business_hours")) if code}


def _named(document: Mapping[str, Any], attribute: str) -> Iterator[str]:
    return (item.get(attribute) for item in document.get("items", []))


def _using(candidates: Iterable[SLA], uses: Any, *, active_only: bool) -> list[SLA]:
    if active_only:
        candidates = [sla for sla in candidates if sla.state == SLA.State.ACTIVE]
    return [sla for sla in candidates if any(uses(document) for document in _documents(sla, active_only))]


def _documents(sla: SLA, published_only: bool) -> Iterator[dict[str, Any]]:
    if sla.current is not None:
        yield authored_document(sla.current)
    if sla.draft is not None and not published_only:
        yield sla.draft
