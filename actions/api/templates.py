"""`/email-templates/`."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from actions import selectors, services
from actions.api.serializers import EmailTemplateSerializer, PreviewRequestSerializer, PreviewSerializer
from actions.filters import EmailTemplateFilter
from actions.models import EmailTemplate
from actions.previews import preview_of
from sla_project.accounts.policy import Configure
from sla_project.operations.clock import clock_now
from sla_project.operations.errors import Invalid, Problem
from sla_project.operations.requests import user_of
from sla_project.operations.rest import check_if_match, etag_of
from sla_project.operations.rest.writes import no_body


class EmailTemplateViewSet(mixins.ListModelMixin, GenericViewSet[EmailTemplate]):
    """Texts of mails with placeholders of one record type; everybody reads, administrators write."""

    queryset = selectors.templates_list()
    serializer_class = EmailTemplateSerializer
    permission_classes = (Configure,)
    filterset_class = EmailTemplateFilter
    ordering = ("name", "id")
    ordering_fields = ("id", "code", "name", "state", "modified_at")
    lookup_value_regex = r"[0-9]{1,18}"
    etags = True

    def retrieve(self, request: Request, pk: str) -> Response:
        return self._answer(self.get_object())

    def create(self, request: Request) -> Response:
        """A new, inactive template."""
        values = self._read()
        template = services.email_template_create(**values, by=user_of(request), now=clock_now())
        return self._answer(template, code=status.HTTP_201_CREATED)

    def update(self, request: Request, pk: str) -> Response:
        return self._write(self._read())

    def partial_update(self, request: Request, pk: str) -> Response:
        return self._write(self._read(partial=True))

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        """409 while it is active."""
        template = self._checked()
        services.email_template_delete(
            template=template, by=user_of(request), now=clock_now(), expected=etag_of(template)
        )
        return Response(status=status.HTTP_204_NO_CONTENT)

    @no_body
    @action(detail=True, methods=["post"])
    def activate(self, request: Request, pk: str) -> Response:
        """Offers it to actions."""
        template = self.get_object()
        return self._answer(services.email_template_activate(template=template, by=user_of(request), now=clock_now()))

    @no_body
    @action(detail=True, methods=["post"])
    def deactivate(self, request: Request, pk: str) -> Response:
        """Published SLA versions go on sending its text."""
        template = self.get_object()
        return self._answer(services.email_template_deactivate(template=template, by=user_of(request), now=clock_now()))

    @extend_schema(request=PreviewRequestSerializer, responses=PreviewSerializer)
    @action(detail=True, methods=["post"])
    def preview(self, request: Request, pk: str) -> Response:
        """The mail with sample values; with texts in the body, those instead of the stored ones."""
        template = self.get_object()
        body = PreviewRequestSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        texts = {"subject": template.subject, "body": template.body, **body.validated_data}
        return Response(asdict(preview_of(target_type=template.target_type, **texts)))

    def _read(self, *, partial: bool = False) -> dict[str, Any]:
        serializer = EmailTemplateSerializer(
            data=self.request.data, partial=partial, context=self.get_serializer_context()
        )
        serializer.is_valid(raise_exception=True)
        unknown = sorted(set(self.request.data) - set(serializer.fields))
        if unknown:
            message = _("There is no such key.")
            raise Invalid([Problem(f"/{key[:60]}", "unknown_key", message) for key in unknown[:10]])
        return dict(serializer.validated_data)

    def _write(self, changes: dict[str, Any]) -> Response:
        template = self._checked()
        changed = services.email_template_update(
            template=template,
            changes=changes,
            by=user_of(self.request),
            now=clock_now(),
            expected=etag_of(template),
        )
        return self._answer(changed)

    def _checked(self) -> EmailTemplate:
        """The row that the request names by its ETag: 428 without one, 412 for another."""
        template = self.get_object()
        check_if_match(self.request, etag_of(template), changed=dict(self.get_serializer(template).data))
        return template

    def _answer(self, template: EmailTemplate, *, code: int = status.HTTP_200_OK) -> Response:
        fresh = self.get_queryset().get(pk=template.pk)
        return Response(self.get_serializer(fresh).data, status=code, headers={"ETag": etag_of(fresh)})
