"""What a narrow page must not hide: the tab that is open, and the columns of the report; lists in columns."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer

from cases.demo.people import Desk
from cases.services import case_create
from cases.tests.browser.conftest import sign_in
from sla_project.operations.clock import clock_now
from slas.models import SLA

pytestmark = pytest.mark.browser


def test_the_open_tab_and_every_column_of_the_report_can_be_seen(
    browser: Browser, live_server: LiveServer, desk: Desk
) -> None:
    opened = sign_in(browser, live_server, desk.administrator.email, viewport={"width": 390, "height": 800})
    page = opened.new_page()
    sla = SLA.objects.earliest("pk")
    for name in ("sla_document", "sla_detail"):
        page.goto(reverse(f"slas:{name}", args=[sla.pk]))
        box = page.locator(".tabs [aria-current]").bounding_box()
        assert box and box["x"] >= 0 and box["x"] + box["width"] <= 390, name

    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto(reverse("slas:compliance_report"))
    table = page.locator(".report-table .table-scroll")
    assert table.evaluate("box => box.scrollWidth <= box.clientWidth")
    opened.close()


@pytest.mark.parametrize("width", [1280, 390])
def test_labels_of_facts_and_times_of_a_feed_do_not_break_and_texts_begin_below_each_other(
    browser: Browser, live_server: LiveServer, desk: Desk, width: int
) -> None:
    now, by = clock_now(), desk.agents[0]
    customer = desk.customers[0]
    for opened in (now, now - timedelta(days=20)):  # “Today 09:00” and a full date
        case = case_create(title="Late parcels", customer=customer, opened_on=opened, by=by, now=now)
    page = sign_in(browser, live_server, by.email, viewport={"width": width, "height": 800}).new_page()

    page.goto(case.get_absolute_url())
    label = page.locator(".split-side .facts dt", has_text="First response sent")
    assert label.evaluate("dt => dt.offsetHeight < 1.9 * parseFloat(getComputedStyle(dt).fontSize)")

    page.goto(reverse("cases:customer_detail", args=[customer.pk]))
    feed = page.locator(".feed").first
    starts = feed.locator(".feed-text").evaluate_all("all => all.map(each => each.getBoundingClientRect().x)")
    assert len(starts) > 1 and len(set(starts)) == 1
