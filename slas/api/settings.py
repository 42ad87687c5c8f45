"""`/settings/`: what holds for the whole organisation."""

from __future__ import annotations

from django.db import transaction
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from sla_project.operations.clock import clock_now
from sla_project.operations.etags import etag_of
from sla_project.operations.models import OrganisationSettings
from sla_project.operations.requests import user_of
from sla_project.operations.rest import check_if_match
from sla_project.operations.rest.strict import KnownKeysOnly
from sla_project.operations.selectors import settings_get
from sla_project.operations.services import settings_locked
from slas.services.policy.settings import service_settings_update


class OrganisationSettingsSerializer(KnownKeysOnly, serializers.ModelSerializer[OrganisationSettings]):
    disabled_record_types = serializers.ListField(
        child=serializers.CharField(),
        required=False,
        help_text="Record types for which no SLA is chosen and no timer starts.",
    )
    pause_statuses = serializers.DictField(
        child=serializers.ListField(child=serializers.CharField()),
        help_text="Status codes that pause timers, by record type.",
    )

    class Meta:
        model = OrganisationSettings
        fields = [
            "name",
            "time_zone",
            "slas_disabled",
            "disabled_record_types",
            "recalculate_on_terminal",
            "apply_sla_after_manual_override",
            "reopening",
            "pause_statuses",
            "apply_entitlement_on_create",
            "apply_entitlement_on_update",
        ]


class SettingsView(APIView):
    """The settings of the whole organisation. Changing them needs the ETag that was read."""

    etags = True

    @extend_schema(responses=OrganisationSettingsSerializer)
    def get(self, request: Request) -> Response:
        return self._answer(settings_get())

    @extend_schema(request=OrganisationSettingsSerializer, responses=OrganisationSettingsSerializer)
    def patch(self, request: Request) -> Response:
        with transaction.atomic():
            row = settings_locked()
            check_if_match(request, etag_of(row))
            serializer = OrganisationSettingsSerializer(row, data=request.data, partial=True)
            serializer.is_valid(raise_exception=True)
            changes = serializer.validated_data
            row = service_settings_update(changes=changes, by=user_of(request), now=clock_now())
        return self._answer(row)

    @staticmethod
    def _answer(row: OrganisationSettings) -> Response:
        return Response(OrganisationSettingsSerializer(row).data, headers={"ETag": etag_of(row)})
