"""People and clients for tests, by plain functions."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from sla_project.accounts.models import ApiToken, Role, User
from sla_project.accounts.services import token_create

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def make_user(email: str = "ada@example.org", role: str = Role.ADMINISTRATOR, **fields: Any) -> User:
    return User.objects.create_user(
        email, "correct horse 7", role=role, **{"display_name": email.partition("@")[0].title(), **fields}
    )


def make_token(user: User, scope: str = "write", **fields: Any) -> tuple[ApiToken, str]:
    asked = {"name": "test", "expires_at": None, "now": NOW, **fields}
    return token_create(user=user, scope=scope, by=user, **asked)


def seen(client: APIClient, url: str) -> dict[str, str]:
    """The headers of a write by who has just read the document."""
    return {"If-Match": client.get(url)["ETag"]}


def api_client(user: User | None = None, **options: Any) -> APIClient:
    """A client with a token of the user's; without a user a stranger."""
    client = APIClient(**options)
    if user is not None:
        client.credentials(HTTP_AUTHORIZATION=f"Token {make_token(user)[1]}")
    return client


def queries_of(act: Callable[[], object]) -> int:
    """How many queries it takes, once what is read only the first time is known."""
    act()
    with CaptureQueriesContext(connection) as captured:
        act()
    return len(captured)
