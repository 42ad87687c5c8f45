"""Erasing what a record's log holds of people (engine.md R27)."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from sla_project.operations.errors import NotPossible
from slas import records
from slas.models import Lifecycle, RecordChange, TrackedRecord
from slas.services.flow.judging import record_judge


@transaction.atomic
def record_erase(*, record: TrackedRecord, now: datetime) -> int:
    """Empties the personal values and the notes of a closed or deleted record in its log. Returns how many held any.

    The rows stay, with their times, authors and what else they changed, and so do instances and events: what was
    judged stays judged. A replay reads an erased value as missing. The live row is the caller's.
    """
    record = TrackedRecord.objects.select_for_update().get(pk=record.pk)
    if record.deleted_at is None and record.lifecycle == Lifecycle.OPEN:
        raise NotPossible(_("Only a closed or deleted record can be erased."), code="open")
    if record.is_waiting:
        record_judge(record=record, now=now)
    record_type = records.get(record.record_type)
    erased = 0
    for change in record.changes.all():
        held = record_type.personal & change.fields.keys()
        if not (held or "note" in change.data) or change.data.get("erased"):
            continue
        fields = {path: [None, None] if path in held else pair for path, pair in change.fields.items()}
        data = {**{name: told for name, told in change.data.items() if name != "note"}, "erased": True}
        RecordChange.objects.all().erase(change=change, fields=fields, data=data)
        erased += 1
    record.values = {path: None if path in record_type.personal else value for path, value in record.values.items()}
    record.label = record.number or f"{record.record_type} {record.object_id}"
    record.save(update_fields=["values", "label"])
    return erased
