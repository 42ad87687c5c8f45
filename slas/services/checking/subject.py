"""What the checker has to know of the installation — records, hours, what actions write — as the pure core takes it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from enum import Enum
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db import models

from actions import lookups
from actions.services import action_freeze
from sla_project.operations.errors import Invalid
from slas import records
from slas.domain.checking import CheckedSLA, Create, How, RecordKind, Write, checked_sla, is_set
from slas.domain.checking.subject import Effect
from slas.domain.conditions import Condition, parse
from slas.domain.fields import FieldValueError
from slas.domain.worktime import ScheduleError, WorkingTime
from slas.models import SLA
from slas.records import RecordType
from slas.selectors.conditions.changing_fields import FieldChanges, often_changing
from slas.selectors.policy import shared
from slas.selectors.policy.reading import hours_named
from slas.services.hours.versions import schedule_document
from slas.services.policy.documents import document_complete


class Subject:
    """An SLA document made ready to be examined. `often` are its fields that change often, measured back from `now`."""

    def __init__(self, document: Mapping[str, Any], record_type: RecordType, now: datetime | None) -> None:
        self.record_type = record_type
        self.now = now
        complete = document_complete(document, record_type.name)
        neighbours = _neighbours(document, record_type)
        kind = record_kind(record_type)
        plain = checked_sla(complete, kind, effects_of=lambda action: effects_of(action, record_type))
        applicable = {path for item in plain.items for path in item.policy.applicable_when.paths}
        starts = set(plain.policy.applicable_from.values())
        changing = often_changing(record_type, applicable | starts, now=now) if now else []
        self.often: Mapping[str, FieldChanges] = {each.path: each for each in changing}
        self.sla = CheckedSLA(
            kind=kind,
            policy=plain.policy,
            items=plain.items,
            hours=working_hours(hours_named(document)),
            often=frozenset(self.often),
            neighbours=neighbours,
        )

    @property
    def names(self) -> dict[str, str]:
        """What the items are called, by key."""
        return {item.key: item.name for item in self.sla.items}

    def whole(self, witness: Mapping[str, object]) -> dict[str, object]:
        """The witness as a whole record: the rest as in new ones, and every clock has a start."""
        starts = {path: self.now for path in self.sla.policy.applicable_from.values() if self.now}
        kind = self.sla.kind
        return {**starts, **kind.defaults, kind.lifecycle_field: kind.open_code, **witness}


def working_hours(codes: Iterable[str]) -> dict[int, WorkingTime]:
    """The hours as they are now, by id; those that cannot be read are left out, since they are refused."""
    found: dict[int, WorkingTime] = {}
    for hours in shared.schedules(set(codes)):
        try:
            found[hours.pk] = WorkingTime.from_dict(schedule_document(hours))
        except ScheduleError:
            continue
    return found


def _neighbours(document: Mapping[str, Any], record_type: RecordType) -> dict[str, CheckedSLA]:
    """The default SLAs of the other types that actions create records of, as they are published."""
    actions = [action for item in document["items"] for moment in item["moments"] for action in moment["actions"]]
    created = {
        effect.record_type
        for action in actions
        for effect in effects_of(action, record_type)
        if isinstance(effect, Create) and effect.record_type != record_type.name
    }
    if not created:
        return {}
    defaults = SLA.objects.filter(record_type__in=created, is_default=True, state=SLA.State.ACTIVE)
    return {sla.record_type: _published(sla) for sla in defaults.select_related("current") if sla.current}


def _published(sla: SLA) -> CheckedSLA:
    assert sla.current is not None
    type_ = records.get(sla.record_type)
    hours = working_hours(sla.current.document["schedules"])
    return checked_sla(
        sla.current.document,
        record_kind(type_),
        effects_of=lambda action: effects_of(action, type_),
        hours=hours,
    )


# --- records ---


def record_kind(record_type: RecordType) -> RecordKind:
    """A record type with what its registry and its model say of every record."""
    return RecordKind(
        name=record_type.name,
        fields=record_type.fields,
        lifecycle_field=record_type.lifecycle_field,
        lifecycle=record_type.lifecycle,
        facts=tuple(_facts(record_type)),
        defaults=dict(_defaults(record_type)),
    )


def _facts(record_type: RecordType) -> Iterator[Condition]:
    """What the registry says, columns that are never empty, and that nothing lies behind a missing relation."""
    fields = record_type.fields
    for document in record_type.facts:
        yield parse(document, fields)
    for path, column in _columns(record_type):
        if not column.null and (not column.empty_strings_allowed or not column.blank):
            yield is_set(path, fields)
    for path, field in fields.items():
        if field.relation in fields:
            nothing_behind = [{"field": field.relation, "op": "is_set"}, {"field": path, "op": "is_not_set"}]
            yield parse({"any": nothing_behind}, fields)


def _defaults(record_type: RecordType) -> Iterator[tuple[str, object]]:
    """What the model gives a new record."""
    for path, column in _columns(record_type):
        if column.has_default() and not callable(column.default):
            default = column.get_default()
            yield path, default.value if isinstance(default, Enum) else default


def _columns(record_type: RecordType) -> Iterator[tuple[str, models.Field[Any, Any]]]:
    """The record's own fields that are columns and may be conditions."""
    for path, field in record_type.fields.items():
        if "." in path or field.system:
            continue
        try:
            column = record_type.model._meta.get_field(path)
        except FieldDoesNotExist:
            continue
        if isinstance(column, models.Field):
            yield path, column


# --- actions ---


def effects_of(action: Mapping[str, Any], record_type: RecordType) -> tuple[Effect, ...]:
    """What an action of a document writes to its record or creates, as far as the engine can read it."""
    try:
        frozen = action_freeze(dict(action))
    except Invalid:
        return ()
    match frozen["kind"]:
        case "update_record":
            return tuple(_updates(frozen, record_type))
        case "change_status":
            return tuple(_status(frozen["status"], record_type))
        case "assign":
            return tuple(_assignment(frozen, record_type))
        case "create_record":
            return tuple(_creation(frozen))
    return ()


def _updates(action: Mapping[str, Any], record_type: RecordType) -> Iterator[Effect]:
    for path, value in _readable(action.get("set", {}), record_type):
        yield Write(path, value)
    for path, value in _readable(action.get("append", {}), record_type):
        yield Write(path, value, How.APPEND)
    for key, sign in (("increment", 1), ("decrement", -1)):
        for path, value in action.get(key, {}).items():
            if path in record_type.fields and isinstance(value, int | float):
                yield Write(path, sign * value, How.ADD)
    for path in action.get("clear", []):
        if path in record_type.fields:
            yield Write(path, None)


def _status(status: str, record_type: RecordType) -> Iterator[Effect]:
    """With the status comes the state that goes with it."""
    facts = [parse(document, record_type.fields) for document in record_type.facts]
    for state in record_type.lifecycle:
        record = {record_type.lifecycle_field: state, record_type.pause_field: status}
        if facts and all(fact.evaluate(record) for fact in facts if fact.paths <= record.keys()):
            yield Write(record_type.lifecycle_field, state)
            break
    yield Write(record_type.pause_field, status)


def _assignment(action: Mapping[str, Any], record_type: RecordType) -> Iterator[Effect]:
    """To the lead of a team means to nobody who is known beforehand."""
    given = {"team": action.get("team"), "owner": action.get("user")}
    wanted = {path: value for path, value in given.items() if value is not None}
    yield from (Write(path, value) for path, value in _readable(wanted, record_type))


def _creation(action: Mapping[str, Any]) -> Iterator[Effect]:
    try:
        created = records.get(action["type"])
    except records.UnknownRecordType:
        return
    yield Create(created.name, dict(_readable(action.get("set", {}), created)))


def _readable(values: Mapping[str, Any], record_type: RecordType) -> Iterator[tuple[str, object]]:
    """Values of an action as the engine sees them: people and teams by id; what is no field is left out."""
    for path, value in values.items():
        field = record_type.fields.get(path)
        if field is None:
            continue
        if field.lookup in ("user", "team") and isinstance(value, str):
            row = lookups.user(value) if field.lookup == "user" else lookups.team(value)
            if row is not None:
                yield path, row.pk
            continue
        try:
            yield path, field.parse(value)
        except FieldValueError:
            continue
