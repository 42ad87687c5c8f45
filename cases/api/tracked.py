"""What cases and activities share as tracked records: their timers, their log, the choice of an SLA."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from cases.api.instances import TimerSerializer, timer_documents
from cases.selectors import attach_tracking
from cases.wording import shown_fields
from sla_project.accounts.policy import WorkCases
from sla_project.operations.clock import clock_now
from sla_project.operations.requests import user_of
from sla_project.operations.rest.documents import DocumentViewSet
from slas.models import RecordChange
from slas.selectors.clocks.instances import record_of
from slas.services.flow.changes import record_command
from slas.tracking import TrackedModel

CHANGED = {
    "type": "object",
    "additionalProperties": {
        "type": "object",
        "required": ["old", "new"],
        "properties": {"old": {}, "new": {}},
    },
}


class RecordChangeSerializer(serializers.ModelSerializer[RecordChange]):
    """One row of a record's log: which fields went from what to what, or a choice about its SLA."""

    by = serializers.CharField(source="by.email", read_only=True, default=None, allow_null=True)
    changed = serializers.SerializerMethodField(help_text="Path → old and new value.")

    class Meta:
        model = RecordChange
        fields = ["seq", "at", "recorded_at", "kind", "by", "source", "changed", "data", "depth", "cause"]

    @extend_schema_field(CHANGED)
    def get_changed(self, change: RecordChange) -> dict[str, Any]:
        return {path: {"old": pair[0], "new": pair[1]} for path, pair in shown_fields(change).items()}


class TrackedViewSet(DocumentViewSet):
    """A viewset whose rows are tracked records (`engine.md` R1–R5)."""

    permission_classes = [WorkCases]
    ordering_fields: tuple[str, ...] = ("queue_at", "created_on", "modified_on", "number", "priority", "id")
    ordering = "queue_at"

    def document(self, obj: Any) -> Mapping[str, Any]:
        attach_tracking([obj])
        timers = timer_documents(obj, request=self.request, now=clock_now())
        return {**self.get_serializer(obj).data, "kpi_instances": timers}

    def paginate_queryset(self, queryset: Any) -> Any:
        page = super().paginate_queryset(queryset)
        if page and isinstance(page[0], TrackedModel):
            attach_tracking(page)
        return page

    @contextmanager
    def holding(self, obj: Any) -> Iterator[None]:
        with record_command(by=user_of(self.request), source="api", now=clock_now()) as command:
            try:
                command.lock(obj)
            except ObjectDoesNotExist:
                raise Http404 from None
            yield

    def call(self, service: Callable[..., Any], **values: Any) -> Any:
        return super().call(service, via="api", **values)

    def rows(self, queryset: Any, serializer: type[serializers.BaseSerializer[Any]]) -> Response:
        """A page of rows that belong to this record."""
        page = self.paginate_queryset(queryset)
        return self.get_paginated_response(serializer(page, many=True, context={"request": self.request}).data)

    @extend_schema(responses=TimerSerializer(many=True), filters=False)
    @action(detail=True, url_path="kpi-instances", pagination_class=None, filterset_class=None)
    def kpi_instances(self, request: Request, pk: str) -> Response:
        """Its timers, the present ones and the earlier ones."""
        return Response(timer_documents(self.get_object(), request=request, now=clock_now(), earlier=True))

    @extend_schema(responses=RecordChangeSerializer(many=True), filters=False)
    @action(detail=True, ordering_fields=("seq",), ordering="seq", filterset_class=None)
    def changes(self, request: Request, pk: str) -> Response:
        """Its log, oldest first."""
        record = record_of(self.get_object())
        return self.rows(RecordChange.objects.filter(record=record).select_related("by"), RecordChangeSerializer)
