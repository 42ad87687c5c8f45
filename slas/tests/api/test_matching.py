"""`record-types/{name}/match/`: a question, so whoever may read may ask it."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from cases.services import case_resolve
from cases.tests.builders import make_case, make_customer
from slas.tests.policy.builders import GOLD, NOW

URL = "/api/v1/record-types/case/match/"


def ask(client: APIClient, body: Any, url: str = URL) -> Any:
    return client.post(url, body, format="json")


def problems(response: Any) -> list[tuple[str, str]]:
    assert response.status_code == 400
    assert response["Content-Type"] == "application/problem+json"
    return [(error["pointer"], error["code"]) for error in response.json()["errors"]]


def test_a_condition_is_read_counted_and_shown(api):
    case_resolve(case=make_case(), by=None, now=NOW)
    gold, silver = make_case(), make_case(service_level="silver")
    found = ask(api, {"condition": GOLD, "record": silver.pk}).json()
    assert found["sentence"] == "Service level is Gold"
    assert (found["matching"], found["matching_open"], found["total"], found["is_capped"]) == (2, 1, 3, False)
    assert found["samples"][0] == {
        "id": gold.pk,
        "number": gold.number,
        "html_url": f"http://testserver/cases/{gold.pk}/",
    }
    assert found["record"]["result"] is False
    assert found["record"]["rules"] == [{"sentence": "Service level is Gold", "actual": "Silver", "result": False}]


def test_without_a_record_nothing_is_explained(api):
    assert ask(api, {"condition": None}).json()["record"] is None


def test_fields_that_change_often_are_named(api):
    found = ask(api, {"condition": {"field": "status", "op": "is", "value": "new"}}).json()
    assert [one["field"] for one in found["often_changing"]] == ["status"]


def test_names_behind_lookups_are_said(api):
    customer = make_customer("Northwind")
    assert ask(api, {"condition": {"field": "customer", "op": "is", "value": customer.pk}}).json()["sentence"] == (
        "Customer is Northwind"
    )
    assert ask(api, {"condition": {"field": "customer", "op": "is", "value": "x-1"}}).json()["sentence"] == (
        "Customer is #x-1"
    )


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, [("/condition", "required")]),
        ({"condition": []}, [("/condition", "wrong_type")]),
        ({"condition": {"all": [{"field": "nothing", "op": "is"}]}}, [("/condition/all/0/field", "unknown_field")]),
        ({"condition": {}, "record": 999}, [("/record", "unknown")]),
        ({"condition": {}, "record": 2**63 - 1}, [("/record", "unknown")]),
        ({"condition": {}, "record": "1"}, [("/record", "wrong_type")]),
        ({"condition": {}, "more": 1}, [("/more", "unknown_key")]),
    ],
)
def test_faults_have_pointers(api, body, expected):
    assert problems(ask(api, body)) == expected


def test_an_unknown_record_type_is_not_found(api):
    assert ask(api, {"condition": {}}, "/api/v1/record-types/invoice/match/").status_code == 404


def test_a_constant_number_of_queries(api):
    customers = [make_customer(f"Customer {number}") for number in range(6)]
    cases = [make_case(customer=customer) for customer in customers]

    def queries(count: int) -> int:
        rules = [{"field": "customer", "op": "is", "value": customer.pk} for customer in customers[:count]]
        with CaptureQueriesContext(connection) as captured:
            assert ask(api, {"condition": {"any": rules}, "record": cases[0].pk}).json()["matching"] == count
        return len(captured)

    assert queries(1) == queries(6)
