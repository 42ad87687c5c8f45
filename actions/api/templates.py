"""`/email-templates/`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from actions import selectors, services
from actions.api.serializers import EmailTemplateSerializer, PreviewRequestSerializer, PreviewSerializer
from actions.filters import EmailTemplateFilter
from actions.models import EmailTemplate
from actions.previews import preview_of
from sla_project.accounts.policy import Ask, Configure
from sla_project.operations.rest.documents import DocumentViewSet
from sla_project.operations.rest.strict import CloneSerializer, arguments_of
from sla_project.operations.rest.writes import no_body


class EmailTemplateViewSet(DocumentViewSet):
    """Texts of mails with placeholders of one record type; everybody reads, administrators write. A new one is
    inactive, and an active one cannot be deleted."""

    permission_classes = (Configure,)
    noun = "template"
    queryset = selectors.templates_list()
    serializer_class = EmailTemplateSerializer
    filterset_class = EmailTemplateFilter
    ordering = ("name", "id")
    ordering_fields = ("id", "code", "name", "state", "modified_at")

    def write_new(self, values: Mapping[str, Any]) -> Any:
        return self.call(services.email_template_create, **values)

    def write_changes(self, obj: EmailTemplate, values: Mapping[str, Any]) -> None:
        self.call(services.email_template_update, template=obj, changes=values)

    def remove(self, obj: EmailTemplate) -> None:
        self.call(services.email_template_delete, template=obj)

    @extend_schema(request=CloneSerializer, responses={201: EmailTemplateSerializer})
    @action(detail=True, methods=["post"])
    def clone(self, request: Request, pk: str) -> Response:
        """A new inactive template with the same text."""
        return self.command(services.email_template_clone, CloneSerializer, status=status.HTTP_201_CREATED)

    @no_body
    @action(detail=True, methods=["post"])
    def activate(self, request: Request, pk: str) -> Response:
        """Offers it to actions."""
        return self.command(services.email_template_activate)

    @no_body
    @action(detail=True, methods=["post"])
    def deactivate(self, request: Request, pk: str) -> Response:
        """Versions that were replaced go on sending its text. 409 while an active SLA or reusable action names it."""
        return self.command(services.email_template_deactivate)

    @extend_schema(request=PreviewRequestSerializer, responses=PreviewSerializer)
    @action(detail=True, methods=["post"], permission_classes=(Ask,), etags=False)
    def preview(self, request: Request, pk: str) -> Response:
        """The mail with sample values; with texts in the body, those instead of the stored ones."""
        asked, template = arguments_of(request, PreviewRequestSerializer), self.get_object()
        texts = {"subject": template.subject, "body": template.body, **asked}
        return Response(asdict(preview_of(target_type=template.target_type, **texts)))
