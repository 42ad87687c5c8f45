"""`/action-runs/` and `/messages/`: what actions did, and the mails they made."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ReadOnlyModelViewSet

from actions import selectors, services
from actions.api.bulk_retry import BulkRetry
from actions.api.serializers import ActionRunSerializer, MessageSerializer
from actions.filters import ActionRunFilter, MessageFilter
from actions.models import Message
from sla_project.accounts.policy import Configure
from sla_project.operations.clock import clock_now
from sla_project.operations.requests import user_of
from sla_project.operations.rest.writes import no_body


class ActionRunViewSet(BulkRetry, ReadOnlyModelViewSet[Any]):
    """One row per action, cause and recipient: waiting, done, skipped with its reason, or given up."""

    queryset = selectors.runs_list().select_related("message")
    serializer_class = ActionRunSerializer
    permission_classes = (Configure,)
    filterset_class = ActionRunFilter
    ordering = ("-id",)
    ordering_fields = ("id", "created_at", "finished_at", "next_try_at")

    @no_body
    @action(detail=True, methods=["post"])
    def retry(self, request: Request, pk: str) -> Response:
        """Another try for one that failed, was given up or was skipped; 409 for any other."""
        run = services.run_retry(run=self.get_object(), by=user_of(request), now=clock_now())
        return Response(self.get_serializer(self.get_queryset().get(pk=run.pk)).data)


class MessageViewSet(ReadOnlyModelViewSet[Any]):
    """The outbox: every mail as it was rendered once, and what each attempt to send it came to. Mails of reports are
    there for managers and administrators only."""

    queryset = Message.objects.all()
    serializer_class = MessageSerializer
    permission_classes = (Configure,)
    filterset_class = MessageFilter
    ordering = ("-id",)
    ordering_fields = ("id", "created_at", "sent_at")

    def get_queryset(self) -> QuerySet[Message]:
        return selectors.messages_visible_to(self.request.user).prefetch_related("delivery_attempts")
