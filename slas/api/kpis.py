"""`/kpis/`."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from sla_project.operations.clock import clock_now
from sla_project.operations.requests import user_of
from sla_project.operations.rest.writes import no_body
from slas.api.base import ConfigurationViewSet
from slas.api.bodies import Types, body_of
from slas.api.schedule_serializers import UseSerializer
from slas.api.sla_documents import CloneSerializer, ConditionField
from slas.filters import KPIFilter
from slas.models import KPI
from slas.selectors.policy.reading import kpis
from slas.selectors.policy.usage import uses_of_kpi
from slas.services.policy.kpis import kpi_activate, kpi_clone, kpi_create, kpi_deactivate, kpi_delete, kpi_update

TYPES: Types = {
    "code": str,
    "name": str,
    "description": str,
    "record_type": str,
    "applicable_from": str,
    "pause_override": bool,
    "pause_when": (dict, type(None)),
}
READ_ONLY = ("id", "html_url", "state", "created_at", "modified_at")


class KPISerializer(serializers.ModelSerializer[KPI]):
    html_url = serializers.HyperlinkedIdentityField("slas:kpi_detail", read_only=True)
    pause_when = ConditionField(required=False, allow_null=True, help_text="Conditions; only with pause_override.")

    class Meta:
        model = KPI
        fields = (
            "id",
            "html_url",
            "code",
            "name",
            "description",
            "record_type",
            "applicable_from",
            "pause_override",
            "pause_when",
            "state",
            "created_at",
            "modified_at",
        )
        read_only_fields = READ_ONLY


class KPIViewSet(ConfigurationViewSet):
    """What is measured: an SLA KPI of one record type, inactive until activated."""

    queryset = kpis()
    serializer_class = KPISerializer
    filterset_class = KPIFilter
    ordering = ("name", "id")
    ordering_fields = ("id", "code", "name", "state", "modified_at")

    def create(self, request: Request) -> Response:
        required = ("code", "name", "record_type", "applicable_from")
        body = body_of(request, TYPES, required=required, ignored=READ_ONLY)
        kpi = kpi_create(**body, by=user_of(request), now=clock_now())
        return self.respond(kpi, code=status.HTTP_201_CREATED)

    def update(self, request: Request, pk: str) -> Response:
        required = ("code", "name", "record_type", "applicable_from")
        return self._write(body_of(request, TYPES, required=required, ignored=READ_ONLY))

    def partial_update(self, request: Request, pk: str) -> Response:
        return self._write(body_of(request, TYPES, ignored=READ_ONLY))

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        kpi_delete(kpi=self.get_checked(), by=user_of(request), now=clock_now())
        return Response(status=status.HTTP_204_NO_CONTENT)

    @no_body
    @action(detail=True, methods=["post"])
    def activate(self, request: Request, pk: str) -> Response:
        return self.respond(kpi_activate(kpi=self.get_checked(), by=user_of(request), now=clock_now()))

    @no_body
    @action(detail=True, methods=["post"])
    def deactivate(self, request: Request, pk: str) -> Response:
        """409 while an active SLA measures it."""
        return self.respond(kpi_deactivate(kpi=self.get_checked(), by=user_of(request), now=clock_now()))

    @extend_schema(request=CloneSerializer, responses={201: KPISerializer})
    @action(detail=True, methods=["post"])
    def clone(self, request: Request, pk: str) -> Response:
        """A new inactive KPI with the same rule."""
        body, kpi = body_of(request, {"code": str, "name": str}), self.get_object()
        return self.respond(
            kpi_clone(kpi=kpi, **body, by=user_of(request), now=clock_now()), code=status.HTTP_201_CREATED
        )

    @extend_schema(responses=UseSerializer(many=True), filters=False)
    @action(detail=True, filterset_class=None, pagination_class=None)
    def usage(self, request: Request, pk: str) -> Response:
        """Which SLAs, versions and items measure it, and how many open timers."""
        return Response(UseSerializer(uses_of_kpi(self.get_object()), many=True).data)

    def _write(self, changes: dict[str, Any]) -> Response:
        kpi = self.get_checked()
        return self.respond(kpi_update(kpi=kpi, changes=changes, by=user_of(self.request), now=clock_now()))
