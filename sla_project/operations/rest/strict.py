"""Serializers that refuse what they would pass over: a misspelt key, another value for what is only shown."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.db.models import Model
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail
from rest_framework.relations import PKOnlyObject
from rest_framework.request import Request

from sla_project.operations.codes import LONGEST_CODE
from sla_project.operations.rest.relations import RowField, WordField
from sla_project.operations.unknown import unknown_names

MOVING = {"modified_on", "modified_at", "draft_revision"}
"""Columns that every write moves, which nobody means to set."""
ACTIVATION: Mapping[str, Any] = dict.fromkeys(("state", "is_active"), gettext_lazy("Use activate/ or deactivate/."))


class KnownKeysOnly(serializers.Serializer[Any]):
    """A mixin. Keys that are only shown may come back as they were, so that what was read can be sent."""

    default_error_messages = {"invalid": gettext_lazy("Expected an object.")}
    serializer_related_field: Any = RowField
    serializer_choice_field: Any = WordField
    also_shown: ClassVar[frozenset[str]] = frozenset()
    """Keys that the view adds to the answer."""
    ways: ClassVar[Mapping[str, Any]] = {}
    """For what is only shown: how it is changed."""

    def to_internal_value(self, data: Any) -> Any:
        unknown = unknown_names(data, self.fields.keys() | self.also_shown) if isinstance(data, dict) else {}
        if unknown:
            faults = {name: [ErrorDetail(message, code="unknown_key")] for name, message in unknown.items()}
            raise serializers.ValidationError(faults)
        meta = getattr(self, "Meta", None)
        check_only_shown(self, data, self.instance or (meta.model() if meta else None))
        return super().to_internal_value(data)


def check_only_shown(serializer: serializers.Serializer[Any], data: Any, row: Model | None) -> None:
    """Raises ValidationError where a column that is only shown comes with another value than the row has. What is
    worked out is passed over: it may have moved on since it was read."""
    if not isinstance(data, Mapping) or row is None:
        return
    columns = {column.name for column in row._meta.concrete_fields} - MOVING
    shown = {name: field for name, field in serializer.fields.items() if field.read_only and field.source in columns}
    ways, is_new = getattr(serializer, "ways", {}), row._state.adding
    alas = _("Leave this out of a new one: it is only shown.") if is_new else _("This is only shown: it cannot be set.")
    faults = {
        name: [ErrorDetail(ways.get(name) or alas, code="read_only")]
        for name, field in shown.items()
        if name in data and not _is_as_shown(data[name], field, row)
    }
    if faults:
        raise serializers.ValidationError(faults)


def _is_as_shown(given: Any, field: serializers.Field[Any, Any, Any, Any], row: Model) -> bool:
    value = field.get_attribute(row)
    if value is None or (isinstance(value, PKOnlyObject) and value.pk is None):
        return given is None
    if isinstance(field, serializers.DateTimeField) and isinstance(given, str):
        return _is_moment(given, value, field)
    return bool(given == field.to_representation(value))


def _is_moment(given: str, value: datetime, field: serializers.DateTimeField) -> bool:
    """A client may write it in another way, and cut it to milliseconds."""
    try:
        return abs(field.to_internal_value(given) - value) < timedelta(milliseconds=1)
    except serializers.ValidationError:
        return False


CODE_HELP = f"At most {LONGEST_CODE} lower case letters, digits, hyphens and underscores; it never changes."


class CloneSerializer(KnownKeysOnly):
    """What the copy is called; made up where it is not said."""

    code = serializers.CharField(required=False, allow_blank=True, help_text=CODE_HELP)
    name = serializers.CharField(required=False, allow_blank=True)


def arguments_of(request: Request, serializer: type[KnownKeysOnly]) -> dict[str, Any]:
    """The checked body of a command. Raises ValidationError."""
    body = serializer(data=request.data)
    body.is_valid(raise_exception=True)
    arguments: dict[str, Any] = body.validated_data
    return arguments
