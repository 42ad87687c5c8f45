"""What the viewsets of this app share: one document in, one service called, one document out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Model
from rest_framework import mixins, status, viewsets
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from sla_project.accounts.policy import WorkCases
from sla_project.operations.clock import clock_now
from sla_project.operations.rest import check_if_match, etag_of


class DocumentViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Any]):
    """Create, read, update and delete through services; what is updated or deleted is named by its ETag.

    Subclasses say how to `write_new`, `write_changes` and `remove`; `answer` finishes what is shown.
    """

    permission_classes = [WorkCases]
    etags = True
    lookup_value_regex = r"[0-9]{1,18}"
    http_method_names = ["get", "post", "put", "patch", "delete", "head", "options"]

    # --- what subclasses say ---

    def write_new(self, values: Mapping[str, Any], *, now: datetime) -> Model:
        raise AssertionError(f"{type(self).__name__} creates nothing")

    def write_changes(self, obj: Any, values: Mapping[str, Any], *, now: datetime) -> Model:
        raise AssertionError(f"{type(self).__name__} changes nothing")

    def remove(self, obj: Any, *, now: datetime) -> None:
        raise AssertionError(f"{type(self).__name__} removes nothing")

    def document(self, obj: Any) -> Mapping[str, Any]:
        """The answer for one object, read anew."""
        serializer: BaseSerializer[Any] = self.get_serializer(self.get_queryset().get(pk=obj.pk))
        return serializer.data

    # --- the operations ---

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.answer(self.get_object())

    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        obj = self.write_new(self.read(request), now=clock_now())
        return self.answer(obj, status=status.HTTP_201_CREATED)

    def update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        obj = self.get_object()
        with self.holding(obj):
            self.check_version(obj)
            values = self.read(request, instance=obj, partial=bool(kwargs.get("partial", False)))
            self.write_changes(obj, values, now=clock_now())
        return self.answer(obj)

    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.update(request, *args, **kwargs, partial=True)

    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        obj = self.get_object()
        with self.holding(obj):
            self.check_version(obj)
            self.remove(obj, now=clock_now())
        return Response(status=status.HTTP_204_NO_CONTENT)

    @contextmanager
    def holding(self, obj: Any) -> Iterator[None]:
        """Between comparing the ETag and writing, nobody else writes this row."""
        with transaction.atomic():
            type(obj)._default_manager.select_for_update().get(pk=obj.pk)
            obj.refresh_from_db()
            yield

    def check_version(self, obj: Any) -> None:
        check_if_match(self.request, etag_of(obj), changed=self.document(obj))

    # --- in and out ---

    def read(self, request: Request, *, instance: Any = None, partial: bool = False) -> Mapping[str, Any]:
        """The checked body. Raises ValidationError, which becomes a problem with pointers."""
        serializer: BaseSerializer[Any] = self.get_serializer(instance, data=request.data, partial=partial)
        serializer.is_valid(raise_exception=True)
        values: Mapping[str, Any] = serializer.validated_data
        return values

    def answer(self, obj: Any, *, status: int = status.HTTP_200_OK) -> Response:
        obj.refresh_from_db()
        return Response(self.document(obj), status=status, headers={"ETag": etag_of(obj)})
