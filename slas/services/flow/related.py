"""Changes of related records, delivered to the open records that see them (engine.md R3)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any

from django.db import models, transaction

from sla_project.accounts.models import User
from sla_project.operations.clock import clock_now
from slas.models import Lifecycle, RecordChange, RelatedChange, TrackedRecord
from slas.records import RecordType
from slas.services.flow.changes import change_write
from slas.services.flow.deliveries import delivery_note, seen_by
from slas.services.flow.judging import judge_soon

AT_ONCE = 20
BATCH = 50


@transaction.atomic
def related_save(*, obj: models.Model, changes: Mapping[str, Any], by: User | None, source: str, now: datetime) -> bool:
    """Write a customer, contact, … and note who has to hear of it. Returns whether anything changed.

    The save itself writes one row; up to 20 records hear of it right after the commit, the rest in passes.
    """
    stored = type(obj)._base_manager.select_for_update().get(pk=obj.pk)
    changed = []
    for name, value in changes.items():
        setattr(obj, name, value)
        attname = _column(type(obj), name)
        if getattr(stored, attname) != getattr(obj, attname):
            changed.append(name)
    if not changed:
        return False
    obj.save(update_fields=changed)
    delivery = delivery_note(obj=obj, changed=changed, by=by, now=now)
    if delivery is not None:
        transaction.on_commit(partial(_deliver_at_once, delivery.pk), robust=True)
    return True


def _column(model: type[models.Model], name: str) -> str:
    column = model._meta.get_field(name)
    return column.attname if isinstance(column, models.ForeignKey) else name


def _deliver_at_once(delivery_id: int) -> None:
    judge_soon(related_deliver(delivery_id=delivery_id, limit=AT_ONCE))


@transaction.atomic
def related_deliver(*, delivery_id: int, limit: int = BATCH) -> list[int]:
    """Deliver a change to the next records; resumable. Returns the records that have to be judged."""
    delivery = RelatedChange.objects.select_for_update().filter(pk=delivery_id, delivered_at=None).first()
    if delivery is None:
        return []
    now = clock_now()
    model = delivery.content_type.model_class()
    obj = model._base_manager.filter(pk=delivery.object_id).first() if model else None
    waiting: list[int] = []
    reached = 0
    if obj is not None:
        seen = list(seen_by(type(obj), delivery.fields))
        for record in _audience(obj, seen, after=delivery.cursor, limit=limit):
            reached += 1
            delivery.cursor = record.pk
            if _deliver(record, obj, seen, delivery, now):
                waiting.append(record.pk)
    if reached < limit:
        delivery.delivered_at = now
    delivery.save(update_fields=["cursor", "delivered_at"])
    return waiting


def _audience(
    obj: models.Model, seen: list[tuple[RecordType, str, list[str]]], *, after: int, limit: int
) -> list[TrackedRecord]:
    """Records that point at the object, by id, under their locks: open ones, and such as may turn out to be open."""
    condition = models.Q(pk__in=[])
    for record_type, relation, _paths in seen:
        lookup = {relation.replace(".", "__"): obj}
        ids = record_type.model._base_manager.filter(**lookup).values("pk")
        condition |= models.Q(record_type=record_type.name, object_id__in=ids)
    is_open = models.Q(lifecycle=Lifecycle.OPEN) | models.Q(last_seq__gt=models.F("judged_seq"))
    rows = TrackedRecord.objects.filter(condition, is_open, pk__gt=after, deleted_at=None)
    return list(rows.select_for_update().order_by("pk")[:limit])


def _deliver(
    record: TrackedRecord,
    obj: models.Model,
    seen: list[tuple[RecordType, str, list[str]]],
    delivery: RelatedChange,
    now: datetime,
) -> bool:
    fields: dict[str, list[Any]] = {}
    for record_type, _relation, paths in seen:
        if record_type.name != record.record_type:
            continue
        for path in paths:
            field = record_type.fields[path]
            attribute = path.rpartition(".")[2]
            value = getattr(obj, f"{attribute}_id" if field.lookup else attribute)
            fields[path] = [record.values.get(path), field.dump(value)]
    return change_write(
        record=record,
        kind=RecordChange.Kind.CHANGE,
        fields=fields,
        registered={path: pair[1] for path, pair in fields.items()},
        data={},
        by=delivery.by,
        source=RecordChange.Source.RELATED,
        now=now,
        cause=f"related-{delivery.pk}",
    )


def delivered_delete(*, before: datetime) -> int:
    """Removes the notes delivered before then: each record's log has what came of them."""
    deleted, _by_model = RelatedChange.objects.filter(delivered_at__lt=before).delete()
    return deleted
