"""Whatever list it is: its page asks the database nothing twice."""

from __future__ import annotations

from collections import Counter

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from sla_project.operations.tests.builders import make_user

LISTS = (
    "/cases/",
    "/activities/",
    "/customers/",
    "/products/",
    "/entitlements/",
    "/slas/",
    "/kpis/",
    "/kpi-instances/",
    "/business-hours/",
    "/holiday-schedules/",
    "/actions/",
    "/email-templates/",
    "/action-runs/",
    "/outbox/",
    "/reports/",
    "/people/",
    "/teams/",
    "/jobs/",
    "/audit/",
)


@pytest.mark.django_db
@pytest.mark.parametrize("path", LISTS)
def test_a_list_asks_nothing_twice(path: str) -> None:
    client = Client()
    client.force_login(make_user())
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path).status_code == 200
    asked = Counter(query["sql"] for query in captured.captured_queries if query["sql"].startswith("SELECT"))
    del asked["SELECT clock_timestamp()"]  # the time moves on; whoever asks anew means so
    assert [sql for sql, times in asked.items() if times > 1] == []
