"""Every page and every endpoint asks who is there; nobody has to remember to write that test."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from rest_framework.test import APIClient

from sla_project.accounts.models import Role
from sla_project.operations.tests.builders import make_user

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

FOR_EVERYBODY = {"login/", "logout/", "healthz", "readyz", "api/", "api/v1/", "api/schema/", "api/docs/"}
WITH_A_TOKEN = {"metrics"}
SAMPLES = {"int": "1", "slug": "x", "str": "x", "uuid": "00000000-0000-4000-8000-000000000000", "path": "x"}
METHODS = ("get", "post", "put", "patch", "delete")


def routes(patterns: list[Any], above: str = "") -> Iterator[tuple[str, Any]]:
    for each in patterns:
        route = above + str(each.pattern)
        if isinstance(each, URLResolver):
            yield from routes(each.url_patterns, route)
        elif isinstance(each, URLPattern):
            yield route, each.callback


def address(route: str) -> str:
    """A path of the route, with made-up numbers."""
    path = re.sub(r"<(\w+):\w+>", lambda match: SAMPLES[match.group(1)], route)
    path = re.sub(r"\(\?P<\w+>(?:\[[^\]]*\]|[^()])*\)", lambda match: "x" if "[a-z" in match.group() else "1", path)
    return "/" + path.replace("^", "").replace("\\Z", "").replace("$", "").replace("\\", "")


ALL = sorted({route for route, _callback in routes(get_resolver().url_patterns)} - FOR_EVERYBODY - WITH_A_TOKEN)
PAGES = [route for route in ALL if not route.startswith(("api/", "static", "media"))]
ENDPOINTS = [route for route in ALL if route.startswith("api/v1/")]


def test_there_are_many() -> None:
    assert len(PAGES) > 80
    assert len(ENDPOINTS) > 80


@pytest.mark.parametrize("route", PAGES)
def test_a_page_sends_a_stranger_to_the_sign_in(route: str) -> None:
    for method in ("get", "post"):
        answer = getattr(Client(), method)(address(route))
        assert answer.status_code in (302, 405), (method, answer.status_code)
        if answer.status_code == 302:
            assert answer["Location"].startswith("/login/"), answer["Location"]


@pytest.mark.parametrize("route", ENDPOINTS)
def test_an_endpoint_tells_a_stranger_to_sign_in(route: str) -> None:
    for method in METHODS:
        answer = getattr(APIClient(), method)(address(route))
        assert answer.status_code == 401, (method, answer.status_code)
        assert answer["Content-Type"] == "application/problem+json"


CONFIGURATION = (
    "slas",
    "kpis",
    "business-hours",
    "holiday-schedules",
    "email-templates",
    "actions",
    "settings",
    "teams",
)


@pytest.mark.parametrize("role", [Role.AGENT, Role.MANAGER])
def test_configuration_is_the_administrators(role: str) -> None:
    """A post to any page of the configuration: refused, or no page for posts, or (GET forms) nothing there."""
    client = Client()
    client.force_login(make_user(f"{role}@example.org", role=role))
    for route in PAGES:
        if route.partition("/")[0] in CONFIGURATION:
            answer = client.post(address(route))
            assert answer.status_code in (403, 404, 405) or not writes(route), (route, answer.status_code)


def writes(route: str) -> bool:
    """Lists and pages of one object only read, whatever is posted to them."""
    return not re.fullmatch(r"[a-z-]+/(<int:pk>/)?([a-z-]+/)?(<int:number>/)?", route) or any(
        part in route for part in ("new/", "edit/", "delete/", "import/", "clone/", "publish/")
    )


@pytest.mark.parametrize("role", [Role.AGENT, Role.MANAGER])
def test_configuration_is_the_administrators_over_rest(role: str) -> None:
    client = APIClient()
    client.force_authenticate(make_user(f"{role}@example.org", role=role))
    asking = ("compute", "preview", "match", "check", "evaluate", "diff")
    for route in ENDPOINTS:
        resource, _slash, rest = route.removeprefix("api/v1/").replace("^", "").partition("/")
        if resource in CONFIGURATION and not any(word in rest for word in asking):
            answer = client.post(address(route), {}, format="json")
            assert answer.status_code in (403, 405), (route, answer.status_code)
