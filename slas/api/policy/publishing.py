"""What `slas/{id}/` offers around publishing: publish, republish, diff, forecast, evaluate."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from sla_project.accounts.policy import Ask
from sla_project.operations.api import JobSerializer
from sla_project.operations.clock import clock_now
from sla_project.operations.errors import Invalid, Problem
from sla_project.operations.models import Job
from sla_project.operations.numbers import whole_number
from sla_project.operations.problems import REASON_LIMIT
from sla_project.operations.rest.dry_run import can_dry_run, is_dry_run, rolled_back_if_dry
from sla_project.operations.rest.writes import no_body, takes
from slas.api.base import ConfigurationViewSet
from slas.api.bodies import Types, body_of
from slas.api.policy.sla_documents import SLASerializer
from slas.api.policy.traces import TraceSerializer, trace_document
from slas.models import SLA, SLAVersion
from slas.selectors.forecasts.publications import COUNTS, Forecast, reapplications
from slas.selectors.policy.diffs import DocumentDiff, document_diff
from slas.selectors.policy.reading import authored_document, editable_document
from slas.selectors.policy.sentences import DocumentWords
from slas.services.forecasts.publications import draft_diff, forecast_start, publication_forecast
from slas.services.forecasts.trials import record_find, sla_try
from slas.services.policy.republishing import republication_forecasts, sla_outdated, sla_republish
from slas.services.policy.slas import sla_publish

DRAFT = "draft"
PUBLISH_TYPES: Types = {"reason": str, "reapply": bool, "run_actions": bool}
EVALUATE_TYPES: Types = {"version": (int, str), "record": str, "values": dict, "at": str}
SIDES = [
    OpenApiParameter("from", OpenApiTypes.STR, description="A version's number or “draft”; else the one before `to`."),
    OpenApiParameter(
        "to", OpenApiTypes.STR, description="A version's number or “draft”; else the draft, else the last."
    ),
]


class PublishSerializer(serializers.Serializer[Any]):
    reason = serializers.CharField(required=False, max_length=REASON_LIMIT)
    reapply = serializers.BooleanField(default=False, help_text="Also to the open records of this SLA.")
    run_actions = serializers.BooleanField(
        default=False, help_text="Run the actions of what re-application finds due already."
    )


class FieldChangeSerializer(serializers.Serializer[Any]):
    field = serializers.CharField()
    label = serializers.CharField()
    before = serializers.CharField(allow_blank=True)
    after = serializers.CharField(allow_blank=True)


class ItemDiffSerializer(serializers.Serializer[Any]):
    change = serializers.ChoiceField(["added", "removed", "changed", "moved"])
    key = serializers.CharField()
    name = serializers.CharField()
    before = serializers.IntegerField(allow_null=True, help_text="Place in the order, from 1.")
    after = serializers.IntegerField(allow_null=True)
    is_moved = serializers.BooleanField()
    changes = FieldChangeSerializer(many=True)


class DiffSerializer(serializers.Serializer[Any]):
    """In words; the documents themselves are at `draft/` and `versions/{n}/`."""

    summary = serializers.CharField()
    items = ItemDiffSerializer(many=True)
    terms = FieldChangeSerializer(many=True, help_text="What holds for all items.")


class ForecastSerializer(serializers.Serializer[Any]):
    """What re-applying would do to the open records. Not complete where there are very many: see `forecast/`."""

    total = serializers.IntegerField()
    counted = serializers.IntegerField()
    is_complete = serializers.BooleanField()
    counts = serializers.SerializerMethodField()

    def get_counts(self, forecast: Forecast) -> dict[str, int]:
        return {name: forecast.counts[name] for name in COUNTS}


class PublishedSerializer(SLASerializer):
    """The SLA as it is; with `?dry_run=true` as it would be, with what would change and whom it would reach."""

    diff = DiffSerializer(read_only=True, allow_null=True)
    reapplication = ForecastSerializer(read_only=True, allow_null=True)


class EvaluateSerializer(serializers.Serializer[Any]):
    version = serializers.CharField(required=False, help_text="A number or “draft”; else the draft, else the last.")
    record = serializers.CharField(required=False, help_text="Number of a real record, at its present values.")
    values = serializers.DictField(required=False, help_text="Values by path, in place of those of the record.")
    at = serializers.DateTimeField(required=False, help_text="Judged until then; now, if it is not given.")


NOTHING_FORETOLD: Mapping[str, Any] = {"diff": None, "reapplication": None}
PUBLISHED = {
    200: OpenApiResponse(PublishedSerializer, "The SLA."),
    202: OpenApiResponse(JobSerializer, "The job that re-applies it; its address is in `Location`."),
}


class Publishing(ConfigurationViewSet):
    """These actions, for the view set of SLAs."""

    @can_dry_run
    @extend_schema(request=PublishSerializer, responses=PUBLISHED)
    @action(detail=True, methods=["post"])
    def publish(self, request: Request, pk: str) -> Response:
        """The draft becomes the next version. 400 with what makes it unusable (refusals of `check/`)."""
        body, told = body_of(request, PUBLISH_TYPES), NOTHING_FORETOLD
        with self.commanded() as sla, rolled_back_if_dry(request):
            if is_dry_run(request) and sla.draft is not None:
                told = _told(draft_diff(sla), publication_forecast(sla=sla, now=clock_now()))
            self.call(sla_publish, sla=sla, expected_revision=sla.draft_revision, **body)
            answer = self.answer(sla)
        return self._published(answer, told, sla if body.get("reapply") else None)

    @no_body
    @extend_schema(responses={202: JobSerializer})
    @action(detail=True, methods=["post"])
    def forecast(self, request: Request, pk: str) -> Response:
        """Counts in the background what re-applying the draft would do, where a dry run could not count all."""
        with self.commanded() as sla:
            return self._job(self.call(forecast_start, sla=sla))

    @can_dry_run
    @extend_schema(request=PublishSerializer, responses=PUBLISHED)
    @action(detail=True, methods=["post"])
    def republish(self, request: Request, pk: str) -> Response:
        """The published document once more, with KPIs, texts and settings as they are now. A draft stays.

        409 if nothing would change.
        """
        body, told = body_of(request, PUBLISH_TYPES), NOTHING_FORETOLD
        with self.commanded() as sla, rolled_back_if_dry(request):
            if is_dry_run(request) and (outdated := sla_outdated(sla)) is not None:
                told = _told(outdated.diff, republication_forecasts([outdated], now=clock_now())[sla.pk])
            self.call(sla_republish, sla=sla, **body)
            answer = self.answer(sla)
        return self._published(answer, told, sla if body.get("reapply") else None)

    @extend_schema(responses=DiffSerializer, parameters=SIDES, filters=False)
    @action(detail=True, filterset_class=None)
    @takes("from", "to")
    def diff(self, request: Request, pk: str) -> Response:
        """What differs between two versions, or between a version and the draft."""
        sla = self.get_object()
        after = _side(sla, request.query_params.get("to"), "/to")
        before = _side(sla, request.query_params.get("from") or _before(sla, after), "/from")
        return Response(_diff_data(_compared(sla, before, after)))

    @extend_schema(request=EvaluateSerializer, responses=TraceSerializer)
    @action(detail=True, methods=["post"], permission_classes=(Ask,), etags=False)
    def evaluate(self, request: Request, pk: str) -> Response:
        """What the draft or a version would do with a record or with typed values, and why. Nothing is stored."""
        body, sla, now = body_of(request, EVALUATE_TYPES), self.get_object(), clock_now()
        found = sla_try(
            sla=sla,
            version=_side(sla, body.get("version"), "/version"),
            record=record_find(sla.record_type, body["record"]) if "record" in body else None,
            values=body.get("values"),
            at=_moment(body["at"]) if "at" in body else now,
            now=now,
        )
        return Response(trace_document(found))

    def _published(self, answer: Response, told: Mapping[str, Any], reapplied: SLA | None) -> Response:
        """The SLA, or the job that re-applies it; a dry run has none."""
        answer.data |= told
        if reapplied is None or is_dry_run(self.request):
            return answer
        return self._job(reapplications(reapplied)[0])

    def _job(self, job: Job) -> Response:
        data = JobSerializer(job, context=self.get_serializer_context()).data
        headers = {"Location": reverse("job-detail", args=[job.pk], request=self.request)}
        return Response(data, status=status.HTTP_202_ACCEPTED, headers=headers)


def _told(diff: DocumentDiff, forecast: Forecast) -> Mapping[str, Any]:
    return {"diff": _diff_data(diff), "reapplication": ForecastSerializer(forecast).data}


def _diff_data(diff: DocumentDiff) -> Mapping[str, Any]:
    return DiffSerializer({"summary": diff.summary(), "items": diff.items, "terms": diff.terms}).data


def _side(sla: SLA, asked: object, pointer: str) -> SLAVersion | None:
    """A version; None is the draft. Without a wish the draft, else the last version."""
    if asked is None:
        return None if sla.draft is not None else sla.current
    if asked == DRAFT and sla.draft is not None:
        return None
    number = whole_number(str(asked))
    version = None if number is None else sla.versions.filter(number=number).first()
    if version is None:
        raise Invalid([Problem(pointer, "unknown_version", _("There is no such version."))])
    return version


def _before(sla: SLA, after: SLAVersion | None) -> str | None:
    """What one compares with by itself: the published version, or the one before."""
    if after is None:
        return str(sla.current.number) if sla.current else DRAFT
    return str(max(1, after.number - 1))


def _compared(sla: SLA, before: SLAVersion | None, after: SLAVersion | None) -> DocumentDiff:
    """As frozen where both are; with the draft, as written."""
    words = DocumentWords(sla.record_type)
    if before is not None and after is not None:
        return document_diff(words, before.document, after.document)
    old, new = (authored_document(side) if side is not None else editable_document(sla) for side in (before, after))
    return document_diff(words, old, new)


def _moment(text: str) -> datetime:
    try:
        moment: datetime = serializers.DateTimeField().to_internal_value(text)
    except serializers.ValidationError:
        raise Invalid([Problem("/at", "invalid_time", _("Expected a time such as 2026-12-24T09:00:00Z."))]) from None
    return moment
