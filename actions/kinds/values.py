"""Values for fields on the allow-list: checked at save, and again at run (engine.md R31).

In documents a value is JSON: a text (with placeholders), a choice code, true or false, a number (a
decimal may be text), an RFC 3339 time, the email address of a user, the code of a team, the id of a
looked-up record.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from actions import text
from actions.kinds import people
from actions.kinds.base import Skip
from actions.kinds.documents import refuse
from actions.targets import FieldType, Target, TargetField
from sla_project.operations.errors import Invalid, Problem
from sla_project.operations.pointers import child
from sla_project.operations.selectors import settings_get

INTEGER_LIMIT = 2**63


def check_values(
    values: Any, *, target: Target, pointer: str, known: Mapping[str, Any], only: frozenset[str] | None = None
) -> dict[str, Any]:
    """A validated `{field: value}`; raises `Invalid` with every problem. `only`: the types allowed."""
    if not isinstance(values, dict):
        refuse(pointer, "wrong_type", _("This must be an object of fields and values."))
    problems: list[Problem] = []
    for name, value in values.items():
        try:
            field = allowed_field(target, name, pointer=child(pointer, name), only=only)
            check_value(field, value, pointer=child(pointer, name), known=known)
        except Invalid as invalid:
            problems.extend(invalid.problems)
    if problems:
        raise Invalid(problems)
    return dict(values)


def allowed_field(target: Target, name: str, *, pointer: str, only: frozenset[str] | None = None) -> TargetField:
    field = target.fields.get(name)
    if field is None:
        message = _("%(type)s has no field “%(name)s” that actions may write.")
        refuse(pointer, "unknown_field", message % {"type": target.label, "name": name})
    if only is not None and field.type not in only:
        refuse(pointer, "wrong_type", _("This cannot be done to the field %(label)s.") % {"label": field.label})
    return field


def check_value(field: TargetField, value: Any, *, pointer: str, known: Mapping[str, Any]) -> None:
    """Null is allowed nowhere: emptying a field is `clear`."""
    _CHECKS[FieldType(field.type)](field, value, pointer, known)


def take_values(values: Mapping[str, Any], *, target: Target, context: Mapping[str, Any]) -> dict[str, Any]:
    """At run: the Python values to write. Raises `Skip` for a field or a record that is no longer allowed."""
    zone = settings_get().time_zone
    return {name: _take(field_at_run(target, name), value, context, zone) for name, value in values.items()}


def field_at_run(target: Target, name: str) -> TargetField:
    field = target.fields.get(name)
    if field is None:
        raise Skip("field_not_allowed", _("Actions may no longer write the field %(name)s.") % {"name": name})
    return field


def _take(field: TargetField, value: Any, context: Mapping[str, Any], zone: str) -> Any:
    match FieldType(field.type):
        case FieldType.TEXT:
            return text.render(value, context, zone=zone)[: field.max_length]
        case FieldType.USER:
            return people.take_user(value).pk
        case FieldType.TEAM:
            return people.take_team(value).pk
        case FieldType.DATETIME:
            return datetime.fromisoformat(value)
        case FieldType.DECIMAL:
            return Decimal(str(value))
        case FieldType.CHOICE if value not in field.choices:
            message = _("%(label)s has no choice “%(value)s” any more.")
            raise Skip("unknown_choice", message % {"label": field.label, "value": value})
        case FieldType.LOOKUP if not _is_offered(field, value):
            message = _("The record chosen for %(label)s is no longer active.")
            raise Skip("inactive_record", message % {"label": field.label})
    return value


# --- One check per type ---


def _check_text(field: TargetField, value: Any, pointer: str, known: Mapping[str, Any]) -> None:
    text.check_text(value, known=known, pointer=pointer)


def _check_choice(field: TargetField, value: Any, pointer: str, known: Mapping[str, Any]) -> None:
    if not isinstance(value, str) or value not in field.choices:
        choices = ", ".join(field.choices)
        refuse(pointer, "unknown_choice", _("This must be one of: %(choices)s.") % {"choices": choices})


def _check_boolean(field: TargetField, value: Any, pointer: str, known: Mapping[str, Any]) -> None:
    if not isinstance(value, bool):
        refuse(pointer, "wrong_type", _("This must be true or false."))


def _check_integer(field: TargetField, value: Any, pointer: str, known: Mapping[str, Any]) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or not -INTEGER_LIMIT <= value < INTEGER_LIMIT:
        refuse(pointer, "wrong_type", _("This must be a whole number."))


def _check_decimal(field: TargetField, value: Any, pointer: str, known: Mapping[str, Any]) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float | str) or not _is_finite(value):
        refuse(pointer, "wrong_type", _("This must be a number."))


def _is_finite(value: int | float | str) -> bool:
    try:
        return Decimal(str(value)).is_finite()
    except InvalidOperation:
        return False


def _check_datetime(field: TargetField, value: Any, pointer: str, known: Mapping[str, Any]) -> None:
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        moment = None
    if moment is None or moment.tzinfo is None:
        refuse(pointer, "wrong_type", _("This must be a time with its zone, such as 2026-03-02T09:30:00Z."))


def _check_user(field: TargetField, value: Any, pointer: str, known: Mapping[str, Any]) -> None:
    if not isinstance(value, str):
        refuse(pointer, "wrong_type", _("This must be the email address of a user."))
    people.check_user(value, pointer=pointer)


def _check_team(field: TargetField, value: Any, pointer: str, known: Mapping[str, Any]) -> None:
    if not isinstance(value, str):
        refuse(pointer, "wrong_type", _("This must be the code of a team."))
    people.check_team(value, pointer=pointer)


def _check_lookup(field: TargetField, value: Any, pointer: str, known: Mapping[str, Any]) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or not _is_offered(field, value):
        refuse(pointer, "unknown_record", _("There is no active record with this id."))


def _is_offered(field: TargetField, id: int) -> bool:
    return field.options is not None and field.options().filter(pk=id).exists()


_Check = Callable[[TargetField, Any, str, Mapping[str, Any]], None]
_CHECKS: dict[FieldType, _Check] = {
    FieldType.TEXT: _check_text,
    FieldType.CHOICE: _check_choice,
    FieldType.BOOLEAN: _check_boolean,
    FieldType.INTEGER: _check_integer,
    FieldType.DECIMAL: _check_decimal,
    FieldType.DATETIME: _check_datetime,
    FieldType.USER: _check_user,
    FieldType.TEAM: _check_team,
    FieldType.LOOKUP: _check_lookup,
}
