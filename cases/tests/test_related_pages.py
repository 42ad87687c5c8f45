"""Pages of products and entitlements: everybody reads, administrators write."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cases.models import Entitlement, Product
from cases.services import product_create
from cases.tests.builders import (
    NOW,
    make_case,
    make_contact,
    make_customer,
    make_entitlement,
    make_support_sla,
    make_user,
)
from sla_project.operations.models import AuditEntry

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def client_of(role: str) -> Client:
    client = Client()
    client.force_login(make_user(f"{role}@desk.example", role))
    return client


@pytest.fixture
def admin() -> Client:
    return client_of("administrator")


@pytest.fixture
def product() -> Product:
    return product_create(name="Invoice server", code="invoice-server", by=None, now=NOW)


@pytest.fixture
def entitlement() -> Entitlement:
    return make_entitlement(make_customer(), sla=make_support_sla(default=False))


def text_of(client: Client, url: str) -> str:
    response = client.get(url)
    assert response.status_code == 200, url
    return response.content.decode()


def test_a_product_from_new_to_inactive(admin):
    assert admin.post("/products/new/", {"name": "Mail gate", "code": "mail-gate"}).status_code == 302
    product = Product.objects.get()
    make_case(product=product)
    page = text_of(admin, f"/products/{product.pk}/")
    assert "Mail gate" in page and "CASE-1001" in page and "1 case" in page
    admin.post(f"/products/{product.pk}/edit/", {"name": "Mail gateway", "code": "mail-gate"})
    admin.post(f"/products/{product.pk}/deactivate/")
    product.refresh_from_db()
    assert (product.name, product.is_active) == ("Mail gateway", False)
    assert "Inactive" in text_of(admin, "/products/")
    assert [entry.action for entry in AuditEntry.objects.filter(object_type="cases.product").order_by("pk")] == [
        "product.create", "product.update", "product.deactivate",
    ]  # fmt: skip


def test_a_code_that_is_taken_is_refused_at_its_field(admin, product):
    response = admin.post("/products/new/", {"name": "Another", "code": "invoice-server"})
    assert response.status_code == 422 and "code" in response.context["form"].errors


def test_an_entitlement_from_draft_to_canceled(admin):
    customer, sla = make_customer(), make_support_sla(default=False)
    values = {"name": "Gold 2026", "customer": customer.pk, "sla": sla.pk, "start_date": "2026-01-01"}
    response = admin.post("/entitlements/new/", {**values, "end_date": "2025-12-31"})
    assert response.status_code == 422 and "end_date" in response.context["form"].errors
    admin.post("/entitlements/new/", {**values, "end_date": "2026-12-31"})
    one = Entitlement.objects.get()
    url = f"/entitlements/{one.pk}/"
    assert "Draft" in text_of(admin, url)
    admin.post(f"{url}edit/", {**values, "end_date": "2027-01-31"})
    for verb, state in (("activate", "active"), ("set-default", "active"), ("deactivate", "draft")):
        assert admin.post(f"{url}{verb}/").status_code == 302
        one.refresh_from_db()
        assert one.state == state, verb
        assert one.is_default is (verb == "set-default")
    assert str(one.end_date) == "2027-01-31"
    admin.post(f"{url}activate/")
    admin.post(f"{url}cancel/")
    one.refresh_from_db()
    assert one.state == "canceled"
    assert "Activate" not in text_of(admin, url)


def test_only_drafts_are_edited_and_deleted(admin, entitlement):
    url = f"/entitlements/{entitlement.pk}/"
    admin.post(f"{url}delete/")
    assert Entitlement.objects.exists()
    form = admin.get(f"{url}edit/").context["form"]
    values = {name: value for name, value in form.initial.items() if value}
    response = admin.post(f"{url}edit/", {**values, "name": "Other"})
    assert "Only a draft can be edited" in response.content.decode()
    admin.post(f"{url}deactivate/")
    assert admin.post(f"{url}delete/")["Location"] == "/entitlements/"
    assert not Entitlement.objects.exists()


def test_what_cannot_be_taken_back_asks_first(admin, entitlement):
    url = f"/entitlements/{entitlement.pk}/"
    assert f'data-confirm="Cancel “{entitlement}”? It cannot be activated again."' in admin.get(url).content.decode()
    admin.post(f"{url}deactivate/")
    assert f'data-confirm="Delete “{entitlement}”?"' in admin.get(url).content.decode()


def test_an_unknown_verb_is_no_page(admin, entitlement):
    assert admin.post(f"/entitlements/{entitlement.pk}/explode/").status_code == 404
    assert admin.get(f"/entitlements/{entitlement.pk}/activate/").status_code == 405


def test_two_who_deactivate_the_same_deactivate_it(admin, product):
    customer = make_customer()
    contact = make_contact(customer)
    for obj, url in ((product, "/products/"), (customer, "/customers/"), (contact, "/contacts/")):
        for verb, is_active in (("deactivate", False), ("deactivate", False), ("activate", True), ("activate", True)):
            assert admin.post(f"{url}{obj.pk}/{verb}/").status_code == 302
            obj.refresh_from_db()
            assert obj.is_active is is_active
        assert admin.post(f"{url}{obj.pk}/explode/").status_code == 404
    entries = AuditEntry.objects.filter(object_type="cases.customer", action="customer.deactivate")
    assert entries.count() == 1, "what was done already is not done again"


@pytest.mark.parametrize("role", ["agent", "manager"])
def test_others_read_and_do_not_write(role, product, entitlement):
    client = client_of(role)
    for url in ("/products/", f"/products/{product.pk}/", "/entitlements/", f"/entitlements/{entitlement.pk}/"):
        page = text_of(client, url)
        assert "New product" not in page and "New entitlement" not in page and "Deactivate" not in page
    for url in ("/products/new/", f"/products/{product.pk}/edit/", f"/entitlements/{entitlement.pk}/edit/"):
        assert client.get(url).status_code == 403
    for url in (f"/products/{product.pk}/deactivate/", f"/entitlements/{entitlement.pk}/cancel/"):
        assert client.post(url).status_code == 403


@pytest.mark.parametrize("url", ["/products/", "/entitlements/"])
def test_strangers_sign_in_first(url):
    assert Client().get(url).status_code == 302


@pytest.mark.parametrize("url", ["/products/", "/entitlements/"])
def test_queries_do_not_grow_with_the_rows(admin, product, entitlement, url, django_assert_num_queries):
    admin.get(url)
    with CaptureQueriesContext(connection) as before:
        admin.get(url)
    for number in range(12):
        product_create(name=f"Product {number}", code=f"p-{number}", by=None, now=NOW)
        make_entitlement(make_customer(f"Customer {number}"), default=False)
    with django_assert_num_queries(len(before)):
        admin.get(url)
