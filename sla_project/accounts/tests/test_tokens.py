"""API tokens: shown once, kept as a hash, limited by scope and time."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from sla_project.accounts.models import ApiToken, Role
from sla_project.operations.models import AuditEntry, IdempotencyKey
from sla_project.operations.tests.builders import NOW, api_client, make_token, make_user

pytestmark = pytest.mark.django_db
ME, TOKENS = "/api/v1/me/", "/api/v1/tokens/"


def asks(plaintext: str, keyword: str = "Token", path: str = ME):
    return api_client().get(path, HTTP_AUTHORIZATION=f"{keyword} {plaintext}")


@pytest.mark.parametrize("keyword", ["Token", "Bearer", "token"])
def test_both_keywords(keyword: str) -> None:
    user = make_user()
    assert asks(make_token(user)[1], keyword).json()["email"] == user.email


@pytest.mark.parametrize("header", ["Token", "Token a b", "Token sla_unknown", "Bearer \xff", "Token "])
def test_what_is_no_token_is_401(header: str) -> None:
    answer = api_client().get(ME, HTTP_AUTHORIZATION=header)
    assert (answer.status_code, answer.json()["code"]) == (401, "authentication_failed")


def test_other_schemes_are_strangers() -> None:
    assert api_client().get(ME, HTTP_AUTHORIZATION="Basic YTpi").json()["code"] == "not_authenticated"


def test_it_expires(clock) -> None:
    _token, plaintext = make_token(make_user(), expires_at=clock.now + timedelta(hours=1), now=clock.now)
    assert asks(plaintext).status_code == 200
    clock.advance(3600)
    answer = asks(plaintext)
    assert (answer.status_code, answer.json()["detail"]) == (401, "This token has expired.")


def test_a_deactivated_user_has_no_tokens() -> None:
    user = make_user()
    _token, plaintext = make_token(user)
    user.is_active = False
    user.save()
    assert asks(plaintext).status_code == 401


def test_the_read_scope_reads() -> None:
    _token, plaintext = make_token(make_user(), "read")
    client = api_client()
    client.credentials(HTTP_AUTHORIZATION=f"Token {plaintext}")
    assert client.get("/api/v1/users/").status_code == 200
    refused = "This token only reads; make one with the scope “write”."
    for path in ("/api/v1/teams/", TOKENS, "/api/v1/reports/saved/"):
        answer = client.post(path, {"code": "a", "name": "A"})
        assert (answer.status_code, answer.json()["code"]) == (403, "read_only_token")
        assert answer.json()["detail"] == refused
    assert client.patch("/api/v1/settings/", {"name": "A"}, HTTP_IF_MATCH="*").json()["code"] == "read_only_token"


def test_whose_role_forbids_it_is_not_sent_for_another_token() -> None:
    client = api_client()
    client.credentials(HTTP_AUTHORIZATION=f"Token {make_token(make_user(role=Role.AGENT), 'read')[1]}")
    assert client.post("/api/v1/teams/", {"code": "a", "name": "A"}).json()["code"] == "permission_denied"


def test_a_repeated_key_does_not_show_the_token_again() -> None:
    """Nor is it in the database, where only its hash belongs."""
    client = api_client(make_user())
    answers = [client.post(TOKENS, {"name": "import"}, headers={"Idempotency-Key": "k-1"}) for _ in range(2)]
    plaintext = answers[0].json()["token"]
    assert (answers[1].status_code, answers[1].json()["code"]) == (409, "idempotency_not_kept")
    assert ApiToken.objects.filter(name="import").count() == 1
    kept = IdempotencyKey.objects.get()
    assert plaintext not in f"{kept.body} {kept.headers}"


def test_its_use_is_noted_at_most_once_a_minute(clock, django_assert_num_queries) -> None:
    token, plaintext = make_token(make_user(), now=clock.now)
    asks(plaintext)
    first = clock.now
    clock.advance(30)
    asks(plaintext)
    token.refresh_from_db()
    assert token.last_used_at == first
    clock.advance(31)
    asks(plaintext)
    token.refresh_from_db()
    assert token.last_used_at == clock.now


def test_the_plain_text_is_shown_once_and_never_stored() -> None:
    user = make_user()
    answer = api_client(user).post(TOKENS, {"name": "import", "scope": "read"})
    plaintext = answer.json()["token"]
    assert answer["Cache-Control"] == "no-store"
    token = ApiToken.objects.get(name="import")
    assert token.key_hash == ApiToken.hash_of(plaintext)
    assert plaintext.startswith(token.prefix)
    assert plaintext not in str(list(ApiToken.objects.values()))
    assert plaintext not in str(list(AuditEntry.objects.values()))
    assert "token" not in api_client(user).get(f"{TOKENS}{token.pk}/").json()


def test_a_token_makes_none_that_outlives_it(clock) -> None:
    user = make_user()
    _token, plaintext = make_token(user, expires_at=clock.now + timedelta(days=1), now=clock.now)
    client = api_client()
    client.credentials(HTTP_AUTHORIZATION=f"Token {plaintext}")
    made = client.post(TOKENS, {"name": "heir", "scope": "write"}).json()
    assert made["expires_at"] == "2026-03-03T09:00:00Z"


def test_an_expiry_in_the_past_is_refused(clock) -> None:
    answer = api_client(make_user()).post(TOKENS, {"name": "late", "expires_at": "2026-03-02T08:59:59Z"})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, "/expires_at")


def test_agents_see_and_revoke_their_own() -> None:
    ada, bob = make_user(), make_user("bob@example.org", role=Role.AGENT)
    hers, _plaintext = make_token(ada)
    client = api_client(bob)
    assert [row["user"] for row in client.get(TOKENS).json()["results"]] == [bob.email]
    assert client.delete(f"{TOKENS}{hers.pk}/").status_code == 404
    assert client.delete(f"{TOKENS}{bob.tokens.get().pk}/").status_code == 204
    assert client.get(ME).status_code == 401


def test_the_page_makes_shows_and_revokes(clock) -> None:
    user = make_user()
    client = Client()
    client.force_login(user)
    page = client.post("/tokens/", {"name": "import", "scope": "read", "days": "30"}).content.decode()
    token = user.tokens.get()
    assert token.expires_at == NOW + timedelta(days=30)
    assert "It is not shown again" in page
    assert f"Authorization: Token {token.prefix}" in page
    again = client.get("/tokens/").content.decode()
    assert f"Authorization: Token {token.prefix}" not in again
    client.post(f"/tokens/{token.pk}/revoke/")
    assert not user.tokens.exists()


def test_the_page_refuses_what_is_not_its_users() -> None:
    hers, _plaintext = make_token(make_user())
    client = Client()
    client.force_login(make_user("bob@example.org", role=Role.AGENT))
    assert client.post(f"/tokens/{hers.pk}/revoke/").status_code == 404
    assert client.get("/tokens/1/revoke/").status_code in (404, 405)
