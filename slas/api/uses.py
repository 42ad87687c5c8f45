"""Where a KPI or business hours are used."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers


class UseSerializer(serializers.Serializer[Any]):
    """A document that uses the object: a version of an SLA, or its draft."""

    sla = serializers.CharField(source="sla.code")
    version = serializers.IntegerField(allow_null=True, help_text="Null: the draft.")
    is_current = serializers.BooleanField(help_text="It judges new records.")
    items = serializers.ListField(
        child=serializers.CharField(), help_text="Empty: all items that name no hours of their own."
    )
    open_timers = serializers.IntegerField(source="running")
