"""Update record: set, append, increment, decrement and clear fields of the record."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from actions import placeholders
from actions.kinds.base import Document, Kind, Outcome
from actions.kinds.documents import check_keys, refuse
from actions.kinds.records import record_of
from actions.kinds.values import allowed_field, check_values, field_at_run, take_values
from actions.models import ActionRun
from actions.targets import FieldType, Target, TargetField
from sla_project.operations.errors import Invalid, Problem
from sla_project.operations.pointers import child

OPERATIONS = ("set", "append", "increment", "decrement")
_TEXT = frozenset({FieldType.TEXT})
_NUMBER = frozenset({FieldType.INTEGER, FieldType.DECIMAL})
_ONLY = {"set": None, "append": _TEXT, "increment": _NUMBER, "decrement": _NUMBER}


def validate(document: Document, *, target: Target, pointer: str) -> dict[str, Any]:
    """`{"set": {…}, "append": {…}, "increment": {…}, "decrement": {…}, "clear": […]}`, each field once."""
    check_keys(document, allowed=("target", *OPERATIONS, "clear"), pointer=pointer)
    if document.get("target", "record") != "record":
        refuse(child(pointer, "target"), "unknown_target", _("This must be “record”."))
    clean: dict[str, Any] = {}
    problems: list[Problem] = []
    for operation in (*OPERATIONS, "clear"):
        if operation not in document:
            continue
        try:
            clean[operation] = _operation(document, operation, target, pointer)
        except Invalid as invalid:
            problems.extend(invalid.problems)
    if problems:
        raise Invalid(problems)
    _check_once(clean, pointer)
    return {"kind": "update_record", "target": "record", **clean}


def _operation(document: Document, operation: str, target: Target, pointer: str) -> dict[str, Any] | list[str]:
    place = child(pointer, operation)
    if operation == "clear":
        return _clear(document["clear"], target, place)
    if operation != "set" and target.current is None:
        refuse(place, "unsupported", _("%(type)s does not offer this.") % {"type": target.label})
    known = placeholders.for_values(target)
    return check_values(document[operation], target=target, pointer=place, known=known, only=_ONLY[operation])


def _clear(names: Any, target: Target, pointer: str) -> list[str]:
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        refuse(pointer, "wrong_type", _("This must be a list of fields."))
    for index, name in enumerate(names):
        field = allowed_field(target, name, pointer=child(pointer, index))
        if field.required or field.type == FieldType.BOOLEAN:
            message = _("The field %(label)s cannot be empty.") % {"label": field.label}
            refuse(child(pointer, index), "required", message)
    return list(names)


def _check_once(operations: Mapping[str, Any], pointer: str) -> None:
    times = Counter(name for names in operations.values() for name in names)
    if not times:
        refuse(pointer, "required", _("Say what to set, append, increment, decrement or clear."))
    for name, count in times.items():
        if count > 1:
            refuse(pointer, "given_twice", _("The field “%(name)s” is given twice.") % {"name": name})


def words(document: Document, target: Target | None) -> str:
    fields = target.fields if target else {}

    def said(operation: str, sign: str) -> list[str]:
        given = document.get(operation, {}).items()
        return [f"{_label(fields, name)} {sign} {_value(fields, name, value)}" for name, value in given]

    parts = [*said("set", "="), *said("append", "+"), *said("increment", "+"), *said("decrement", "−")]
    parts += [_("clear %(field)s") % {"field": _label(fields, name)} for name in document.get("clear", [])]
    return _("Update the record: %(changes)s") % {"changes": ", ".join(parts)}


def _label(fields: Mapping[str, TargetField], name: str) -> str:
    return str(fields[name].label) if name in fields else name


def _value(fields: Mapping[str, TargetField], name: str, value: Any) -> str:
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    return str(fields[name].choices.get(value, value) if name in fields else value)


def perform(run: ActionRun, now: datetime) -> Outcome:
    target = record_of(run)
    summary = target.update(run.target_id, _new_values(run, target), now=now, depth=run.depth + 1, cause=run.reference)
    return Outcome(str(summary or _("Updated")))


def _new_values(run: ActionRun, target: Target) -> dict[str, Any]:
    """The finished values. Relative operations read the record under its lock."""
    given = {key: take_values(run.action.get(key, {}), target=target, context=run.context) for key in OPERATIONS}
    relative = [name for key in OPERATIONS[1:] for name in given[key]]
    current = target.current(run.target_id, relative) if relative and target.current else {}
    values = dict(given["set"])
    for name, text in given["append"].items():
        values[name] = _appended(current.get(name), text, target.fields[name].max_length)
    for name, amount in given["increment"].items():
        values[name] = (current.get(name) or 0) + amount
    for name, amount in given["decrement"].items():
        values[name] = (current.get(name) or 0) - amount
    for name in run.action.get("clear", []):
        values[name] = "" if field_at_run(target, name).type == FieldType.TEXT else None
    return values


def _appended(old: str | None, text: str, max_length: int | None) -> str:
    """A new line below what is there, as far as it fits."""
    return (f"{old}\n{text}" if old else text)[:max_length]


KIND = Kind(
    name="update_record",
    label=gettext_lazy("Update record"),
    validate=validate,
    freeze=dict,
    words=words,
    perform=perform,
    writes_record=True,
)
