"""`/reports/saved/`: questions to the compliance report with a name, and their weekly mail."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from sla_project.accounts.models import User
from sla_project.accounts.policy import ManageReports
from sla_project.operations.rest.documents import DocumentViewSet
from sla_project.operations.rest.relations import RowField
from sla_project.operations.rest.strict import KnownKeysOnly
from sla_project.operations.rest.writes import no_body
from slas.filters import SavedReportFilter
from slas.models import ReportMailing, SavedReport
from slas.selectors.reports.words import QuestionWords
from slas.services.reports import saved_reports as services


class SavedReportSerializer(KnownKeysOnly, serializers.ModelSerializer[SavedReport]):
    html_url = serializers.HyperlinkedIdentityField("slas:saved_report_detail", read_only=True)
    report_url = serializers.SerializerMethodField(help_text="Where the API answers this question now.")
    words = serializers.SerializerMethodField(help_text="The question in English.")
    query = serializers.DictField(
        child=serializers.CharField(allow_blank=True),
        required=False,
        help_text="The parameters of `reports/compliance/` by name; none asks for its defaults.",
    )
    weekday = serializers.ChoiceField(
        choices=SavedReport.Weekday.choices,
        required=False,
        allow_null=True,
        help_text="When it is mailed every week; null: not.",
    )
    hour = serializers.IntegerField(
        required=False, min_value=0, max_value=23, help_text="Of that day, in the organisation's time zone."
    )
    users = RowField(
        queryset=User.objects.all(), many=True, required=False, help_text="Ids of the people who get the mail."
    )
    addresses = serializers.ListField(
        child=serializers.CharField(max_length=254), required=False, help_text="Addresses that need no account."
    )
    created_by = serializers.CharField(source="created_by.email", read_only=True, default=None, allow_null=True)

    class Meta:
        model = SavedReport
        fields = (
            "id",
            "html_url",
            "report_url",
            "name",
            "query",
            "words",
            "weekday",
            "hour",
            "users",
            "addresses",
            "created_by",
            "created_at",
            "modified_at",
            "next_mail_at",
        )
        read_only_fields = ("id", "created_at", "modified_at", "next_mail_at")

    @extend_schema_field(OpenApiTypes.URI)
    def get_report_url(self, report: SavedReport) -> str:
        return f"{reverse('reports/compliance', request=self.context.get('request'))}?{urlencode(report.query)}"

    def get_words(self, report: SavedReport) -> str:
        words: QuestionWords = self.context.get("words") or QuestionWords([report.query])
        return words.of(report.query)


class ReportMailingSerializer(serializers.ModelSerializer[ReportMailing]):
    by = serializers.CharField(source="by.email", read_only=True, default=None, allow_null=True)

    class Meta:
        model = ReportMailing
        fields = ("id", "key", "at", "by", "recipients")
        read_only_fields = fields
        extra_kwargs = {"recipients": {"help_text": "The addresses it went to."}}


class SavedReportViewSet(DocumentViewSet):
    """Managers and administrators read and write them, whoever made them. With a deleted one its weekly mail ends;
    mails that were sent stay in the outbox."""

    permission_classes = (ManageReports,)
    noun = "report"
    queryset = SavedReport.objects.select_related("created_by").prefetch_related("users")
    serializer_class = SavedReportSerializer
    filterset_class = SavedReportFilter
    ordering = ("name", "id")
    ordering_fields = ("id", "name", "next_mail_at", "created_at", "modified_at")

    def etag(self, obj: SavedReport) -> str:
        return services.report_etag(obj)

    def write_new(self, values: Mapping[str, Any]) -> Any:
        return self.call(services.saved_report_create, **values)

    def write_changes(self, obj: SavedReport, values: Mapping[str, Any]) -> None:
        self.call(services.saved_report_update, report=obj, **values)

    def remove(self, obj: SavedReport) -> None:
        self.call(services.saved_report_delete, report=obj)

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        page: Any = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        words = QuestionWords([report.query for report in page])
        context = {**self.get_serializer_context(), "words": words}
        return self.get_paginated_response(SavedReportSerializer(page, many=True, context=context).data)

    @no_body
    @extend_schema(responses=ReportMailingSerializer)
    @action(detail=True, methods=["post"])
    def send(self, request: Request, pk: str) -> Response:
        """Mails it now, beside its weekly mail; 409 if nobody would get it."""
        with self.commanded() as report:
            mailing = self.call(services.saved_report_send, report=report)
        return Response(ReportMailingSerializer(mailing).data)

    @extend_schema(responses=ReportMailingSerializer(many=True), filters=False)
    @action(detail=True, filterset_class=None, ordering_fields=("id",), ordering="-id")
    def mailings(self, request: Request, pk: str) -> Response:
        """When it was mailed, why and to whom, the latest first."""
        page: Any = self.paginate_queryset(self.get_object().mailings.select_related("by"))
        return self.get_paginated_response(ReportMailingSerializer(page, many=True).data)
