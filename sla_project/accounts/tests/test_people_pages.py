"""The pages of people and teams."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from sla_project.accounts.models import Role, Team, User
from sla_project.operations.models import AuditEntry, OrganisationSettings
from sla_project.operations.tests.builders import make_user

pytestmark = pytest.mark.django_db
PERSON = {
    "email": "Bo@example.org",
    "display_name": "Bo",
    "role": "agent",
    "time_zone": "Europe/Oslo",
    "is_active": "on",
}
TEAM = {"name": "First line", "code": "first-line", "email": "first@example.org"}


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def admin() -> Client:
    return client_of(make_user())


@pytest.mark.parametrize(
    ("path", "agent", "manager"),
    [
        ("/people/", 403, 200),
        ("/people/{user}/", 403, 200),
        ("/people/new/", 403, 403),
        ("/people/{user}/edit/", 403, 403),
        ("/teams/", 200, 200),
        ("/teams/{team}/", 200, 200),
        ("/teams/new/", 403, 403),
        ("/teams/{team}/edit/", 403, 403),
    ],
)
def test_who_sees_what(path: str, agent: int, manager: int) -> None:
    team = Team.objects.create(code="a", name="A")
    for role, status in ((Role.AGENT, agent), (Role.MANAGER, manager), (Role.ADMINISTRATOR, 200)):
        user = make_user(f"{role}@example.org", role=role)
        address = path.format(user=user.pk, team=team.pk)
        assert client_of(user).get(address).status_code == status, role
    answer = Client().get(path.format(user=1, team=1))
    assert (answer.status_code, answer["Location"].partition("?")[0]) == (302, "/login/")


def test_a_person_is_made_and_signs_in(admin: Client) -> None:
    answer = admin.post("/people/new/", {**PERSON, "password": "correct horse 8"}, follow=True)
    assert answer.status_code == 200
    user = User.objects.get(email="bo@example.org")
    assert (user.display_name, user.time_zone, user.is_active) == ("Bo", "Europe/Oslo", True)
    assert Client().login(username="bo@example.org", password="correct horse 8")
    assert AuditEntry.objects.filter(action="user.create").count() == 1


def test_a_changed_person_keeps_the_password(admin: Client) -> None:
    user = make_user("bo@example.org", role=Role.AGENT)
    admin.post(f"/people/{user.pk}/edit/", {**PERSON, "role": "manager"})
    user.refresh_from_db()
    assert (user.role, user.check_password("correct horse 7")) == (Role.MANAGER, True)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"email": "ada@example.org"}, "email"),
        ({"email": "nobody"}, "email"),
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
        ({"role": "king"}, "role"),
        ({"password": "123"}, "password"),
        ({"display_name": ""}, "display_name"),
    ],
)
def test_faults_stand_at_their_field(admin: Client, changes: dict[str, Any], field: str) -> None:
    answer = admin.post("/people/new/", {**PERSON, **changes})
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, [field])
    assert not User.objects.filter(display_name="Bo").exists()


def test_the_last_administrator_stays_one(admin: Client) -> None:
    ada = User.objects.get()
    answer = admin.post(f"/people/{ada.pk}/edit/", {**PERSON, "email": ada.email, "role": "agent"})
    assert (answer.status_code, "last administrator" in answer.content.decode()) == (422, True)
    ada.refresh_from_db()
    assert ada.role == Role.ADMINISTRATOR


def test_a_team_is_made_changed_and_deleted(admin: Client) -> None:
    user = make_user("bo@example.org", role=Role.AGENT)
    answer = admin.post("/teams/new/", {**TEAM, "members": [user.pk], "lead": user.pk}, follow=True)
    team = Team.objects.get()
    assert (answer.status_code, list(team.members.all()), team.lead) == (200, [user], user)
    assert "Bo" in answer.content.decode()
    admin.post(f"/teams/{team.pk}/edit/", TEAM)
    assert not Team.objects.get().members.exists()
    assert admin.get(f"/teams/{team.pk}/delete/").status_code == 405
    admin.post(f"/teams/{team.pk}/delete/")
    assert not Team.objects.exists()
    actions = AuditEntry.objects.order_by("id").values_list("action", flat=True)
    assert list(actions) == ["team.create", "team.update", "team.delete"]


def test_who_left_stays_in_the_form_of_the_team(admin: Client) -> None:
    gone = make_user("gone@example.org", role=Role.AGENT, is_active=False)
    make_user("never@example.org", role=Role.AGENT, is_active=False)
    team = Team.objects.create(code="a", name="A")
    team.members.add(gone)
    shown = admin.get(f"/teams/{team.pk}/edit/").content.decode()
    assert ("Gone" in shown, "Never" in shown) == (True, False)


def test_lists_cost_the_same_for_many(admin: Client, django_assert_max_num_queries: Any) -> None:
    for number in range(20):
        user = make_user(f"u{number}@example.org", role=Role.AGENT)
        team = Team.objects.create(code=f"t{number}", name=f"T{number}", lead=user)
        team.members.add(user)
    for path in ("/people/", "/teams/"):
        with django_assert_max_num_queries(10):
            assert admin.get(path).status_code == 200
    assert "u3@example.org" in admin.get("/people/?q=U3").content.decode()


@pytest.mark.parametrize("member", ["9" * 40, "x", "999"])
def test_a_member_who_is_nobody(admin: Client, member: str) -> None:
    """SQLite cannot even look for a number that long."""
    answer = admin.post("/teams/new/", {**TEAM, "members": [member]})
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["members"])
    assert not Team.objects.exists()


def test_a_new_person_begins_in_the_zone_of_the_organisation(admin: Client) -> None:
    OrganisationSettings.objects.update_or_create(pk=1, defaults={"time_zone": "Asia/Tokyo"})
    assert admin.get("/people/new/").context["form"]["time_zone"].value() == "Asia/Tokyo"
