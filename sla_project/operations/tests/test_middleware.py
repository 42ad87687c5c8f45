from __future__ import annotations

import json
import logging

import pytest
from django.test import Client
from pytest_django import Settings

from sla_project.operations.logs import JsonFormatter, RequestIdFilter, current_request_id
from sla_project.operations.tests.builders import make_user

pytestmark = pytest.mark.django_db


def test_every_answer_carries_the_policy() -> None:
    for path in ("/login/", "/healthz", "/api/v1/me/", "/api/docs/", "/nothing/"):
        policy = Client().get(path)["Content-Security-Policy"]
        assert "script-src 'self';" in policy
        assert "unsafe" not in policy


@pytest.mark.parametrize("path", ["/login/", "/api/docs/", "/nothing/"])
def test_pages_have_nothing_inline(path: str) -> None:
    html = Client().get(path).content.decode()
    assert " style=" not in html
    assert "<style" not in html
    assert all("src=" in tag.partition(">")[0] for tag in html.split("<script")[1:])


def test_the_address_of_a_button_says_that_there_is_nothing_to_show() -> None:
    """Who was signed out while pressing it comes there after signing in."""
    client = Client()
    client.force_login(make_user())
    answer = client.get("/logout/")
    assert answer.status_code == 405 and "POST" in answer["Allow"]
    assert "It belongs to a button" in answer.content.decode()
    assert client.get("/api/v1/cases/1/resolve/").headers["Content-Type"] == "application/problem+json"


def test_a_usable_request_id_is_kept_and_others_replaced() -> None:
    assert Client().get("/healthz", headers={"X-Request-Id": "trace-00001"})["X-Request-Id"] == "trace-00001"
    assert len(Client().get("/healthz", headers={"X-Request-Id": "a b\tc"})["X-Request-Id"]) == 32


def test_times_are_shown_in_the_zone_of_the_user() -> None:
    client = Client()
    client.force_login(make_user(time_zone="Asia/Kolkata"))
    assert "Asia/Kolkata" in client.get("/profile/").content.decode()


def test_the_api_speaks_utc_to_everybody(settings: Settings) -> None:
    """Whatever the zone of the user and of the installation."""
    settings.TIME_ZONE = "Europe/London"
    client = Client()
    client.force_login(make_user(time_zone="Asia/Kolkata"))
    asked = {"name": "feed", "scope": "read", "expires_at": "2027-07-01T12:00:00+01:00"}
    for answer in (
        client.post("/api/v1/tokens/", asked, content_type="application/json").json(),
        client.get("/api/v1/tokens/").json()["results"][0],
    ):
        assert answer["expires_at"] == "2027-07-01T11:00:00Z"
    without_zone = asked | {"expires_at": "2027-07-01T12:00:00"}
    answer = client.post("/api/v1/tokens/", without_zone, content_type="application/json").json()
    assert answer["expires_at"] == "2027-07-01T12:00:00Z"


def test_log_lines_are_json_with_the_request_id() -> None:
    record = logging.LogRecord("x", logging.WARNING, __file__, 1, "bad\n%s", ("\x1b[31m",), None)
    current_request_id.set("trace-00001")
    RequestIdFilter().filter(record)
    line = JsonFormatter().format(record)
    assert "\n" not in line
    assert "\x1b" not in line
    assert json.loads(line)["request_id"] == "trace-00001"


@pytest.mark.parametrize("path", ["/profile/", "/settings/", "/tokens/", "/tokens/1/revoke/", "/logout/", "/login/"])
def test_every_post_needs_its_csrf_token(path: str) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_user())
    assert client.post(path).status_code == 403


def test_the_api_needs_it_from_a_session() -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_user())
    answer = client.post("/api/v1/tokens/", {"name": "x"}, content_type="application/json")
    assert (answer.status_code, answer["Content-Type"]) == (403, "application/problem+json")


def test_a_part_of_a_page_is_told_of_a_session_that_ended() -> None:
    """The page to sign in would otherwise be put where the queue was."""
    assert Client().get("/cases/")["Location"].startswith("/login/")
    assert Client().get("/cases/", headers={"HX-Request": "true"}).status_code == 401
