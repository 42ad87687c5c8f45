"""`/actions/`: reusable actions."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from actions import lookups, selectors, services
from actions.filters import ActionFilter
from actions.models import Action
from actions.previews import reusable_preview
from actions.services.actions import NAME_LIMIT
from sla_project.accounts.policy import Configure
from sla_project.operations.clock import clock_now
from sla_project.operations.errors import Invalid, Problem
from sla_project.operations.requests import user_of
from sla_project.operations.rest import check_if_match, etag_of
from sla_project.operations.rest.writes import no_body


class ActionSerializer(serializers.ModelSerializer[Action]):
    code = serializers.CharField(max_length=60)
    name = serializers.CharField(max_length=NAME_LIMIT)
    target_type = serializers.CharField(max_length=60, help_text="A record type, such as case.")
    document = serializers.DictField(help_text="One action, as in the document of an SLA.")
    words = serializers.SerializerMethodField(help_text="What it does, in English.")

    class Meta:
        model = Action
        fields = (
            "id",
            "code",
            "name",
            "target_type",
            "document",
            "words",
            "state",
            "created_at",
            "modified_at",
        )
        read_only_fields = ("id", "state", "created_at", "modified_at")

    def get_words(self, action: Action) -> str:
        return services.action_words(action.document, target_type=action.target_type)


class ActionPreviewRequestSerializer(serializers.Serializer[None]):
    record = serializers.CharField(
        required=False, max_length=60, allow_blank=True, help_text="The number of a record; empty: sample values."
    )


class ActionPreviewSerializer(serializers.Serializer[Any]):
    words = serializers.CharField()
    role = serializers.CharField(help_text="For a mail: owner, team, lead, contact or address:…")
    recipient = serializers.CharField(help_text="Who that is now; empty where it is nobody.")
    subject = serializers.CharField()


class ActionViewSet(mixins.ListModelMixin, GenericViewSet[Action]):
    """Actions that many SLA items share; everybody reads, administrators write."""

    queryset = selectors.actions_list()
    serializer_class = ActionSerializer
    permission_classes = (Configure,)
    filterset_class = ActionFilter
    ordering = ("name", "id")
    ordering_fields = ("id", "code", "name", "state", "modified_at")
    lookup_value_regex = r"[0-9]{1,18}"
    etags = True

    @lookups.read_together()
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().list(request, *args, **kwargs)

    def retrieve(self, request: Request, pk: str) -> Response:
        return self._answer(self.get_object())

    def create(self, request: Request) -> Response:
        """A new, inactive action."""
        values = self._read()
        created = services.action_create(**values, by=user_of(request), now=clock_now())
        return self._answer(created, code=status.HTTP_201_CREATED)

    def update(self, request: Request, pk: str) -> Response:
        return self._write(self._read())

    def partial_update(self, request: Request, pk: str) -> Response:
        return self._write(self._read(partial=True))

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        """409 while it is active."""
        found = self._checked()
        services.action_delete(action=found, by=user_of(request), now=clock_now(), expected=etag_of(found))
        return Response(status=status.HTTP_204_NO_CONTENT)

    @no_body
    @action(detail=True, methods=["post"])
    def activate(self, request: Request, pk: str) -> Response:
        """Offers it to SLA items."""
        return self._answer(services.action_activate(action=self.get_object(), by=user_of(request), now=clock_now()))

    @no_body
    @action(detail=True, methods=["post"])
    def deactivate(self, request: Request, pk: str) -> Response:
        """Published SLA versions go on doing what it said."""
        return self._answer(services.action_deactivate(action=self.get_object(), by=user_of(request), now=clock_now()))

    @extend_schema(request=ActionPreviewRequestSerializer, responses=ActionPreviewSerializer(many=True), filters=False)
    @action(detail=True, methods=["post"], pagination_class=None)
    def preview(self, request: Request, pk: str) -> Response:
        """What it would do for a record, and whom its mail would reach. Nothing is written or sent."""
        found = self.get_object()
        body = ActionPreviewRequestSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        runs = reusable_preview(found, record=body.validated_data.get("record", ""))
        return Response(ActionPreviewSerializer(runs, many=True).data)

    def _read(self, *, partial: bool = False) -> dict[str, Any]:
        serializer = ActionSerializer(data=self.request.data, partial=partial, context=self.get_serializer_context())
        serializer.is_valid(raise_exception=True)
        unknown = sorted(set(self.request.data) - set(serializer.fields))
        if unknown:
            message = _("There is no such key.")
            raise Invalid([Problem(f"/{key[:60]}", "unknown_key", message) for key in unknown[:10]])
        return dict(serializer.validated_data)

    def _write(self, changes: dict[str, Any]) -> Response:
        found = self._checked()
        changed = services.action_update(
            action=found, changes=changes, by=user_of(self.request), now=clock_now(), expected=etag_of(found)
        )
        return self._answer(changed)

    def _checked(self) -> Action:
        """The row that the request names by its ETag: 428 without one, 412 for another."""
        found = self.get_object()
        check_if_match(self.request, etag_of(found), changed=dict(self.get_serializer(found).data))
        return found

    def _answer(self, found: Action, *, code: int = status.HTTP_200_OK) -> Response:
        fresh = self.get_queryset().get(pk=found.pk)
        return Response(self.get_serializer(fresh).data, status=code, headers={"ETag": etag_of(fresh)})
