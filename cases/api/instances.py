"""Timers inside the documents of cases and activities: as they are now, waiting changes counted in (R33)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from rest_framework import serializers
from rest_framework.request import Request

from cases.api.serializers import ActivitySerializer, CaseSerializer
from slas.api.clocks.instances import KPIInstanceNowSerializer
from slas.models import KPIInstance
from slas.selectors.clocks.instances import record_of, record_view
from slas.selectors.clocks.timers import Timer, Timers
from slas.tracking import TrackedModel


class TimerSerializer(KPIInstanceNowSerializer):
    """A KPI instance with what is left of it; `id` and `html_url` are null while no worker has stored it yet."""

    working_seconds_left = serializers.SerializerMethodField(
        help_text="Until the failure time, by its business hours; null once it has ended."
    )
    progress = serializers.SerializerMethodField(help_text="How much of the time is used, in percent.")

    class Meta(KPIInstanceNowSerializer.Meta):
        fields = (*KPIInstanceNowSerializer.Meta.fields, "working_seconds_left", "progress")

    def get_working_seconds_left(self, instance: KPIInstance) -> float | None:
        return self._timer(instance).remaining

    def get_progress(self, instance: KPIInstance) -> int | None:
        return self._timer(instance).progress

    def _timer(self, instance: KPIInstance) -> Timer:
        timers: Timers = self.context["timers"]
        return timers.of(instance)


class CaseDetailSerializer(CaseSerializer):
    """A case with its present timers. Only this document says them; lists say `next_failure_at`."""

    kpi_instances = TimerSerializer(many=True, read_only=True)

    class Meta(CaseSerializer.Meta):
        fields = [*CaseSerializer.Meta.fields, "kpi_instances"]


class ActivityDetailSerializer(ActivitySerializer):
    kpi_instances = TimerSerializer(many=True, read_only=True)

    class Meta(ActivitySerializer.Meta):
        fields = [*ActivitySerializer.Meta.fields, "kpi_instances"]


def timer_documents(
    obj: TrackedModel, *, request: Request, now: datetime, earlier: bool = False
) -> list[dict[str, Any]]:
    """The record's timers as of `now`; with `earlier`, those that ended before them too."""
    view = record_view(record_of(obj), now)
    rows = [*view.instances, *view.earlier] if earlier else view.instances
    context = {"request": request, "now": now, "timers": Timers(now)}
    return list(TimerSerializer(rows, many=True, context=context).data)
