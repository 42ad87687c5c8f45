"""What the configuration resources share."""

from __future__ import annotations

from typing import Any

from django.db.models import Model
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ReadOnlyModelViewSet

from sla_project.accounts.policy import Configure
from sla_project.operations.rest import check_if_match, etag_of


class ConfigurationViewSet(ReadOnlyModelViewSet[Any]):
    """Everybody reads, administrators write. A single resource carries the ETag of its row."""

    permission_classes = (Configure,)
    lookup_value_regex = r"[0-9]{1,18}"

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.respond(self.get_object())

    def respond(self, obj: Model, *, code: int = status.HTTP_200_OK) -> Response:
        """The resource as it reads now, with its ETag."""
        fresh = self.get_queryset().get(pk=obj.pk)
        return Response(self.get_serializer(fresh).data, status=code, headers={"ETag": etag_of(fresh)})

    def get_checked(self, *, must_match: bool = False) -> Any:
        """The object; 412 if the request names another state of it, 428 if it must name one and does not."""
        obj = self.get_object()
        if must_match or "If-Match" in self.request.headers:
            check_if_match(self.request, etag_of(obj), changed=self.changed(obj))
        return obj

    def changed(self, obj: Any) -> dict[str, Any]:
        """What a 412 tells of the present state."""
        return dict(self.get_serializer(obj).data)
