"""Finding writes that went around the services, raw SQL above all (engine.md R4)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Model, QuerySet

from sla_project.operations.clock import clock_now
from slas import records
from slas.models import Lifecycle, RecordChange, RelatedChange, TrackedRecord
from slas.records import RecordType
from slas.services.flow.changes import change_write

BATCH = 100


def reconcile_all() -> int:
    """Compare every judged record with its row. Returns how many differed."""
    return sum(_reconcile_type(record_type) for record_type in records.all())


def _reconcile_type(record_type: RecordType) -> int:
    found, after = 0, 0
    rows = TrackedRecord.objects.filter(record_type=record_type.name, deleted_at=None)
    while some := list(rows.filter(pk__gt=after).order_by("pk")[:BATCH]):
        after = some[-1].pk
        for record_id in _suspects(some, record_type):
            found += record_reconcile(record_id=record_id, now=clock_now())
    return found


def _suspects(some: Sequence[TrackedRecord], record_type: RecordType) -> list[int]:
    """The records that seem to differ, compared without locks: only these are worth one, and are compared again."""
    judged = [record for record in some if not record.is_waiting]
    rows = _rows(record_type).in_bulk([record.object_id for record in judged])
    deliveries_wait = _deliveries_wait()
    return [
        record.pk
        for record in judged
        if record.object_id not in rows or _different(record, record_type, rows[record.object_id], deliveries_wait)
    ]


@transaction.atomic
def record_reconcile(*, record_id: int, now: datetime) -> bool:
    """Write what differs between the log and the row as a change stamped at its discovery. Returns whether any did."""
    record = TrackedRecord.objects.select_for_update().filter(pk=record_id, deleted_at=None).first()
    if record is None or record.is_waiting:
        return False
    record_type = records.get(record.record_type)
    obj = _rows(record_type).filter(pk=record.object_id).first()
    if obj is None:
        change_write(
            record=record,
            kind=RecordChange.Kind.DELETED,
            fields={},
            registered={},
            data={"pk": record.object_id},
            by=None,
            source=RecordChange.Source.RECONCILE,
            now=now,
        )
        return True
    different = _different(record, record_type, obj, _deliveries_wait())
    if not different:
        return False
    change_write(
        record=record,
        kind=RecordChange.Kind.CHANGE,
        fields={path: [record.values.get(path), value] for path, value in different.items()},
        registered=different,
        data={},
        by=None,
        source=RecordChange.Source.RECONCILE,
        now=now,
    )
    return True


def _rows(record_type: RecordType) -> QuerySet[Any]:
    """The live rows, with all that their registered values are read from."""
    relations = {path.rpartition(".")[0].replace(".", "__") for path in record_type.related_paths}
    return record_type.model._base_manager.select_related(*sorted(relations))


def _deliveries_wait() -> bool:
    return RelatedChange.objects.filter(delivered_at=None).exists()


def _different(record: TrackedRecord, record_type: RecordType, obj: Model, deliveries_wait: bool) -> dict[str, Any]:
    """The values that differ, without those that the record is yet to hear of (R3): by a delivery that still waits, or,
    where it is closed, by its reopening.
    """
    live = record_type.dump(record_type.values_of(obj))
    different = {path: value for path, value in live.items() if record.values.get(path) != value}
    unheard = different.keys() & set(record_type.related_paths)
    if unheard and (record.lifecycle != Lifecycle.OPEN or deliveries_wait):
        return {path: value for path, value in different.items() if path not in unheard}
    return different
