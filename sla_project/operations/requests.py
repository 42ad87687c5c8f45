"""Who sends a request, and from where."""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING, cast

from django.conf import settings
from django.http import HttpRequest
from rest_framework.request import Request

if TYPE_CHECKING:
    from sla_project.accounts.models import User

UNKNOWN_ADDRESS = "::"


def user_of(request: HttpRequest | Request) -> User:
    """The user, where a permission or decorator has seen to it that there is one."""
    return cast("User", request.user)


def client_address(request: HttpRequest) -> str:
    """The caller's IP address; behind our proxy (BEHIND_PROXY) the one that the proxy has seen.

    Some proxies write a port behind it, some `unknown`; a socket file has no address at all: then UNKNOWN_ADDRESS.
    """
    forwarded = request.headers.get("X-Forwarded-For", "") if settings.BEHIND_PROXY else ""
    seen = (forwarded.rpartition(",")[2], request.META.get("REMOTE_ADDR", ""))
    return next(filter(None, map(_ip_address, seen)), UNKNOWN_ADDRESS)


def _ip_address(text: str) -> str:
    """The address in `1.2.3.4`, `1.2.3.4:567`, `::1` or `[::1]:567`; empty where there is none."""
    bare = text.strip()
    if bare.startswith("["):
        bare = bare[1:].partition("]")[0]
    elif bare.count(":") == 1:
        bare = bare.partition(":")[0]
    try:
        return str(ip_address(bare.partition("%")[0]))
    except ValueError:
        return ""
