"""`/slas/`: an SLA is one document with its items and their actions."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from sla_project.operations.clock import clock_now
from sla_project.operations.requests import user_of
from sla_project.operations.rest import etag_of
from sla_project.operations.rest.writes import no_body
from slas.api.bodies import Types, body_of
from slas.api.bundles import AsCode
from slas.api.publishing import Publishing
from slas.api.sla_documents import (
    READ_ONLY,
    CheckSerializer,
    CloneSerializer,
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


class SLAViewSet(AsCode, Publishing):
    """Reading shows the published version (the draft where there is none); writing writes the draft."""

    queryset = slas()
    serializer_class = SLASerializer
    filterset_class = SLAFilter
    ordering = ("name", "id")
    ordering_fields = ("id", "code", "name", "state", "modified_at")
    etags = True

    def create(self, request: Request) -> Response:
        """A new SLA, all draft. Without items it starts empty."""
        required = ("code", "name", "record_type")
        body = body_of(request, {**NAME_TYPES, **DOCUMENT_TYPES}, required=required, ignored=READ_ONLY)
        document = {key: body.pop(key) for key in KEYS & body.keys()} or None
        sla = services.sla_create(**body, document=document, by=user_of(request), now=clock_now())
        return self.respond(sla, code=status.HTTP_201_CREATED)

    def update(self, request: Request, pk: str) -> Response:
        """Writes the draft and answers with it. The published document, unchanged, makes no draft."""
        return self._write(required=("name", "items"))

    def partial_update(self, request: Request, pk: str) -> Response:
        """Changes the given keys of the draft, or of the published version where there is no draft."""
        return self._write()

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        """409 once records were judged by it: deactivate it instead."""
        services.sla_delete(sla=self.get_checked(must_match=True), by=user_of(request), now=clock_now())
        return Response(status=status.HTTP_204_NO_CONTENT)

    # --- draft and versions ---

    @action(detail=True, filterset_class=None)
    def draft(self, request: Request, pk: str) -> Response:
        """The draft; 404 where there is none."""
        sla = self.get_object()
        if sla.draft is None:
            raise Http404
        return self.respond(sla, draft=True)

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
        sla = self.get_checked(must_match=True)
        revision = sla.draft_revision
        services.sla_discard_draft(sla=sla, expected_revision=revision, by=user_of(request), now=clock_now())
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
    @action(detail=True, filterset_class=None)
    def check(self, request: Request, pk: str) -> Response:
        """What publishing the draft would refuse and doubt."""
        return self._check(self.get_object(), {})

    @extend_schema(request=DocumentSerializer, responses=CheckSerializer)
    @check.mapping.post
    def check_document(self, request: Request, pk: str) -> Response:
        """The same for the draft with these keys changed. Nothing is stored."""
        body = body_of(request, {**NAME_TYPES, **DOCUMENT_TYPES}, ignored=READ_ONLY)
        return self._check(self.get_object(), {key: body[key] for key in KEYS & body.keys()})

    # --- verbs ---

    @no_body
    @action(detail=True, methods=["post"])
    def activate(self, request: Request, pk: str) -> Response:
        return self.respond(services.sla_activate(sla=self.get_checked(), by=user_of(request), now=clock_now()))

    @no_body
    @action(detail=True, methods=["post"])
    def deactivate(self, request: Request, pk: str) -> Response:
        """Never chosen from now on; what it judges already, it judges to the end."""
        return self.respond(services.sla_deactivate(sla=self.get_checked(), by=user_of(request), now=clock_now()))

    @no_body
    @action(detail=True, methods=["post"], url_path="set-default")
    def set_default(self, request: Request, pk: str) -> Response:
        """What applies where nothing else does; one for each record type."""
        return self.respond(services.sla_set_default(sla=self.get_checked(), by=user_of(request), now=clock_now()))

    @no_body
    @action(detail=True, methods=["post"], url_path="clear-default")
    def clear_default(self, request: Request, pk: str) -> Response:
        """Leaves the record type without a default."""
        return self.respond(services.sla_clear_default(sla=self.get_checked(), by=user_of(request), now=clock_now()))

    @extend_schema(request=CloneSerializer, responses={201: SLASerializer})
    @action(detail=True, methods=["post"])
    def clone(self, request: Request, pk: str) -> Response:
        """A new draft with the same document."""
        body = body_of(request, {"code": str, "name": str})
        clone = services.sla_clone(sla=self.get_object(), **body, by=user_of(request), now=clock_now())
        return self.respond(clone, code=status.HTTP_201_CREATED)

    # --- steps ---

    def respond(self, obj: Any, *, code: int = status.HTTP_200_OK, draft: bool = False) -> Response:
        sla = self.get_queryset().get(pk=obj.pk)
        data = SLASerializer(sla, context={**self.get_serializer_context(), "draft": draft}).data
        return Response(data, status=code, headers={"ETag": etag_of(sla)})

    def changed(self, obj: SLA) -> dict[str, Any]:
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
        body = body_of(self.request, {**NAME_TYPES, **DOCUMENT_TYPES}, required=required, ignored=READ_ONLY)
        sla = self.get_checked(must_match=True)
        given = {key: body.pop(key) for key in KEYS & body.keys()}
        document = {**(EMPTY if required else editable_document(sla)), **given}
        by, now, revision = user_of(self.request), clock_now(), sla.draft_revision
        with transaction.atomic():
            if given and (to_draft or not _is_published(sla, document)):
                sla = services.sla_update_draft(sla=sla, document=document, expected_revision=revision, by=by, now=now)
            sla = services.sla_rename(sla=sla, changes=body, by=by, now=now)
        return self.respond(sla, draft=True)


def _is_published(sla: SLA, document: dict[str, Any]) -> bool:
    """What was read and is sent back unchanged: it makes no draft, and takes nobody else's away."""
    if sla.current is None:
        return False
    return document_validate(document, sla.record_type) == published_document(sla)
