"""Every page for every role: administrators change, the others read, strangers sign in first."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from slas.models import KPI, SLA, BusinessHours, Holiday, HolidaySchedule
from slas.tests.policy.builders import make_item
from slas.tests.web.conftest import ROLES, client_of
from slas.urls import urlpatterns

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

READ = [
    "dashboard",
    "monitor",
    "sla_list",
    "sla_detail",
    "sla_document",
    "sla_check",
    "sla_versions",
    "sla_version",
    "sla_diff",
    "sla_try",
    "kpi_list",
    "kpi_detail",
    "business_hours_list",
    "business_hours_detail",
    "business_hours_year",
    "business_hours_versions",
    "holiday_schedule_list",
    "holiday_schedule_detail",
    "holiday_schedule_history",
    "kpi_instance_list",
]
WRITE = [
    "sla_new",
    "sla_edit",
    "sla_edit_document",
    "sla_rename",
    "sla_publish",
    "republish",
    "kpi_new",
    "kpi_edit",
    "business_hours_new",
    "business_hours_edit",
    "business_hours_recalculate",
    "holiday_schedule_new",
    "holiday_schedule_edit",
    "holiday_schedule_recalculate",
    "holiday_add",
    "holiday_edit",
    "holiday_import",
    "holiday_import_calendar",
]
COMMANDS = [
    ("sla_command", "deactivate"),
    ("sla_command", "set-default"),
    ("sla_clone", ""),
    ("sla_delete", ""),
    ("sla_forecast", ""),
    ("sla_republish_forecast", ""),
    ("sla_restore", ""),
    ("kpi_command", "deactivate"),
    ("kpi_clone", ""),
    ("kpi_delete", ""),
    ("business_hours_command", "deactivate"),
    ("business_hours_clone", ""),
    ("business_hours_delete", ""),
    ("holiday_schedule_clone", ""),
    ("holiday_schedule_delete", ""),
    ("holiday_remove", ""),
    ("holiday_import_add", ""),
]
MODELS = {"sla": SLA, "kpi": KPI, "business_hours": BusinessHours, "holiday": HolidaySchedule}


def address(name: str, verb: str = "") -> str:
    route = next(str(pattern.pattern) for pattern in urlpatterns if pattern.name == name)
    given = {}
    if "<int:pk>" in route:
        model = next(model for prefix, model in MODELS.items() if name.startswith(prefix))
        given["pk"] = model.objects.get().pk
    if "<int:holiday>" in route:
        given["holiday"] = Holiday.objects.get().pk
    if "<int:number>" in route:
        given["number"] = 1
    if verb:
        given["verb"] = verb
    return reverse(f"slas:{name}", kwargs=given)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("name", READ)
def test_everybody_reads(sla, role, name):
    response = client_of(role).get(address(name))
    assert response.status_code == 200
    assert b"style=" not in response.content and b"<script>" not in response.content


@pytest.mark.parametrize("name", WRITE)
def test_administrators_write_and_the_others_do_not(sla, admin, agent, name):
    assert admin.get(address(name)).status_code == 200
    assert agent.get(address(name)).status_code == 403
    assert agent.post(address(name)).status_code == 403


@pytest.mark.parametrize(("name", "verb"), COMMANDS)
def test_commands_are_posts_of_administrators(sla, admin, agent, name, verb):
    url = address(name, verb)
    assert admin.get(url).status_code == 405
    assert agent.post(url).status_code == 403
    assert admin.post(url).status_code == 302


@pytest.mark.parametrize("name", [*READ, *WRITE])
def test_strangers_sign_in_first(sla, name):
    response = Client().get(address(name))
    assert response.status_code == 302 and "login" in response["Location"]


def test_a_preview_answers_with_a_part_of_the_page(sla, admin, agent):
    url = address("holiday_add_preview")
    assert admin.get(url).status_code == 405
    assert agent.post(url).status_code == 403
    assert admin.post(url).status_code == 200


def test_an_unknown_verb_is_no_page(sla, admin):
    assert admin.post(address("sla_command", "explode")).status_code == 404


@pytest.mark.parametrize("name", READ)
def test_queries_do_not_grow_with_the_rows(sla, admin, name, django_assert_max_num_queries):
    with django_assert_max_num_queries(25):
        admin.get(address(name))


def test_the_items_are_said_in_words(sla, admin):
    text = admin.get(address("sla_detail") + "?show=published").content.decode()
    for words in (
        "Service level is Gold",
        "First response sent is yes",
        "after 45 min",
        "UK hours",
        "First response by",
    ):
        assert words in text
    assert "Create activity" in text


def test_agents_see_what_is_published_and_administrators_the_draft_first(sla, admin, agent):
    assert b"Renamed in the draft" in admin.get(address("sla_detail")).content
    assert b"Renamed in the draft" not in agent.get(address("sla_detail")).content


def test_the_checker_speaks_on_the_draft(sla, admin):
    from slas.services.policy.slas import sla_update_draft
    from slas.tests.policy.builders import NOW

    contradiction = {"all": [{"field": "service_level", "op": "is", "value": "silver"}]}
    document = {"items": [make_item(success_when=contradiction)]}
    sla_update_draft(sla=sla, document=document, expected_revision=None, by=None, now=NOW)
    assert b"can never succeed" in admin.get(address("sla_detail")).content
    assert b"cannot be published yet" in admin.get(address("sla_publish")).content


def test_an_empty_install_has_pages_too(admin):
    for name in ("dashboard", "monitor", "sla_list", "kpi_list", "business_hours_list", "holiday_schedule_list"):
        assert admin.get(reverse(f"slas:{name}")).status_code == 200
