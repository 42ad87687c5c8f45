"""`/reports/compliance/`: how well SLAs were kept; the same question and the same numbers as the page."""

from __future__ import annotations

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from sla_project.accounts.policy import ReadAll
from sla_project.operations.clock import clock_now
from slas.selectors.reports.compliance import GROUPS
from slas.selectors.reports.dimensions import dimensions
from slas.selectors.reports.periods import DEFAULT_PERIOD, PERIODS
from slas.selectors.reports.questions import DEFAULT_GROUP, DEFAULT_PAUSE_HOURS, answer, question_parse
from slas.selectors.reports.tables import group_query, list_url


class FiguresSerializer(serializers.Serializer[Any]):
    """`median` and `p90` are working seconds from start to success, by nearest rank, over the `measured` clocks: all
    that ended and were met, in time or late. Running, canceled and never met ones have no time."""

    finished = serializers.IntegerField(help_text="Met or missed in the period.")
    met = serializers.IntegerField()
    missed = serializers.IntegerField()
    attainment = serializers.FloatField(allow_null=True, help_text="Percent met of finished; null if none finished.")
    worked_attainment = serializers.FloatField(
        allow_null=True, help_text="The same without those that were closed while paused."
    )
    late = serializers.IntegerField(help_text="Missed and met afterwards.")
    never_met = serializers.IntegerField(help_text="Missed and not met since: finished without a time.")
    closed_paused = serializers.IntegerField(help_text="Paused until the change that met or closed them.")
    met_closed_paused = serializers.IntegerField(help_text="Those of them that count as met.")
    closed_unmet = serializers.IntegerField(help_text="Canceled because their record was resolved unmet.")
    paused_long = serializers.IntegerField(help_text="Paused for longer than `pause_hours`.")
    open = serializers.IntegerField(help_text="Running or paused now, in whatever period.")
    breached = serializers.IntegerField(help_text="Unmet after their failure time, on an open record.")
    measured = serializers.IntegerField(help_text="Finished and met, in time or late: those with a time.")
    median = serializers.FloatField(allow_null=True)
    p90 = serializers.FloatField(allow_null=True)


class GroupSerializer(serializers.Serializer[Any]):
    key = serializers.CharField(help_text="The code or id; `none` where the record has none; a month as 2026-11.")
    label = serializers.CharField()
    sub = serializers.CharField(help_text="What the label is part of: an item's SLA.")
    figures = FiguresSerializer()
    html_url = serializers.URLField(help_text="The list of the clocks behind it.")


class ComplianceSerializer(serializers.Serializer[Any]):
    group_by = serializers.CharField()
    since = serializers.DateField(allow_null=True)
    until = serializers.DateField(allow_null=True)
    pause_hours = serializers.IntegerField()
    groups = GroupSerializer(many=True)
    total = FiguresSerializer()


def parameters() -> list[OpenApiParameter]:
    """What one can ask; the dimensions are those that the record types register."""
    days = "a date in your time zone, included. Clocks that still run count in every period."
    return [
        OpenApiParameter("group_by", str, description="", enum=[*GROUPS, *dimensions()], default=DEFAULT_GROUP),
        OpenApiParameter("period", str, enum=list(PERIODS), description=f"{DEFAULT_PERIOD} unless dates are given."),
        OpenApiParameter("since", OpenApiTypes.DATE, description=f"First day of the period: {days}"),
        OpenApiParameter("until", OpenApiTypes.DATE, description=f"Last day of the period: {days}"),
        OpenApiParameter("pause_hours", int, description="From when a pause is too long.", default=DEFAULT_PAUSE_HOURS),
        OpenApiParameter("sla", str, description="Code of an SLA."),
        OpenApiParameter("kpi", str, description="Code of a KPI."),
        OpenApiParameter("item", str, description="Key of an SLA item."),
        OpenApiParameter("record_type", str, description="Such as case."),
        *(OpenApiParameter(name, str, description="A code or an id, or none.") for name in dimensions()),
    ]


class ComplianceReportView(APIView):
    """Attainment, times and what hides behind them, for managers and administrators."""

    permission_classes = (ReadAll,)

    @extend_schema(operation_id="reports_compliance", parameters=parameters(), responses=ComplianceSerializer)
    def get(self, request: Request) -> Response:
        now = clock_now()
        question = question_parse(request.query_params.dict(), now=now)
        found = answer(question, now=now)
        groups = [
            {
                "key": group.key,
                "label": group.label,
                "sub": group.sub,
                "figures": group.figures,
                "html_url": request.build_absolute_uri(list_url(group_query(question, group))),
            }
            for group in found.groups
        ]
        body = {
            "group_by": question.group_by,
            "since": question.since,
            "until": question.until,
            "pause_hours": question.pause_hours,
            "groups": groups,
            "total": found.total,
        }
        return Response(ComplianceSerializer(body).data)
