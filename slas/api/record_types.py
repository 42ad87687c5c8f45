"""`/record-types/`: what can be asked about a record, as the registry says it."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from sla_project.accounts.policy import Ask, Configure
from sla_project.operations.clock import clock_now
from sla_project.operations.rest.writes import check_parameters
from slas import records
from slas.api import matching
from slas.api.matching import MatchRequestSerializer, MatchSerializer
from slas.domain.fields import Field, FieldType, Operator
from slas.records import RecordType


class CodeLabelSerializer(serializers.Serializer[Any]):
    code = serializers.CharField()
    label = serializers.CharField()


class RecordFieldSerializer(serializers.Serializer[Any]):
    path = serializers.CharField()
    label = serializers.CharField(help_text="With the relation that the path crosses: Customer › Name.")
    type = serializers.ChoiceField(choices=[one.value for one in FieldType])
    operators = CodeLabelSerializer(many=True)
    choices = CodeLabelSerializer(many=True)
    lookup = serializers.CharField(allow_null=True, help_text="The kind of record that a lookup names by id.")
    volatile = serializers.BooleanField(help_text="Changes often; a poor condition for applicable-when.")
    condition = serializers.BooleanField(help_text="False: kept by the system, so no condition may use it.")


class RecordTypeSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    label = serializers.CharField()
    plural = serializers.CharField()
    lifecycle_field = serializers.CharField()
    pause_field = serializers.CharField(help_text="Its choices are what the pause statuses name.")
    applicable_from = serializers.ListField(child=serializers.CharField(), help_text="Times a KPI may count from.")
    # DRF's metaclass takes declared fields out of the class, so this name is free in the end.
    fields = RecordFieldSerializer(many=True)


@extend_schema_serializer(many=False)
class RecordTypePageSerializer(serializers.Serializer[Any]):
    """All of them on one page, which reads as the pages of other lists do."""

    next = serializers.URLField(allow_null=True, help_text="Always null.")
    previous = serializers.URLField(allow_null=True, help_text="Always null.")
    results = RecordTypeSerializer(many=True)


def represent(record_type: RecordType) -> dict[str, Any]:
    return {
        "name": record_type.name,
        "label": str(record_type.label),
        "plural": str(record_type.plural),
        "lifecycle_field": record_type.lifecycle_field,
        "pause_field": record_type.pause_field,
        "applicable_from": [
            field.path for field in record_type.fields.values() if field.type is FieldType.DATETIME and not field.system
        ],
        "fields": [_field(record_type, field) for field in record_type.fields.values()],
    }


def _field(record_type: RecordType, field: Field) -> dict[str, Any]:
    return {
        "path": field.path,
        "label": record_type.fields.full_label(field.path),
        "type": field.type.value,
        "operators": [_operator(operator, field) for operator in field.operators],
        "choices": [{"code": choice.code, "label": str(choice.label)} for choice in field.choices],
        "lookup": field.lookup,
        "volatile": field.volatile,
        "condition": not field.system,
    }


def _operator(operator: Operator, field: Field) -> dict[str, str]:
    return {"code": operator.value, "label": operator.label_for(field.type)}


class RecordTypeViewSet(ViewSet):
    """Record types that SLAs can watch: fields, types, choices and operators of conditions."""

    permission_classes = (Configure,)
    lookup_field = "name"
    lookup_value_regex = "[a-z_]+"

    @extend_schema(responses=RecordTypePageSerializer)
    def list(self, request: Request) -> Response:
        check_parameters(request, {"limit"})
        results = [represent(record_type) for record_type in records.all()]
        return Response({"next": None, "previous": None, "results": results})

    @extend_schema(
        responses=RecordTypeSerializer,
        parameters=[OpenApiParameter("name", OpenApiTypes.STR, OpenApiParameter.PATH)],
    )
    def retrieve(self, request: Request, name: str) -> Response:
        return Response(represent(self.get_record_type(name)))

    @extend_schema(
        request=MatchRequestSerializer,
        responses=MatchSerializer,
        parameters=[OpenApiParameter("name", OpenApiTypes.STR, OpenApiParameter.PATH)],
    )
    @action(detail=True, methods=["post"], permission_classes=(Ask,))
    def match(self, request: Request, name: str) -> Response:
        """How a condition reads, how many records of the last 30 days it matches, and why a record does or does not."""
        return Response(MatchSerializer(matching.answer(request, self.get_record_type(name), clock_now())).data)

    def get_record_type(self, name: str) -> RecordType:
        try:
            return records.get(name)
        except records.UnknownRecordType:
            raise Http404 from None
