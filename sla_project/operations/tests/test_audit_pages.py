"""The audit log as pages: for managers, field by field, and reached from the object's own page."""

from __future__ import annotations

import csv
import io

import pytest
from django.test import Client
from django.urls import reverse

from sla_project.accounts.models import Role, User
from sla_project.operations.audit import OBJECT_PAGES, TABS, action_words, differences, history_query, type_label
from sla_project.operations.services import audit_write, settings_update
from sla_project.operations.tests.builders import NOW

pytestmark = pytest.mark.django_db


def client_of(role: str) -> Client:
    user = User.objects.create_user(email=f"{role}@example.com", display_name=role.title(), role=role)
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def manager() -> Client:
    return client_of(Role.MANAGER)


def change(**given):
    user = User.objects.order_by("pk").first()
    return audit_write(**({"by": user, "action": "user.update", "obj": user, "now": NOW} | given))


@pytest.mark.parametrize(("role", "status"), [(Role.AGENT, 403), (Role.MANAGER, 200), (Role.ADMINISTRATOR, 200)])
def test_who_reads_it(role, status):
    client = client_of(role)
    entry = change(before={"name": "Ada"}, after={"name": "Eva"})
    assert client.get("/audit/").status_code == status
    assert client.get(f"/audit/{entry.pk}/").status_code == status


def test_strangers_sign_in_first():
    assert "login" in Client().get("/audit/")["Location"]


def test_an_entry_is_shown_field_by_field(manager):
    before, after = {"name": "Ada", "role": "agent"}, {"name": "Eva", "role": "agent", "is_active": False}
    entry = change(before=before, after=after, reason="She asked for it.")
    text = manager.get(f"/audit/{entry.pk}/").content.decode()
    for words in ("<del>Ada</del>", "<ins>Eva</ins>", "<ins>no</ins>", "She asked for it.", "changed"):
        assert words in text
    assert "style=" not in text and "<script>" not in text
    assert "Name, Active" in manager.get("/audit/").content.decode()


def test_values_are_escaped(manager):
    entry = change(before={"name": "<b>"}, after={"name": "<script>alert(1)</script>"}, reason="<i>")
    for url in (f"/audit/{entry.pk}/", "/audit/"):
        assert "<script>alert" not in manager.get(url).content.decode()


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        (None, {"a": 1}, [("a", "", "1", "added")]),
        ({"a": 1}, None, [("a", "1", "", "removed")]),
        ({"a": 1, "b": 2}, {"a": 1, "b": 3}, [("b", "2", "3", "changed")]),
        ({"a": True}, {"a": 1}, [("a", "yes", "1", "changed")]),
        ({"a": None}, {"a": ""}, [("a", "nothing", "", "changed")]),
        ({"a": []}, {"a": [1, 2]}, [("a", "none", "1, 2", "changed")]),
        ({"a": {}}, {"a": {"b": 1}}, [("a › b", "", "1", "added")]),
        ({"a": {"b": 1}}, {"a": None}, [("a", '{"b": 1}', "nothing", "changed")]),
        (
            {"items": [{"key": "x", "name": "X"}, {"key": "y", "name": "Y"}]},
            {"items": [{"key": "y", "name": "Z"}, {"key": "x", "name": "X"}]},
            [("items › y › name", "Y", "Z", "changed")],
        ),
        ({"a": [{"n": 1}]}, {"a": [{"n": 1}, {"n": 2}]}, [("a › 2 › n", "", "2", "added")]),
        (None, None, []),
        ({"a": 1}, {"a": 1}, []),
    ],
)
def test_differences(before, after, found):
    assert [(one.path, one.before, one.after, one.kind) for one in differences(before, after)] == found


def test_filters(manager):
    settings_update(changes={"name": "Desk"}, by=None, reason="A new name", now=NOW)
    change(after={"a": 1})
    user = User.objects.get()

    def count(**query):
        return len(manager.get("/audit/", query).context["rows"])

    assert count() == 2
    assert count(object_type="accounts.user") == count(action="settings.update") == count(by="null") == 1
    assert count(by=user.pk) == count(q="new name") == count(object_type="accounts.user", object_id=user.pk) == 1
    assert count(since="2099-01-01") == count(until="2000-01-01") == count(q="nowhere") == 0


def test_history_leads_from_the_object_to_its_entries(manager):
    user = User.objects.get()
    change(before={"name": "Ada"}, after={"name": "Eva"})
    page = manager.get(reverse("accounts:person_detail", args=[user.pk])).content.decode()
    link = f"/audit/?object_type=accounts.user&amp;object_id={user.pk}"
    assert link in page
    assert len(manager.get(link.replace("&amp;", "&")).context["rows"]) == 1
    agent = client_of(Role.AGENT)
    assert "/audit/" not in agent.get(reverse("slas:settings")).content.decode()
    assert "object_type=operations.organisationsettings" in manager.get(reverse("slas:settings")).content.decode()


def test_pages_of_objects_exist():
    for object_type, name in OBJECT_PAGES.items():
        if object_type != "operations.job":
            assert reverse(name, args=[1])
            assert history_query(name, {"pk": 1}) == {"object_type": object_type, "object_id": "1"}
    assert history_query("slas:dashboard", {}) == {}
    for tab, object_type in TABS.items():
        assert reverse(tab, args=[1])
        assert history_query(tab, {"pk": 1}) == {"object_type": object_type, "object_id": "1"}


def test_actions_are_said_in_words():
    assert [action_words(code) for code in ("sla.publish", "user.wave_back")] == ["published", "wave back"]


def test_types_fields_and_the_choices_of_the_filter_are_said_in_words(manager):
    named = ("accounts.user", "accounts.apitoken", "slas.kpi", "slas.sla", "gone.thing")
    assert [type_label(name) for name in named] == ["Person", "API token", "KPI", "SLA", "gone.thing"]
    before = {"is_active": True, "draft_revision": 1, "items": {"gold_one": 1}}
    (first, second, third) = differences(before, {"is_active": False, "draft_revision": 2, "items": {"gold_one": 2}})
    assert [one.words for one in (first, second, third)] == ["Active", "Times the draft was saved", "Items › gold one"]

    settings_update(changes={"name": "Desk"}, by=None, reason="A new name", now=NOW)
    change(after={"a": 1})
    form = manager.get("/audit/").context["filter_form"]
    assert list(form.fields["action"].choices)[1:] == [
        ("user.update", "Person: changed"),
        ("settings.update", "Settings: changed"),
    ]


def test_the_log_as_a_file(manager):
    change(before={"name": "Ada"}, after={"name": "=1+1"})
    response = manager.get("/audit/?format=csv")
    rows = list(csv.reader(io.StringIO(b"".join(response.streaming_content).decode("utf-8-sig"))))
    assert rows[0][-3:] == ["field", "before", "after"] and rows[1][-3:] == ["name", "Ada", "'=1+1"]


def test_as_many_queries_for_many_entries(manager, django_assert_max_num_queries):
    for number in range(30):
        change(after={"n": number})
    with django_assert_max_num_queries(14):
        manager.get("/audit/")
