"""`?dry_run=true`: the one way to ask what a command would do (design §6)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from sla_project.operations.errors import Invalid, Problem

DRY_RUN = OpenApiParameter("dry_run", OpenApiTypes.BOOL, description="Answer what would happen, and change nothing.")


def is_dry_run(request: Request) -> bool:
    value = request.query_params.get("dry_run", "false")
    if value not in ("true", "false"):
        raise Invalid([Problem("/dry_run", "invalid", _("Expected true or false."))])
    return value == "true"


@contextmanager
def rolled_back_if_dry(request: Request) -> Iterator[None]:
    """With `?dry_run=true` everything in this block happens, answers, and is undone."""
    if not is_dry_run(request):
        yield
        return
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
