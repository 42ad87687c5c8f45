"""`/actions/`: reusable actions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from actions import lookups, selectors, services
from actions.filters import ActionFilter
from actions.models import Action
from actions.previews import reusable_preview
from actions.services.actions import NAME_LIMIT
from sla_project.accounts.policy import Ask, Configure
from sla_project.operations.rest.documents import DocumentViewSet
from sla_project.operations.rest.strict import ACTIVATION, CODE_HELP, CloneSerializer, KnownKeysOnly, arguments_of
from sla_project.operations.rest.writes import no_body


class ActionSerializer(KnownKeysOnly, serializers.ModelSerializer[Action]):
    ways = ACTIVATION

    code = serializers.CharField(help_text=CODE_HELP)
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


class ActionPreviewRequestSerializer(KnownKeysOnly):
    record = serializers.CharField(
        required=False, max_length=60, allow_blank=True, help_text="The number of a record; empty: sample values."
    )


class ActionPreviewSerializer(serializers.Serializer[Any]):
    words = serializers.CharField()
    role = serializers.CharField(help_text="For a mail: owner, team, lead, contact or address:…")
    recipient = serializers.CharField(help_text="Who that is now; empty where it is nobody.")
    subject = serializers.CharField()


class ActionViewSet(DocumentViewSet):
    """Actions that many SLA items share; everybody reads, administrators write. A new one is inactive, and an active
    one cannot be deleted."""

    permission_classes = (Configure,)
    noun = "action"
    queryset = selectors.actions_list()
    serializer_class = ActionSerializer
    filterset_class = ActionFilter
    ordering = ("name", "id")
    ordering_fields = ("id", "code", "name", "state", "modified_at")

    @lookups.read_together()
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().list(request, *args, **kwargs)

    def write_new(self, values: Mapping[str, Any]) -> Any:
        return self.call(services.action_create, **values)

    def write_changes(self, obj: Action, values: Mapping[str, Any]) -> None:
        self.call(services.action_update, action=obj, changes=values)

    def remove(self, obj: Action) -> None:
        self.call(services.action_delete, action=obj)

    @extend_schema(request=CloneSerializer, responses={201: ActionSerializer})
    @action(detail=True, methods=["post"])
    def clone(self, request: Request, pk: str) -> Response:
        """A new inactive action that does the same."""
        return self.command(services.action_clone, CloneSerializer, status=status.HTTP_201_CREATED)

    @no_body
    @action(detail=True, methods=["post"])
    def activate(self, request: Request, pk: str) -> Response:
        """Offers it to SLA items."""
        return self.command(services.action_activate)

    @no_body
    @action(detail=True, methods=["post"])
    def deactivate(self, request: Request, pk: str) -> Response:
        """Versions that were replaced go on doing what it said. 409 while an active SLA names it."""
        return self.command(services.action_deactivate)

    @extend_schema(request=ActionPreviewRequestSerializer, responses=ActionPreviewSerializer(many=True), filters=False)
    @action(detail=True, methods=["post"], pagination_class=None, permission_classes=(Ask,), etags=False)
    def preview(self, request: Request, pk: str) -> Response:
        """What it would do for a record, and whom its mail would reach. Nothing is written or sent."""
        asked = arguments_of(request, ActionPreviewRequestSerializer)
        runs = reusable_preview(self.get_object(), record=asked.get("record", ""))
        return Response(ActionPreviewSerializer(runs, many=True).data)
