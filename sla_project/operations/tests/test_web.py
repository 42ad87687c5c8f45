"""The three helpers for pages, and the shell around them."""

from __future__ import annotations

import django_filters
import pytest
from django import forms
from django.contrib.messages import get_messages
from django.contrib.messages.storage.cookie import CookieStorage
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.test import Client

from sla_project.accounts.models import Role, User
from sla_project.operations.context import navigation_for
from sla_project.operations.errors import Invalid, NotPossible, Problem, Refused, Stale
from sla_project.operations.tests.builders import make_user
from sla_project.operations.web import Column, command_view, form_page, list_page

pytestmark = pytest.mark.django_db
COLUMNS = [Column("Name", order="display_name", first=True), Column("Role")]


class UserFilter(django_filters.FilterSet):
    class Meta:
        model = User
        fields = ["role", "is_active"]


class NoteForm(forms.Form):
    name = forms.CharField()


def request_by(rf, method: str, path: str = "/people/", data: dict | None = None) -> HttpRequest:
    request: HttpRequest = getattr(rf, method)(path, data or {})
    request.user = User.objects.first() or make_user()
    request._messages = CookieStorage(request)  # type: ignore[attr-defined]
    return request


def words(request: HttpRequest) -> list[tuple[str, str]]:
    return [(message.level_tag, message.message) for message in get_messages(request)]


def people(rf, **query: str) -> str:
    request = request_by(rf, "get", data=query)
    response = list_page(
        request,
        title="People",
        queryset=User.objects.order_by("pk"),
        columns=COLUMNS,
        row=lambda user: [{"text": user.display_name}, {"text": user.get_role_display()}],
        filterset=UserFilter,
    )
    return response.content.decode()


def test_lists_filter_sort_and_page(rf) -> None:
    for number in range(60):
        make_user(f"u{number:02}@example.org", role=Role.AGENT)
    make_user("zoe@example.org", role=Role.MANAGER)
    first = people(rf, sort="-display_name")
    assert first.index("Zoe") < first.index("U59")
    assert "U09" not in first
    assert "U09" in people(rf, sort="-display_name", page="2")
    managers = people(rf, role="manager")
    assert "Zoe" in managers
    assert "U01" not in managers
    assert "Zoe" in people(rf, sort="password", page="99")


def test_filters_offer_any_and_not_unknown_or_dashes(rf) -> None:
    page = people(rf)
    assert '<option value="unknown" selected>Any</option>' in page
    assert "Unknown" not in page
    assert "-----" not in page


@pytest.mark.parametrize("page", ["0", "-1", "x", "99999999999999999999"])
def test_lists_survive_any_page(rf, page: str) -> None:
    assert "Nothing" in people(rf, page=page) or "<table" in people(rf, page=page)


@pytest.mark.parametrize(
    ("error", "shown"),
    [
        (Invalid([Problem("/name", "taken", "It is taken.")]), "It is taken."),
        (NotPossible("It is resolved."), "It is resolved."),
        (Stale("Changed meanwhile."), "Changed meanwhile."),
    ],
)
def test_forms_show_what_the_service_refuses(rf, error: Exception, shown: str) -> None:
    def save(data: dict) -> str:
        raise error

    request = request_by(rf, "post", data={"name": "x"})
    response = form_page(request, title="New", form=NoteForm(request.POST), save=save)
    assert response.status_code == 422
    assert shown in response.content.decode()


def test_forms_save_once_valid(rf) -> None:
    saved: list[dict] = []

    def save(data: dict) -> str:
        saved.append(data)
        return "/done/"

    for data, status in (({}, 422), ({"name": "x"}, 302)):
        request = request_by(rf, "post", data=data)
        assert (
            form_page(request, title="New", form=NoteForm(request.POST), save=save, message="Saved.").status_code
            == status
        )
    assert saved == [{"name": "x"}]
    assert words(request) == [("success", "Saved.")]
    request = request_by(rf, "get")
    assert form_page(request, title="New", form=NoteForm(), save=save).status_code == 200


def test_commands_run_on_post_only(rf) -> None:
    def act() -> str:
        raise NotPossible("It is resolved.")

    assert command_view(request_by(rf, "get"), act=act, to="/").status_code == 405
    request = request_by(rf, "post")
    assert command_view(request, act=act, to="/there/")["Location"] == "/there/"
    assert words(request) == [("error", "It is resolved.")]
    request = request_by(rf, "post")
    command_view(request, act=lambda: "Done.", to="/there/")
    assert words(request) == [("success", "Done.")]


def test_what_one_may_not_do_is_403(rf) -> None:
    def act() -> str:
        raise Refused("Not yours.")

    with pytest.raises(PermissionDenied):
        command_view(request_by(rf, "post"), act=act, to="/")


def test_navigation_marks_the_page_one_is_on() -> None:
    for path, label in (("/", "Dashboard"), ("/cases/", "Cases"), ("/cases/7/", "Cases"), ("/tokens/", "API tokens")):
        assert [entry.label for entry in navigation_for(path) if entry.active] == [label]
    assert navigation_for("/cases/")[0].group == ""


def test_the_shell_says_whether_the_monitor_runs() -> None:
    client = Client()
    client.force_login(make_user())
    page = client.get("/profile/").content.decode()
    assert "Monitor not running" in page
    assert 'role="alert"' in page


@pytest.mark.parametrize("path", ["/profile/", "/profile/password/", "/tokens/", "/settings/"])
def test_pages_ask_strangers_to_sign_in(path: str) -> None:
    assert Client().get(path)["Location"].startswith("/login/")
    client = Client()
    client.force_login(make_user())
    assert client.get(path).status_code == 200
