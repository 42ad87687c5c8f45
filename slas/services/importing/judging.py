"""Judging imported records (engine.md R7): what they were becomes rows, packed for the database but not stored yet.

An SLA that is named makes `ImportTerms` complete: judging under it needs no database and may happen in another
process. What goes in and what comes out is plain data that can be pickled.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from slas import records
from slas.domain.engine import replay
from slas.models import KPIEvent, KPIInstance, RecordChange, TrackedRecord
from slas.records import RecordType
from slas.selectors.clocks.states import PolicyTexts, StoredPolicies
from slas.services.flow.storing import Caused, Decided, DecidedRows, mark_record
from slas.services.importing.inserting import Packed, Packing, row_maker
from slas.services.importing.logs import ImportedChange, ImportedLog, LogColumns
from slas.tracking import TrackedModel

NUMBER = "\x00"
"""Stands for the record's number, in its label too, until it is stored and gets one. No text of a record holds it."""


@dataclass(frozen=True, slots=True)
class ImportedRecord:
    """A record as it was born at `at`, by the attributes that are not their defaults, and its later changes in order;
    equal times are allowed.
    """

    at: datetime
    values: Mapping[str, Any]
    changes: Sequence[ImportedChange]


@dataclass(frozen=True, slots=True)
class ImportTerms:
    """What the records of one import have in common. Runs caused before `started` never run (R7).

    `choice` is the decision for a named SLA and `texts` what judging under it needs; without them the SLA is chosen
    automatically, which asks the database. `disabled`: nothing may start (R15). `vendor` is the kind of database.
    """

    record_type: str
    started: datetime
    choice: dict[str, Any] | None
    texts: PolicyTexts | None
    disabled: bool
    vendor: str


@dataclass(slots=True)
class JudgedRecords:
    """Packed rows of records with everything decided about them. `…_of` give each row's place in another list:
    changes, instances and events belong to a record, events to an instance, `previous` are instances themselves.
    """

    records: list[Packed] = field(default_factory=list)
    tracked: list[Packed] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    changes: list[Packed] = field(default_factory=list)
    record_of_change: list[int] = field(default_factory=list)
    instances: list[Packed] = field(default_factory=list)
    record_of_instance: list[int] = field(default_factory=list)
    previous: list[int | None] = field(default_factory=list)
    events: list[Packed] = field(default_factory=list)
    record_of_event: list[int] = field(default_factory=list)
    instance_of_event: list[int] = field(default_factory=list)
    caused: list[Caused] = field(default_factory=list)
    event_of_caused: list[int] = field(default_factory=list)


class RecordPackings:
    """How all rows of records of one type are packed and inserted that are judged at `now`."""

    def __init__(self, record_type: RecordType, vendor: str, now: datetime) -> None:
        self.records = Packing(record_type.model, vendor=vendor, late=["number"])
        self.tracked = Packing(TrackedRecord, vendor=vendor, late=["content_type_id", "object_id", "number", "label"])
        self.changes = Packing(
            RecordChange,
            vendor=vendor,
            late=["record_id"],
            given=["seq", "at", "fields", "data"],
            fixed={"recorded_at": now, "source": RecordChange.Source.IMPORT},
            texts=["fields", "data"],
        )
        self.instances = Packing(KPIInstance, vendor=vendor, late=["record_id", "previous_id"])
        self.events = Packing(KPIEvent, vendor=vendor, late=["record_id", "instance_id"])


_tracked = row_maker(TrackedRecord, "record_type", "last_seq", "last_at", "judged_until")


class RecordJudge:
    """Judges the records of one import, batch by batch."""

    def __init__(self, terms: ImportTerms) -> None:
        self.terms = terms
        self.record_type = records.get(terms.record_type)
        self.policies = StoredPolicies(self.record_type, terms.texts)
        self.columns = LogColumns(self.record_type)
        self._record = row_maker(self.record_type.model)

    def judge(self, imported: Iterable[ImportedRecord], now: datetime) -> JudgedRecords:
        """Write each record's log and replay it up to `now`."""
        packings = RecordPackings(self.record_type, self.terms.vendor, now)
        rows = DecidedRows(self.policies, now, historical_before=self.terms.started)
        objs, tracked, judged = [], [], JudgedRecords()
        for place, one in enumerate(imported):
            obj = self._born(one)
            log = self._log(one, obj, packings.changes)
            state, transitions = replay(self.policies, log.events, now)
            record = _tracked(self.record_type.name, log.events[-1].seq, log.events[-1].at, now)
            rows.add(Decided(record, state, transitions))
            mark_record(record, state, self.record_type)
            objs.append(obj)
            tracked.append(record)
            judged.labels.append(str(obj))
            judged.changes += log.rows
            judged.record_of_change += [place] * len(log.rows)
            judged.record_of_instance += [place] * (len(rows.created) - len(judged.record_of_instance))
            judged.record_of_event += [place] * (len(rows.events) - len(judged.record_of_event))
        judged.records = packings.records.pack_rows(objs)
        judged.tracked = packings.tracked.pack_rows(tracked)
        _pack_decided(judged, rows, packings)
        return judged

    def _born(self, imported: ImportedRecord) -> TrackedModel:
        obj = self._record()
        raw, columns = obj.__dict__, self.columns.columns
        raw["number"] = NUMBER
        for name, value in imported.values.items():
            if columns[name].is_relation:
                setattr(obj, name, value)
            else:
                raw[name] = value
        return obj

    def _log(self, imported: ImportedRecord, obj: TrackedModel, packing: Packing) -> ImportedLog:
        log = ImportedLog(self.columns, packing, obj, choice=self.terms.choice, disabled=self.terms.disabled)
        log.birth(imported.at)
        for change in imported.changes:
            log.change(change)
        return log


def _pack_decided(judged: JudgedRecords, rows: DecidedRows, packings: RecordPackings) -> None:
    places = {id(row): place for place, (row, _, _) in enumerate(rows.created)}
    judged.instances = packings.instances.pack_rows(row for row, _, _ in rows.created)
    judged.previous = [None if previous is None else places[id(known[previous])] for _, previous, known in rows.created]
    judged.events = packings.events.pack_rows(event for event, _ in rows.events)
    judged.instance_of_event = [places[id(row)] for _, row in rows.events]
    places = {id(event): place for place, (event, _) in enumerate(rows.events)}
    judged.caused = [caused for caused, _, _ in rows.caused]
    judged.event_of_caused = [places[id(event)] for _, event, _ in rows.caused]
