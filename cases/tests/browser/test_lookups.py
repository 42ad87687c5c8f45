"""Finding one customer among many while one types, in a real browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from cases.demo.people import Desk
from cases.models import Case, Contact, Customer
from cases.tests.browser.conftest import sign_in

pytestmark = pytest.mark.browser


@pytest.fixture
def page(browser: Browser, live_server: LiveServer, desk: Desk) -> Page:
    return sign_in(browser, live_server, "ada@example.com").new_page()


def many_customers() -> None:
    Customer.objects.bulk_create(Customer(name=f"Shop {n}", name_folded=f"shop {n}") for n in range(300))
    Contact.objects.bulk_create(
        Contact(customer=one, name="Ann Smith", name_folded="ann smith")
        for one in Customer.objects.filter(name__in=["Shop 7", "Shop 8"])
    )


def test_typing_asks_the_server_and_another_customer_empties_the_contact(page: Page) -> None:
    many_customers()
    shop = Customer.objects.get(name="Shop 7")
    page.goto("/cases/new/")
    page.locator("#id_title").fill("Till is stuck")
    page.locator("#id_customer").press_sequentially("shop 7")
    expect(page.locator("#id_customer_offered option[value='Shop 7']")).to_be_attached()
    page.locator("#id_customer").fill("Shop 7")
    expect(page.locator("input[name='customer-id']")).to_have_value(str(shop.pk))
    page.locator("#id_contact").focus()
    expect(page.locator("#id_contact_offered option")).to_have_count(1)
    page.locator("#id_contact").fill("Ann Smith (Shop 7)")
    page.locator("#id_customer").fill("shop 8")
    expect(page.locator("#id_contact")).to_have_value("")
    expect(page.locator("#id_customer_offered option[value='Shop 8']")).to_be_attached()
    page.locator("#id_customer").fill("Shop 8")
    page.locator("#id_contact").fill("Ann Smith")  # named as a person would, not chosen
    page.locator("main form button[type=submit]").last.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Till is stuck")
    case = Case.objects.select_related("contact", "customer").get(title="Till is stuck")
    assert (str(case.customer), case.contact and case.contact.customer_id) == ("Shop 8", case.customer_id)
