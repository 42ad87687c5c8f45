"""What no honest client sends: each gets a 4xx with a problem that says where the fault is, and writes nothing.

Every address is tried, as the router knows them; a new resource needs no line here.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import transaction
from django.urls import resolve
from drf_spectacular.generators import SchemaGenerator
from rest_framework.response import Response
from rest_framework.test import APIClient

from cases.models import Case
from cases.tests.api_desk import BODIES, PARTS, V1, ApiDesk, addresses, make_api_desk, resources
from cases.tests.builders import make_case, make_token, make_user
from conftest import Clock
from sla_project.accounts.models import User
from sla_project.operations.models import IdempotencyKey

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
PROBLEM = "application/problem+json"
METHODS = ("get", "post", "put", "patch", "delete")
WRITES = {"post", "put", "patch"}


@pytest.fixture
def desk(clock: Clock) -> ApiDesk:
    """For what goes through all addresses; the others make do with a case and its administrator."""
    return make_api_desk(clock)


@pytest.fixture
def client(db: None) -> APIClient:
    return client_of(make_user("root@desk.example", role="administrator"))


def client_of(user: User | None) -> APIClient:
    client = APIClient(raise_request_exception=False)
    if user is not None:
        client.credentials(HTTP_AUTHORIZATION=f"Token {make_token(user)}")
    return client


def filled(desk: ApiDesk, **given: str) -> Iterator[str]:
    """Every address, with a row that is there."""
    ids: dict[str, str] = {}
    for address in addresses():
        resource = address.partition("/")[0]
        if "%(pk)s" in address and resource not in ids:
            ids[resource] = next(iter(desk.ids(resource)), "1")
        yield V1 + address % {**PARTS, "pk": ids.get(resource, ""), **given}


def methods(path: str) -> set[str]:
    view = resolve(path).func
    return set(getattr(view, "actions", None) or {name for name in METHODS if hasattr(view.cls, name)})


def fault(answer: Any) -> str:
    """What is wrong with the manners of an answer."""
    if answer.status_code < 400:
        return ""
    if answer.status_code >= 500 or answer["Content-Type"] != PROBLEM:
        return f"{answer.status_code} {answer['Content-Type']}"
    body = answer.json()
    well_formed = body["code"] and body["detail"] and all(one["code"] and one["detail"] for one in body["errors"])
    return "" if well_formed and (answer.status_code != 400 or body["errors"]) else json.dumps(body)


def undone(client: APIClient, method: str, path: str, body: Any = None, **extra: Any) -> Response:
    """The answer; what it wrote is undone."""
    with transaction.atomic():
        answer: Response = getattr(client, method)(path, body, format="json", HTTP_IF_MATCH="*", **extra)
        transaction.set_rollback(True)
    return answer


@pytest.mark.slow
def test_bodies_that_are_no_objects(desk: ApiDesk) -> None:
    client, faults = desk.client(), []
    for path in filled(desk):
        for method in methods(path) & WRITES:
            for body in ([], "text", 7):
                answer = undone(client, method, path, body)
                if found := fault(answer):
                    faults.append((method, path, body, found))
    assert faults == []


BAD_BODIES = {
    "malformed": b'{"title": ',
    "empty": b"",
    "two": b"{} {}",
    "nul": b'{"title": "a\\u0000"}',
    "surrogate": b'{"title": "\\ud800"}',
    "huge_integer": b'{"title": "a", "customer": ' + b"9" * 400 + b"}",
    "nan": b'{"title": NaN}',
    "infinite": b'{"title": 1e999}',
    "utf16": '{"title": "a"}'.encode("utf-16"),
    "latin1": b'{"title": "\xe9"}',
    "deep": b'{"title": ' + b"[" * 500_000 + b"]" * 500_000 + b"}",
    "large": b'{"title": "' + b"a" * 1_000_000 + b'"}',
    "larger than Django reads": b'{"title": "' + b"a" * 6_000_000 + b'"}',
    "twice": b'{"title": "a", "title": "b"}',
}


@pytest.mark.parametrize("headers", [{}, {"HTTP_IDEMPOTENCY_KEY": "k-1"}], ids=["plain", "with a key"])
@pytest.mark.parametrize("name", BAD_BODIES)
def test_bodies_that_are_no_json(name: str, headers: dict[str, str], client: APIClient) -> None:
    answer = client.post(V1 + "cases/", BAD_BODIES[name], content_type="application/json", **headers)
    assert (answer.status_code, fault(answer)) == (400, "")
    assert not Case.objects.exists()


@pytest.mark.parametrize(
    "content_type", ["text/xml", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded", ";;;", "é"]
)
def test_other_kinds_of_bodies(content_type: str, client: APIClient) -> None:
    answer = client.post(V1 + "cases/", b'{"title": "a"}', content_type=content_type)
    assert (answer.status_code, fault(answer)) == (415, "")


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("colour=red", "/colour"),
        ("Status=new", "/Status"),
        ("ordering=secret", "/ordering"),
        ("ordering=-", "/ordering"),
        ("ordering=,", "/ordering"),
        ("ordering=id,-id", "/ordering"),
        ("cursor=garbage", "/cursor"),
        ("cursor=eyJ9:1:2", "/cursor"),
        ("limit=0", "/limit"),
        ("limit=1e2", "/limit"),
        ("limit=%D9%A3", "/limit"),
    ],
)
def test_lists_refuse_what_they_do_not_know(query: str, pointer: str, client: APIClient) -> None:
    """A misspelled filter would otherwise answer with everything."""
    answer = client.get(f"{V1}cases/?{query}")
    assert (answer.status_code, fault(answer)) == (400, "")
    assert [one["pointer"] for one in answer.json()["errors"]] == [pointer]


ODD_NUMBERS = ("9" * 40, "-" + "9" * 40, "-1", "0", "1e999")
ODD = (*ODD_NUMBERS, "", " ", "é", "%", "\u202e", "x" * 5_000, "null", "true", "2026-02-30")


def test_parameters_with_odd_values(desk: ApiDesk) -> None:
    """Every parameter that the schema knows, twice over, for the databases refuse some of what the forms let pass."""
    client, faults = desk.client(), []
    schema = client.get("/api/schema/", HTTP_ACCEPT="application/json").json()
    for path, name in parameters(schema):
        for value in ODD:
            answer = client.get(path.format(id=1, **PARTS) + "?" + urlencode([(name, value)] * 2))
            if found := fault(answer):
                faults.append((path, name, value, found))
    assert faults == []


@pytest.mark.parametrize(
    ("address", "body", "detail"),
    [
        ("cases", {"state": "resolved"}, "Use resolve/, cancel/ or reactivate/."),
        ("cases", {"number": "X"}, ""),
        ("cases", {"id": 99_999}, ""),
        ("cases", {"resolved_on": "2026-03-02T09:00:00Z"}, ""),
        ("cases", {"created_on": "yesterday"}, ""),
        ("cases", {"created_on": None}, ""),
        ("activities", {"state": "completed"}, "Use complete/, cancel/ or reactivate/."),
        ("customers", {"is_active": False}, "Use activate/ or deactivate/."),
        ("entitlements", {"is_default": None}, "Use set-default/."),
        ("kpis", {"state": "other"}, "Use activate/ or deactivate/."),
        ("business-hours", {"state": "other"}, "Use activate/ or deactivate/."),
        ("slas", {"is_default": None}, "Use set-default/ or clear-default/."),
        ("actions", {"state": "other"}, "Use activate/ or deactivate/."),
        ("me", {"role": "agent"}, ""),
    ],
)
def test_what_is_only_shown_cannot_be_set(address: str, body: dict[str, Any], detail: str, desk: ApiDesk) -> None:
    client = desk.client()
    path = V1 + address + ("/" if address == "me" else f"/{desk.ids(address)[0]}/")
    answer = client.patch(path, body, format="json", HTTP_IF_MATCH="*")
    (error,) = answer.json()["errors"]
    assert (answer.status_code, error["pointer"]) == (400, f"/{next(iter(body))}")
    assert (error["code"], error["detail"]) == ("read_only", detail or "This is only shown: it cannot be set.")


def test_what_is_only_shown_cannot_be_given_to_a_new_row(client: APIClient) -> None:
    body = {"title": "a", "state": "resolved", "number": "X", "created_on": "2026-03-02T09:00:00Z"}
    answer = client.post(f"{V1}cases/", body, format="json")
    assert {one["pointer"]: one["detail"] for one in answer.json()["errors"]} == {
        "/state": "Use resolve/, cancel/ or reactivate/.",
        "/number": "Leave this out of a new one: it is only shown.",
        "/created_on": "Leave this out of a new one: it is only shown.",
    }


def test_what_was_read_makes_a_new_one_without_what_the_schema_marks_as_read_only(desk: ApiDesk) -> None:
    schema, client, copied = SchemaGenerator().get_schema(request=None, public=True), desk.client(), set()
    for resource in resources():
        made = schema["paths"].get(f"{V1}{resource}/", {}).get("post", {}).get("responses", {}).get("201")
        if made is None or resource in ("reports", "users"):
            continue
        if not desk.ids(resource):
            client.post(f"{V1}{resource}/", BODIES.get(resource, {"name": "desk"}), format="json")
        name = made["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
        shown = {key for key, of in schema["components"]["schemas"][name]["properties"].items() if of.get("readOnly")}
        read = client.get(f"{V1}{resource}/{desk.ids(resource)[0]}/").json()
        copy = {key: value for key, value in read.items() if key not in shown} | (
            {"code": "copy"} if "code" in read else {}
        )
        answer = client.post(f"{V1}{resource}/", copy, format="json")
        assert answer.status_code == 201, (resource, answer.content)
        copied.add(resource)
    assert len(copied) > 12
    kpi = {"code": "x", "name": "X", "record_type": "case", "applicable_from": "created_on", "state": "active"}
    answer = client.post(f"{V1}kpis/", kpi, format="json")
    assert [one["pointer"] for one in answer.json()["errors"]] == ["/state"]


def test_what_was_read_may_be_sent_back(desk: ApiDesk) -> None:
    """As it was, or with its moments written in another way."""
    client, wrong = desk.client(), []
    for method, path, _operation in writes(client):
        if method in ("put", "patch") and "by-external-id" not in path:
            pk = next(iter(desk.ids(path.split("/")[3])), "1")
            path = path.replace("/1/", f"/{pk}/")
            read = client.get(path)
            body = json.loads(read.content.decode().replace('Z"', '+00:00"'))
            answer = undone(client, method, path, body)
            if read.status_code == 200 and answer.status_code not in (200, 409):
                wrong.append((method, path, answer.content))
    assert wrong == []


def test_writes_refuse_parameters_that_they_do_not_know(desk: ApiDesk) -> None:
    """A command that passed `?dry_run=true` over would do what was only asked about."""
    client, wrong = desk.client(), []
    for method, path, operation in writes(client):
        known = {one["name"] for one in operation.get("parameters", [])}
        for name in {"dry_run", "dry-run"} - known:
            answer = undone(client, method, f"{path}?{name}=true", {})
            if [one["pointer"] for one in answer.json()["errors"]] != [f"/{name}"]:
                wrong.append((method, path, name, answer.content))
    assert wrong == []


def test_commands_without_a_body_refuse_one(desk: ApiDesk) -> None:
    client, wrong = desk.client(), []
    for method, path, operation in writes(client):
        if method != "delete" and "requestBody" not in operation:
            answers = [undone(client, method, path, body) for body in ({"x": 1}, [], 7)]
            found = [(one.status_code, error["pointer"]) for one in answers for error in one.json().get("errors", [])]
            if found != [(400, "/x"), (400, ""), (400, "")]:
                wrong.append((method, path, found))
    assert wrong == []


def test_an_empty_object_is_no_body(client: APIClient) -> None:
    case = make_case()
    answer = client.post(f"{V1}cases/{case.pk}/cancel/", {}, format="json", HTTP_IDEMPOTENCY_KEY="k-1")
    assert (answer.status_code, answer.json()["state"]) == (200, "canceled")


def writes(client: APIClient) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Every operation of the schema that changes something."""
    schema = client.get("/api/schema/", HTTP_ACCEPT="application/json").json()
    for path, operations in schema["paths"].items():
        for method in set(METHODS[1:]) & set(operations):
            yield method, path.format(id=1, **PARTS), operations[method]


def parameters(schema: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for path, operations in schema["paths"].items():
        for one in operations.get("get", {}).get("parameters", []):
            if one["in"] == "query":
                yield path, one["name"]


@pytest.mark.parametrize("path", ["cases/?q=%00", "cases/?%00=1", "cases/1%00/", "kpi-instances/?status=%00"])
def test_a_nul_in_an_address(path: str, client: APIClient) -> None:
    answer = client.get(V1 + path)
    assert (answer.status_code, fault(answer)) == (400, "")


@pytest.mark.parametrize("etag", ['"', "abc", 'W/"abc"', '""', ",,,", "x" * 5_000, "é", "\x00"])
def test_etags_that_name_nothing(etag: str, client: APIClient) -> None:
    case = make_case()
    answer = client.patch(f"{V1}cases/{case.pk}/", {"title": "Stolen"}, format="json", HTTP_IF_MATCH=etag)
    assert (answer.status_code, fault(answer)) == (412, "")
    assert Case.objects.get(pk=case.pk).title == case.title


NO_DOCUMENTS = ("/tokens/", "/by-external-id/")
"""A token is revoked, never changed; the other door takes what comes, by its promise."""


def test_every_write_of_a_document_names_what_was_read(desk: ApiDesk) -> None:
    client, faults = desk.client(), []
    for path in filled(desk):
        if any(part in path for part in NO_DOCUMENTS) or client.get(path).status_code != 200:
            continue
        for method in methods(path) & {"put", "patch", "delete"}:
            for etag, expected in (("", 428), ('"another"', 412)):
                answer = getattr(client, method)(path, {}, format="json", HTTP_IF_MATCH=etag)
                if answer.status_code not in (expected, 405) or fault(answer):
                    faults.append((method, path, etag, answer.status_code, fault(answer)))
    assert faults == []


def test_every_post_refuses_a_key_that_it_does_not_know(desk: ApiDesk) -> None:
    client, faults = desk.client(), []
    for path in filled(desk):
        if "post" in methods(path):
            answer = undone(client, "post", path, {"surprise": 1})
            found = {(one["pointer"], one["code"]) for one in answer.json().get("errors", [])}
            if answer.status_code != 405 and ("/surprise", "unknown_key") not in found:
                faults.append((path, answer.status_code, found))
    assert faults == []


@pytest.mark.parametrize("etag", ["", " ", "\t"])
def test_no_etag_at_all(etag: str, client: APIClient) -> None:
    case = make_case()
    answer = client.delete(f"{V1}cases/{case.pk}/", HTTP_IF_MATCH=etag)
    assert (answer.status_code, fault(answer)) == (428, "")


def test_idempotency_keys_where_they_mean_nothing(client: APIClient) -> None:
    """Only a POST by somebody known keeps one; elsewhere the header is not even read."""
    stranger = client_of(None)
    for key in ("k", "x" * 9_000, "two words"):
        assert client.get(V1 + "cases/", HTTP_IDEMPOTENCY_KEY=key).status_code == 200
        assert stranger.post(V1 + "cases/", {"title": "a"}, format="json", HTTP_IDEMPOTENCY_KEY=key).status_code == 401
    assert not IdempotencyKey.objects.exists()


def test_a_key_after_a_refused_body(client: APIClient) -> None:
    """The refusal is the answer to that request; the mended one is another request and needs another key."""
    again = {"HTTP_IDEMPOTENCY_KEY": "k-1"}
    refused = [client.post(V1 + "cases/", {"title": []}, format="json", **again) for _ in range(2)]
    assert [answer.status_code for answer in refused] == [400, 400]
    assert refused[1]["Idempotency-Replayed"] == "true"
    mended = client.post(V1 + "cases/", {"title": "a"}, format="json", **again)
    assert (mended.status_code, mended.json()["code"]) == (422, "idempotency_mismatch")


@pytest.mark.parametrize(
    "authorization",
    ["Token", "Token  ", "Token a b", "Bearer", "Token é", "Token \x00", "Token " + "x" * 9_000, "Basic YTpi"],
)
def test_credentials_that_are_none(authorization: str) -> None:
    answer = client_of(None).get(V1 + "cases/", HTTP_AUTHORIZATION=authorization)
    assert (answer.status_code, fault(answer)) == (401, "")


@pytest.mark.parametrize("accept", ["text/html", "application/json;version=9", "a/b/c", ";", "é"])
def test_answers_that_we_cannot_give(accept: str, client: APIClient) -> None:
    answer = client.get(V1 + "cases/", HTTP_ACCEPT=accept)
    assert answer.status_code in (200, 406) and fault(answer) == ""
