"""What somebody deletes while another request works with it: the later one hears so, and it is no fault of ours."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection, connections
from django.test import Client
from rest_framework.response import Response
from rest_framework.test import APIClient

from cases.tests.api_desk import BODIES, V1
from cases.tests.builders import make_token, make_user
from sla_project.accounts.models import User
from sla_project.tests.test_edit_forms import posted

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

NEEDED: dict[str, dict[str, Any]] = {
    "activities": {"subject": "Call"},
    "cases": {"title": "Help"},
    "contacts": {"name": "Sofia"},
    "entitlements": {"name": "Gold", "start_date": "2026-01-01", "end_date": "2026-12-31"},
}
COMMANDS: list[tuple[str, str, dict[str, Any]]] = [
    ("actions", "activate", {}),
    ("business-hours", "deactivate", {}),
    ("customers", "deactivate", {}),
    ("contacts", "deactivate", {}),
    ("products", "deactivate", {}),
    ("entitlements", "activate", {}),
    ("email-templates", "activate", {}),
    ("holiday-schedules", "import", {"country": "GB", "years": [2026]}),
    ("kpis", "activate", {}),
    ("slas", "publish", {}),
    ("slas", "forecast", {}),
    ("cases", "resolve", {"resolution": "Done"}),
    ("cases", "assign", {"owner": None}),
    ("activities", "complete", {}),
]
TABLES = {
    "actions": "actions_action",
    "activities": "cases_activity",
    "business-hours": "slas_businesshours",
    "cases": "cases_case",
    "contacts": "cases_contact",
    "customers": "cases_customer",
    "email-templates": "actions_emailtemplate",
    "entitlements": "cases_entitlement",
    "holiday-schedules": "slas_holidayschedule",
    "kpis": "slas_kpi",
    "products": "cases_product",
    "slas": "slas_sla",
    "teams": "accounts_team",
}
NAMED: list[tuple[str, str, str, str]] = [
    ("cases", "customer", "customers", "id"),
    ("cases", "product", "products", "id"),
    ("cases", "contact", "contacts", "id"),
    ("cases", "team", "teams", "id"),
    ("activities", "case", "cases", "id"),
    ("contacts", "customer", "customers", "id"),
    ("entitlements", "customer", "customers", "id"),
    ("business-hours", "holiday_schedule", "holiday-schedules", "code"),
]
"""A resource, its key that names a row of another, and what that is named by."""


@pytest.fixture
def ada() -> APIClient:
    return client_new("ada")


@pytest.fixture
def bob() -> APIClient:
    return client_new("bob")


def client_new(name: str) -> APIClient:
    client = APIClient(raise_request_exception=False)
    client.credentials(
        HTTP_AUTHORIZATION=f"Token {make_token(make_user(f'{name}@desk.example', role='administrator'))}"
    )
    return client


def made(client: APIClient, resource: str, **fields: Any) -> dict[str, Any]:
    """A new row."""
    if resource in ("contacts", "entitlements"):
        fields = {"customer": made(client, "customers", code="")["id"], **fields}
    answer = post(client, resource, fields)
    assert answer.status_code == 201, answer.content
    document: dict[str, Any] = answer.json()
    return document


def deleted(client: APIClient, resource: str, pk: int) -> None:
    answer = client.delete(f"{V1}{resource}/{pk}/", headers={"If-Match": "*"})
    assert answer.status_code == 204, answer.content


@contextmanager
def once_read(table: str, do: Callable[[], None]) -> Iterator[list[str]]:
    """Somebody else does it, and it is done, as soon as the rows of this table have been read."""
    steps: list[str] = []

    def run() -> None:
        try:
            do()
            steps.append("done")
        finally:
            connections.close_all()

    def wrapper(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if steps == ["read"]:
            steps.append("begun")
            if connection.vendor == "sqlite":  # which lets nobody write once the request has begun its own
                do()
                steps.append("done")
            else:
                other = threading.Thread(target=run)
                other.start()
                other.join()
        elif not steps and sql.startswith("SELECT") and f'FROM "{table}"' in sql:
            steps.append("read")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(wrapper):
        yield steps


@pytest.mark.parametrize(("resource", "command", "body"), COMMANDS, ids=lambda value: str(value)[:20])
def test_a_command_to_what_is_deleted_meanwhile(ada, bob, resource: str, command: str, body: dict[str, Any]) -> None:
    pk = made(ada, resource)["id"]
    with once_read(TABLES[resource], lambda: deleted(bob, resource, pk)) as steps:
        answer = ada.post(f"{V1}{resource}/{pk}/{command}/", body, format="json")
    assert steps == ["read", "begun", "done"]
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")


@pytest.mark.parametrize(("resource", "key", "named", "by"), NAMED, ids=lambda value: str(value))
def test_what_names_a_row_that_is_deleted_meanwhile(ada, bob, resource: str, key: str, named: str, by: str) -> None:
    other = made(ada, named)
    fields = {key: other[by]} | ({"customer": other["customer"]} if key == "contact" else {})
    with once_read(TABLES[named], lambda: deleted(bob, named, other["id"])) as steps:
        answer = post(ada, resource, fields)
    assert steps == ["read", "begun", "done"]
    assert answer.status_code in (400, 409), answer.content
    assert answer["Content-Type"] == "application/problem+json"
    assert ada.get(f"{V1}{resource}/").json()["results"] == []


def post(client: APIClient, resource: str, fields: dict[str, Any]) -> Response:
    needed = BODIES.get(resource, {}) | NEEDED.get(resource, {}) | fields
    return client.post(f"{V1}{resource}/", needed, format="json")


def test_a_page_says_so_too(ada, bob) -> None:
    pk = made(ada, "customers")["id"]
    page = Client()
    page.force_login(User.objects.get(email="ada@desk.example"))
    form = page.get("/cases/new/").context["form"]
    with once_read(TABLES["customers"], lambda: deleted(bob, "customers", pk)) as steps:
        answer = page.post("/cases/new/", {**posted(form), "title": "Help", "customer": str(pk)})
    assert steps == ["read", "begun", "done"]
    assert answer.status_code == 404
    assert "Somebody has deleted it meanwhile" in answer.content.decode()
