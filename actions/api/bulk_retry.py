"""`action-runs/retry/`: another try for many runs, as the list's page offers it."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from actions import selectors, services
from actions.models import ActionRun
from actions.services.runs import Retried
from sla_project.operations.clock import clock_now
from sla_project.operations.errors import Invalid, Problem
from sla_project.operations.requests import user_of
from sla_project.operations.rest.dry_run import DRY_RUN, can_dry_run, is_dry_run, rolled_back_if_dry
from sla_project.operations.rest.strict import KnownKeysOnly
from sla_project.operations.rest.writes import reads_filters

LIMIT = selectors.RETRIED_AT_ONCE


class RunIdsSerializer(KnownKeysOnly):
    """Which runs; left out: those that the list's filters find."""

    ids = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=2**63 - 1),
        required=False,
        min_length=1,
        max_length=LIMIT,
        help_text=f"Ids of action runs, at most {LIMIT}. Not together with filters.",
    )


class RetriedSerializer(serializers.Serializer[Any]):
    """What became of one run."""

    run = serializers.IntegerField()
    outcome = serializers.ChoiceField(["retried", "refused"])
    code = serializers.CharField(help_text="Why it was refused: not_retryable, not_found …; else empty.")
    detail = serializers.CharField(help_text="The same in words.")


class BulkRetrySerializer(serializers.Serializer[Any]):
    retried = serializers.IntegerField()
    refused = serializers.IntegerField()
    passed_over = serializers.IntegerField(
        help_text="Found by the filters, in a state that cannot be retried, such as done."
    )
    left_out = serializers.IntegerField(
        help_text=f"Found by the filters beyond the {LIMIT} oldest: ask again for the rest."
    )
    mails = serializers.IntegerField(help_text="Of the retried, those that send a mail.")
    writes = serializers.IntegerField(help_text="Of the retried, those that write to records.")
    waiting = serializers.IntegerField(help_text="Later actions of the same events that they hold back, which follow.")
    results = RetriedSerializer(many=True)


class BulkRetry(GenericViewSet[ActionRun]):
    """The action, for the view set of runs."""

    @can_dry_run
    @reads_filters
    @extend_schema(
        operation_id="action_runs_bulk_retry",
        request=RunIdsSerializer,
        responses=BulkRetrySerializer,
        filters=True,
    )
    @action(detail=False, methods=["post"], url_path="retry", url_name="bulk-retry", pagination_class=None)
    def bulk_retry(self, request: Request) -> Response:
        """Another try for the runs in `ids`, or for those that the list's filters find and that failed, were given up
        or were skipped. Each by itself: one that refuses holds up no other, and says why. `?dry_run=true` says what
        would happen."""
        ids, passed_over, left_out = self._asked(request)
        preview = selectors.retry_preview(ids)
        with rolled_back_if_dry(request):
            done = services.runs_retry(run_ids=ids, by=user_of(request), now=clock_now())
        results = sorted([*map(_result, done), *_missing(ids, done)], key=lambda result: result["run"])
        retried = sum(result["outcome"] == "retried" for result in results)
        body = {
            "retried": retried,
            "refused": len(results) - retried,
            "passed_over": passed_over,
            "left_out": left_out,
            "mails": preview.mails,
            "writes": preview.writes,
            "waiting": preview.waiting,
            "results": results,
        }
        return Response(BulkRetrySerializer(body).data)

    def _asked(self, request: Request) -> tuple[list[int], int, int]:
        """The runs, how many found ones cannot be retried, and how many are left for another time.

        Everything is never asked for by leaving something out, and a filter that does not exist narrows nothing.
        """
        is_dry_run(request)
        body = RunIdsSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        filters = {name for name, value in request.query_params.items() if value and name != DRY_RUN}
        ids = body.validated_data.get("ids")
        if ids is None and not filters:
            raise Invalid([Problem("/ids", "required", _("Name the runs, or filters that find them."))])
        if ids is not None and filters:
            raise Invalid([Problem("/ids", "contradiction", _("Name the runs or filters, not both."))])
        if ids is not None:
            return list(dict.fromkeys(ids)), 0, 0
        found = self.filter_queryset(self.get_queryset())
        able, left_out = selectors.runs_to_retry(found)
        return able, found.exclude(state__in=ActionRun.RETRYABLE).count(), left_out


def _result(one: Retried) -> dict[str, Any]:
    outcome = "refused" if one.problem else "retried"
    return {"run": one.run.pk, "outcome": outcome, "code": one.code, "detail": one.problem}


def _missing(ids: list[int], done: list[Retried]) -> list[dict[str, Any]]:
    found = {one.run.pk for one in done}
    detail = _("There is no such run.")
    return [{"run": pk, "outcome": "refused", "code": "not_found", "detail": detail} for pk in ids if pk not in found]
