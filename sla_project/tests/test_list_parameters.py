"""Whatever list it is: a parameter that cannot be meant is refused, and never asked of the database."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django import forms
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIRequestFactory

from sla_project.api import router
from sla_project.operations.filter_fields import DayField, MomentField, YesNoField
from sla_project.operations.rest.filters import StrictFilterBackend
from sla_project.operations.tests.builders import api_client, make_user

pytestmark = pytest.mark.django_db

DAYS = ("0001-01-01", "9999-12-31", "1969-12-31", "2200-01-01", "9999-12-32")
MOMENTS = ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "1969-12-31T23:59:59Z", "2200-01-01T00:00:00Z")
PAGES = {
    "/cases/": ("due_after", "due_before", "created_after"),
    "/activities/": ("due_after", "due_before", "created_after"),
    "/kpi-instances/": ("since", "until", "due_after", "due_before", "ended_after"),
    "/reports/compliance/": ("since", "until"),
    "/audit/": ("since", "until"),
    "/action-runs/": ("created_after", "created_before"),
}


def parameters() -> Iterator[tuple[str, str, forms.Field]]:
    """Address, name and field of every filter of every list, as the router knows them."""
    request: Any = APIRequestFactory().get("/")
    for _prefix, viewset, basename in router.registry:
        queryset = getattr(viewset, "queryset", None)
        filterset = StrictFilterBackend().get_filterset_class(viewset, queryset)
        if filterset is not None and hasattr(viewset, "list"):
            for name, field in filterset(request.GET, queryset=queryset, request=request).form.fields.items():
                yield reverse(f"{basename}-list"), name, field


def test_no_list_reads_yes_and_no_and_times_in_a_way_of_its_own() -> None:
    found = [(address, name, type(field)) for address, name, field in parameters()]
    kinds = (forms.NullBooleanField, forms.BooleanField, forms.DateField, forms.DateTimeField)
    assert {type_ for _, _, type_ in found if issubclass(type_, kinds)} == {YesNoField, DayField, MomentField}


def test_what_cannot_be_meant_is_refused_at_its_name() -> None:
    client = api_client(make_user(), raise_request_exception=False)
    bad = {YesNoField: ("no", "1", "yes"), DayField: DAYS, MomentField: MOMENTS}
    for address, name, field in parameters():
        for value in bad.get(type(field), ()):
            answer = client.get(address, {name: value})
            assert answer.status_code == 400, (address, name, value)
            assert [one["pointer"] for one in answer.json()["errors"]] == [f"/{name}"]


def reads_beside_rows() -> Iterator[str]:
    """Addresses of what is read beside a row, such as a case's log."""
    for _prefix, viewset, basename in router.registry:
        for action in viewset.get_extra_actions():
            if "get" in action.mapping and action.detail:
                lookup = {getattr(viewset, "lookup_url_kwarg", None) or viewset.lookup_field: "1"}
                numbered = {"number": "1"} if "number" in action.url_path else {}
                yield reverse(f"{basename}-{action.url_name}", kwargs=lookup | numbered)


def test_what_is_read_beside_a_row_refuses_filters_that_it_has_not() -> None:
    client, addresses = api_client(make_user()), [*reads_beside_rows(), "/api/v1/record-types/"]
    assert len(addresses) > 12
    for address in addresses:
        answer = client.get(address, {"kind": "failed", "limit": "1"})
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, "/kind"), address
        assert client.get(address).status_code in (200, 404), address


def test_a_parameter_that_takes_one_value_is_not_given_two() -> None:
    """Else the last would be taken, as if the others had not been asked for."""
    client = api_client(make_user())
    for query in ("cases/?status=new&status=on_hold", "cases/?limit=1&limit=2", "customers/?q=a&q=b"):
        answer = client.get(f"/api/v1/{query}")
        name = query.partition("?")[2].partition("=")[0]
        assert (answer.status_code, answer.json()["errors"]) == (
            400,
            [{"pointer": f"/{name}", "code": "repeated", "detail": "This takes one value here."}],
        )
    assert client.get("/api/v1/kpi-instances/?status=succeeded&status=canceled").status_code == 200


def test_a_plus_that_an_address_has_made_a_space_is_a_plus_again() -> None:
    """`+02:00` that nobody wrote as `%2B02:00`."""
    client = api_client(make_user())
    assert client.get("/api/v1/cases/?created_after=2026-03-02T09:00:00+02:00").status_code == 200
    assert client.get("/api/v1/cases/?created_after=2026-03-02T09:00:00 soon").status_code == 400


@pytest.mark.parametrize("odd", ["+1", "1%0a", "%201", "\u0661", "\uff11"])
def test_an_id_is_written_in_one_way(odd: str) -> None:
    user = make_user()
    client = api_client(user)
    made = client.post("/api/v1/tokens/", {"name": "desk"}).json()["id"]
    for address in ("tokens", "audit-entries", "users"):
        assert client.get(f"/api/v1/{address}/{odd.replace('1', str(made))}/").status_code == 404
    assert client.delete(f"/api/v1/tokens/{odd.replace('1', str(made))}/").status_code == 404
    assert client.get(f"/api/v1/tokens/{made}/").status_code == 200


def test_true_and_false_are_heard() -> None:
    client = api_client(make_user())
    make_user("gone@example.org", is_active=False)
    found = {value: client.get("/api/v1/users/", {"is_active": value}) for value in ("true", "false", "")}
    assert [len(answer.json()["results"]) for answer in found.values()] == [1, 1, 2]


@pytest.mark.parametrize("path", PAGES)
def test_pages_survive_them(path: str) -> None:
    client = Client()
    client.force_login(make_user())
    for name in PAGES[path]:
        for value in (*DAYS, *MOMENTS):
            assert client.get(path, {name: value}).status_code < 500, (path, name, value)


def test_reports_refuse_times_at_the_edge() -> None:
    client = api_client(make_user(), raise_request_exception=False)
    for day in DAYS:
        answer = client.get("/api/v1/reports/compliance/", {"until": day})
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, "/until")
