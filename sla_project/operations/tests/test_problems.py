"""Whatever goes wrong below /api/, the answer is application/problem+json."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from django.test import Client

from sla_project.operations.tests.builders import api_client, make_user
from sla_project.operations.tests.urls import ERRORS

pytestmark = [pytest.mark.django_db, pytest.mark.urls("sla_project.operations.tests.urls")]

EXPECTED = {
    "invalid": (400, "invalid", [("/items/0/after", "not_positive")]),
    "conflict": (409, "not_active", []),
    "refused": (403, "refused", []),
    "stale": (412, "stale", []),
    "drf": (400, "invalid", [("/items/1/name", "invalid"), ("", "invalid")]),
    "model": (400, "invalid", [("/name", "max_length")]),
    "busy": (503, "busy", []),
    "bug": (500, "server_error", []),
}


@pytest.mark.parametrize("kind", ERRORS)
def test_every_error_becomes_a_problem(kind: str) -> None:
    client = api_client(make_user(), raise_request_exception=False)
    answer = client.get(f"/api/fails/{kind}/")
    status, code, errors = EXPECTED[kind]
    body = answer.json()
    assert (answer.status_code, body["status"], body["code"]) == (status, status, code)
    assert answer["Content-Type"] == "application/problem+json"
    assert [(error["pointer"], error["code"]) for error in body["errors"]] == errors
    assert body["request_id"] == answer["X-Request-Id"]
    assert "Traceback" not in answer.content.decode()


def test_a_stale_write_says_what_changed() -> None:
    assert api_client(make_user()).get("/api/fails/stale/").json()["changed"] == ["name"]


@pytest.mark.parametrize(
    ("method", "path", "headers", "status", "code"),
    [
        ("get", "/api/v1/nothing/", {}, 404, "not_found"),
        ("get", "/api/v1/users/999999999999999999999/", {}, 404, "not_found"),
        ("delete", "/api/v1/settings/", {}, 405, "method_not_allowed"),
        ("put", "/api/v1/users/1/", {}, 405, "method_not_allowed"),
        ("get", "/api/v1/settings/", {"HTTP_ACCEPT": "text/html"}, 406, "not_acceptable"),
        (
            "patch",
            "/api/v1/settings/",
            {"HTTP_IF_MATCH": "*", "CONTENT_TYPE": "text/xml"},
            415,
            "unsupported_media_type",
        ),
        ("get", "/api/v1/cases/by-external-id/1/%00/", {}, 400, "malformed"),
        ("post", "/api/v1/cases", {}, 404, "not_found"),
        ("options", "/api/v1/cases", {}, 404, "not_found"),
        ("get", "/api/v1/users/?limit=none", {}, 400, "invalid"),
        ("get", "/api/v1/users/?role=king", {}, 400, "invalid"),
    ],
)
def test_what_the_framework_refuses(method: str, path: str, headers: dict, status: int, code: str) -> None:
    answer = api_client(make_user()).generic(method.upper(), path, "<a/>", **headers)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer["Content-Type"] == "application/problem+json"


def test_a_write_without_the_slash_is_not_sent_to_the_list() -> None:
    client = api_client(make_user())
    assert client.get("/api/v1/teams")["Location"] == "/api/v1/teams/"
    for method in ("post", "put", "patch", "delete"):
        answer = getattr(client, method)("/api/v1/teams", {"code": "a", "name": "A"})
        assert answer.status_code == 404
        assert answer.json()["detail"] == "There is nothing at this address. Mind the slash at the end."


def test_strangers_are_told_how_to_come_in() -> None:
    answer = api_client().get("/api/v1/users/")
    assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated")
    assert answer["WWW-Authenticate"].startswith("Token")


def test_too_many_requests(settings) -> None:
    settings.API_REQUESTS_PER_MINUTE = 2
    cache.clear()
    client = api_client(make_user("busy@example.org"))
    answers = [client.get("/api/v1/me/") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert int(answers[-1]["Retry-After"]) > 0
    assert answers[-1].json()["code"] == "throttled"


def test_people_get_pages() -> None:
    answer = Client(raise_request_exception=False).get("/page-fails/")
    assert (answer.status_code, answer["Content-Type"]) == (500, "text/html; charset=utf-8")
    missing = Client().get("/nothing/")
    assert (missing.status_code, missing["Content-Type"]) == (404, "text/html; charset=utf-8")


def test_the_page_of_an_error_names_its_request() -> None:
    """So that an administrator finds it in the log; the page says nothing else of what went wrong."""
    answer = Client(raise_request_exception=False).get("/page-fails/")
    assert answer.status_code == 500
    assert answer["X-Request-Id"] in answer.content.decode()
    assert "a bug" not in answer.content.decode()
