"""Serializers that refuse what they do not know: a key that is misspelt is said, not passed over."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail


class KnownKeysOnly(serializers.Serializer[Any]):
    """A mixin. Keys that are only shown may come back, so that what was read can be sent."""

    def to_internal_value(self, data: Any) -> Any:
        unknown = set(data) - set(self.fields) if isinstance(data, dict) else set()
        if unknown:
            message = ErrorDetail(_("There is no such key."), code="unknown_key")
            raise serializers.ValidationError({name: [message] for name in sorted(unknown)})
        return super().to_internal_value(data)
