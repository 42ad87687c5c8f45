"""`/kpis/`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from sla_project.operations.rest.strict import ACTIVATION, CloneSerializer
from sla_project.operations.rest.writes import no_body
from slas.api.base import ConfigurationViewSet
from slas.api.bodies import Types
from slas.api.policy.sla_documents import ConditionField
from slas.api.uses import UseSerializer
from slas.filters import KPIFilter
from slas.models import KPI
from slas.selectors.policy.reading import kpis
from slas.selectors.policy.usage import uses_of_kpi
from slas.services.policy import kpis as services

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
    ways = ACTIVATION

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

    noun = "kpi"
    types = TYPES
    required = ("code", "name", "record_type", "applicable_from")
    read_only = READ_ONLY
    queryset = kpis()
    serializer_class = KPISerializer
    filterset_class = KPIFilter
    ordering = ("name", "id")
    ordering_fields = ("id", "code", "name", "state", "modified_at")

    def write_new(self, values: Mapping[str, Any]) -> Any:
        return self.call(services.kpi_create, **values)

    def write_changes(self, obj: KPI, values: Mapping[str, Any]) -> None:
        self.call(services.kpi_update, kpi=obj, changes=values)

    def remove(self, obj: KPI) -> None:
        self.call(services.kpi_delete, kpi=obj)

    @no_body
    @action(detail=True, methods=["post"])
    def activate(self, request: Request, pk: str) -> Response:
        return self.command(services.kpi_activate)

    @no_body
    @action(detail=True, methods=["post"])
    def deactivate(self, request: Request, pk: str) -> Response:
        """409 while an active SLA measures it."""
        return self.command(services.kpi_deactivate)

    @extend_schema(request=CloneSerializer, responses={201: KPISerializer})
    @action(detail=True, methods=["post"])
    def clone(self, request: Request, pk: str) -> Response:
        """A new inactive KPI with the same rule."""
        return self.command(services.kpi_clone, CloneSerializer, status=status.HTTP_201_CREATED)

    @extend_schema(responses=UseSerializer(many=True), filters=False)
    @action(detail=True, filterset_class=None, pagination_class=None)
    def usage(self, request: Request, pk: str) -> Response:
        """Which SLAs, versions and items measure it, and how many open timers."""
        return Response(UseSerializer(uses_of_kpi(self.get_object()), many=True).data)
