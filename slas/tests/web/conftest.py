"""One signed-in client for each role, and a policy with everything that pages show."""

from __future__ import annotations

import pytest
from django.test import Client

from sla_project.accounts.models import Role, User
from slas.models import SLA
from slas.tests.policy.builders import NOW, make_document, make_hours, make_item, make_kpi, make_sla

ROLES = [Role.ADMINISTRATOR, Role.MANAGER, Role.AGENT]


def client_of(role: str) -> Client:
    user = User.objects.create_user(email=f"{role}@example.com", display_name=role.title(), role=role)
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def admin(db) -> Client:
    return client_of(Role.ADMINISTRATOR)


@pytest.fixture
def agent(db) -> Client:
    return client_of(Role.AGENT)


@pytest.fixture
def sla(db, clock) -> SLA:
    """Published, in business hours with a holiday, with a draft that changes it."""
    from slas.services.hours.holidays import holiday_schedule_create
    from slas.services.policy.slas import sla_update_draft

    clock.set(NOW)
    make_kpi()
    holiday = {"date": "2026-12-25", "name": "Christmas Day", "hours": None}
    schedule = holiday_schedule_create(code="uk", name="UK holidays", holidays=[holiday], by=None, now=NOW)
    make_hours(holiday_schedule=schedule)
    action = {"kind": "create_record", "type": "activity", "set": {"subject": "Call the customer"}}
    moments = make_item()["moments"]
    moments[0]["actions"] = [action]
    sla = make_sla(document=make_document(make_item(business_hours="uk-hours", moments=moments)), publish=True)
    draft = make_document(make_item(business_hours="uk-hours", name="Renamed in the draft"))
    return sla_update_draft(sla=sla, document=draft, expected_revision=None, by=None, now=NOW)
