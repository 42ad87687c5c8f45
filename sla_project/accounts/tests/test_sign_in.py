"""Signing in, and how guessing is slowed down."""

from __future__ import annotations

import pytest
from django.test import Client

from sla_project.accounts.models import LoginFailure
from sla_project.operations.models import AuditEntry
from sla_project.operations.requests import client_address
from sla_project.operations.tests.builders import make_user

pytestmark = pytest.mark.django_db
RIGHT, WRONG = "correct horse 7", "wrong"


def sign_in(password: str, email: str = "ada@example.org", address: str = "192.0.2.1"):
    return Client().post("/login/", {"username": email, "password": password}, REMOTE_ADDR=address)


def test_with_the_email_in_any_case() -> None:
    make_user()
    answer = sign_in(RIGHT, "Ada@Example.org")
    assert (answer.status_code, answer["Location"]) == (302, "/")


def test_the_answer_does_not_tell_whether_the_account_exists() -> None:
    make_user()
    words = "do not go together"
    assert words in sign_in(WRONG).content.decode()
    assert words in sign_in(WRONG, "nobody@example.org").content.decode()


def test_failures_are_in_the_log_without_what_was_typed(caplog) -> None:
    user = make_user()
    for _ in range(6):
        sign_in(WRONG)
    sign_in(WRONG, "hunter2\nroot logged in")
    assert caplog.messages[0] == f"A sign-in from 192.0.2.1 failed (user {user.pk})"
    assert caplog.messages[5] == f"A sign-in from 192.0.2.1 waits after too many failures (user {user.pk})"
    assert caplog.messages[6] == "A sign-in from 192.0.2.1 failed (no such account)"
    assert "hunter2" not in caplog.text and WRONG not in caplog.text


def test_after_five_failures_the_right_password_waits_too(clock) -> None:
    make_user()
    for _ in range(5):
        assert sign_in(WRONG).status_code == 200
    refused = sign_in(RIGHT)
    assert (refused.status_code, "Too many failed attempts" in refused.content.decode()) == (200, True)
    assert sign_in(RIGHT, address="192.0.2.2").status_code == 302
    clock.advance(15 * 60)
    assert sign_in(RIGHT).status_code == 302


def test_waiting_is_not_made_longer_by_trying(clock) -> None:
    make_user()
    for _ in range(9):
        sign_in(WRONG)
    assert LoginFailure.objects.count() == 5


def test_an_address_that_tries_many_accounts_waits(clock) -> None:
    make_user()
    for number in range(50):
        sign_in(WRONG, f"u{number}@example.org")
    assert sign_in(RIGHT).status_code == 200


def test_signing_in_forgets_the_failures(clock) -> None:
    make_user()
    for password in [WRONG] * 4 + [RIGHT] + [WRONG] * 4:
        sign_in(password)
    assert sign_in(RIGHT).status_code == 302


def test_the_deactivated_stay_out() -> None:
    make_user(is_active=False)
    assert sign_in(RIGHT).status_code == 200


def test_signing_out_is_a_post() -> None:
    client = Client()
    client.force_login(make_user())
    assert client.get("/logout/").status_code == 405
    assert client.post("/logout/")["Location"] == "/login/"
    assert client.get("/profile/").status_code == 302


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_it_leads_nowhere_else(target: str) -> None:
    make_user()
    data = {"username": "ada@example.org", "password": RIGHT, "next": target}
    assert Client().post("/login/", data)["Location"] == "/"


@pytest.mark.parametrize(("behind", "address"), [(False, "127.0.0.1"), (True, "203.0.113.9")])
def test_the_proxy_is_believed_only_where_there_is_one(rf, settings, behind: bool, address: str) -> None:
    settings.BEHIND_PROXY = behind
    request = rf.get("/", headers={"X-Forwarded-For": "198.51.100.1, 203.0.113.9"})
    assert client_address(request) == address


@pytest.mark.parametrize(
    ("forwarded", "remote", "address"),
    [
        ("203.0.113.9:51034", "10.0.0.1", "203.0.113.9"),
        ("[2001:db8::7]:443", "10.0.0.1", "2001:db8::7"),
        ("2001:db8::7", "10.0.0.1", "2001:db8::7"),
        ("fe80::1%eth0", "10.0.0.1", "fe80::1"),
        ("unknown", "10.0.0.1", "10.0.0.1"),
        ("203.0.113.9,", "10.0.0.1", "10.0.0.1"),
        ("", "", "::"),
        ("x" * 500, "", "::"),
    ],
)
def test_what_a_proxy_says_is_an_address_or_nothing(rf, settings, forwarded: str, remote: str, address: str) -> None:
    settings.BEHIND_PROXY = True
    request = rf.get("/", headers={"X-Forwarded-For": forwarded}, REMOTE_ADDR=remote)
    assert client_address(request) == address


def test_a_wrong_password_is_told_so_whatever_the_proxy_says(settings) -> None:
    """With nginx before a socket file there is no address, and some proxies add a port."""
    settings.BEHIND_PROXY = True
    make_user()
    for forwarded in ("unknown", "203.0.113.9:51034"):
        data = {"username": "ada@example.org", "password": WRONG}
        answer = Client().post("/login/", data, headers={"X-Forwarded-For": forwarded}, REMOTE_ADDR="")
        assert "do not go together" in answer.content.decode()


def test_profile_and_password() -> None:
    user = make_user()
    client = Client()
    client.force_login(user)
    client.post("/profile/", {"display_name": "Ada L", "time_zone": "Europe/London"})
    user.refresh_from_db()
    assert (user.display_name, user.time_zone) == ("Ada L", "Europe/London")
    new = "another horse 8"
    data = {"old_password": RIGHT, "new_password1": new, "new_password2": new}
    assert client.post("/profile/password/", data)["Location"] == "/profile/"
    assert AuditEntry.objects.filter(by=user, action="user.set_password", object_id=str(user.pk)).count() == 1
    assert sign_in(new).status_code == 302
