"""`/reports/saved/`: questions to the compliance report with a name, and their weekly mail."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.viewsets import ReadOnlyModelViewSet

from sla_project.accounts.models import User
from sla_project.accounts.policy import ManageReports
from sla_project.operations.clock import clock_now
from sla_project.operations.errors import Invalid, Problem
from sla_project.operations.requests import user_of
from sla_project.operations.rest import check_if_match
from sla_project.operations.rest.parsers import escape
from sla_project.operations.rest.writes import no_body
from slas.filters import SavedReportFilter
from slas.models import ReportMailing, SavedReport
from slas.selectors.reports.words import QuestionWords
from slas.services import saved_reports as services


class SavedReportSerializer(serializers.ModelSerializer[SavedReport]):
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
    users = serializers.PrimaryKeyRelatedField(
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


class SavedReportViewSet(ReadOnlyModelViewSet[Any]):
    """Managers and administrators read and write them, whoever made them."""

    queryset = SavedReport.objects.select_related("created_by").prefetch_related("users")
    serializer_class = SavedReportSerializer
    permission_classes = (ManageReports,)
    filterset_class = SavedReportFilter
    ordering = ("name", "id")
    ordering_fields = ("id", "name", "next_mail_at", "created_at", "modified_at")
    lookup_value_regex = r"[0-9]{1,18}"
    etags = True

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        page: Any = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        words = QuestionWords([report.query for report in page])
        context = {**self.get_serializer_context(), "words": words}
        return self.get_paginated_response(SavedReportSerializer(page, many=True, context=context).data)

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self._answer(self.get_object())

    def create(self, request: Request) -> Response:
        report = services.saved_report_create(**self._read(), by=user_of(request), now=clock_now())
        return self._answer(report, code=status.HTTP_201_CREATED)

    def update(self, request: Request, pk: str) -> Response:
        return self._write(partial=False)

    def partial_update(self, request: Request, pk: str) -> Response:
        return self._write(partial=True)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        """Its weekly mail ends with it; mails that were sent stay in the outbox."""
        report, etag = self._checked()
        services.saved_report_delete(report=report, by=user_of(request), now=clock_now(), expected=etag)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @no_body
    @extend_schema(responses=ReportMailingSerializer)
    @action(detail=True, methods=["post"])
    def send(self, request: Request, pk: str) -> Response:
        """Mails it now, beside its weekly mail; 409 if nobody would get it."""
        mailing = services.saved_report_send(report=self.get_object(), by=user_of(request), now=clock_now())
        return Response(ReportMailingSerializer(mailing).data)

    @extend_schema(responses=ReportMailingSerializer(many=True), filters=False)
    @action(detail=True, filterset_class=None, ordering_fields=("id",), ordering="-id")
    def mailings(self, request: Request, pk: str) -> Response:
        """When it was mailed, why and to whom, the latest first."""
        page: Any = self.paginate_queryset(self.get_object().mailings.select_related("by"))
        return self.get_paginated_response(ReportMailingSerializer(page, many=True).data)

    def _read(self, *, partial: bool = False) -> dict[str, Any]:
        serializer = self.get_serializer(data=self.request.data, partial=partial)
        serializer.is_valid(raise_exception=True)
        if unknown := sorted(set(self.request.data) - set(SavedReportSerializer.Meta.fields)):
            message = _("There is no such key.")
            raise Invalid([Problem(f"/{escape(key[:60])}", "unknown_key", message) for key in unknown[:10]])
        return dict(serializer.validated_data)

    def _write(self, *, partial: bool) -> Response:
        report, etag = self._checked()
        values = self._read(partial=partial)
        changed = services.saved_report_update(
            report=report, by=user_of(self.request), now=clock_now(), expected=etag, **values
        )
        return self._answer(changed)

    def _checked(self) -> tuple[SavedReport, str]:
        """The report that the request names by its ETag: 428 without one, 412 for another."""
        report = self.get_object()
        etag = services.report_etag(report)
        check_if_match(self.request, etag, changed=dict(self.get_serializer(report).data))
        return report, etag

    def _answer(self, report: SavedReport, *, code: int = status.HTTP_200_OK) -> Response:
        fresh = self.get_queryset().get(pk=report.pk)
        return Response(self.get_serializer(fresh).data, status=code, headers={"ETag": services.report_etag(fresh)})
