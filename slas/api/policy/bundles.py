"""`slas/{id}/export/` and `slas/import/`: SLAs as code, in YAML or JSON."""

from __future__ import annotations

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from sla_project.operations.clock import clock_now
from sla_project.operations.requests import user_of
from sla_project.operations.rest.dry_run import can_dry_run, is_dry_run
from sla_project.operations.rest.flags import flag_of
from sla_project.operations.rest.parsers import StrictJSONParser
from sla_project.operations.rest.writes import takes
from sla_project.operations.rest.yaml import YAMLParser, YAMLRenderer
from slas.api.base import ConfigurationViewSet
from slas.selectors.policy.bundles import sla_bundle
from slas.services.policy.bundles import CHANGED, CREATED, UNCHANGED, bundle_import

DRAFT = OpenApiParameter("draft", OpenApiTypes.BOOL, description="The draft instead of the published version.")


class DifferenceSerializer(serializers.Serializer[Any]):
    place = serializers.CharField(help_text="A pointer in the entry; members of lists by key or date.")
    before = serializers.JSONField()
    after = serializers.JSONField()


class StepSerializer(serializers.Serializer[Any]):
    kind = serializers.CharField(help_text="Such as “kpis”, or “sla”.")
    code = serializers.CharField()
    name = serializers.CharField()
    outcome = serializers.ChoiceField([CREATED, CHANGED, UNCHANGED])
    differences = DifferenceSerializer(many=True)


class ImportSerializer(serializers.Serializer[Any]):
    steps = StepSerializer(many=True)


class AsCode(ConfigurationViewSet):
    """The two actions, for the view set of SLAs."""

    @extend_schema(responses=OpenApiTypes.OBJECT, parameters=[DRAFT])
    @action(detail=True, filterset_class=None, renderer_classes=[YAMLRenderer, JSONRenderer])
    @takes("draft")
    def export(self, request: Request, pk: str) -> Response:
        """The SLA with its KPIs, hours, holidays and mail texts. YAML, or JSON with `Accept: application/json`."""
        return Response(sla_bundle(self.get_object(), draft=flag_of(request, "draft")))

    @can_dry_run
    @extend_schema(request=OpenApiTypes.OBJECT, responses=ImportSerializer)
    @action(detail=False, methods=["post"], url_path="import", parser_classes=[StrictJSONParser, YAMLParser])
    def import_bundle(self, request: Request) -> Response:
        """What `export/` gave, of this or another installation: all or nothing. The SLA becomes a draft."""
        steps = bundle_import(bundle=request.data, by=user_of(request), now=clock_now(), dry_run=is_dry_run(request))
        return Response(ImportSerializer({"steps": steps}).data)
