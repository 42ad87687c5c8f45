"""`jobs/` and `audit-entries/`."""

from __future__ import annotations

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from rest_framework import mixins, serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from sla_project.accounts.policy import ReadAll
from sla_project.operations.clock import clock_now
from sla_project.operations.filter_fields import MomentFilter
from sla_project.operations.jobs import job_retry
from sla_project.operations.models import AuditEntry, Job
from sla_project.operations.requests import user_of
from sla_project.operations.rest.routers import ConsoleRouter
from sla_project.operations.rest.writes import no_body
from sla_project.operations.selectors import job_words, jobs_visible_to


class JobSerializer(serializers.ModelSerializer[Job]):
    title = serializers.SerializerMethodField(help_text="What it does, in words.")
    html_url = serializers.HyperlinkedIdentityField("operations:job_detail", read_only=True)
    result = serializers.DictField(child=serializers.IntegerField(), help_text="What came of the items, as counts.")

    class Meta:
        model = Job
        fields = [
            "id",
            "html_url",
            "kind",
            "title",
            "state",
            "done",
            "failed",
            "total",
            "result",
            "failures",
            "error",
            "created_at",
            "started_at",
            "finished_at",
        ]
        read_only_fields = fields

    def get_title(self, job: Job) -> str:
        return job_words(job).title


class JobViewSet(mixins.RetrieveModelMixin, mixins.ListModelMixin, viewsets.GenericViewSet[Job]):
    """Long pieces of work: your own, or all of them for those who read everything."""

    serializer_class = JobSerializer
    queryset = Job.objects.all()
    lookup_value_regex = "[0-9a-f-]{1,36}"
    filterset_fields = ["kind", "state"]
    ordering = "-created_at"

    def get_queryset(self) -> QuerySet[Job]:
        return jobs_visible_to(self.request.user)

    @no_body
    @action(detail=True, methods=["post"])
    def retry(self, request: Request, pk: str) -> Response:
        """Goes on with a job that was given up, from where it stopped."""
        job = job_retry(job=self.get_object(), by=user_of(request), now=clock_now())
        return Response(self.get_serializer(job).data)


class AuditEntrySerializer(serializers.ModelSerializer[AuditEntry]):
    by = serializers.CharField(source="by.email", default=None, allow_null=True, help_text="Null: the system.")
    before = serializers.DictField(allow_null=True, help_text="Fields by name; null if there was nothing.")
    after = serializers.DictField(allow_null=True, help_text="Fields by name; null if nothing is left.")

    class Meta:
        model = AuditEntry
        fields = [
            "id",
            "at",
            "by",
            "action",
            "object_type",
            "object_id",
            "object_label",
            "before",
            "after",
            "reason",
        ]
        read_only_fields = fields


class AuditEntryFilter(filters.FilterSet):
    by = filters.CharFilter(field_name="by__email", lookup_expr="iexact")
    at_after = MomentFilter("at", lookup_expr="gte")
    at_before = MomentFilter("at", lookup_expr="lte")

    class Meta:
        model = AuditEntry
        fields = ["action", "object_type", "object_id", "by"]


class AuditEntryViewSet(mixins.RetrieveModelMixin, mixins.ListModelMixin, viewsets.GenericViewSet[AuditEntry]):
    """Who changed what. For managers and administrators."""

    permission_classes = [ReadAll]
    serializer_class = AuditEntrySerializer
    queryset = AuditEntry.objects.select_related("by")
    filterset_class = AuditEntryFilter


def register(router: ConsoleRouter) -> None:
    router.register("jobs", JobViewSet)
    router.register("audit-entries", AuditEntryViewSet)
