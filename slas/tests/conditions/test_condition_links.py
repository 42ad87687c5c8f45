"""Conditions in addresses, and the lists that they narrow."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from hypothesis import given

from cases.tests.builders import NOW, make_activity, make_case, make_token, make_user
from slas import records
from slas.condition_links import LONGEST_URL, condition_token, read_token, records_url
from slas.domain.conditions import ConditionError, parse
from slas.domain.tests.conditions.trees import tree_documents
from slas.tests.web.conftest import client_of

CASE = records.get("case")
GOLD = {"all": [{"field": "service_level", "op": "is", "value": "gold"}]}


@given(document=tree_documents(fields=CASE.fields))
def test_a_token_says_the_same_condition(document):
    assert read_token(condition_token(document)) == document


@pytest.mark.parametrize("text", ["z", "zAAAA", "zé", "z" + "A" * 5000, "{", "[" * 50_000])
def test_a_broken_token_is_told(text):
    with pytest.raises(ConditionError):
        read_token(text)


def test_a_token_cannot_unpack_to_more_than_a_condition():
    with pytest.raises(ConditionError):
        read_token(condition_token({"all": ["x" * 300_000]}))


def test_a_condition_that_no_address_holds_has_no_link():
    import random

    noise = random.Random(1)
    leaves = [
        {"field": "title", "op": "is", "value": "".join(chr(noise.randrange(33, 1000)) for _ in range(40))}
        for _ in range(150)
    ]
    assert records_url(CASE, parse({"all": leaves}, CASE.fields)) == ""
    url = records_url(CASE, parse({"all": leaves[:10]}, CASE.fields))
    assert url.startswith("/cases/?condition=z")
    assert len(url) < LONGEST_URL


# --- the lists ---


@pytest.fixture
def agent(db, clock) -> Client:
    clock.set(NOW)
    make_case("Golden one")
    make_case("Silver one", service_level="silver")
    return client_of("agent")


def page(client: Client, path: str = "/cases/", **query: Any) -> str:
    return client.get(path, query).content.decode()


def test_the_list_is_narrowed_and_says_by_what(agent):
    html = page(agent, condition=json.dumps(GOLD), priority="normal")
    assert "Golden one" in html
    assert "Silver one" not in html
    assert "Service level is Gold" in html
    assert 'href="?priority=normal&amp;state=active"' in html  # takes only the condition away


def test_a_filter_that_a_link_set_stays_when_another_is_chosen(agent):
    html = page(agent, condition=json.dumps(GOLD))
    assert '<input type="hidden" name="condition"' in html
    assert 'name="created_after"' not in html
    assert 'name="condition"' not in page(agent)


def test_the_time_of_creation_can_narrow_too(agent, clock):
    clock.advance(3600)
    make_case("Later one", now=clock.now)
    html = page(agent, created_after=clock.now.isoformat())
    assert "Later one" in html
    assert "Golden one" not in html
    assert "Created since 2 Mar 2026 10:00" in html


@pytest.mark.parametrize("condition", ["{", '{"field": "nothing", "op": "is", "value": 1}', "zAAAA"])
def test_a_condition_that_cannot_be_read_lists_nothing_and_says_so(agent, condition):
    html = page(agent, condition=condition)
    assert "This condition cannot be read, so nothing is listed" in html
    assert "Golden one" not in html


def test_activities_have_it_too(agent):
    make_activity("Call back")
    make_activity("Write back")
    html = page(agent, "/activities/", condition='{"field": "subject", "op": "starts_with", "value": "WRITE"}')
    assert "Write back" in html
    assert "Call back" not in html


def test_the_api_filters_by_it_and_points_at_faults(agent):
    bearer = {"HTTP_AUTHORIZATION": f"Token {make_token(make_user())}"}
    found = Client().get("/api/v1/cases/", {"condition": json.dumps(GOLD)}, **bearer)
    assert [case["title"] for case in found.json()["results"]] == ["Golden one"]
    refused = Client().get("/api/v1/cases/", {"condition": '{"any": []}'}, **bearer)
    assert refused.status_code == 400
    assert refused.headers["Content-Type"].startswith("application/problem+json")
    assert refused.json()["errors"][0]["pointer"] == "/condition"


def test_the_other_filters_stay_beside_it(agent):
    html = page(agent, condition=json.dumps(GOLD))
    assert '<select name="priority"' in html
    assert '<select name="priority"' in page(agent)
