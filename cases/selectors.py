"""Reading cases and activities for lists. What the engine knows of one record is in `slas.selectors`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from django.contrib.contenttypes.models import ContentType
from django.db.models import Exists, F, Model, OuterRef, Q, QuerySet, Subquery

from cases.models import Activity, Case
from sla_project.operations.selectors import settings_get
from slas.domain.fields import fold
from slas.models import KPIInstance, TrackedRecord
from slas.selectors.clocks.instance_lists import kpi_instances

M = TypeVar("M", bound=Model)


def case_rows() -> QuerySet[Case]:
    """Cases with what a row of a list names, in the order of the queue (`engine.md` R34)."""
    related = ("customer", "contact", "product", "entitlement", "owner", "team")
    return with_queue(Case.objects.select_related(*related), Case)


def activity_rows() -> QuerySet[Activity]:
    return with_queue(Activity.objects.select_related("case", "owner", "team"), Activity)


def reply_recipient(case: Case) -> tuple[str, str] | None:
    """Name and address that a reply is mailed to: the contact's, or the customer's where there is no contact."""
    to = case.contact or case.customer
    return (to.name, to.email) if to is not None and to.email else None


def pausing_statuses() -> list[str]:
    """The statuses of a case that stop its clocks wherever an item allows it, by the organisation's settings."""
    return list(settings_get().pause_statuses.get("case", []))


def with_queue(queryset: QuerySet[M], model: type[M]) -> QuerySet[M]:
    """Adds `queue_at`, the earliest failure time; null, and last, for what is out of the queue."""
    queue_at = Subquery(_record_of(model).values("queue_at")[:1])
    queued: QuerySet[M] = queryset.annotate(queue_at=queue_at)  # type: ignore[assignment]  # still of M
    return queued.order_by(F("queue_at").asc(nulls_last=True), "-pk")


def _record_of(model: type[Model]) -> QuerySet[TrackedRecord]:
    content_type = ContentType.objects.get_for_model(model)
    return TrackedRecord.objects.filter(content_type=content_type, object_id=OuterRef("pk"))


def with_instance(queryset: QuerySet[M], model: type[M], condition: Q) -> QuerySet[M]:
    """Those with a KPI instance that meets the condition."""
    content_type = ContentType.objects.get_for_model(model)
    instances = KPIInstance.objects.filter(
        condition, record__content_type=content_type, record__object_id=OuterRef("pk")
    )
    return queryset.filter(Exists(instances))


def under_sla(queryset: QuerySet[M], model: type[M], code: str) -> QuerySet[M]:
    """Those judged by the SLA of this code; `none` are those without one."""
    of_sla = Q(sla__isnull=True) if code == "none" else Q(sla__code=code)
    return queryset.filter(Exists(_record_of(model).filter(of_sla)))


def search_cases(queryset: QuerySet[Case], text: str) -> QuerySet[Case]:
    """By number, title, customer or external number; in texts by `fold`, as conditions compare."""
    folded = fold(text.strip())
    return queryset.filter(
        Q(title_folded__contains=folded)
        | Q(number=_number(Case, text))
        | Q(customer__name_folded__contains=folded)
        | Q(external_number=text.strip())
    )


def search_activities(queryset: QuerySet[Activity], text: str) -> QuerySet[Activity]:
    folded = fold(text.strip())
    return queryset.filter(Q(subject_folded__contains=folded) | Q(number=_number(Activity, text)))


def _number(model: type[Case | Activity], text: str) -> str:
    """The number that is meant: digits alone are those of the model's own series."""
    asked = text.strip().upper()
    return f"{model.SERIES}-{asked}" if asked.isascii() and asked.isdigit() else asked


def numbered(text: str) -> Case | Activity | None:
    """The case or activity that has exactly this number: “case-1059”."""
    asked = text.strip().upper()
    series, _dash, digits = asked.partition("-")
    models: dict[str, type[Case | Activity]] = {Case.SERIES: Case, Activity.SERIES: Activity}
    if series not in models or not (digits.isascii() and digits.isdigit()):
        return None
    return models[series].objects.filter(number=asked).first()


def attach_tracking(rows: Sequence[Any]) -> None:
    """Gives every row its `tracking` (the engine's own row, or None) and `clocks` (its latest KPI instances).

    Two queries, however many rows of one model there are.
    """
    if not rows:
        return
    content_type = ContentType.objects.get_for_model(type(rows[0]))
    by_object = {
        record.object_id: record
        for record in TrackedRecord.objects.filter(
            content_type=content_type, object_id__in=[row.pk for row in rows]
        ).select_related("sla", "sla_version")
    }
    clocks: dict[int, list[KPIInstance]] = {}
    for instance in kpi_instances().filter(record__in=by_object.values(), is_current=True).order_by("pk"):
        clocks.setdefault(instance.record.object_id, []).append(instance)
    for row in rows:
        row.tracking = by_object.get(row.pk)
        row.clocks = clocks.get(row.pk, [])
