"""What the API says of a body's faults: where, and in words that name no class and no table."""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from cases.models import Case
from cases.tests.builders import make_case, make_customer
from sla_project.operations.tests.builders import api_client, make_user

pytestmark = pytest.mark.django_db
V1 = "/api/v1/"
NO_ID = "Expected an id, a whole number."
UNSEEN = "Use letters, digits, signs and spaces within; no line breaks and nothing that cannot be seen."


@pytest.fixture
def client(db: None) -> APIClient:
    return api_client(make_user())


def said(answer: Any) -> list[tuple[str, str]]:
    assert answer.status_code == 400, answer.content
    return [(one["pointer"], one["detail"]) for one in answer.json()["errors"]]


@pytest.mark.parametrize("value", [1.5, 1.0, True, "x", "1.5", [1], {"id": 1}])
def test_an_id_is_a_whole_number_or_nothing(client: APIClient, value: Any) -> None:
    case = make_case()
    assert said(client.post(f"{V1}cases/", {"title": "x", "customer": value}))[0] == ("/customer", NO_ID)
    assert said(client.post(f"{V1}cases/{case.pk}/assign/", {"owner": value})) == [("/owner", NO_ID)]
    assert said(client.post(f"{V1}cases/{case.pk}/merge/", {"into": value})) == [("/into", NO_ID)]
    assert said(client.post(f"{V1}activities/", {"subject": "x", "case": value}))[0] == ("/case", NO_ID)
    assert said(client.post(f"{V1}teams/", {"code": "a", "name": "A", "lead": value})) == [("/lead", NO_ID)]
    assert Case.objects.count() == 1


def test_a_fraction_names_no_neighbour(client: APIClient) -> None:
    customer = make_customer()
    assert said(client.post(f"{V1}cases/", {"title": "x", "customer": customer.pk + 0.5})) == [("/customer", NO_ID)]
    assert client.post(f"{V1}cases/", {"title": "x", "customer": str(customer.pk)}).status_code == 201


@pytest.mark.parametrize(
    ("path", "body", "faults"),
    [
        ("cases/", {"title": "x", "customer": 999}, [("/customer", "There is no customer with the id 999.")]),
        (
            "cases/",
            {"title": "x", "customer": 0, "sla": "nothing"},
            [
                ("/customer", "There is no customer with the id 0."),
                ("/sla", "There is no SLA with the code “nothing”."),
            ],
        ),
        ("cases/", {"titel": "x"}, [("/titel", "“titel” means nothing here. Did you mean “title”?")]),
        ("cases/?custmer=1", {}, [("/custmer", "“custmer” means nothing here.")]),
        ("teams/", {"zzz": 1}, [("/zzz", "“zzz” means nothing here.")]),
        ("cases/", [], [("", "Expected an object.")]),
        (
            "cases/",
            {"title": "x", "priority": "hi"},
            [("/priority", "“hi” is none of: low, normal, high, urgent.")],
        ),
        (
            "cases/",
            {"title": "x", "priority": None, "channel": ["web"]},
            [
                ("/channel", "“['web']” is none of: phone, email, web, chat, api."),
                ("/priority", "This field may not be null."),
            ],
        ),
        ("tokens/", {"name": "x", "scope": "all"}, [("/scope", "“all” is none of: read, write.")]),
        ("teams/", {"code": "a\nb", "name": "A"}, [("/code", UNSEEN)]),
        ("teams/", {"code": "a", "name": "A", "members": [1.5]}, [("/members", NO_ID)]),
        ("teams/", {"code": "a", "name": "A", "members": 1}, [("/members", "Expected a list.")]),
        ("users/", {"email": "ada@example.org", "display_name": "A"}, [("/email", "This is taken.")]),
        ("customers/", {"code": "a\u200bb", "name": "A"}, [("/code", UNSEEN)]),
    ],
)
def test_the_words(client: APIClient, path: str, body: Any, faults: list[tuple[str, str]]) -> None:
    assert said(client.post(V1 + path, body, format="json")) == faults


def test_a_code_that_is_taken(client: APIClient) -> None:
    body = {"code": "first-line", "name": "First line"}
    assert client.post(f"{V1}teams/", body).status_code == 201
    assert said(client.post(f"{V1}teams/", body)) == [("/code", "This is taken.")]


@pytest.mark.parametrize("code", ["K.1000/DE", "Müller 7", "0000100023", "顧客-1", "R&D (EU)", "A_1:b#2", "FIRST-LINE"])
@pytest.mark.parametrize("resource", ["customers", "products", "teams"])
def test_codes_are_kept_as_other_systems_write_them(client: APIClient, resource: str, code: str) -> None:
    made = client.post(f"{V1}{resource}/", {"code": code, "name": "A"})
    assert (made.status_code, made.json()["code"]) == (201, code)
    found = client.get(f"{V1}{resource}/", {"code": code}).json()["results"]
    assert [row["id"] for row in found] == [made.json()["id"]]
