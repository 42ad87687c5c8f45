"""What the viewsets of documents share: one document in, one service called, one document out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction
from django.http import Http404
from rest_framework import mixins, status, viewsets
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from sla_project.operations.clock import clock_now
from sla_project.operations.errors import Stale
from sla_project.operations.etags import etag_of
from sla_project.operations.requests import user_of
from sla_project.operations.rest.etags import check_if_match, if_match
from sla_project.operations.rest.strict import KnownKeysOnly, arguments_of
from sla_project.operations.seen import row_locked


class DocumentViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Any]):
    """Create, read, update and delete through services; what is updated or deleted is named by its ETag.

    Subclasses say who may, and how to `write_new`, `write_changes` and `remove`.
    """

    noun: str
    """Under which name services take the object."""

    etags = True
    http_method_names = ["get", "post", "put", "patch", "delete", "head", "options"]

    # --- what subclasses say ---

    def write_new(self, values: Mapping[str, Any]) -> Any:
        raise AssertionError(f"{type(self).__name__} creates nothing")

    def write_changes(self, obj: Any, values: Mapping[str, Any]) -> None:
        raise AssertionError(f"{type(self).__name__} changes nothing")

    def remove(self, obj: Any) -> None:
        raise AssertionError(f"{type(self).__name__} removes nothing")

    def document(self, obj: Any) -> Mapping[str, Any]:
        """The answer for one object, as `get_queryset` has read it."""
        data: Mapping[str, Any] = self.get_serializer(obj).data
        return data

    def etag(self, obj: Any) -> str:
        """Changes whenever somebody has written the object."""
        return etag_of(obj)

    def changed(self, obj: Any) -> Mapping[str, Any]:
        """What a 412 tells of the present state."""
        return self.document(self.get_queryset().get(pk=obj.pk))

    # --- the operations ---

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.shown(self.get_object())

    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.answer(self.write_new(self.read(request)), status=status.HTTP_201_CREATED)

    def update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        with self.changing() as obj:
            values = self.read(request, instance=obj, partial=bool(kwargs.get("partial", False)))
            self.write_changes(obj, values)
        return self.answer(obj)

    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.update(request, *args, **kwargs, partial=True)

    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        with self.changing() as obj:
            self.remove(obj)
        return Response(status=status.HTTP_204_NO_CONTENT)

    # --- commands ---

    def call(self, service: Callable[..., Any], **values: Any) -> Any:
        """A service, for this request's user."""
        return service(by=user_of(self.request), now=clock_now(), **values)

    def command(
        self,
        service: Callable[..., Any],
        body: type[KnownKeysOnly] | None = None,
        *,
        status: int = status.HTTP_200_OK,
        **values: Any,
    ) -> Response:
        """A POST on one object: its service with what the body says, and what the service has returned as answer."""
        given = arguments_of(self.request, body) if body else {}
        with self.commanded() as obj:
            done = self.call(service, **{self.noun: obj}, **given, **values)
        return self.answer(done, status=status)

    # --- the object of a request ---

    @contextmanager
    def changing(self) -> Iterator[Any]:
        """The object of a write, which names it by its ETag. Until the end nobody else writes it."""
        obj = self.get_object()
        with self.holding(obj):
            self.check_version(obj)
            yield obj

    @contextmanager
    def commanded(self) -> Iterator[Any]:
        """The object of a command, which may name it by its ETag and need not."""
        if not if_match(self.request):
            yield self.get_object()
            return
        with self.changing() as obj:
            yield obj

    @contextmanager
    def holding(self, obj: Any) -> Iterator[None]:
        """Between comparing the ETag and writing, nobody else writes this row."""
        with transaction.atomic():
            try:
                self.lock(obj)
                obj.refresh_from_db()
            except ObjectDoesNotExist:  # gone since it was found
                raise Http404 from None
            yield

    def lock(self, obj: Any) -> None:
        """As the services lock it."""
        row_locked(obj)

    def check_version(self, obj: Any) -> None:
        """The caller holds the object."""
        try:
            check_if_match(self.request, self.etag(obj))
        except Stale as stale:
            raise Stale(stale.message, self.changed(obj)) from None

    def handle_exception(self, error: Exception) -> Response:
        """A row that somebody deletes between its being found and its being held is not there, for every command."""
        is_gone = isinstance(error, ObjectDoesNotExist) and self.detail and not self.is_there()
        return super().handle_exception(Http404() if is_gone else error)

    def is_there(self) -> bool:
        return bool(self.get_queryset().filter(pk=self.kwargs["pk"]).exists())

    # --- in and out ---

    def read(self, request: Request, *, instance: Any = None, partial: bool = False) -> Mapping[str, Any]:
        """The checked body. Raises ValidationError, which becomes a problem with pointers."""
        serializer: BaseSerializer[Any] = self.get_serializer(instance, data=request.data, partial=partial)
        serializer.is_valid(raise_exception=True)
        values: Mapping[str, Any] = serializer.validated_data
        return values

    def answer(self, obj: Any, *, status: int = status.HTTP_200_OK) -> Response:
        """The object as it reads now, with its ETag."""
        fresh = self.get_queryset().filter(pk=obj.pk).first()
        if fresh is None:
            raise Http404
        return self.shown(fresh, status=status)

    def shown(self, obj: Any, *, status: int = status.HTTP_200_OK) -> Response:
        """One object as `get_queryset` has read it."""
        return Response(self.document(obj), status=status, headers={"ETag": self.etag(obj)})
