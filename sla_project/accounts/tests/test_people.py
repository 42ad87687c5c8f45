"""Users and teams over REST, and what roles allow."""

from __future__ import annotations

import shlex
import threading

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.management import call_command
from django.db import IntegrityError, connection, connections, transaction
from django.test import RequestFactory

from sla_project.accounts import policy
from sla_project.accounts.models import Role, Team, User
from sla_project.accounts.services import team_save, user_update
from sla_project.operations.errors import NotPossible
from sla_project.operations.models import AuditEntry
from sla_project.operations.tests.builders import NOW, api_client, make_user, seen

pytestmark = pytest.mark.django_db
ME, USERS, TEAMS = "/api/v1/me/", "/api/v1/users/", "/api/v1/teams/"


@pytest.mark.parametrize(
    ("role", "configure", "work", "read_all"),
    [
        (Role.AGENT, False, True, False),
        (Role.MANAGER, False, True, True),
        (Role.ADMINISTRATOR, True, True, True),
    ],
)
def test_roles(role: str, configure: bool, work: bool, read_all: bool) -> None:
    user = make_user(role=role)
    assert policy.can_configure(user) is configure
    assert policy.can_work_cases(user) is work
    assert policy.can_read_all(user) is read_all
    user.is_active = False
    for stranger in (user, AnonymousUser(), None):
        assert not policy.can_configure(stranger)
        assert not policy.can_work_cases(stranger)
        assert not policy.can_read_all(stranger)


def test_pages_for_administrators() -> None:
    @policy.administrator_required
    def page(request):
        return "shown"

    request = RequestFactory().get("/somewhere/")
    request.user = AnonymousUser()
    assert page(request)["Location"] == "/login/?next=/somewhere/"
    request.user = make_user(role=Role.AGENT)
    with pytest.raises(policy.PermissionDenied):
        page(request)
    request.user = make_user("bob@example.org")
    assert page(request) == "shown"


def test_administrators_create_users_who_can_sign_in() -> None:
    client = api_client(make_user())
    answer = client.post(
        USERS,
        {"email": "Eve@Example.org", "display_name": "Eve", "role": "agent", "password": "a long secret 9"},
    )
    assert (answer.status_code, answer.json()["email"]) == (201, "eve@example.org")
    assert "password" not in answer.json()
    assert User.objects.get(email="eve@example.org").check_password("a long secret 9")
    assert "a long secret 9" not in str(list(AuditEntry.objects.values()))


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"email": "no address"}, "/email"),
        ({"email": "ADA@example.org"}, "/email"),
        ({"role": "king"}, "/role"),
        ({"time_zone": "Mars/Olympus"}, "/time_zone"),
        ({"password": "1234"}, "/password"),
    ],
)
def test_faults_are_pointed_at(changes: dict, pointer: str) -> None:
    data = {"email": "eve@example.org", "display_name": "Eve", **changes}
    answer = api_client(make_user()).post(USERS, data)
    assert answer.status_code == 400
    assert pointer in [error["pointer"] for error in answer.json()["errors"]], answer.json()
    assert User.objects.count() == 1


def test_no_field_can_be_smuggled_in() -> None:
    user = make_user(role=Role.AGENT)
    unknown = {"is_superuser": True, "is_staff": True}
    client = api_client(user)
    headers = seen(client, ME)
    assert client.patch(ME, {**unknown, "display_name": "Eve"}, headers=headers).status_code == 400
    shown = {"role": "administrator", "id": 77, "is_active": False}
    answer = client.patch(ME, {**shown, "display_name": "Eve"}, headers=headers)
    assert {one["pointer"] for one in answer.json()["errors"]} == {"/role", "/id", "/is_active"}
    user.refresh_from_db()
    assert (user.display_name, user.role, user.is_active, user.is_staff) == ("Ada", "agent", True, False)


@pytest.mark.parametrize("role", [Role.AGENT, Role.MANAGER])
def test_others_read_people_and_change_none(role: str) -> None:
    user = make_user(role=role)
    client = api_client(user)
    assert client.get(USERS).status_code == 200
    assert client.post(USERS, {}).status_code == 403
    assert client.patch(f"{USERS}{user.pk}/", {"role": "administrator"}).status_code == 403
    assert client.post(TEAMS, {"code": "a", "name": "A"}).status_code == 403


def test_the_last_administrator_stays() -> None:
    user = make_user()
    client, url = api_client(user), f"{USERS}{user.pk}/"
    for change in ({"role": "agent"}, {"is_active": False}):
        answer = client.patch(url, change, headers=seen(client, url))
        assert (answer.status_code, answer.json()["code"]) == (409, "last_administrator")
    make_user("bob@example.org")
    assert client.patch(url, {"role": "agent"}, headers=seen(client, url)).status_code == 200


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite lets one write at a time")
@pytest.mark.django_db(transaction=True)
def test_two_administrators_who_step_down_at_once_leave_one() -> None:
    ada, bob = make_user(), make_user("bob@example.org")
    refused: list[str] = []

    def step_down() -> None:
        try:
            user_update(user=bob, changes={"role": Role.AGENT}, by=bob, now=NOW)
        except NotPossible as error:
            refused.append(error.code)
        finally:
            connections.close_all()

    other = threading.Thread(target=step_down)
    with transaction.atomic():
        user_update(user=ada, changes={"role": Role.AGENT}, by=ada, now=NOW)
        other.start()
        other.join(0.5)
    other.join()
    assert refused == ["last_administrator"]
    assert User.objects.get(role=Role.ADMINISTRATOR) == bob


def test_one_account_for_an_address_in_any_case() -> None:
    make_user()
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create(email="ADA@example.org", display_name="Other")


def test_teams() -> None:
    ada = make_user()
    client = api_client(ada)
    made = client.post(TEAMS, {"code": "first-line", "name": "First line", "lead": ada.pk, "members": [ada.pk]}).json()
    url = f"{TEAMS}{made['id']}/"
    assert (made["lead"], made["members"]) == (ada.pk, [ada.pk])
    changed = client.patch(url, {"name": "Front"}, headers=seen(client, url)).json()
    assert (changed["name"], changed["members"]) == ("Front", [ada.pk])
    assert client.delete(url, headers=seen(client, url)).status_code == 204
    actions = AuditEntry.objects.filter(object_type="accounts.team").values_list("action", flat=True)
    assert sorted(actions) == ["team.create", "team.delete", "team.update"]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("patch", "me/", {"timezone": "UTC"}),
        ("post", "users/", {"email": "b@example.org", "display_name": "B", "colour": "red"}),
        ("post", "teams/", {"code": "b", "name": "B", "colour": "red"}),
        ("post", "tokens/", {"name": "B", "scopes": "write"}),
    ],
)
def test_a_misspelt_key_is_said(method, path, body) -> None:
    client = api_client(make_user("a@example.org", role=Role.ADMINISTRATOR))
    answer = getattr(client, method)(f"/api/v1/{path}", body, format="json", headers={"If-Match": "*"})
    wrong = {"/timezone", "/colour", "/scopes"}
    assert answer.status_code == 400, answer.data
    assert [one["code"] for one in answer.json()["errors"]] == ["unknown_key"]
    assert {one["pointer"] for one in answer.json()["errors"]} <= wrong


def test_writes_name_what_they_have_read() -> None:
    """People and teams are documents like the others; the members of a team are part of it."""
    ada, bob = make_user(), make_user("bob@example.org")
    client = api_client(ada)
    team = client.post(TEAMS, {"code": "first-line", "name": "First line"})
    for url, changes in (
        (f"{TEAMS}{team.json()['id']}/", {"members": [bob.pk]}),
        (f"{USERS}{bob.pk}/", {"display_name": "Bobby"}),
        (ME, {"time_zone": "Europe/London"}),
    ):
        read = seen(client, url)
        assert client.patch(url, changes).status_code == 428
        changed = client.patch(url, changes, headers=read)
        assert changed.status_code == 200 and changed["ETag"] == seen(client, url)["If-Match"]
        stale = client.patch(url, changes, headers=read)
        assert (stale.status_code, stale.json()["code"]) == (412, "stale")


def test_signing_in_changes_no_etag() -> None:
    ada = make_user()
    client, url = api_client(ada), f"{USERS}{ada.pk}/"
    read = seen(client, url)
    User.objects.filter(pk=ada.pk).update(last_login=NOW, password="!other")
    assert seen(client, url) == read


def test_a_team_is_written_as_it_is_now_not_as_the_caller_has_it() -> None:
    ada = make_user()
    old = team_save(team=Team(code="first-line", name="First line"), changes={}, by=ada, now=NOW)
    Team.objects.update(email="first@example.org")
    team_save(team=old, changes={"name": "Front"}, by=ada, now=NOW)
    team = Team.objects.get()
    assert (team.name, team.email) == ("Front", "first@example.org")


def test_the_handbook_says_how_the_first_administrator_is_made(db, settings, monkeypatch):
    text = (settings.BASE_DIR / "docs" / "operations.md").read_text(encoding="utf-8")
    (line,) = [line for line in text.splitlines() if "createsuperuser" in line]
    _python, _manage, command, *options = shlex.split(line)
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", "long-enough-for-anybody")
    call_command(command, *options, "--noinput")
    user = User.objects.get()
    assert (user.role, user.display_name) == (Role.ADMINISTRATOR, "Dana Reed")
    assert user.check_password("long-enough-for-anybody")
