"""`/slas/`: an SLA is one document with its items and their actions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from sla_project.accounts.policy import Ask
from sla_project.operations.clock import clock_now
from sla_project.operations.rest.strict import CloneSerializer
from sla_project.operations.rest.writes import no_body
from slas.api.bodies import Types, body_of
from slas.api.policy.bundles import AsCode
from slas.api.policy.publishing import Publishing
from slas.api.policy.sla_documents import (
    READ_ONLY,
    CheckSerializer,
    DocumentSerializer,
    SLASerializer,
    SLAVersionDocumentSerializer,
    SLAVersionSerializer,
    finding,
)
from slas.filters import SLAFilter
from slas.models import SLA
from slas.selectors.policy.reading import editable_document, published_document, sla_versions, slas
from slas.services.checking.documents import document_check
from slas.services.policy import slas as services
from slas.services.policy.documents import EMPTY, KEYS, document_validate

DOCUMENT_TYPES: Types = {
    "items": list,
    "business_hours": (str, type(None)),
    "reopening": (str, type(None)),
    "recalculate_on_terminal": (bool, type(None)),
}
NAME_TYPES: Types = {"code": str, "name": str, "description": str, "record_type": str}
SHOWING_DRAFTS = {"update", "partial_update", "draft", "draft_update", "draft_partial_update"}
"""The actions whose answer is the draft, if there is one."""


class SLAViewSet(AsCode, Publishing):
    """Reading shows the published version (the draft where there is none); writing writes the draft and answers with
    it. The published document, unchanged, makes no draft. An SLA by which records were judged cannot be deleted (409):
    deactivate it instead."""

    noun = "sla"
    types = {**NAME_TYPES, **DOCUMENT_TYPES}
    required = ("code", "name", "record_type")
    read_only = READ_ONLY
    queryset = slas()
    serializer_class = SLASerializer
    filterset_class = SLAFilter
    ordering = ("name", "id")
    ordering_fields = ("id", "code", "name", "state", "modified_at")

    def write_new(self, values: Mapping[str, Any]) -> Any:
        """All draft. Without items it starts empty."""
        body = dict(values)
        document = {key: body.pop(key) for key in KEYS & body.keys()} or None
        return self.call(services.sla_create, **body, document=document)

    def update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Writes the draft and answers with it. The published document, unchanged, makes no draft."""
        return self._write(required=("name", "items"))

    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Changes the given keys of the draft, or of the published version where there is no draft."""
        return self._write()

    def remove(self, obj: SLA) -> None:
        self.call(services.sla_delete, sla=obj)

    def lock(self, obj: SLA) -> None:
        services.sla_locked(obj)

    # --- draft and versions ---

    @action(detail=True, filterset_class=None)
    def draft(self, request: Request, pk: str) -> Response:
        """The draft; 404 where there is none."""
        sla = self.get_object()
        if sla.draft is None:
            raise Http404
        return self.answer(sla)

    @extend_schema(request=SLASerializer)
    @draft.mapping.put
    def draft_update(self, request: Request, pk: str) -> Response:
        return self._write(required=("items",), to_draft=True)

    @extend_schema(request=SLASerializer)
    @draft.mapping.patch
    def draft_partial_update(self, request: Request, pk: str) -> Response:
        return self._write(to_draft=True)

    @extend_schema(responses={204: None})
    @draft.mapping.delete
    def draft_discard(self, request: Request, pk: str) -> Response:
        """Back to the published version."""
        with self.changing() as sla:
            self.call(services.sla_discard_draft, sla=sla)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(responses=SLAVersionSerializer(many=True), filters=False)
    @action(detail=True, filterset_class=None, ordering=("-number",), ordering_fields=())
    def versions(self, request: Request, pk: str) -> Response:
        """Newest first."""
        page = self.paginate_queryset(sla_versions(self.get_object()))
        return self.get_paginated_response(SLAVersionSerializer(page, many=True).data)

    @extend_schema(
        responses=SLAVersionDocumentSerializer,
        parameters=[OpenApiParameter("number", OpenApiTypes.INT, OpenApiParameter.PATH)],
    )
    @action(detail=True, url_path=r"versions/(?P<number>[0-9]{1,9})", url_name="version")
    def version(self, request: Request, pk: str, number: str) -> Response:
        found = get_object_or_404(sla_versions(self.get_object()), number=number)
        return Response(SLAVersionDocumentSerializer(found).data)

    @extend_schema(responses=CheckSerializer)
    @action(detail=True, filterset_class=None, permission_classes=(Ask,), etags=False)
    def check(self, request: Request, pk: str) -> Response:
        """What publishing the draft would refuse and doubt."""
        return self._check(self.get_object(), {})

    @extend_schema(request=DocumentSerializer, responses=CheckSerializer)
    @check.mapping.post
    def check_document(self, request: Request, pk: str) -> Response:
        """The same for the draft with these keys changed. Nothing is stored."""
        body = self.read(request, partial=True)
        return self._check(self.get_object(), {key: body[key] for key in KEYS & body.keys()})

    # --- verbs ---

    @no_body
    @action(detail=True, methods=["post"])
    def activate(self, request: Request, pk: str) -> Response:
        return self.command(services.sla_activate)

    @no_body
    @action(detail=True, methods=["post"])
    def deactivate(self, request: Request, pk: str) -> Response:
        """Never chosen from now on; what it judges already, it judges to the end."""
        return self.command(services.sla_deactivate)

    @no_body
    @action(detail=True, methods=["post"], url_path="set-default")
    def set_default(self, request: Request, pk: str) -> Response:
        """What applies where nothing else does; one for each record type."""
        return self.command(services.sla_set_default)

    @no_body
    @action(detail=True, methods=["post"], url_path="clear-default")
    def clear_default(self, request: Request, pk: str) -> Response:
        """Leaves the record type without a default."""
        return self.command(services.sla_clear_default)

    @extend_schema(request=CloneSerializer, responses={201: SLASerializer})
    @action(detail=True, methods=["post"])
    def clone(self, request: Request, pk: str) -> Response:
        """A new draft with the same document."""
        return self.command(services.sla_clone, CloneSerializer, status=status.HTTP_201_CREATED)

    # --- steps ---

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "draft": self.action in SHOWING_DRAFTS}

    def changed(self, obj: SLA) -> Mapping[str, Any]:
        return {"version": obj.current.number if obj.current else None, "document": editable_document(obj)}

    def _check(self, sla: SLA, changes: dict[str, Any]) -> Response:
        result = document_check({**editable_document(sla), **changes}, record_type=sla.record_type, now=clock_now())
        return Response(
            {
                "can_publish": result.can_publish,
                "refusals": [finding(problem) for problem in result.refusals],
                "warnings": [finding(problem) for problem in result.warnings],
            }
        )

    def _write(self, *, required: tuple[str, ...] = (), to_draft: bool = False) -> Response:
        with self.changing() as sla:
            self.check_only_shown(sla)
            body = body_of(self.request, self.types, required=required, ignored=READ_ONLY)
            given = {key: body.pop(key) for key in KEYS & body.keys()}
            document = {**(EMPTY if required else editable_document(sla)), **given}
            if given and (to_draft or not _is_published(sla, document)):
                self.call(services.sla_update_draft, sla=sla, document=document, expected_revision=None)
            self.call(services.sla_rename, sla=sla, changes=body)
        return self.answer(sla)


def _is_published(sla: SLA, document: dict[str, Any]) -> bool:
    """What was read and is sent back unchanged: it makes no draft, and takes nobody else's away."""
    if sla.current is None:
        return False
    return document_validate(document, sla.record_type) == published_document(sla)
