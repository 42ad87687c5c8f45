"""The REST doors of activities, customers, contacts, products and entitlements, and who may use them."""

from __future__ import annotations

from typing import Any, ClassVar

import pytest
from rest_framework.test import APIClient

from cases.models import Activity, Customer, Entitlement, Product
from cases.tests.api_desk import BODIES
from cases.tests.builders import (
    judge,
    make_activity,
    make_activity_sla,
    make_case,
    make_contact,
    make_customer,
    make_entitlement,
    make_support_sla,
    make_token,
    make_user,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
ROOT = "/api/v1/"


def client_of(role: str) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {make_token(make_user(f'{role}@desk.example', role=role))}")
    return client


@pytest.fixture
def agent() -> APIClient:
    return client_of("agent")


@pytest.fixture
def administrator() -> APIClient:
    return client_of("administrator")


def problems(response) -> dict[str, str]:
    return {each["pointer"]: each["code"] for each in response.json()["errors"]}


class TestActivities:
    def test_from_creating_to_completing(self, agent):
        make_activity_sla()
        case = make_case()
        created = agent.post(f"{ROOT}activities/", {"subject": "Call", "case": case.pk})
        body = created.json()
        assert (created.status_code, body["case_number"], body["kpi_instances"][0]["kpi"]) == (
            201,
            "CASE-1001",
            "done_by",
        )
        url = f"{ROOT}activities/{body['id']}/"
        changed = agent.patch(url, {"status": "waiting"}, HTTP_IF_MATCH=created["ETag"])
        assert changed.json()["status"] == "waiting"
        judge(Activity.objects.get())
        done = agent.post(f"{url}complete/", {"duration_minutes": 5}).json()
        assert (done["state"], done["duration_minutes"]) == ("completed", 5)
        assert done["kpi_instances"][0]["status"] == "succeeded"
        assert agent.post(f"{url}cancel/").status_code == 409
        assert agent.post(f"{url}reactivate/").json()["state"] == "open"
        assert agent.post(f"{url}cancel/").json()["state"] == "canceled"
        assert [row["seq"] for row in agent.get(f"{url}changes/").json()["results"]] == [1, 2, 3, 4, 5]
        assert len(agent.get(f"{url}kpi-instances/").json()) >= 1

    def test_apply_sla_and_delete(self, agent):
        make_activity_sla()
        activity = make_activity()
        url = f"{ROOT}activities/{activity.pk}/"
        assert agent.post(f"{url}apply-sla/", {"sla": "tasks"}).status_code == 200
        assert agent.delete(url, HTTP_IF_MATCH=agent.get(url)["ETag"]).status_code == 204

    def test_an_sla_for_cases_is_refused(self, agent):
        make_support_sla()
        response = agent.post(f"{ROOT}activities/", {"subject": "Call", "sla": "support-contract"})
        assert problems(response) == {"/sla": "wrong_record_type"}

    @pytest.mark.parametrize("query", ["state=open", "q=call", "ordering=-due_at", "due=today", "sla=none"])
    def test_filters_and_ordering(self, agent, query):
        make_activity()
        assert agent.get(f"{ROOT}activities/?{query}").status_code == 200


class TestCustomersAndContacts:
    def test_customers(self, agent):
        created = agent.post(f"{ROOT}customers/", {"name": "Fabrikam", "service_level": "silver", "code": "fab"})
        assert created.status_code == 201
        url = f"{ROOT}customers/{created.json()['id']}/"
        read = agent.get(url)
        assert agent.put(url, read.json(), HTTP_IF_MATCH=read["ETag"]).status_code == 200
        assert agent.post(f"{url}deactivate/").json()["is_active"] is False
        assert agent.post(f"{url}activate/").json()["is_active"] is True
        assert len(agent.get(f"{ROOT}customers/?q=FABRI").json()["results"]) == 1

    def test_a_code_is_given_once(self, agent):
        make_customer(code="fab")
        response = agent.post(f"{ROOT}customers/", {"name": "Other", "code": "fab"})
        assert problems(response) == {"/code": "unique"}
        assert Customer.objects.count() == 1

    def test_a_customer_in_use_is_not_deleted(self, agent):
        customer = make_customer()
        make_case(customer=customer)
        url = f"{ROOT}customers/{customer.pk}/"
        response = agent.delete(url, HTTP_IF_MATCH=agent.get(url)["ETag"])
        assert (response.status_code, response.json()["code"]) == (409, "in_use")

    def test_contacts(self, agent):
        customer = make_customer()
        created = agent.post(f"{ROOT}contacts/", {"customer": customer.pk, "name": "Nora"})
        assert (created.status_code, created.json()["customer_name"]) == (201, customer.name)
        url = f"{ROOT}contacts/{created.json()['id']}/"
        assert agent.post(f"{url}deactivate/").json()["is_active"] is False
        assert agent.delete(url, HTTP_IF_MATCH=agent.get(url)["ETag"]).status_code == 204

    def test_a_contact_with_cases_stays_with_its_customer(self, agent):
        contact = make_contact(make_customer())
        make_case(contact=contact)
        url = f"{ROOT}contacts/{contact.pk}/"
        other = make_customer("Fabrikam")
        response = agent.patch(url, {"customer": other.pk}, HTTP_IF_MATCH=agent.get(url)["ETag"])
        assert problems(response) == {"/customer": "in_use"}


class TestProductsAndEntitlements:
    def test_products(self, administrator):
        created = administrator.post(f"{ROOT}products/", {"name": "Suite", "code": "suite"})
        assert created.status_code == 201
        assert administrator.post(f"{ROOT}products/{created.json()['id']}/deactivate/").json()["is_active"] is False
        again = administrator.post(f"{ROOT}products/", {"name": "Suite", "code": "suite"})
        assert (problems(again), Product.objects.count()) == ({"/code": "unique"}, 1)

    def test_an_entitlement_from_draft_to_canceled(self, administrator):
        make_support_sla(default=False)
        document = {
            "name": "Gold 2026",
            "customer": make_customer().pk,
            "sla": "support-contract",
            "start_date": "2026-01-01",
            "end_date": "2026-12-31",
        }
        created = administrator.post(f"{ROOT}entitlements/", document)
        assert (created.status_code, created.json()["state"]) == (201, "draft")
        url = f"{ROOT}entitlements/{created.json()['id']}/"
        assert administrator.post(f"{url}set-default/").status_code == 409
        assert administrator.post(f"{url}activate/").json()["state"] == "active"
        assert administrator.post(f"{url}set-default/").json()["is_default"] is True
        edit = administrator.patch(url, {"name": "x"}, HTTP_IF_MATCH=administrator.get(url)["ETag"])
        assert (edit.status_code, edit.json()["code"]) == (409, "not_draft")
        assert administrator.post(f"{url}deactivate/").json()["is_default"] is False
        administrator.post(f"{url}activate/")
        assert administrator.post(f"{url}cancel/").json()["state"] == "canceled"

    @pytest.mark.parametrize(
        ("dates", "state"),
        [
            (("2026-03-02", "2026-03-02"), "active"),
            (("2026-03-03", "2026-03-09"), "waiting"),
            (("2026-02-01", "2026-03-01"), "expired"),
        ],
    )
    def test_the_dates_decide_the_state(self, administrator, dates, state):
        document = {"name": "E", "customer": make_customer().pk, "start_date": dates[0], "end_date": dates[1]}
        created = administrator.post(f"{ROOT}entitlements/", document).json()
        url = f"{ROOT}entitlements/{created['id']}/activate/"
        assert administrator.post(url).json()["state"] == state

    def test_one_default_for_each_customer(self, administrator):
        first = make_entitlement(make_customer())
        second = make_entitlement(first.customer, default=False)
        administrator.post(f"{ROOT}entitlements/{second.pk}/set-default/")
        assert list(Entitlement.objects.filter(is_default=True)) == [second]

    def test_only_slas_for_cases_and_dates_in_order(self, administrator):
        make_activity_sla()
        document = {
            "name": "E",
            "customer": make_customer().pk,
            "sla": "tasks",
            "start_date": "2026-03-02",
            "end_date": "2026-03-01",
        }
        response = administrator.post(f"{ROOT}entitlements/", document)
        assert problems(response) == {"/end_date": "before_start", "/sla": "wrong_record_type"}


DOCUMENTS = {
    "cases": {"title": "x"},
    "activities": {"subject": "x"},
    "customers": {"name": "x"},
    "products": {"name": "x", "code": "x"},
}
EVERYBODY, ADMINISTRATORS = {"agent", "manager", "administrator"}, {"administrator"}
WRITERS = {"cases": EVERYBODY, "activities": EVERYBODY, "customers": EVERYBODY, "products": ADMINISTRATORS}


class TestPermissions:
    @pytest.mark.parametrize("role", sorted(EVERYBODY))
    @pytest.mark.parametrize("resource", sorted(DOCUMENTS))
    def test_who_may_write(self, resource, role):
        client = client_of(role)
        assert client.get(f"{ROOT}{resource}/").status_code == 200
        status = client.post(f"{ROOT}{resource}/", DOCUMENTS[resource]).status_code
        assert status == (201 if role in WRITERS[resource] else 403)

    @pytest.mark.parametrize("resource", [*DOCUMENTS, "contacts", "entitlements"])
    def test_anonymous_callers_read_nothing(self, resource):
        assert APIClient().get(f"{ROOT}{resource}/").status_code == 401


class TestCreations:
    OTHERS: ClassVar[dict[str, dict[str, Any]]] = {
        "activities": {"subject": "Call back"},
        "cases": {"title": "Help"},
        "reports/saved": {"name": "Weekly"},
        "tokens": {"name": "Help desk"},
    }

    @pytest.mark.parametrize("resource", [*BODIES, *OTHERS])
    def test_say_where_to_read_what_was_made(self, administrator, resource):
        body = (BODIES | self.OTHERS)[resource]
        again = {"HTTP_IDEMPOTENCY_KEY": "k-1"} if resource != "tokens" else {}
        answers = [administrator.post(f"/api/v1/{resource}/", body, **again) for _ in range(2 if again else 1)]
        assert {(answer.status_code, answer["Location"]) for answer in answers} == {
            (201, f"http://testserver/api/v1/{resource}/{answers[0].json()['id']}/")
        }
        assert administrator.get(answers[0]["Location"]).status_code == 200

    def test_say_it_of_clones_and_of_cases_put_by_their_numbers(self, administrator):
        pk = administrator.post("/api/v1/slas/", BODIES["slas"]).json()["id"]
        clone = administrator.post(f"/api/v1/slas/{pk}/clone/")
        assert administrator.get(clone["Location"]).json()["code"] == "x-copy"
        put = administrator.put("/api/v1/cases/by-external-id/crm/7/", {"title": "Help"})
        assert administrator.get(put["Location"]).json()["external_number"] == "7"
