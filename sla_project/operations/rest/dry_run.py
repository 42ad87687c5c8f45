"""`?dry_run=true`: the one way to ask what a command would do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from django.db import transaction
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request

from sla_project.operations.rest.flags import flag_of
from sla_project.operations.rest.writes import takes

H = TypeVar("H", bound=Callable[..., Any])
DRY_RUN = "dry_run"
_PARAMETER = OpenApiParameter(DRY_RUN, OpenApiTypes.BOOL, description="Answer what would happen, and change nothing.")


def can_dry_run(handler: H) -> H:
    """For a command that heeds the parameter. Any other refuses it, so that no question is taken for an order."""
    return extend_schema(parameters=[_PARAMETER])(takes(DRY_RUN)(handler))


def is_dry_run(request: Request) -> bool:
    return flag_of(request, DRY_RUN)


@contextmanager
def rolled_back_if_dry(request: Request) -> Iterator[None]:
    """With `?dry_run=true` everything in this block happens, answers, and is undone."""
    if not is_dry_run(request):
        yield
        return
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
