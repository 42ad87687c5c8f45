"""The compliance report as a page, a file and over the API: for managers, and every number with its rows."""

from __future__ import annotations

import csv
import io

import pytest
from django.test import Client
from django.urls import reverse

from slas.models import KPIInstance, SavedReport
from slas.selectors.reports.compliance import GROUPS
from slas.tests.reports.random_instances import make_instances
from slas.tests.web.conftest import ROLES, client_of

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
PAGE = "/reports/compliance/"
API = "/api/v1/reports/compliance/"


def read_csv(response) -> list[list[str]]:
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("url", [PAGE, "/reports/", "/reports/new/", API])
def test_managers_and_administrators_read_and_agents_do_not(role, url, clock):
    assert client_of(role).get(url).status_code == (403 if role == "agent" else 200)


@pytest.mark.parametrize("url", [PAGE, "/reports/"])
def test_strangers_sign_in_first(url):
    assert "login" in Client().get(url)["Location"]


def test_agents_are_not_led_to_what_they_may_not_read(manager, agent, clock):
    assert b'href="/reports/"' in manager.get("/").content
    assert b'href="/reports/"' not in agent.get("/").content


@pytest.mark.parametrize("group_by", [*GROUPS, "priority", "customer", "agent"])
def test_every_number_leads_to_as_many_rows(manager, many, group_by):
    response = manager.get(PAGE, {"group_by": group_by, "since": "2025-11-20", "until": "2026-02-10"})
    rows = [*response.context["lines"], {"cells": response.context["total"]}]
    counted = 0
    for row in rows[:3] + rows[-1:]:
        for cell in row["cells"]:
            if cell["url"] and cell["text"].isdecimal():
                listed = manager.get(cell["url"]).context["pagination"]["label"]
                assert listed.endswith(f"of {cell['text']}"), (row, cell)
                counted += 1
    assert counted > 10


def test_the_page_explains_itself_and_carries_its_chart(manager, many):
    text = manager.get(PAGE, {"period": "all"}).content.decode()
    for words in ("How this is counted", "report-chart-data", "Closed while paused", "without what was closed"):
        assert words in text
    assert "style=" not in text and "<script>" not in text


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"group_by": "colour"}, "group_by: One can group by sla"),
        ({"period": "someday"}, "period: The periods are"),
        ({"since": "2026-13-01"}, "since: Enter a valid date"),
        ({"since": "2026-02-01", "until": "2026-01-01"}, "The period ends before it begins"),
        ({"pause_hours": "0"}, "pause_hours: Give a whole number"),
        ({"colour": "red"}, "colour: Unknown"),
    ],
)
def test_what_makes_no_sense_is_said_at_its_place(manager, clock, query, words):
    response = manager.get(PAGE, query)
    assert response.status_code == 400 and words in response.content.decode()
    answer = manager.get(API, query)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"] == "/" + (words.split(":")[0] if ":" in words else "until")


def test_an_empty_desk_has_a_report_too(manager, clock):
    assert "Nothing to report" in manager.get(PAGE).content.decode()


def test_the_api_says_what_the_page_says(manager, many):
    query = {"group_by": "priority", "period": "all"}
    body = manager.get(API, query).json()
    lines = {line["label"]: line["cells"] for line in manager.get(PAGE, query).context["lines"]}
    assert {group["label"]: str(group["figures"]["finished"]) for group in body["groups"]} == {
        label: cells[0]["text"] for label, cells in lines.items()
    }
    assert body["total"]["finished"] == KPIInstance.objects.filter(status__in=["succeeded", "noncompliant"]).count()
    assert body["groups"][0]["html_url"].startswith("http://testserver/kpi-instances/?")


def test_the_file_has_all_lines_and_the_total(manager, many):
    rows = read_csv(manager.get(PAGE, {"period": "all", "group_by": "sla", "format": "csv"}))
    assert rows[0][:4] == ["SLA", "of", "finished", "met"] and [row[0] for row in rows[1:]] == ["Gold", "Silver", "All"]
    assert int(rows[1][2]) + int(rows[2][2]) == int(rows[3][2])


def test_as_many_queries_for_many_rows_as_for_few(manager, clock, django_assert_max_num_queries):
    make_instances(1, 60)
    with django_assert_max_num_queries(20):
        manager.get(PAGE, {"period": "all", "group_by": "agent"})


def test_the_list_as_a_file_takes_no_formula(manager, many):
    instance = KPIInstance.objects.select_related("record").order_by("pk")[0]
    instance.record.number, instance.record.label = "R-1", '=HYPERLINK("http://evil.example";"click")'
    instance.record.save()
    rows = read_csv(manager.get(reverse("slas:kpi_instance_list"), {"format": "csv"}))
    assert len(rows) == 81
    title = rows[0].index("title")
    assert [row[title] for row in rows if "evil" in row[title]] == ['\'=HYPERLINK("http://evil.example";"click")']


@pytest.mark.parametrize(
    "query",
    [
        {"show": "closed_paused"},
        {"paused_longer": "24"},
        {"priority": "none"},
        {"customer": "none", "show": "open"},
        {"since": "2026-01-01", "until": "2026-01-31", "open": "false"},
    ],
)
def test_the_list_filters_by_what_reports_count(manager, many, query):
    page = manager.get(reverse("slas:kpi_instance_list"), query)
    found = int(page.context["pagination"]["label"].rpartition(" ")[2])
    api = manager.get("/api/v1/kpi-instances/", {**query, "limit": 200}).json()["results"]
    assert 0 < found < 80 and len(api) == found


def test_chips_keep_the_other_filters(manager, many):
    chips = manager.get(reverse("slas:kpi_instance_list"), {"sla": "gold", "show": "met"}).context["chips"]
    assert all("sla=gold" in chip["url"] for chip in chips)
    assert [chip["label"] for chip in chips if chip["active"]] == ["Met"]


def test_nothing_saved_yet_leads_to_the_report(manager, clock):
    assert not SavedReport.objects.exists()
    assert "No saved report yet" in manager.get("/reports/").content.decode()
