"""What an agent does all day, in a real browser."""

from __future__ import annotations

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from cases.demo.people import PASSWORD, Desk
from cases.models import Case
from cases.tests.browser.conftest import sign_in
from slas.models import KPIInstance
from slas.selectors.clocks.instances import record_of

pytestmark = pytest.mark.browser


@pytest.fixture
def page(browser: Browser, live_server: LiveServer, desk: Desk) -> Page:
    return sign_in(browser, live_server, "ada@example.com").new_page()


def test_a_new_case_shows_its_timers_and_a_reply_meets_the_first(page: Page) -> None:
    page.goto("/cases/new/")
    page.locator("#id_title").fill("Printer prints only the left half")
    page.locator("#id_customer").fill("Northwind Traders")
    page.locator("main form button[type=submit]").last.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Printer prints only the left half")
    card = page.get_by_role("region", name="First response by")
    expect(card).to_contain_text("In progress")
    expect(card).to_contain_text("min left")
    case = Case.objects.get(title="Printer prints only the left half")
    page.get_by_role("link", name="Reply").or_(page.get_by_role("button", name="Reply")).first.click()
    page.locator("textarea").first.fill("Please try the other tray.")
    page.locator("form:has(textarea) button[type=submit]").first.click()
    expect(page.get_by_role("region", name="First response by")).to_contain_text("Succeeded")
    statuses = KPIInstance.objects.filter(record=record_of(case)).values_list("kpi__code", "status")
    assert dict(statuses) == {"first_response_by": "succeeded", "resolve_by": "in_progress"}


def test_a_reply_outlives_the_session_in_which_it_was_typed(page: Page) -> None:
    case = Case.objects.filter(state="active").earliest("pk")
    reply = f"/cases/{case.pk}/reply/"
    page.goto(reply)
    page.locator("textarea").fill("Please try the other tray.")
    Session.objects.all().delete()
    page.locator("form:has(textarea) button[type=submit]").click()
    page.get_by_label("Email").fill("ada@example.com")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator("textarea")).to_have_value("Please try the other tray.")
    page.locator("form:has(textarea) button[type=submit]").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(case.title)
    page.goto(reply)
    expect(page.locator("textarea")).to_have_value("")


def test_a_page_whose_session_has_ended_says_so_and_keeps_what_it_shows(page: Page) -> None:
    page.goto("/cases/")
    rows = page.locator("#queue tbody tr").count()
    Session.objects.all().delete()
    page.evaluate("document.body.dispatchEvent(new Event('sla-timer-change'))")
    expect(page.get_by_text("You are signed out")).to_be_visible()
    expect(page.locator("#queue tbody tr")).to_have_count(rows)


def test_what_was_typed_into_a_new_case_is_back_after_signing_in(page: Page) -> None:
    page.goto("/cases/new/")
    page.locator("#id_title").fill("Printer prints only the left half")
    page.locator("#id_customer").fill("Northwind Traders")
    page.locator("#id_priority").select_option("high")
    Session.objects.all().delete()
    page.locator("main form button[type=submit]").last.click()
    page.get_by_label("Email").fill("ada@example.com")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator("#id_title")).to_have_value("Printer prints only the left half")
    page.locator("main form button[type=submit]").last.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Printer prints only the left half")
    case = Case.objects.select_related("customer").latest("pk")
    assert (case.customer and case.customer.name, case.priority) == ("Northwind Traders", "high")


def test_the_worst_case_comes_first(page: Page) -> None:
    page.goto("/cases/")
    expect(page.locator("tbody tr").first).to_contain_text("over")


def test_it_works_without_javascript(browser: Browser, live_server: LiveServer, desk: Desk) -> None:
    page = sign_in(browser, live_server, "ada@example.com", java_script_enabled=False).new_page()
    page.goto("/cases/")
    page.locator("tbody a").first.click()
    expect(page.get_by_role("region", name="Resolve by").first).to_be_visible()
    page.goto("/cases/new/")
    page.locator("main form button[type=submit]").last.click()
    expect(page.get_by_text("This field is required").or_(page.get_by_text("required")).first).to_be_visible()
