"""Naming one record among thousands: what a text means, what is offered, and what a page costs."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cases import services
from cases.lookups import OFFERED, lookup_find, lookup_label, lookup_meant, lookup_rows
from cases.models import Case, Contact, Customer, Entitlement, Product
from cases.tests.builders import NOW, make_case, make_customer, make_user
from sla_project.accounts.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


@pytest.fixture
def client() -> Client:
    client = Client()
    client.force_login(make_user())
    return client


def contact_of(customer: Customer, name: str = "Ann Smith", **given: Any) -> Contact:
    return services.contact_create(customer=customer, name=name, by=None, now=NOW, **given)


def typed(**texts: str) -> dict[str, str]:
    """What a form without scripts posts for fields in which somebody typed."""
    posted = {}
    for name, text in texts.items():
        posted |= {name: text, f"{name}-id": "", f"{name}-label": ""}
    return posted


def opened(client: Client, **given: str) -> Any:
    return client.post(
        "/cases/new/", {"title": "x", "channel": "phone", "type": "question", "priority": "low", **given}
    )


# What a text means


def meant(lookup: str, text: str, **given: Any) -> list[Any]:
    return lookup_meant(lookup_rows(lookup, **given), lookup, text)


def test_a_customer_is_named_by_name_code_label_or_number() -> None:
    customer = services.customer_create(name="Åse (UK)", code="ase", by=None, now=NOW)
    for text in ("Åse (UK)", "ÅSE (uk) ", "ase", "Åse (UK) (ase)", lookup_label(customer), f"#{customer.pk}"):
        assert meant("customer", text) == [customer], text
    assert meant("customer", "Åse") == [] == meant("customer", str(customer.pk))


def test_namesakes_are_told_apart() -> None:
    twins = [services.customer_create(name="Twin", by=None, now=NOW) for _each in range(2)]
    assert meant("customer", "twin") == twins
    labels = [one.label for one in lookup_find(lookup_rows("customer"), "customer", "twi")]
    assert labels == [f"Twin #{one.pk}" for one in twins]
    assert [meant("customer", label) for label in labels] == [[one] for one in twins]


def test_a_contact_belongs_to_its_customer() -> None:
    north, south = make_customer(), services.customer_create(name="South", by=None, now=NOW)
    here, there = contact_of(north), contact_of(south)
    assert meant("contact", "ann smith") == [here, there]
    assert meant("contact", "ann smith", customer=south.pk) == [there]
    assert meant("contact", lookup_label(there)) == [there]
    assert [one.id for one in lookup_find(lookup_rows("contact", customer=north.pk), "contact", "")] == [here.pk]


def test_people_and_cases_have_names_of_their_own() -> None:
    user, case = make_user("olga@example.org"), make_case()
    for text in ("OLGA@example.org", user.display_name, lookup_label(user)):
        assert meant("user", text) == [user]
    assert meant("case", str(case)) == meant("case", case.number.lower()) == [case]


# Forms


def test_what_is_typed_finds_its_record(client: Client) -> None:
    customer = make_customer()
    contact = contact_of(customer)
    contact_of(services.customer_create(name="Other", by=None, now=NOW))
    response = opened(client, **typed(customer="northwind traders", contact="Ann Smith", owner=""))
    assert response.status_code == 302, response.context["form"].errors
    case = Case.objects.get()
    assert (case.customer, case.contact, case.owner) == (customer, contact, None)


@pytest.mark.parametrize(
    ("field", "text", "words"),
    [
        ("customer", "Northw", "Nothing here is called “Northw”. Did you mean Northwind Traders"),
        ("customer", "Nobody", "Nothing here is called “Nobody”."),
        ("customer", "Twin", "Several are called “Twin”. Write one of: Twin #"),
        ("contact", "Bob", "Nothing here is called “Bob”."),
    ],
)
def test_a_text_that_names_none_or_several_is_answered_at_its_field(client, field, text, words) -> None:
    customer = make_customer()
    contact_of(services.customer_create(name="Twin", by=None, now=NOW), "Bob")
    services.customer_create(name="Twin", by=None, now=NOW)
    response = opened(client, **{**typed(customer=customer.name), **typed(**{field: text})})
    assert response.status_code == 422 and not Case.objects.exists()
    assert words in str(response.context["form"].errors[field])
    assert f'value="{text}"' in response.content.decode(), "what was typed stays"


def test_an_edit_that_changes_nothing_changes_nothing(client: Client) -> None:
    """Also where the customer was deactivated and renamed meanwhile."""
    customer = make_customer()
    case = make_case(customer=customer, contact=contact_of(customer), owner=User.objects.get())
    services.customer_set_active(customer=customer, is_active=False, by=None, now=NOW)
    page = client.get(f"/cases/{case.pk}/edit/").content.decode()
    assert "Northwind Traders" in page
    posted = {
        name: value for name, value in _inputs(page).items() if name not in ("first_response_sent", "is_escalated")
    }
    posted |= {"title": case.title, "channel": case.channel, "type": case.type, "priority": case.priority}
    posted |= {"service_level": case.service_level, "team": "", "description": case.description}
    services.customer_update(customer=customer, name="Renamed", by=None, now=NOW)
    services.case_update(case=case, priority="urgent", by=None, now=NOW)
    response = client.post(f"/cases/{case.pk}/edit/", posted)
    assert response.status_code == 302, response.context["form"].errors
    after = Case.objects.get()
    assert (after.customer, after.contact, after.owner, after.priority) == (
        customer,
        case.contact,
        case.owner,
        "urgent",
    )


def _inputs(page: str) -> dict[str, str]:
    found = {}
    for tag in re.findall(r"<input [^>]*>", page):
        name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and name[1] != "csrfmiddlewaretoken":
            found[name[1]] = value[1] if value else ""
    return found


# What a page costs


def many(count: int) -> None:
    customers = Customer.objects.bulk_create(
        Customer(name=f"Customer {n}", name_folded=f"customer {n}") for n in range(count)
    )
    Contact.objects.bulk_create(
        Contact(customer=one, name=f"Contact {one.pk}", name_folded=f"contact {one.pk}") for one in customers
    )
    Product.objects.bulk_create(
        Product(name=f"Product {n}", name_folded=f"product {n}", code=f"p{count}-{n}") for n in range(count)
    )
    Entitlement.objects.bulk_create(
        Entitlement(name="E", name_folded="e", customer=one, start_date=NOW.date(), end_date=NOW.date(), state="active")
        for one in customers
    )
    User.objects.bulk_create(
        User(email=f"{count}-{n}@example.org", display_name=f"User {n}", role="agent") for n in range(count)
    )


@pytest.mark.parametrize(
    "path", ["/cases/new/", "/activities/new/", "/cases/{case}/edit/", "/cases/", "/entitlements/"]
)
def test_a_page_is_no_heavier_for_more_customers(client, path) -> None:
    many(30)
    contact = Contact.objects.select_related("customer").order_by("id").first()
    assert contact is not None
    case = make_case(customer=contact.customer, contact=contact)
    path = path.format(case=case.pk)
    client.get(path)
    few, queries_of_few = _measured(client, path)
    many(200)
    lots, queries_of_lots = _measured(client, path)
    assert queries_of_lots == queries_of_few
    if path != "/entitlements/":  # a list of fifty rows, which thirty do not fill
        assert lots.count("<option") == few.count("<option") and abs(len(lots) - len(few)) < 2000
    assert lots.count("data-id=") <= 5 * OFFERED


def _measured(client: Client, path: str) -> tuple[str, int]:
    with CaptureQueriesContext(connection) as queries:
        page = client.get(path).content.decode()
    return page, len(queries)


# The door


def test_the_search_finds_a_few_and_only_what_is_active(client: Client, django_assert_max_num_queries: Any) -> None:
    many(40)
    services.customer_set_active(customer=Customer.objects.get(name="Customer 7"), is_active=False, by=None, now=NOW)
    assert len(client.get("/lookups/customer/", {"q": "customer"}).json()["results"]) == OFFERED
    assert client.get("/lookups/customer/", {"q": "customer 7"}).json()["results"] == []
    (found,) = client.get("/lookups/customer/", {"q": "CUSTOMER 7", "inactive": ""}).json()["results"]
    assert found["label"] == "Customer 7"
    with django_assert_max_num_queries(4):
        client.get("/lookups/contact/", {"q": "contact"})


@pytest.mark.parametrize("query", [{"q": "x" * 5000}, {"customer": "9" * 40}, {"customer": "x"}])
def test_the_search_survives_odd_questions(client: Client, query: dict[str, str]) -> None:
    for lookup in ("customer", "contact", "user", "case"):
        assert client.get(f"/lookups/{lookup}/", query).status_code == 200


def test_only_signed_in_people_search_and_only_what_there_is(client: Client) -> None:
    assert client.get("/lookups/sla/").status_code == 404
    assert client.post("/lookups/customer/").status_code == 405
    assert "login" in Client().get("/lookups/customer/")["Location"]
