"""Who has to hear of a change: the record types that see a model through their registered paths (engine.md R3)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from django.contrib.contenttypes.models import ContentType
from django.db import models

from sla_project.accounts.models import User
from slas import records
from slas.models import RelatedChange
from slas.records import RecordType


def delivery_note(*, obj: models.Model, changed: Sequence[str], by: User | None, now: datetime) -> RelatedChange | None:
    """One row that says a change is to be delivered; None if no record type looks at what changed."""
    if not any(seen_by(type(obj), changed)):
        return None
    return RelatedChange.objects.create(
        content_type=ContentType.objects.get_for_model(type(obj)),
        object_id=obj.pk,
        at=now,
        by=by,
        fields=list(changed),
    )


def seen_by(model: type[models.Model], changed: Sequence[str]) -> Iterator[tuple[RecordType, str, list[str]]]:
    """Record types that reach the model over a relation, with the registered paths that changed behind it."""
    for record_type in records.all():
        relations = {path.rpartition(".")[0] for path in record_type.fields} - {""}
        for relation in sorted(relations):
            if _related_model(record_type, relation) is not model:
                continue
            paths = [f"{relation}.{name}" for name in changed if f"{relation}.{name}" in record_type.fields]
            if paths:
                yield record_type, relation, paths


def _related_model(record_type: RecordType, relation: str) -> type[models.Model] | None:
    model: type[models.Model] | None = record_type.model
    for step in relation.split("."):
        if model is None:
            return None
        model = model._meta.get_field(step).related_model
    return model
