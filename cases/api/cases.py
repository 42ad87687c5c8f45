"""Cases: the record, its commands, and the door for other systems' numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from cases import filters, selectors, services
from cases.api.commands import (
    ApplySLASerializer,
    AssignSerializer,
    ErasedSerializer,
    EraseSerializer,
    HoldSerializer,
    MergeSerializer,
    ReactivateSerializer,
    ReplySerializer,
    ResolveSerializer,
)
from cases.api.instances import CaseDetailSerializer
from cases.api.serializers import ActivitySerializer, CaseCreateSerializer, CaseSerializer
from cases.api.tracked import TrackedViewSet
from cases.choices import Channel
from cases.models import Case
from sla_project.accounts.policy import Configure
from sla_project.operations.errors import Invalid, Problem
from sla_project.operations.rest.strict import arguments_of
from sla_project.operations.rest.writes import no_body
from slas.models import TrackedRecord
from slas.selectors.clocks.instances import record_of
from slas.services.flow.choosing import is_chosen

EXTERNAL = [
    OpenApiParameter("source", str, OpenApiParameter.PATH, description="The other system's name."),
    OpenApiParameter("number", str, OpenApiParameter.PATH, description="The case's number there; it may have slashes."),
]


@extend_schema(responses=CaseDetailSerializer)
class CaseViewSet(TrackedViewSet):
    noun = "case"
    queryset = Case.objects.all()
    serializer_class = CaseSerializer
    filterset_class = filters.CaseFilter

    def get_queryset(self) -> QuerySet[Case]:
        return selectors.case_rows()

    def get_serializer_class(self) -> type[BaseSerializer[Any]]:
        return CaseCreateSerializer if self.action == "create" else CaseSerializer

    def write_new(self, values: Mapping[str, Any]) -> Any:
        return self.call(services.case_create, **{"channel": Channel.API.value, **values})

    def write_changes(self, obj: Case, values: Mapping[str, Any]) -> None:
        self.call(services.case_update, case=obj, **values)

    def remove(self, obj: Case) -> None:
        self.call(services.case_delete, case=obj)

    @extend_schema(responses=CaseSerializer(many=True))
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """In the order of the queue: the earliest failure time first. Who reads all of them orders by `id`, whose
        pages all cost the same; who reads what is new since, by `modified_on` from `modified_after`."""
        return super().list(request, *args, **kwargs)

    @extend_schema(request=ResolveSerializer)
    @action(detail=True, methods=["post"])
    def resolve(self, request: Request, pk: str) -> Response:
        """All KPIs are judged as if the case were open, then it is closed (engine.md R25)."""
        return self.command(services.case_resolve, ResolveSerializer)

    @no_body
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str) -> Response:
        return self.command(services.case_cancel)

    @extend_schema(request=ReactivateSerializer)
    @action(detail=True, methods=["post"])
    def reactivate(self, request: Request, pk: str) -> Response:
        return self.command(services.case_reactivate, ReactivateSerializer)

    @extend_schema(request=HoldSerializer)
    @action(detail=True, methods=["post"])
    def hold(self, request: Request, pk: str) -> Response:
        """Gives it a status that pauses timers, and keeps why in its log. A PATCH of `status` to one that does not
        pause lets them run on."""
        return self.command(services.case_hold, HoldSerializer)

    @extend_schema(request=AssignSerializer)
    @action(detail=True, methods=["post"])
    def assign(self, request: Request, pk: str) -> Response:
        return self.command(services.case_assign, AssignSerializer)

    @extend_schema(request=MergeSerializer)
    @action(detail=True, methods=["post"])
    def merge(self, request: Request, pk: str) -> Response:
        """Ends this case as merged; its activities move to the other."""
        return self.command(services.case_merge, MergeSerializer)

    @extend_schema(request=ReplySerializer)
    @action(detail=True, methods=["post"])
    def reply(self, request: Request, pk: str) -> Response:
        """Records an answer, marks the first response as sent, and mails it to the contact, or to the customer where
        there is no contact. Without an address it is recorded only; the activity's `message` says which."""
        values = arguments_of(request, ReplySerializer)
        with self.commanded() as case:
            self.call(services.case_reply, case=case, **values)
        return self.answer(case)

    @extend_schema(request=EraseSerializer, responses=ErasedSerializer)
    @action(detail=True, methods=["post"], permission_classes=[Configure], etags=False)
    def erase(self, request: Request, pk: str) -> Response:
        """Empties what a closed case, or one that was deleted, holds of people: title, texts and contact in the case,
        its activities, their logs and mails. Numbers, times and timers stay. It cannot be undone (engine.md R27)."""
        record = get_object_or_404(TrackedRecord, record_type="case", object_id=pk)
        erased = self.call(services.case_erase, record=record, **arguments_of(request, EraseSerializer))
        return Response(ErasedSerializer({"number": record.number, **asdict(erased)}).data)

    @extend_schema(request=ApplySLASerializer)
    @action(detail=True, methods=["post"], url_path="apply-sla")
    def apply_sla(self, request: Request, pk: str) -> Response:
        return self.command(services.case_apply_sla, ApplySLASerializer)

    @extend_schema(responses=ActivitySerializer(many=True), filters=False)
    @action(detail=True, filterset_class=None, ordering_fields=("id", "created_on", "due_at"), ordering="-id")
    def activities(self, request: Request, pk: str) -> Response:
        rows = selectors.activity_rows().filter(case=self.get_object())
        return self.rows(rows, ActivitySerializer)

    # --- by the number that another system gave it ---

    @extend_schema(parameters=EXTERNAL, filters=False)
    @action(
        detail=False,
        url_path=r"by-external-id/(?P<source>[^/]{1,40})/(?P<number>.{1,100})",
        url_name="by-external-id",
        pagination_class=None,
        filterset_class=None,
        etags=False,
    )
    def by_external_id(self, request: Request, source: str, number: str) -> Response:
        return self.answer(get_object_or_404(Case, source=source, external_number=number))

    @extend_schema(
        parameters=EXTERNAL,
        request=CaseCreateSerializer,
        responses={200: CaseDetailSerializer, 201: CaseDetailSerializer},
    )
    @by_external_id.mapping.put
    def put_by_external_id(self, request: Request, source: str, number: str) -> Response:
        """Creates the case or updates it: what the body does not name stays. No ETag is needed. The SLA of a case
        that is there is changed by `apply-sla/` only."""
        named = Case.objects.filter(source=source, external_number=number)
        case = named.first()
        if case is None:
            try:
                return self._put_new({"source": source, "external_number": number})
            except Invalid:
                case = named.first()
                if case is None:
                    raise
        return self._put_changes(case, {"source": source, "external_number": number})

    def _put_new(self, name: Mapping[str, str]) -> Response:
        """Raises Invalid, also where somebody else has made the case meanwhile."""
        body = CaseCreateSerializer(data=self.request.data, context=self.get_serializer_context())
        body.is_valid(raise_exception=True)
        return self.answer(self.write_new({**body.validated_data, **name}), status=status.HTTP_201_CREATED)

    def _put_changes(self, case: Case, name: Mapping[str, str]) -> Response:
        context = self.get_serializer_context()
        body = CaseCreateSerializer(case, data=self.request.data, partial=True, context=context)
        body.is_valid(raise_exception=True)
        values = {**body.validated_data, **name}
        if "sla" in values and not is_chosen(record_of(case), values.pop("sla")):
            raise Invalid([Problem("/sla", "not_changed_here", _("Use apply-sla/ to give the case another SLA."))])
        self.write_changes(case, values)
        return self.answer(case)
