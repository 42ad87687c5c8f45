"""`/kpi-instances/`: the clocks, what happened to them and why."""

from __future__ import annotations

from typing import Any, cast

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ReadOnlyModelViewSet

from sla_project.accounts.policy import AdjustTimers, Configure
from sla_project.operations.clock import clock_now
from sla_project.operations.errors import Invalid, Problem
from sla_project.operations.problems import REASON_LIMIT
from sla_project.operations.requests import user_of
from sla_project.operations.rest.dry_run import can_dry_run, rolled_back_if_dry
from slas import records
from slas.api.bodies import body_of
from slas.api.durations import DurationField
from slas.domain.durations import Duration, DurationError
from slas.filters import KPIInstanceFilter
from slas.models import KPIEvent, KPIInstance, RecordChange
from slas.selectors.clocks.explanations import explain_record
from slas.selectors.clocks.instance_lists import kpi_instances, status_now
from slas.selectors.clocks.instances import record_view
from slas.selectors.clocks.timers import Timers
from slas.services.clocks import adjusting


class RecordReferenceSerializer(serializers.Serializer[Any]):
    """The record that the clock runs for. `id` is the record's own."""

    type = serializers.CharField(source="record_type")
    id = serializers.IntegerField(source="object_id")
    number = serializers.CharField()
    label = serializers.CharField()
    lifecycle = serializers.CharField()
    html_url = serializers.SerializerMethodField()
    is_updating = serializers.BooleanField(source="is_waiting", help_text="A change waits to be judged.")

    @extend_schema_field(OpenApiTypes.URI)
    def get_html_url(self, record: Any) -> str:
        path = records.get(record.record_type).url(record.object_id)
        request = self.context.get("request")
        return request.build_absolute_uri(path) if request else path


class WarningSecondsSerializer(serializers.Serializer[Any]):
    key = serializers.CharField()
    seconds = serializers.FloatField()


class WorkingSecondsSerializer(serializers.Serializer[Any]):
    warnings = WarningSecondsSerializer(many=True)
    failure = serializers.FloatField()


class KPIInstanceSerializer(serializers.ModelSerializer[KPIInstance]):
    html_url = serializers.HyperlinkedIdentityField("slas:kpi_instance_detail", read_only=True)
    record = RecordReferenceSerializer()
    kpi = serializers.CharField(source="kpi.code")
    kpi_name = serializers.CharField(source="kpi.name")
    sla = serializers.CharField(source="sla.code")
    sla_name = serializers.CharField(source="sla.name")
    sla_version = serializers.IntegerField(source="sla_version.number")
    schedule_version = serializers.SerializerMethodField()
    status = serializers.SerializerMethodField(help_text="As it is now, whether or not a worker runs.")
    working_seconds = serializers.SerializerMethodField(help_text="What the clock allows.")
    remaining_seconds = serializers.SerializerMethodField(
        help_text="Working seconds until the failure time; null once it has ended."
    )
    server_time = serializers.SerializerMethodField()

    class Meta:
        model = KPIInstance
        fields = (
            "id",
            "html_url",
            "number",
            "record",
            "kpi",
            "kpi_name",
            "sla",
            "sla_name",
            "sla_version",
            "item_key",
            "item_name",
            "round",
            "previous",
            "is_current",
            "status",
            "started_at",
            "applicable_from_value",
            "schedule_version",
            "working_seconds",
            "remaining_seconds",
            "warning_at",
            "failure_at",
            "nearing_at",
            "paused_on",
            "held_seconds",
            "ended_at",
            "end_reason",
            "late_success_at",
            "depth",
            "server_time",
        )

    def get_status(self, instance: KPIInstance) -> str:
        return str(status_now(instance, self.timers.now))

    def get_schedule_version(self, instance: KPIInstance) -> int | None:
        """Id of the schedule version; null runs around the clock."""
        return instance.schedule_version_id

    @extend_schema_field(WorkingSecondsSerializer)
    def get_working_seconds(self, instance: KPIInstance) -> dict[str, Any]:
        warnings = [{"key": key, "seconds": seconds} for key, seconds in instance.terms["warnings"]]
        return {"warnings": warnings, "failure": instance.terms["failure"]}

    def get_remaining_seconds(self, instance: KPIInstance) -> float | None:
        return self.timers.of(instance).remaining

    @extend_schema_field(OpenApiTypes.DATETIME)
    def get_server_time(self, instance: KPIInstance) -> str:
        return str(serializers.DateTimeField().to_representation(self.timers.now))

    @property
    def timers(self) -> Timers:
        """One moment and one memory of schedules for the whole answer."""
        context = cast("dict[str, Any]", self.context)
        if "timers" not in context:
            context["timers"] = Timers(clock_now())
        return cast(Timers, context["timers"])


class KPIInstanceNowSerializer(KPIInstanceSerializer):
    """As changes that no worker has judged yet make it; `id` and `html_url` are null while it is not stored."""

    id = serializers.IntegerField(read_only=True, allow_null=True)
    html_url = serializers.HyperlinkedIdentityField("slas:kpi_instance_detail", read_only=True, allow_null=True)


class KPIEventSerializer(serializers.ModelSerializer[KPIEvent]):
    class Meta:
        model = KPIEvent
        fields = ("id", "number", "kind", "at", "due_at", "recorded_at", "reason", "moment", "data", "depth")


class LeafExplainedSerializer(serializers.Serializer[Any]):
    sentence = serializers.CharField()
    actual = serializers.CharField(help_text="The record's value, in words.")
    result = serializers.BooleanField()


class ItemExplainedSerializer(serializers.Serializer[Any]):
    key = serializers.CharField()
    name = serializers.CharField()
    kpi = serializers.CharField()
    outcome = serializers.CharField(help_text="won, not_needed, not_met or no_start.")
    sentence = serializers.CharField()
    leaves = LeafExplainedSerializer(many=True)
    start_field = serializers.CharField()


class ExplanationSerializer(serializers.Serializer[Any]):
    """Why the record has the timers that it has."""

    sla = serializers.CharField(source="sla.code", default=None, allow_null=True)
    version = serializers.IntegerField(allow_null=True)
    source = serializers.CharField(help_text="Who chose the SLA.")
    items = ItemExplainedSerializer(many=True)


class RecalculateSerializer(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=REASON_LIMIT)


class ExtendSerializer(RecalculateSerializer):
    length = DurationField(help_text="Working time to add. Business days count from the present failure time.")


class KPIInstanceViewSet(ReadOnlyModelViewSet[Any]):
    """One clock of one KPI on one record. Records decide and the engine judges; people may adjust a clock, with a
    reason."""

    permission_classes = (Configure,)
    queryset = kpi_instances()
    serializer_class = KPIInstanceSerializer
    filterset_class = KPIInstanceFilter
    ordering = ("-id",)
    ordering_fields = ("id", "failure_at", "warning_at", "started_at", "ended_at")

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """As it is now: changes and times that no worker has judged yet count (engine.md R33)."""
        stored = self.get_object()
        timers = Timers(clock_now())
        view = record_view(stored.record, timers.now)
        folded = {instance.pk: instance for instance in (*view.earlier, *view.instances)}
        return self._respond(folded.get(stored.pk, stored), timers)

    @extend_schema(responses=KPIEventSerializer(many=True), filters=False)
    @action(detail=True, filterset_class=None, ordering=("number",), ordering_fields=())
    def events(self, request: Request, pk: str) -> Response:
        """Every transition, oldest first, with the computed time and when it was recorded."""
        page = self.paginate_queryset(self.get_object().events.all())
        return self.get_paginated_response(KPIEventSerializer(page, many=True).data)

    @extend_schema(responses=ExplanationSerializer, filters=False)
    @action(detail=True, filterset_class=None)
    def explanation(self, request: Request, pk: str) -> Response:
        """For every item of the record's SLA: does it apply, and which values decided."""
        record = self.get_object().record
        return Response(ExplanationSerializer(explain_record(record_view(record, clock_now()))).data)

    # --- verbs ---

    @can_dry_run
    @extend_schema(request=RecalculateSerializer, responses=KPIInstanceNowSerializer)
    @action(detail=True, methods=["post"], permission_classes=(AdjustTimers,))
    def recalculate(self, request: Request, pk: str) -> Response:
        """Judges the KPI anew, by the hours in force now. Answers with the clock that counts then, which may be a new
        one (with `id` null while no worker has stored it)."""
        body = body_of(request, {"reason": str}, required=("reason",))
        return self._adjust(adjusting.instance_recalculate, body)

    @can_dry_run
    @extend_schema(request=ExtendSerializer, responses=KPIInstanceNowSerializer)
    @action(detail=True, methods=["post"], permission_classes=(AdjustTimers,))
    def extend(self, request: Request, pk: str) -> Response:
        """Gives a running clock more working time; warnings stay where they are. The time is kept by whatever clock
        replaces it under this SLA."""
        body = body_of(request, {"length": dict, "reason": str}, required=("length", "reason"))
        try:
            length = Duration.parse_document(body["length"])
        except DurationError as error:
            raise Invalid([Problem("/length", error.code, str(error))]) from None
        return self._adjust(adjusting.instance_extend, {**body, "length": length})

    def _adjust(self, service: Any, values: dict[str, Any]) -> Response:
        """Answers with the KPI's clock as it is then."""
        stored = self.get_object()
        timers = Timers(clock_now())
        with rolled_back_if_dry(self.request):
            service(
                instance=stored,
                by=user_of(self.request),
                source=RecordChange.Source.API,
                now=timers.now,
                **values,
            )
            stored.record.refresh_from_db()
            view = record_view(stored.record, clock_now())
            current = next(each for each in view.instances if each.kpi_id == stored.kpi_id)
            return self._respond(current, timers)

    def _respond(self, instance: KPIInstance, timers: Timers) -> Response:
        context = {**self.get_serializer_context(), "timers": timers}
        return Response(KPIInstanceSerializer(instance, context=context).data)
