"""Questions that are posts and write nothing: whoever may read may ask, in all of them alike."""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from cases.tests.api_desk import V1, ApiDesk, make_api_desk
from cases.tests.builders import make_token, make_user
from conftest import Clock
from sla_project.operations.models import AuditEntry

pytestmark = pytest.mark.django_db
QUESTIONS: dict[str, dict[str, Any]] = {
    "actions/%(pk)s/preview/": {},
    "business-hours/%(pk)s/compute/": {"start": "2026-03-06T16:30:00Z", "seconds": 60},
    "email-templates/%(pk)s/preview/": {},
    "record-types/case/match/": {"condition": {}},
    "slas/%(pk)s/check/": {},
    "slas/%(pk)s/evaluate/": {},
}


@pytest.fixture
def desk(clock: Clock) -> ApiDesk:
    return make_api_desk(clock)


@pytest.mark.parametrize("address", QUESTIONS)
def test_whoever_may_read_may_ask(desk: ApiDesk, address: str) -> None:
    resource, body = address.partition("/")[0], QUESTIONS[address]
    path = V1 + (address % {"pk": desk.ids(resource)[0]} if "%" in address else address)
    agent = make_user("asking@desk.example", role="agent")
    written = AuditEntry.objects.count()
    for scope in ("read", "write"):
        client = APIClient(HTTP_AUTHORIZATION=f"Token {make_token(agent, scope=scope)}")
        assert client.post(path, body, format="json").status_code == 200
        wrong = client.post(path, {**body, "colour": "red"}, format="json")
        assert (wrong.status_code, [one["code"] for one in wrong.json()["errors"]]) == (400, ["unknown_key"])
    assert APIClient().post(path, body, format="json").status_code == 401
    assert AuditEntry.objects.count() <= written + 2, "the two tokens"
