"""Changes of related records, delivered to the open records that see them (engine.md R3)."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import takewhile
from typing import Any

from django.db import models, transaction

from sla_project.accounts.models import User
from sla_project.operations.clock import clock_now
from slas.models import Lifecycle, RecordChange, RelatedChange, TrackedRecord
from slas.records import RecordType
from slas.services.flow.changes import change_write
from slas.services.flow.deliveries import delivery_note, seen_by
from slas.services.flow.judging import judge_soon

log = logging.getLogger(__name__)

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
        delivery_id = delivery.pk
        transaction.on_commit(lambda: _deliver_at_once(delivery_id))
    return True


def _column(model: type[models.Model], name: str) -> str:
    column = model._meta.get_field(name)
    return column.attname if isinstance(column, models.ForeignKey) else name


def _deliver_at_once(delivery_id: int) -> None:
    """After the commit, so that no error may reach whoever has saved; the note is still there, and a pass delivers."""
    try:
        waiting = related_deliver(delivery_id=delivery_id, limit=AT_ONCE)
    except Exception:
        log.exception("Delivering change %s right after it failed; a pass will try again", delivery_id)
        return
    judge_soon(waiting or [])


@transaction.atomic
def related_deliver(*, delivery_id: int, limit: int = BATCH) -> list[int] | None:
    """Deliver a change to the next records; resumable. Returns the records that have to be judged.

    It waits for nobody: where a record is being written it stops, and goes on there the next time. None if it could do
    nothing at all.
    """
    rows = RelatedChange.objects.filter(pk=delivery_id, delivered_at=None)
    delivery = rows.select_for_update(skip_locked=True).first()
    if delivery is None:
        return None
    now = clock_now()
    model = delivery.content_type.model_class()
    obj = model._base_manager.filter(pk=delivery.object_id).first() if model else None
    if obj is None:
        return _stop(delivery, delivered_at=now)
    seen = list(seen_by(type(obj), delivery.fields))
    audience = _audience(obj, seen, after=delivery.cursor)
    ids = list(audience.order_by("pk").values_list("pk", flat=True)[:limit])
    free = audience.select_for_update(skip_locked=True).in_bulk(ids)
    reached = list(takewhile(free.__contains__, ids))
    if ids and not reached:
        return None
    waiting = [record_id for record_id in reached if _deliver(free[record_id], obj, seen, delivery, now)]
    delivery.cursor = max(reached, default=delivery.cursor)
    return _stop(delivery, waiting, delivered_at=now if len(reached) == len(ids) < limit else None)


def _stop(delivery: RelatedChange, waiting: Sequence[int] = (), *, delivered_at: datetime | None) -> list[int]:
    delivery.delivered_at = delivered_at
    delivery.save(update_fields=["cursor", "delivered_at"])
    return list(waiting)


def _audience(
    obj: models.Model, seen: list[tuple[RecordType, str, list[str]]], *, after: int
) -> models.QuerySet[TrackedRecord]:
    """Records that point at the object: open ones, and such as may turn out to be open."""
    condition = models.Q(pk__in=[])
    for record_type, relation, _paths in seen:
        lookup = {relation.replace(".", "__"): obj}
        ids = record_type.model._base_manager.filter(**lookup).values("pk")
        condition |= models.Q(record_type=record_type.name, object_id__in=ids)
    is_open = models.Q(lifecycle=Lifecycle.OPEN) | models.Q(last_seq__gt=models.F("judged_seq"))
    return TrackedRecord.objects.filter(condition, is_open, pk__gt=after, deleted_at=None)


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
