"""A POST repeated with its Idempotency-Key is answered, not done, again."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sla_project.operations.models import IdempotencyKey
from sla_project.operations.tests.builders import api_client, make_user
from sla_project.operations.tests.urls import calls

pytestmark = [pytest.mark.django_db, pytest.mark.urls("sla_project.operations.tests.urls")]


@pytest.fixture(autouse=True)
def _no_calls():
    calls.clear()


def post(client, kind: str = "works", body: dict | None = None, key: str = "k-1"):
    return client.post(f"/api/fails/{kind}/", body or {}, format="json", HTTP_IDEMPOTENCY_KEY=key)


def test_the_first_answer_is_replayed() -> None:
    client = api_client(make_user())
    first, second = post(client), post(client)
    assert (first.status_code, first.content, len(calls)) == (second.status_code, second.content, 1)
    assert "Idempotency-Replayed" not in first
    assert (second["Idempotency-Replayed"], second["Location"]) == ("true", "/1")
    assert second["Content-Type"] == first["Content-Type"]


def test_refusals_are_replayed_too() -> None:
    client = api_client(make_user())
    assert [post(client, "conflict").status_code for _ in range(2)] == [409, 409]
    assert len(calls) == 1


def test_another_request_under_the_same_key_is_refused() -> None:
    client = api_client(make_user())
    post(client)
    answer = post(client, body={"other": True})
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_mismatch")


def test_our_own_faults_may_be_tried_again() -> None:
    client = api_client(make_user(), raise_request_exception=False)
    assert [post(client, kind).status_code for kind in ("bug", "bug", "busy", "busy")] == [500, 500, 503, 503]
    assert (len(calls), IdempotencyKey.objects.count()) == (4, 0)


def test_keys_belong_to_their_users() -> None:
    for email in ("ada@example.org", "bob@example.org"):
        post(api_client(make_user(email)))
    assert len(calls) == 2


def test_a_request_that_never_ended_is_not_repeated() -> None:
    client = api_client(make_user())
    post(client)
    IdempotencyKey.objects.update(status_code=None)
    answer = post(client)
    assert (answer.status_code, answer.json()["code"], len(calls)) == (409, "idempotency_in_progress", 1)


def test_a_key_is_forgotten_after_a_day(clock) -> None:
    client = api_client(make_user())
    post(client)
    clock.advance(timedelta(hours=24).total_seconds() - 1)
    post(client)
    clock.advance(2)
    post(client)
    assert len(calls) == 2


@pytest.mark.parametrize("key", ["", "a" * 256, "naïve", "two words"])
def test_unusable_keys(key: str) -> None:
    answer = post(api_client(make_user()), key=key)
    assert (answer.status_code, answer.json()["code"], len(calls)) == (400, "invalid_idempotency_key", 0)
