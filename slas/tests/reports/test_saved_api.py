"""Saved reports over REST: the services of the pages, with the rights of the pages."""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from actions.models import Message
from cases.tests.builders import make_token
from sla_project.accounts.models import Role, User
from sla_project.operations.tests.builders import make_user
from slas.models import ReportMailing, SavedReport

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
URL = "/api/v1/reports/saved/"
WEEKLY = {
    "name": "Weekly",
    "query": {"group_by": "priority", "period": "last_week", "pause_hours": 48},
    "weekday": 0,
    "addresses": ["boss@example.com"],
}


@pytest.fixture
def api() -> APIClient:
    return client_of(Role.MANAGER)


def client_of(role: str) -> APIClient:
    client = APIClient()
    client.force_authenticate(make_user(f"{role}@example.org", role=role))
    return client


def problems(response: Any) -> list[tuple[str, str]]:
    assert response["Content-Type"] == "application/problem+json"
    return [(one["pointer"], one["code"]) for one in response.json()["errors"]]


def test_the_life_of_a_saved_report(api: APIClient) -> None:
    person = make_user("ann@example.org")
    created = api.post(URL, WEEKLY | {"users": [person.pk]})
    body = created.json()
    assert created.status_code == 201, body
    assert (body["words"], body["hour"], body["created_by"]) == ("Last week by Priority", 7, "manager@example.org")
    assert body["next_mail_at"] and body["html_url"].endswith(f"/reports/{body['id']}/")
    assert api.get(body["report_url"]).json()["pause_hours"] == 48

    url = f"{URL}{body['id']}/"
    read = api.get(url)
    assert read["ETag"] == created["ETag"]
    put = api.put(url, read.json(), headers={"If-Match": read["ETag"]})
    assert (put.status_code, put["ETag"]) == (200, read["ETag"]), put.json()
    changed = api.patch(url, {"weekday": None}, headers={"If-Match": put["ETag"]})
    assert (changed.json()["next_mail_at"], changed.json()["users"]) == (None, [person.pk])

    assert [one["name"] for one in api.get(URL, {"mailed": "false", "q": "week"}).json()["results"]] == ["Weekly"]
    assert api.get(URL, {"mailed": "true"}).json()["results"] == []
    assert api.delete(url, headers={"If-Match": changed["ETag"]}).status_code == 204
    assert not SavedReport.objects.exists()


def test_writes_name_what_they_have_read(api: APIClient) -> None:
    created = api.post(URL, WEEKLY)
    url = f"{URL}{created.json()['id']}/"
    person = make_user("ann@example.org")
    assert api.patch(url, {"name": "x"}).status_code == api.delete(url).status_code == 428
    api.patch(url, {"users": [person.pk]}, headers={"If-Match": created["ETag"]})
    stale = api.patch(url, {"name": "x"}, headers={"If-Match": created["ETag"]})
    assert (stale.status_code, stale.json()["changed"]["users"]) == (412, [person.pk]), "people are part of it"


@pytest.mark.parametrize(
    ("given", "pointer", "code"),
    [
        ({"name": ""}, "/name", "blank"),
        ({"query": {"group_by": "colour"}}, "/query/group_by", "unknown"),
        ({"query": {"colour": "red"}}, "/query/colour", "unknown"),
        ({"query": ["x"]}, "/query", "not_a_dict"),
        ({"weekday": 7}, "/weekday", "invalid_choice"),
        ({"hour": 24}, "/hour", "max_value"),
        ({"users": [99]}, "/users", "does_not_exist"),
        ({"addresses": ["nobody"]}, "/addresses", "invalid_address"),
        ({"addresses": []}, "/users", "required"),
        ({"colour": "red"}, "/colour", "unknown_key"),
    ],
)
def test_a_fault_is_said_at_its_place(api: APIClient, given: dict[str, Any], pointer: str, code: str) -> None:
    assert problems(api.post(URL, WEEKLY | given)) == [(pointer, code)]
    assert not SavedReport.objects.exists()


def test_who_has_left_is_not_named_anew_but_may_stay(api: APIClient) -> None:
    person = make_user("ann@example.org")
    created = api.post(URL, WEEKLY | {"users": [person.pk]})
    User.objects.filter(pk=person.pk).update(is_active=False)
    url = f"{URL}{created.json()['id']}/"
    assert api.put(url, api.get(url).json(), headers={"If-Match": created["ETag"]}).status_code == 200
    assert problems(api.post(URL, WEEKLY | {"users": [person.pk]})) == [("/users", "inactive")]


def test_it_is_mailed_now_and_says_when_it_was(api: APIClient) -> None:
    pk = api.post(URL, WEEKLY).json()["id"]
    sent = api.post(f"{URL}{pk}/send/")
    assert (sent.status_code, sent.json()["recipients"]) == (200, ["boss@example.com"])
    assert Message.objects.get().to_email == "boss@example.com"
    (mailing,) = api.get(f"{URL}{pk}/mailings/").json()["results"]
    assert (mailing["by"], ReportMailing.objects.get().pk) == ("manager@example.org", mailing["id"])
    silent = api.post(URL, {"name": "Silent"}).json()["id"]
    refused = api.post(f"{URL}{silent}/send/")
    assert (refused.status_code, refused.json()["code"]) == (409, "no_recipient")


def test_managers_and_administrators_do_what_the_pages_let_them(api: APIClient) -> None:
    url = f"{URL}{api.post(URL, WEEKLY).json()['id']}/"
    agent = client_of(Role.AGENT)
    for method, path in (("get", URL), ("post", URL), ("get", url), ("patch", url), ("delete", url)):
        assert getattr(agent, method)(path).status_code == 403, (method, path)
    assert agent.post(f"{url}send/").status_code == agent.get(f"{url}mailings/").status_code == 403
    administrator = client_of(Role.ADMINISTRATOR)
    assert administrator.delete(url, headers={"If-Match": administrator.get(url)["ETag"]}).status_code == 204


def test_a_token_that_only_reads_reads(api: APIClient) -> None:
    api.post(URL, WEEKLY)
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {make_token(User.objects.get(role=Role.MANAGER), scope='read')}")
    assert len(client.get(URL).json()["results"]) == 1
    assert client.post(URL, WEEKLY).status_code == 403


def test_the_list_asks_no_more_for_more_reports(api: APIClient, django_assert_max_num_queries: Any) -> None:
    for number in range(6):
        api.post(URL, WEEKLY | {"name": f"Report {number}", "query": {"customer": str(number)}})
    with django_assert_max_num_queries(8):
        assert len(api.get(URL).json()["results"]) == 6
