"""Lists of cases and customers as files: the rows that the page shows, none of them a formula."""

from __future__ import annotations

import csv
import io

import pytest
from django.test import Client

from cases import services
from cases.tests.builders import NOW, make_case, make_customer, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


@pytest.fixture
def browser() -> Client:
    client = Client()
    client.force_login(make_user())
    return client


def rows_of(response) -> list[dict[str, str]]:
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_cases_as_the_page_shows_them(browser):
    make_case("=cmd|' /C calc'!A0", customer=make_customer())
    services.case_cancel(case=make_case("Gone"), by=None, now=NOW)
    link = browser.get("/cases/").context["csv_url"]
    assert "state=active" in link and "format=csv" in link
    (row,) = rows_of(browser.get(f"/cases/{link}"))
    assert row["title"] == "'=cmd|' /C calc'!A0"
    assert row["opened"] == "2026-03-02T09:00:00Z" and row["state"] == "active" and row["customer"]


def test_customers(browser):
    make_customer()
    link = browser.get("/customers/").context["csv_url"]
    (row,) = rows_of(browser.get(f"/customers/{link}"))
    assert row["is_active"] == "True" and row["name"]


def test_strangers_get_no_file():
    assert Client().get("/cases/?format=csv").status_code == 302
