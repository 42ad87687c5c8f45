"""Serializers that refuse what they do not know: a key that is misspelt is said, not passed over."""

from __future__ import annotations

from typing import Any, ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail
from rest_framework.request import Request

from sla_project.operations.codes import LONGEST_CODE
from sla_project.operations.rest.relations import RowField


class KnownKeysOnly(serializers.Serializer[Any]):
    """A mixin. Keys that are only shown may come back, so that what was read can be sent."""

    default_error_messages = {"invalid": gettext_lazy("Expected an object.")}
    serializer_related_field: Any = RowField
    also_shown: ClassVar[frozenset[str]] = frozenset()
    """Keys that the view adds to the answer."""

    def to_internal_value(self, data: Any) -> Any:
        unknown = set(data) - set(self.fields) - self.also_shown if isinstance(data, dict) else set()
        if unknown:
            message = ErrorDetail(_("There is no such key."), code="unknown_key")
            raise serializers.ValidationError({name[:60]: [message] for name in sorted(unknown)[:10]})
        return super().to_internal_value(data)


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
