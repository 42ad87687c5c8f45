"""Recording changes: the only way in which tracked records are written (engine.md R1, R2, R5, R13)."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.core.serializers.json import DjangoJSONEncoder
from django.db import OperationalError, models, transaction

from sla_project.accounts.models import User
from sla_project.operations.selectors import settings_get
from sla_project.operations.times import iso_time
from slas import records
from slas.domain.fields import Field
from slas.models import SLA, RecordChange, TrackedRecord
from slas.records import RecordType
from slas.selectors.clocks.states import change_is_relevant
from slas.services.flow.choosing import SLAChoice, choose_automatic, choose_explicit, latest_source, rechoose
from slas.services.flow.deliveries import delivery_note
from slas.services.flow.judging import judge_soon
from slas.tracking import TrackedModel, tracked_writing

log = logging.getLogger(__name__)


@dataclass
class _Entry:
    """What the command does to one record."""

    record: TrackedRecord
    record_type: RecordType
    obj: TrackedModel
    kind: str = RecordChange.Kind.CHANGE
    created: bool = False
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)
    relations: set[str] = field(default_factory=set)
    explicit: SLA | SLAChoice | None = None
    data: dict[str, Any] = field(default_factory=dict)
    note: str = ""


class Command:
    """One outermost service call: every record that it writes gets one change (R2)."""

    def __init__(self, *, by: User | None, source: str, now: datetime, depth: int, cause: str) -> None:
        self.by = by
        self.source = source
        self.now = now
        self.depth = depth
        self.cause = cause
        self._entries: dict[tuple[type[TrackedModel], int], _Entry] = {}

    # What services call

    def create(self, obj: TrackedModel, sla: SLA | SLAChoice | None = None) -> TrackedModel:
        """Insert a record; its first change is a full snapshot. `sla` names the SLA explicitly (R14)."""
        record_type = records.for_model(type(obj))
        obj.save(force_insert=True)
        record = TrackedRecord.objects.create(
            record_type=record_type.name,
            content_type=ContentType.objects.get_for_model(type(obj)),
            object_id=obj.pk,
            number=record_type.number(obj),
            label=str(obj)[:300],
        )
        self._entries[type(obj), obj.pk] = _Entry(record, record_type, obj, created=True, explicit=sla)
        return obj

    def lock(self, *objs: TrackedModel) -> None:
        """Take the records' locks, by id, and read their rows anew under them."""
        for obj in sorted(objs, key=lambda one: self._record_id(one)):
            self._entry(obj)

    def save(self, obj: TrackedModel, changes: Mapping[str, Any]) -> bool:
        """Write the attributes that differ. Returns whether any did."""
        entry = self._entry(obj)
        stored = type(obj)._base_manager.get(pk=obj.pk)
        changed: list[str] = []
        for name, value in changes.items():
            column = type(obj)._meta.get_field(name)
            attname = column.attname if isinstance(column, models.ForeignKey) else name
            old = getattr(stored, attname)
            setattr(obj, name, value)
            new = getattr(obj, attname)
            if old == new:
                continue
            changed.append(name)
            entry.before.setdefault(name, old)
            entry.after[name] = new
            if isinstance(column, models.ForeignKey):
                entry.relations.add(name)
        if changed:
            obj.save(update_fields=changed)
        return bool(changed)

    def delete(self, obj: TrackedModel) -> None:
        """Delete a record; its history stays, with number and label (R27)."""
        entry = self._entry(obj)
        entry.kind = RecordChange.Kind.DELETED
        entry.data = {"pk": obj.pk}
        obj.delete()

    def apply_sla(self, obj: TrackedModel, sla: SLA | SLAChoice) -> None:
        """Choose the SLA by hand or over the API, *No SLA*, or back to automatic (R14)."""
        self._entry(obj).explicit = sla

    def note(self, obj: TrackedModel, text: str) -> None:
        """Say why the record is changed; it stands in the log, and nothing is judged by it."""
        self._entry(obj).note = text

    def choose(self, record: TrackedRecord, kind: str, data: dict[str, Any]) -> None:
        """Log another choice about the record: recalculated, extended, re-applied (R5)."""
        record_type = records.get(record.record_type)
        obj = record_type.model._base_manager.get(pk=record.object_id)
        entry = self._entry(obj)
        entry.kind, entry.data = kind, data

    # How it ends

    def finish(self) -> list[int]:
        """Write one change per record; returns the ids of the records to judge."""
        return [entry.record.pk for entry in self._entries.values() if self._record(entry)]

    def _entry(self, obj: TrackedModel) -> _Entry:
        entry = self._entries.get((type(obj), obj.pk))
        if entry is None:
            record = TrackedRecord.objects.select_for_update().get(pk=self._record_id(obj))
            obj.refresh_from_db()
            entry = self._entries[type(obj), obj.pk] = _Entry(record, records.for_model(type(obj)), obj)
        elif entry.obj is not obj:
            obj.refresh_from_db()
            entry.obj = obj
        return entry

    def _record_id(self, obj: TrackedModel) -> int:
        content_type = ContentType.objects.get_for_model(type(obj))
        return TrackedRecord.objects.values_list("pk", flat=True).get(content_type=content_type, object_id=obj.pk)

    def _record(self, entry: _Entry) -> bool:
        """Write the entry's change. Returns whether the record waits to be judged."""
        record = entry.record
        values = self._values(entry)
        kind, data = self._decision(entry, values)
        if kind == RecordChange.Kind.CHANGE and not values.fields and not data:
            return False
        delivery_note(obj=entry.obj, changed=list(entry.before), by=self.by, now=self.now)
        return change_write(
            record=record,
            kind=kind,
            fields=values.fields,
            registered=values.registered,
            data=data,
            by=self.by,
            source=self.source,
            now=self.now,
            depth=self.depth,
            cause=self.cause,
            label=str(entry.obj)[:300],
        )

    def _values(self, entry: _Entry) -> _Values:
        """R3: a relation carries the registered values behind it, a reopening all that changed while nobody told."""
        record_type, obj = entry.record_type, entry.obj
        if entry.kind == RecordChange.Kind.DELETED:
            return _Values()
        if entry.created:
            snapshot = record_type.dump(record_type.values_of(obj))
            return _Values({path: [None, value] for path, value in snapshot.items()}, snapshot)
        fields: dict[str, list[Any]] = {}
        for name, old in entry.before.items():
            new = entry.after[name]
            if old != new:
                known = record_type.fields.get(name)
                fields[name] = [_plain(old, known), _plain(new, known)]
        registered = {path: pair[1] for path, pair in fields.items() if path in record_type.fields}
        moved, reopens = entry.relations & fields.keys(), _reopens(record_type, fields)
        for path in record_type.related_paths:
            relation = path.partition(".")[0]
            if relation not in moved and not reopens:
                continue
            old, value = entry.record.values.get(path), record_type.dump({path: record_type.value_of(obj, path)})[path]
            if relation in moved or old != value:
                fields[path], registered[path] = [old, value], value
        return _Values(fields, registered)

    def _decision(self, entry: _Entry, values: _Values) -> tuple[str, dict[str, Any]]:
        """What the change decides about the SLA, and how the change is to be called (R14, R15)."""
        if entry.kind != RecordChange.Kind.CHANGE:
            return entry.kind, entry.data
        settings = settings_get()
        chosen = bool(values.registered.keys() & entry.record_type.choosers) or entry.created
        decision: dict[str, Any] | None = None
        current = {**entry.record_type.load(entry.record.values), **entry.record_type.load(values.registered)}
        if entry.explicit is not None:
            earlier = latest_source(entry.record)
            decision = choose_explicit(sla=entry.explicit, source=self.source, earlier=earlier, settings=settings)
            decision = decision or choose_automatic(entry.record_type, current)
        elif chosen and not settings.stops_slas_of(entry.record_type.name):
            earlier = latest_source(entry.record)
            decision = rechoose(record_type=entry.record_type, values=current, earlier=earlier, settings=settings)
        data: dict[str, Any] = {"choice": decision} if decision else {}
        if entry.note:
            data["note"] = entry.note
        only_choice = decision is not None and not values.fields
        return (RecordChange.Kind.SLA_APPLIED if only_choice else RecordChange.Kind.CHANGE), data


def _reopens(record_type: RecordType, fields: Mapping[str, Sequence[Any]]) -> bool:
    old, new = fields.get(record_type.lifecycle_field, (None, None))
    return old != new and new in record_type.open_values and old not in record_type.open_values


@dataclass
class _Values:
    """`fields`: what the log shows, path → [old, new]; `registered`: what the engine is fed, path → new."""

    fields: dict[str, list[Any]] = field(default_factory=dict)
    registered: dict[str, Any] = field(default_factory=dict)


def change_write(
    *,
    record: TrackedRecord,
    kind: str,
    fields: Mapping[str, Any],
    registered: Mapping[str, Any],
    data: Mapping[str, Any],
    by: User | None,
    source: str,
    now: datetime,
    depth: int = 0,
    cause: str = "",
    label: str = "",
) -> bool:
    """Append a row to the record's log, under its lock. Returns whether the engine has to see it (R1, R13).

    `fields` is what the log shows, path → [old, new]; `registered` what the engine is fed, path → new. Whether
    anything may start now is frozen in the row, since the setting moves on (R15).
    """
    if settings_get().stops_slas_of(record.record_type):
        data = {**data, "disabled": True}
    change = RecordChange.objects.create(
        record=record,
        seq=record.last_seq + 1,
        at=record.stamp(now),
        recorded_at=now,
        kind=kind,
        by=by,
        source=source,
        fields=fields,
        data=data,
        depth=depth,
        cause=cause,
    )
    relevant = kind != RecordChange.Kind.CHANGE or "choice" in data or _is_relevant(record, change, registered)
    record.last_seq, record.last_at = change.seq, change.at
    changed = ["last_seq", "last_at"]
    if not relevant and not record.is_behind(change.seq):
        record.judged_seq = change.seq
        record.values = {**record.values, **registered}
        changed += ["judged_seq", "values"]
    else:
        record.wake_at = min(record.wake_at, now) if record.wake_at else now
        changed.append("wake_at")
    if kind == RecordChange.Kind.DELETED:
        record.deleted_at = change.at
        changed.append("deleted_at")
    elif label and record.label != label:
        record.label = label
        changed.append("label")
    record.save(update_fields=changed)
    return relevant


def _is_relevant(record: TrackedRecord, change: RecordChange, registered: Mapping[str, Any]) -> bool:
    """R13. A timer that was due before the change is judged first, by the values of its own time (R11).

    A record that cannot be judged may have such timers, too; and no error of judging keeps anybody from writing (R12).
    """
    is_overdue = record.wake_at is not None and record.wake_at < change.at
    if is_overdue or record.attempts:
        return True
    try:
        return change_is_relevant(record, registered)
    except OperationalError:
        raise
    except Exception:
        log.exception("Whether a change of record %s can make a difference is left to judging it", record.pk)
        return True


def _plain(value: Any, known: Field | None = None) -> Any:
    """A column's value as JSON; moments in UTC."""
    if value is None or isinstance(value, str | bool | int | list | dict):
        return value
    if known is not None:
        return known.dump(value)
    if isinstance(value, datetime):
        return iso_time(value)
    return DjangoJSONEncoder().default(value) if not isinstance(value, float) else value


_current: ContextVar[Command | None] = ContextVar("slas_record_command", default=None)


@contextmanager
def record_command(
    *, by: User | None, source: str, now: datetime, depth: int = 0, cause: str = ""
) -> Iterator[Command]:
    """Open a command, or join the one that is open. Atomic; the records are judged right after the commit.

    `depth` and `cause` belong to what an action writes (R32); `source` is one of `RecordChange.Source`.
    """
    outer = _current.get()
    if outer is not None:
        yield outer
        return
    with transaction.atomic(), tracked_writing():
        command = Command(by=by, source=source, now=now, depth=depth, cause=cause)
        token = _current.set(command)
        try:
            yield command
        finally:
            _current.reset(token)
        waiting = command.finish()
    if waiting:
        transaction.on_commit(lambda: judge_soon(waiting))
