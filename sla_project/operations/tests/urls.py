"""The project's addresses and a few that misbehave on purpose."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError as ModelInvalid
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.urls import path
from rest_framework import serializers, viewsets
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from sla_project import urls as project
from sla_project.operations.errors import Invalid, NotPossible, Problem, Refused, Stale
from sla_project.operations.rest.pages import CursorPages
from sla_project.operations.rest.routers import ConsoleRouter, mannered

ERRORS: dict[str, Exception] = {
    "invalid": Invalid([Problem("/items/0/after", "not_positive", "Must be longer than 0.")]),
    "conflict": NotPossible("It is resolved.", code="not_active"),
    "refused": Refused("Not yours."),
    "stale": Stale("Read it again.", ["name"]),
    "drf": ValidationError({"items": [{}, {"name": ["Too long."]}], "non_field_errors": ["Both."]}),
    "model": ModelInvalid({"name": [ModelInvalid("Too long.", code="max_length")]}),
    "busy": OperationalError("database is locked"),
    "bug": RuntimeError("a bug"),
}
calls: list[Any] = []


class FailingView(APIView):
    def get(self, request: Request, kind: str) -> Response:
        raise ERRORS[kind]

    def post(self, request: Request, kind: str) -> Response:
        """Notes that it has worked, then fails or answers."""
        calls.append(request.data)
        if kind in ERRORS:
            raise ERRORS[kind]
        return Response({"call": len(calls)}, status=201, headers={"Location": f"/{len(calls)}"})


class PersonSerializer(serializers.ModelSerializer[Any]):
    class Meta:
        model = get_user_model()
        fields = ["id", "display_name", "last_login"]


class PersonViewSet(viewsets.ReadOnlyModelViewSet[Any]):
    queryset = get_user_model().objects.all()
    serializer_class = PersonSerializer
    pagination_class = CursorPages
    ordering = "display_name"
    ordering_fields = ["display_name", "last_login", "id"]


def inline_page(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("a bug")


router = ConsoleRouter()
router.register("people", PersonViewSet)

urlpatterns = [
    path("api/fails/<str:kind>/", mannered(FailingView).as_view()),
    path("page-fails/", inline_page),
    *router.urls,
    *project.urlpatterns,
]
handler400, handler403 = project.handler400, project.handler403
handler404, handler500 = project.handler404, project.handler500
