"""What the configuration resources share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rest_framework.request import Request
from rest_framework.serializers import Serializer

from sla_project.accounts.policy import Configure
from sla_project.operations.rest.documents import DocumentViewSet
from sla_project.operations.rest.strict import check_only_shown
from slas.api.bodies import Types, body_of


class ConfigurationViewSet(DocumentViewSet):
    """Everybody reads, administrators write. What goes beyond keys and types in a body is the services' to judge."""

    permission_classes = (Configure,)

    types: Types
    required: tuple[str, ...]
    replaced: tuple[str, ...] = ()
    """What a PUT needs besides."""
    read_only: tuple[str, ...]

    def read(self, request: Request, *, instance: Any = None, partial: bool = False) -> Mapping[str, Any]:
        required = () if partial else self.required if instance is None else (*self.required, *self.replaced)
        self.check_only_shown(instance)
        return body_of(request, self.types, required=required, ignored=self.read_only)

    def check_only_shown(self, instance: Any) -> None:
        serializer: Serializer[Any] = self.get_serializer(instance)
        check_only_shown(serializer, self.request.data, instance or self.get_queryset().model())
