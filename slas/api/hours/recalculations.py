"""`recalculate/` of hours and holidays: what would move, or the job that moves it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from drf_spectacular.utils import OpenApiResponse
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from sla_project.operations.api import JobSerializer
from sla_project.operations.clock import clock_now
from sla_project.operations.problems import REASON_LIMIT
from sla_project.operations.requests import user_of
from sla_project.operations.rest.dry_run import is_dry_run
from slas.api.bodies import Types, body_of
from slas.models import BusinessHours
from slas.selectors.forecasts.hours_recalculations import COUNTS, Forecast, Move, hours_recalculation_forecast
from slas.services.clocks.recalculating import recalculation_start

TYPES: Types = {"reason": str}
PATIENCE = 5.0
"""Seconds that a dry run may count; `is_complete` says whether it got through."""


class RecalculateHoursSerializer(serializers.Serializer[Any]):
    reason = serializers.CharField(
        required=False, max_length=REASON_LIMIT, help_text="Kept in the log of every record."
    )


class DuesSerializer(serializers.Serializer[Any]):
    """Due times of one timer; null where it has none or is paused."""

    warning_at = serializers.DateTimeField(allow_null=True)
    failure_at = serializers.DateTimeField(allow_null=True)


class MoveSerializer(serializers.Serializer[Any]):
    record_type = serializers.CharField(source="record.record_type")
    record = serializers.IntegerField(source="record.object_id")
    number = serializers.CharField(source="record.number")
    kpi_instance = serializers.IntegerField(
        source="instance.pk", default=None, allow_null=True, help_text="The present one, which another would replace."
    )
    kpi = serializers.CharField()
    outcome = serializers.ChoiceField(choices=["moved", "late", "warned"])
    before = serializers.SerializerMethodField()
    after = serializers.SerializerMethodField()

    def get_before(self, move: Move) -> dict[str, Any]:
        return dict(DuesSerializer({"warning_at": move.warning_from, "failure_at": move.failure_from}).data)

    def get_after(self, move: Move) -> dict[str, Any]:
        return dict(DuesSerializer({"warning_at": move.warning_to, "failure_at": move.failure_to}).data)


class RecalculationSerializer(serializers.Serializer[Any]):
    """What a recalculation would do, counted over the first `counted` of `total` records."""

    total = serializers.IntegerField()
    counted = serializers.IntegerField()
    is_complete = serializers.BooleanField()
    counts = serializers.SerializerMethodField()
    moves = MoveSerializer(many=True, help_text="Some of the timers, late ones first.")

    def get_counts(self, forecast: Forecast) -> dict[str, int]:
        return {name: forecast.counts[name] for name in COUNTS}


RESPONSES = {
    200: OpenApiResponse(RecalculationSerializer, "With `?dry_run=true`: what would move."),
    202: OpenApiResponse(JobSerializer, "The job that does it; its address is in `Location`."),
}


def recalculate(request: Request, hours: Sequence[BusinessHours]) -> Response:
    """With `?dry_run=true` what would move; else 202 with the job. 409 where there is nothing to do."""
    body = body_of(request, TYPES)
    now = clock_now()
    if is_dry_run(request):
        forecast = hours_recalculation_forecast(hours, now, seconds=PATIENCE)
        return Response(RecalculationSerializer(forecast).data)
    job = recalculation_start(hours=hours, by=user_of(request), reason=body.get("reason", ""), now=now)
    address = reverse("job-detail", args=[job.pk], request=request)
    data = JobSerializer(job, context={"request": request}).data
    return Response(data, status=status.HTTP_202_ACCEPTED, headers={"Location": address})
