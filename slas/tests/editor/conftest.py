"""A policy to edit: two KPIs, hours, templates, people, and an SLA of two items as a draft."""

from __future__ import annotations

import pytest
from django.test import Client

from actions.services import action_activate, action_create, email_template_activate, email_template_create
from sla_project.accounts.models import Role, Team, User
from slas.models import SLA
from slas.tests.policy.builders import NOW, make_document, make_hours, make_item, make_kpi, make_sla

TEMPLATES = ("due-soon", "missed")


@pytest.fixture
def policy(db, clock) -> None:
    clock.set(NOW)
    make_kpi()
    make_kpi("resolve_by", name="Resolve by")
    make_hours()
    for code in TEMPLATES:
        template = email_template_create(
            code=code, name=code.title(), target_type="case", subject="Due", body="Soon.", by=None, now=NOW
        )
        email_template_activate(template=template, by=None, now=NOW)
    escalate = {"kind": "update_record", "set": {"is_escalated": True}}
    action = action_create(code="escalate", name="Escalate", target_type="case", document=escalate, by=None, now=NOW)
    action_activate(action=action, by=None, now=NOW)
    User.objects.create_user(email="ada@example.com", display_name="Ada Lovelace")
    Team.objects.create(code="desk", name="Service desk")


@pytest.fixture
def sla(policy) -> SLA:
    """Two items of one KPI and one of another, saved as a draft and never published."""
    items = [
        make_item(key="gold"),
        make_item(key="all", name="Everyone", applicable_when={}, business_hours="uk-hours"),
        make_item(key="resolve", name="Gold – Resolve by", kpi="resolve_by"),
    ]
    return make_sla(document=make_document(*items))


@pytest.fixture
def admin(db) -> Client:
    user = User.objects.create_user(email="dana@example.com", display_name="Dana", role=Role.ADMINISTRATOR)
    client = Client()
    client.force_login(user)
    return client
