"""API clients by role, and a published SLA."""

from __future__ import annotations

import pytest
from rest_framework.test import APIClient

from sla_project.accounts.models import Role, User
from slas.models import SLA
from slas.tests.policy.builders import NOW, make_hours, make_kpi, make_sla


def client_of(role: str) -> APIClient:
    user = User.objects.create_user(email=f"{role}@example.com", display_name=role.title(), role=role)
    client = APIClient()
    client.force_authenticate(user)
    return client


@pytest.fixture
def api(db, clock) -> APIClient:
    """An administrator's."""
    clock.set(NOW)
    return client_of(Role.ADMINISTRATOR)


@pytest.fixture
def agent(db) -> APIClient:
    return client_of(Role.AGENT)


@pytest.fixture
def manager(db) -> APIClient:
    return client_of(Role.MANAGER)


@pytest.fixture
def sla(db, clock) -> SLA:
    clock.set(NOW)
    make_kpi()
    make_hours()
    return make_sla(publish=True)
