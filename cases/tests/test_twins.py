"""Two callers who write the same thing at once: one does, the other hears what is taken or has changed."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, connections, transaction
from rest_framework.response import Response
from rest_framework.test import APIClient

from cases.models import Case
from cases.tests.api_desk import BODIES, V1
from cases.tests.builders import NOW, make_support_sla, make_token, make_user
from slas.models import SLA
from slas.services.policy.slas import sla_clear_default, sla_clone, sla_publish

CLONED = ("actions", "business-hours", "email-templates", "holiday-schedules", "kpis", "slas")

writes_side_by_side = pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite lets one write at a time")


def client_new(name: str = "root") -> APIClient:
    client = APIClient(raise_request_exception=False)
    client.credentials(
        HTTP_AUTHORIZATION=f"Token {make_token(make_user(f'{name}@desk.example', role='administrator'))}"
    )
    return client


def errors(answer: Response) -> tuple[int, list[tuple[str, str]]]:
    return answer.status_code, [(one["pointer"], one["code"]) for one in answer.json().get("errors", [])]


def one_during_the_other(ask: Callable[[APIClient], Response]) -> tuple[Response, Response]:
    """The second asks when the first has written and not yet committed. Their tokens differ, lest the note of a token's
    last use make them wait."""
    ada, bob = client_new("ada"), client_new("bob")
    answers: list[Response] = []

    def run() -> None:
        try:
            answers.append(ask(bob))
        finally:
            connections.close_all()

    other = threading.Thread(target=run)
    with transaction.atomic():
        answers.append(ask(ada))
        other.start()
        other.join(0.5)
    other.join()
    return answers[0], answers[1]


@pytest.mark.django_db
@pytest.mark.parametrize("resource", BODIES)
def test_what_is_taken_between_the_check_and_the_write(resource: str) -> None:
    client, body = client_new(), BODIES[resource]
    twins: list[int] = []

    def twin_first(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if not twins and sql.startswith("INSERT"):
            twins.append(0)
            twins[0] = client.post(f"{V1}{resource}/", body, format="json").status_code
        return execute(sql, params, many, context)

    with connection.execute_wrapper(twin_first):
        answer = client.post(f"{V1}{resource}/", body, format="json")
    field = "/email" if resource == "users" else "/code"
    assert (twins, errors(answer)) == ([201], (400, [(field, "unique")]))


@writes_side_by_side
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("resource", BODIES)
def test_two_at_once(resource: str) -> None:
    path, body = f"{V1}{resource}/", BODIES[resource]
    first, second = one_during_the_other(lambda client: client.post(path, body, format="json"))
    field = "/email" if resource == "users" else "/code"
    assert (first.status_code, errors(second)) == (201, (400, [(field, "unique")]))


@writes_side_by_side
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("resource", CLONED)
def test_two_clones_at_once_get_codes_of_their_own(resource: str) -> None:
    pk = client_new().post(f"{V1}{resource}/", BODIES[resource], format="json").json()["id"]
    path = f"{V1}{resource}/{pk}/clone/"
    answers = one_during_the_other(lambda client: client.post(path, {}, format="json"))
    assert [answer.status_code for answer in answers] == [201, 201]
    assert [answer.json()["code"] for answer in answers] == ["x-copy", "x-copy-2"]


@writes_side_by_side
@pytest.mark.django_db(transaction=True)
def test_two_who_put_one_number_at_once_put_one_case() -> None:
    path = f"{V1}cases/by-external-id/helpdesk/INC-7/"
    answers = one_during_the_other(lambda client: client.put(path, {"title": "Help"}, format="json"))
    assert [answer.status_code for answer in answers] == [201, 200]
    assert Case.objects.count() == 1


@writes_side_by_side
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("resource", [*BODIES, "settings"])
def test_two_changes_of_what_was_read_at_once(resource: str) -> None:
    """Both name the same ETag: it is compared once the row is held, so the second overwrites nothing."""
    client, path = client_new(), f"{V1}{resource}/"
    if resource in BODIES:
        path += f"{client.post(path, BODIES[resource], format='json').json()['id']}/"
    changes = {"display_name": "Y"} if resource == "users" else {"name": "Y"}
    read = {"If-Match": client.get(path)["ETag"]}
    first, second = one_during_the_other(lambda client: client.patch(path, changes, format="json", headers=read))
    assert (first.status_code, second.status_code) == (200, 412)


@writes_side_by_side
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("resource", CLONED)
def test_two_deletions_at_once(resource: str) -> None:
    client, path = client_new(), f"{V1}{resource}/"
    path += f"{client.post(path, BODIES[resource], format='json').json()['id']}/"
    first, second = one_during_the_other(lambda client: client.delete(path, headers={"If-Match": "*"}))
    assert (first.status_code, second.status_code) == (204, 404)


@writes_side_by_side
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("before", ["another default", "no default"])
def test_two_defaults_at_once(before: str) -> None:
    """The later one replaces the earlier one's, which it could not yet see when it asked."""
    first = make_support_sla()
    if before == "no default":
        sla_clear_default(sla=first, by=None, now=NOW)
    slas = [sla_clone(sla=first, code=code, by=None, now=NOW) for code in ("x", "y")]
    for sla in slas:
        sla_publish(sla=sla, by=None, now=NOW)
    paths = [f"{V1}slas/{sla.pk}/set-default/" for sla in slas]
    answers = one_during_the_other(lambda client: client.post(paths.pop(0), {}, format="json"))
    assert [answer.status_code for answer in answers] == [200, 200]
    assert list(SLA.objects.filter(is_default=True).values_list("code", flat=True)) == ["y"]
