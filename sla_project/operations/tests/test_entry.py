"""Where a caller begins who knows only the host, and what OPTIONS says."""

from __future__ import annotations

import pytest

from sla_project.accounts.models import Role
from sla_project.operations.tests.builders import api_client, make_user

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("path", ["/api/", "/api/v1/"])
def test_a_stranger_finds_the_schema_and_its_reader(path: str) -> None:
    answer = api_client().get(path)
    assert (answer.status_code, answer.json()) == (
        200,
        {"schema": "http://testserver/api/schema/", "docs": "http://testserver/api/docs/"},
    )


def test_with_a_token_every_list_has_its_address() -> None:
    client = api_client(make_user(role=Role.ADMINISTRATOR))
    found = client.get("/api/v1/").json()
    assert found["cases"] == "http://testserver/api/v1/cases/"
    assert {"me", "settings", "reports/compliance", "slas", "audit-entries", "action-runs"} <= set(found)
    for address in found.values():
        if "/v1/" in address:
            assert client.get(address).status_code == 200, address


def test_a_forgotten_slash_is_forgiven_to_who_only_reads() -> None:
    for path in ("/api", "/api/v1"):
        answer = api_client().get(path)
        assert (answer.status_code, answer["Location"]) == (301, f"{path}/")


@pytest.mark.parametrize(
    "path",
    ["/api/v1/cases/", "/api/v1/cases/by-external-id/crm/1/", "/api/v1/reports/compliance/", "/api/v1/settings/"],
)
def test_options_names_the_methods(path: str) -> None:
    answer = api_client(make_user()).options(path)
    assert answer.status_code == 200
    assert set(answer.json()) == {"name", "description", "allowed"}
    assert "OPTIONS" in answer.json()["allowed"]


@pytest.mark.parametrize(
    ("method", "path", "token", "status"),
    [
        ("post", "/api/schema/", "", 405),
        ("get", "/api/schema/", "sla_unknown", 401),
        ("get", "/api/schema/?version=%0a", "", 400),
        ("get", "/api/schema/?version=v2", "", 400),
        ("post", "/api/docs/", "", 405),
        ("get", "/api/docs/", "sla_unknown", 401),
    ],
)
def test_a_problem_is_json_whatever_else_the_view_writes(method: str, path: str, token: str, status: int) -> None:
    client = api_client(raise_request_exception=False)
    if token:
        client.credentials(HTTP_AUTHORIZATION=f"Token {token}")
    answer = client.generic(method.upper(), path)
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
    assert answer.json()["status"] == status
