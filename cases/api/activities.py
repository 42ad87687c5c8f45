"""Activities: tasks with a due date, watched by SLAs of their own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from cases import filters, selectors, services
from cases.api.commands import ApplySLASerializer, CompleteSerializer
from cases.api.instances import ActivityDetailSerializer
from cases.api.serializers import ActivityCreateSerializer, ActivitySerializer
from cases.api.tracked import TrackedViewSet
from cases.models import Activity
from sla_project.operations.rest.writes import no_body


@extend_schema(responses=ActivityDetailSerializer)
class ActivityViewSet(TrackedViewSet):
    noun = "activity"
    queryset = Activity.objects.all()
    serializer_class = ActivitySerializer
    filterset_class = filters.ActivityFilter
    ordering_fields = (*TrackedViewSet.ordering_fields, "due_at")

    def get_queryset(self) -> QuerySet[Activity]:
        return selectors.activity_rows()

    def get_serializer_class(self) -> type[BaseSerializer[Any]]:
        return ActivityCreateSerializer if self.action == "create" else ActivitySerializer

    def write_new(self, values: Mapping[str, Any]) -> Any:
        return self.call(services.activity_create, **values)

    def write_changes(self, obj: Activity, values: Mapping[str, Any]) -> None:
        self.call(services.activity_update, activity=obj, **values)

    def remove(self, obj: Activity) -> None:
        self.call(services.activity_delete, activity=obj)

    @extend_schema(responses=ActivitySerializer(many=True))
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """In the order of the queue: the earliest failure time first."""
        return super().list(request, *args, **kwargs)

    @extend_schema(request=CompleteSerializer)
    @action(detail=True, methods=["post"])
    def complete(self, request: Request, pk: str) -> Response:
        return self.command(services.activity_complete, CompleteSerializer)

    @no_body
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str) -> Response:
        return self.command(services.activity_cancel)

    @no_body
    @action(detail=True, methods=["post"])
    def reactivate(self, request: Request, pk: str) -> Response:
        return self.command(services.activity_reactivate)

    @extend_schema(request=ApplySLASerializer)
    @action(detail=True, methods=["post"], url_path="apply-sla")
    def apply_sla(self, request: Request, pk: str) -> Response:
        return self.command(services.activity_apply_sla, ApplySLASerializer)
