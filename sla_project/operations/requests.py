"""Who sends a request, and from where."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from django.conf import settings
from django.http import HttpRequest
from rest_framework.request import Request

if TYPE_CHECKING:
    from sla_project.accounts.models import User


def user_of(request: HttpRequest | Request) -> User:
    """The user, where a permission or decorator has seen to it that there is one."""
    return cast("User", request.user)


def client_address(request: HttpRequest) -> str:
    """The caller's address; behind our proxy (BEHIND_PROXY) the one that the proxy has seen."""
    forwarded = request.headers.get("X-Forwarded-For", "")
    if settings.BEHIND_PROXY and forwarded:
        return forwarded.rpartition(",")[2].strip()
    address: str = request.META["REMOTE_ADDR"]
    return address
