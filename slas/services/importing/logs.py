"""The log of an imported record, written twice: as packed rows, and as the events that the engine is fed.

An import writes more log rows than all others together, so a row's JSON is put together from the texts of its values,
most of which were seen before, and no model instance is made.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.db import models

from slas.domain.engine import Change
from slas.domain.fields import dump_value
from slas.records import RecordType
from slas.selectors.clocks.log import load_choice
from slas.services.flow.choosing import choose_automatic
from slas.services.importing.inserting import Packed, Packing, json_text


@dataclass(frozen=True, slots=True)
class ImportedChange:
    """What the record's attributes became at a moment; those that stay as they are may be named too."""

    at: datetime
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Column:
    """A field of the record's model: where its raw value is, and which registered paths lie behind it (R3)."""

    attname: str
    key: str
    is_relation: bool
    is_registered: bool
    behind: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class _Path:
    """A registered path: whose raw value it is, or through which relation it goes; `nothing` is the whole member of a
    missing value.
    """

    path: str
    key: str
    nothing: str
    attname: str
    is_own: bool


class LogColumns:
    """What the logs of one record type are made of. Keys are the beginnings of JSON members."""

    def __init__(self, record_type: RecordType) -> None:
        self.record_type = record_type
        fields = {field.name: field for field in record_type.model._meta.concrete_fields}
        self.columns = {
            name: _Column(
                field.attname,
                _key(name),
                isinstance(field, models.ForeignKey),
                name in record_type.fields,
                [(path, _key(path)) for path in record_type.paths_through(name)],
            )
            for name, field in fields.items()
        }
        self.paths = [
            _Path(path, _key(path), f"{_key(path)}null, null]", fields[path.partition(".")[0]].attname, "." not in path)
            for path in record_type.fields
        ]


def _key(name: str) -> str:
    return f"{json_text(name)}: ["


class ImportedLog:
    """One record's log. `obj` is unsaved, and is kept as of the change that was written last.

    `choice` is the decision for an SLA that was named, as over the API, which nothing automatic overrules; without it
    each change that decides on the SLA asks the database (R14).
    """

    __slots__ = ("choice", "columns", "disabled", "events", "obj", "packing", "rows", "values")

    def __init__(
        self,
        columns: LogColumns,
        packing: Packing,
        obj: models.Model,
        *,
        choice: dict[str, Any] | None,
        disabled: bool,
    ) -> None:
        self.columns = columns
        self.packing = packing
        self.obj = obj
        self.choice = choice
        self.disabled = disabled
        self.rows: list[Packed] = []
        self.events: list[Change] = []
        self.values: dict[str, object] = {}

    def birth(self, at: datetime) -> None:
        """The first row is a full snapshot."""
        record_type, raw = self.columns.record_type, self.obj.__dict__
        values: dict[str, object] = {}
        members = []
        for each in self.columns.paths:
            value = raw[each.attname]
            if value is not None and not each.is_own:
                value = record_type.value_of(self.obj, each.path)
            values[each.path] = value
            members.append(f"{each.key}null, {_text(value)}]" if value is not None else each.nothing)
        self.values = dict(values)
        self._append(at, members, values, self.choice or self._automatic())

    def change(self, change: ImportedChange) -> None:
        obj, raw, columns = self.obj, self.obj.__dict__, self.columns.columns
        members: list[str] = []
        registered: dict[str, object] = {}
        for name, value in change.values.items():
            column = columns[name]
            old = raw[column.attname]
            if column.is_relation:
                new = None if value is None else value.pk
                if old == new:
                    continue
                setattr(obj, name, value)
            elif old == value:
                continue
            else:
                new = raw[name] = value
            members.append(f"{column.key}{_text(old)}, {_text(new)}]")
            if column.is_registered:
                registered[name] = new
            for path, key in column.behind:
                behind = registered[path] = self.columns.record_type.value_of(obj, path)
                members.append(f"{key}{_text(self.values.get(path))}, {_text(behind)}]")
        self.values.update(registered)
        chosen = self.choice is None and not self.columns.record_type.choosers.isdisjoint(registered)
        self._append(change.at, members, registered, self._automatic() if chosen else None)

    def _automatic(self) -> dict[str, Any] | None:
        return None if self.disabled else choose_automatic(self.columns.record_type, self.values)

    def _append(
        self, at: datetime, members: list[str], registered: dict[str, object], choice: dict[str, Any] | None
    ) -> None:
        data: dict[str, Any] = {"choice": choice} if choice else {}
        if self.disabled and (members or choice):
            data["disabled"] = True
        seq = len(self.rows) + 1
        fields = f"{{{', '.join(members)}}}"
        self.rows.append(self.packing.pack((seq, at, fields, json_text(data) if data else "{}")))
        self.events.append(Change(seq, at, registered, load_choice(data) if data else None, not self.disabled))


def _text(value: object) -> str:
    """A column's value as JSON. Most have been seen before: what is new now is old with the next change."""
    try:
        return _known_text(value)
    except TypeError:  # a JSON column's value, which cannot be remembered
        return json_text(dump_value(value))


@lru_cache(maxsize=65536, typed=True)
def _known_text(value: object) -> str:
    return json_text(dump_value(value))
