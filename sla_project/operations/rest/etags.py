"""If-Match: who writes a document says which one he has read."""

from __future__ import annotations

from django.utils.translation import gettext_lazy
from rest_framework import status
from rest_framework.exceptions import APIException
from rest_framework.request import Request

from sla_project.operations.etags import check_unchanged


class PreconditionRequired(APIException):
    status_code = status.HTTP_428_PRECONDITION_REQUIRED
    default_detail = gettext_lazy("Send the ETag of the document you have read in If-Match.")
    default_code = "precondition_required"


def if_match(request: Request) -> str:
    """The ETags that the request names; nothing if it names none."""
    return request.headers.get("If-Match", "").strip()


def check_if_match(request: Request, etag: str) -> None:
    """Raises PreconditionRequired (428) without If-Match, and Stale (412) when it names another. The caller has locked
    what the ETag is of."""
    expected = if_match(request)
    if not expected:
        raise PreconditionRequired
    check_unchanged(etag, expected)
