"""The schema describes the whole API: OpenAPI 3.1, valid, without a warning."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from django.core.management import call_command
from django.test import Client

from sla_project.operations.rest.idempotency import IdempotentPosts

pytestmark = pytest.mark.slow

METHODS = {"get", "post", "put", "patch", "delete"}


@pytest.fixture(scope="module")
def schema(tmp_path_factory) -> dict:
    path = tmp_path_factory.mktemp("schema") / "openapi.yaml"
    call_command("spectacular", validate=True, fail_on_warn=True, file=str(path))
    return yaml.safe_load(path.read_text())


def operations(schema: dict):
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            if method in METHODS:
                yield path, method, operation


def test_it_is_openapi_3_1(schema: dict) -> None:
    assert schema["openapi"].startswith("3.1.")


def test_every_operation_may_answer_with_a_problem(schema: dict) -> None:
    for path, method, operation in operations(schema):
        for code in ("400", "401", "403", "429", "default"):
            content = operation["responses"][code]["content"]
            assert list(content) == ["application/problem+json"], (path, method, code)


def test_every_operation_says_how_to_sign_in(schema: dict) -> None:
    assert set(schema["components"]["securitySchemes"]) == {"token", "bearer", "cookieAuth"}
    for path, method, operation in operations(schema):
        assert operation["security"] == [{"token": []}, {"bearer": []}, {"cookieAuth": []}], (path, method)


def test_writes_name_their_headers(schema: dict) -> None:
    for path, method, operation in operations(schema):
        headers = {one["name"] for one in operation.get("parameters", []) if one["in"] == "header"}
        assert ("Idempotency-Key" in headers) == (method == "post"), (path, method)
    patch = schema["paths"]["/api/v1/settings/"]["patch"]
    assert {"412", "428"} <= set(patch["responses"])


def test_no_alternatives_exclude_each_other(schema: dict) -> None:
    """`oneOf` fails where two alternatives fit, as “an address” and “empty” both do for an empty text."""
    assert "'oneOf'" not in str(schema)
    assert schema["components"]["schemas"]["Pause"]["properties"]["when"]["type"] == ["object", "null"]


def test_every_view_honours_idempotency_keys() -> None:
    from sla_project.api import router

    callbacks: list[Any] = [url.callback for url in router.urls]
    views = [callback.cls for callback in callbacks]
    assert views
    assert all(issubclass(view, IdempotentPosts) for view in views)


@pytest.mark.django_db
def test_schema_and_reader_are_served_by_ourselves() -> None:
    client = Client()
    assert client.get("/api/schema/").status_code == 200
    page = client.get("/api/docs/").content.decode()
    assert "swagger-ui" in page
    assert "//cdn" not in page
    script = client.get("/api/docs/?script=")
    assert script["Content-Type"].startswith("application/javascript")
