"""Where a caller who knows only the host begins: the schema, and the addresses of all lists."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.views import APIView

from sla_project.operations.errors import Invalid, Problem
from sla_project.operations.rest.routers import ConsoleRouter


class SchemaView(SpectacularAPIView):
    @extend_schema(exclude=True)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        if "version" in request.query_params:
            message = _("There is one schema; it has no versions to choose from.")
            raise Invalid([Problem("/version", "unknown_parameter", message)])
        answer: Response = super().get(request, *args, **kwargs)
        return answer


class EntryView(APIView):
    """The schema and its reader, for anybody; with a token also every list by its name."""

    permission_classes = [AllowAny]
    router = ConsoleRouter()

    @extend_schema(exclude=True)
    def get(self, request: Request) -> Response:
        names = {"schema": "schema", "docs": "docs"}
        if request.user.is_authenticated:
            names |= self.router.list_names()
        return Response({key: reverse(name, request=request) for key, name in names.items()})
