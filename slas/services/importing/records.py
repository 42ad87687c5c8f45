"""Bringing in records of another system with their history, in bulk (engine.md R7).

The rows are those that `record_command` at each change's time and `record_advance` now would have stored (R11).
`import_begin` reads what judging needs, `RecordJudge` judges without the database, `records_store` stores.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction

from actions.services import runs_draft
from sla_project.operations.selectors import settings_get
from slas import records
from slas.models import SLA, EventRun, KPIEvent, KPIInstance, RecordChange, SLASource, TrackedRecord
from slas.selectors.clocks.states import StoredPolicies, policy_texts
from slas.services.flow.choosing import choice_document
from slas.services.flow.contexts import run_context
from slas.services.flow.storing import Caused
from slas.services.importing.inserting import ids_take, row_maker, rows_insert
from slas.services.importing.judging import (
    NUMBER,
    ImportedRecord,
    ImportTerms,
    JudgedRecords,
    RecordJudge,
    RecordPackings,
)
from slas.services.importing.logs import ImportedChange

__all__ = [
    "ImportTerms", "ImportedChange", "ImportedRecord", "JudgedRecords", "RecordJudge", "import_begin", "records_store",
]  # fmt: skip


def import_begin(*, record_type: str, sla: SLA | None, started: datetime) -> ImportTerms:
    """Open an import. An SLA is named for every record, as over the API; without, it is chosen automatically."""
    return ImportTerms(
        record_type=record_type,
        started=started,
        choice=choice_document(sla, SLASource.API) if sla else None,
        texts=policy_texts(sla.current_id) if sla and sla.current_id else None,
        disabled=settings_get().stops_slas_of(record_type),
        vendor=connection.vendor,
    )


@transaction.atomic
def records_store(*, terms: ImportTerms, judged: JudgedRecords, numbers: Sequence[str], now: datetime) -> None:
    """Insert judged records under these numbers, their logs and everything decided, all or nothing.

    `now` is what they were judged at. The database checks the links between the rows at the commit.
    """
    record_type = records.get(terms.record_type)
    packings = RecordPackings(record_type, terms.vendor, now)
    objects = ids_take(record_type.model, len(judged.records))
    packings.records.insert(zip(objects, numbers, strict=True), judged.records)
    tracked = ids_take(TrackedRecord, len(judged.tracked))
    content_type = ContentType.objects.get_for_model(record_type.model).pk
    labels = [label.replace(NUMBER, number)[:300] for label, number in zip(judged.labels, numbers, strict=True)]
    packings.tracked.insert(
        ((pk, content_type, *rest) for pk, *rest in zip(tracked, objects, numbers, labels, strict=True)),
        judged.tracked,
    )
    of_change = [tracked[place] for place in judged.record_of_change]
    packings.changes.insert(zip(ids_take(RecordChange, len(of_change)), of_change, strict=True), judged.changes)
    instances = ids_take(KPIInstance, len(judged.instances))
    previous = [None if place is None else instances[place] for place in judged.previous]
    of_instance = [tracked[place] for place in judged.record_of_instance]
    packings.instances.insert(zip(instances, of_instance, previous, strict=True), judged.instances)
    events = ids_take(KPIEvent, len(judged.events))
    of_event = [tracked[place] for place in judged.record_of_event]
    their_instances = [instances[place] for place in judged.instance_of_event]
    packings.events.insert(zip(events, of_event, their_instances, strict=True), judged.events)
    if judged.caused:
        _store_runs(terms, judged, objects, tracked, events, now)


_event_run = row_maker(EventRun, "event_id", "run_id")


def _store_runs(
    terms: ImportTerms,
    judged: JudgedRecords,
    objects: Sequence[int],
    tracked: Sequence[int],
    events: Sequence[int],
    now: datetime,
) -> None:
    """What the events caused; none of it can be stored already, since the events are new."""
    policies = StoredPolicies(records.get(terms.record_type), terms.texts)
    runs, causes = [], []
    for caused, event in zip(judged.caused, judged.event_of_caused, strict=True):
        place = judged.record_of_event[event]
        request = caused.request(
            policies,
            record_id=tracked[place],
            object_id=objects[place],
            context=_context(caused, tracked[place], policies),
        )
        for run in runs_draft(request, now):
            runs.append(run)
            causes.append(events[event])
    rows_insert(runs)
    rows_insert([_event_run(event, run.pk) for event, run in zip(causes, runs, strict=True)])


def _context(caused: Caused, record_id: int, policies: StoredPolicies) -> dict[str, Any]:
    if caused.told is None:
        return {}
    record = TrackedRecord.objects.get(pk=record_id)
    return run_context(record, *caused.told, policies.record_type, policies)
