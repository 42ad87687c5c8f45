"""If-Match: who writes a document says which one he has read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import status
from rest_framework.exceptions import APIException
from rest_framework.request import Request

from sla_project.operations.errors import Stale


class PreconditionRequired(APIException):
    status_code = status.HTTP_428_PRECONDITION_REQUIRED
    default_detail = gettext_lazy("Send the ETag of the document you have read in If-Match.")
    default_code = "precondition_required"


def check_if_match(request: Request, etag: str, *, changed: Mapping[str, Any] | Sequence[str] = ()) -> None:
    """Raises PreconditionRequired (428) without If-Match, and Stale (412) when it names another."""
    header = request.headers.get("If-Match", "").strip()
    if not header:
        raise PreconditionRequired
    offered = {part.strip().removeprefix("W/") for part in header.split(",")}
    if "*" not in offered and etag not in offered:
        raise Stale(_("The document has changed since you read it. Read it again."), changed)
