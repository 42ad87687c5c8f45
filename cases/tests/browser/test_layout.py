"""What a narrow page must not hide: the tab that is open, and the columns of the report."""

from __future__ import annotations

import pytest
from django.urls import reverse
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer

from cases.demo.people import Desk
from cases.tests.browser.conftest import sign_in
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
