"""Durations in the API: an amount and a unit; reading adds what does not depend on hours."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from slas.domain.durations import Duration, Unit

SCHEMA = {
    "type": "object",
    "required": ["amount", "unit"],
    "properties": {
        "amount": {"type": "integer", "minimum": 1},
        "unit": {"type": "string", "enum": [unit.value for unit in Unit]},
        "iso8601": {"type": "string", "readOnly": True, "description": "Not for business days."},
        "seconds": {"type": "integer", "readOnly": True, "description": "Not for business days."},
    },
    "examples": [{"amount": 2, "unit": "business_days"}],
}


@extend_schema_field(SCHEMA)
class DurationField(serializers.JSONField):
    """For reading and the schema; the services check what is written."""

    def to_representation(self, value: Any) -> dict[str, object]:
        return Duration.parse_document(value).to_document()
