"""A desk with a row behind every resource of the API, and every address at which to find one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import get_resolver
from rest_framework.test import APIClient

from actions.passes import run_pass
from actions.services import action_create
from cases.demo.people import Desk, desk_create, entitlements_create
from cases.demo.policies import policies_create
from cases.services import case_resolve
from cases.tests.builders import make_activity, make_case, make_token
from conftest import Clock
from slas.models import SLA
from slas.passes import advance_pass
from slas.selectors.policy.reading import editable_document
from slas.services.forecasts.publications import forecast_start
from slas.services.policy.slas import sla_update_draft

V1 = "/api/v1/"
PARTS = {"source": "crm", "number": "1", "name": "case"}
"""What stands in addresses besides the ids of rows: a case's name elsewhere, a version, a record type."""
MOST_PASSES = 100
MAIL = {"kind": "send_email", "to": ["owner"], "subject": "{{ case.number }}", "body": "Soon due."}
WEEK = {"mon": [["09:00", "17:00"]]}
BODIES: dict[str, dict[str, Any]] = {
    "actions": {"code": "x", "name": "X", "target_type": "case", "document": MAIL},
    "business-hours": {"code": "x", "name": "X", "tz": "Europe/London", "week": WEEK},
    "customers": {"code": "x", "name": "X"},
    "email-templates": {"code": "x", "name": "X", "target_type": "case", "subject": "Due", "body": "Soon due."},
    "holiday-schedules": {"code": "x", "name": "X"},
    "kpis": {"code": "x", "name": "X", "record_type": "case", "applicable_from": "created_on"},
    "products": {"code": "x", "name": "X"},
    "slas": {"code": "x", "name": "X", "record_type": "case"},
    "teams": {"code": "x", "name": "X"},
    "users": {"email": "x@desk.example", "display_name": "X"},
}
"""A new row of what has a code or an address of its own."""


def addresses() -> list[str]:
    """All below /api/v1/, as they are registered: `cases/%(pk)s/resolve/`. A new resource is found by itself."""
    named = get_resolver().reverse_dict
    found = [entry[0][0][0] for name in named for entry in named.getlist(name) if isinstance(name, str)]
    return sorted(path.removeprefix(V1[1:]) for path in found if path.startswith(V1[1:]))


def resources() -> list[str]:
    return sorted({address.partition("/")[0] for address in addresses()})


@dataclass(frozen=True)
class ApiDesk:
    tokens: Mapping[str, str]
    """By role; nothing for a stranger."""

    def client(self, role: str = "administrator") -> APIClient:
        client = APIClient(raise_request_exception=False)
        if role in self.tokens:
            client.credentials(HTTP_AUTHORIZATION=f"Token {self.tokens[role]}")
        return client

    def ids(self, resource: str) -> Sequence[str]:
        """Of some rows that the list of a resource shows; none where it is no list."""
        page = self.client().get(f"{V1}{resource}/", {"limit": 5}).json()
        return [str(row["id"]) for row in page.get("results", []) if "id" in row]


def make_api_desk(clock: Clock) -> ApiDesk:
    """Cases of every fate, their timers, runs and mails, a draft beside a published SLA, a job, and people."""
    people = desk_create(now=clock.now)
    contract = policies_create(by=people.administrator, now=clock.now)
    entitlements_create(desk=people, sla=contract, now=clock.now)
    _make_records(people, clock)
    _make_drafts(contract, people, clock)
    staff = {user.role: user for user in people.staff.values()}
    return ApiDesk({role: make_token(user) for role, user in staff.items()})


def _make_records(people: Desk, clock: Clock) -> None:
    """The first case is late by the time this ends, so that mails wait."""
    customer, owner = people.customers[0], people.agents[0]
    case = make_case(
        now=clock.now, customer=customer, contact=people.contacts[customer.pk], owner=owner, team=people.team
    )
    make_case("From elsewhere", now=clock.now, source=PARTS["source"], external_number=PARTS["number"])
    done = make_case("Done", now=clock.now, customer=people.customers[1])
    make_activity(now=clock.now, case=case, owner=owner)
    settle(clock)
    clock.advance(6 * 3600)
    case_resolve(case=done, by=owner, now=clock.now, via="web")
    settle(clock)
    run_pass()


def settle(clock: Clock) -> None:
    """Judges what waits. A timer that is due at this very moment would be claimed for as long as the clock stands."""
    clock.advance(1)
    for _ in range(MOST_PASSES):
        if not advance_pass():
            return
    raise AssertionError("Records are claimed again and again")


def _make_drafts(contract: SLA, people: Desk, clock: Clock) -> None:
    by, now = people.administrator, clock.now
    action_create(code="tell", name="Tell the owner", target_type="case", document=MAIL, by=by, now=now)
    document: dict[str, Any] = editable_document(contract)
    document["items"][0]["name"] = "Renamed"
    sla = sla_update_draft(sla=contract, document=document, expected_revision=None, by=by, now=now)
    forecast_start(sla=sla, by=by, now=now)
