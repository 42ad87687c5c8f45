from __future__ import annotations

import pytest
from django.test import Client

from slas.tests.policy.builders import NOW
from slas.tests.reports.random_instances import make_instances
from slas.tests.web.conftest import client_of


@pytest.fixture
def manager(db) -> Client:
    return client_of("manager")


@pytest.fixture
def agent(db) -> Client:
    return client_of("agent")


@pytest.fixture
def many(clock) -> None:
    clock.set(NOW)
    make_instances(7, 80)
