"""What is asked once a second, or on every view of the first page, reads no table from end to end."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from actions.selectors import mail_waiting, runs_waiting
from slas.passes import advance_pass
from slas.selectors import dashboard, monitor

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


def full_scans(sql: str) -> list[str]:
    """The lines of the query's plan that read a whole table."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")  # with few rows it would be chosen beside any index
            cursor.execute(f"EXPLAIN {sql}")
            return [line for (line,) in cursor.fetchall() if "Seq Scan" in line]
        cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
        return [row[3] for row in cursor.fetchall() if row[3].startswith("SCAN") and "INDEX" not in row[3]]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "ask",
    [
        pytest.param(lambda: advance_pass(), id="is a timer due?"),
        pytest.param(lambda: monitor.advance_detail(NOW), id="the heartbeat of the timers"),
        pytest.param(lambda: runs_waiting(NOW), id="the heartbeat of the actions"),
        pytest.param(lambda: mail_waiting(NOW), id="the heartbeat of the mails"),
        pytest.param(lambda: monitor.actions(), id="actions and mails on the monitor page"),
        pytest.param(lambda: list(monitor.records_in_trouble()), id="records in trouble"),
        pytest.param(lambda: dashboard.queue(), id="the dashboard's queue"),
        pytest.param(lambda: dashboard.numbers(NOW, 14), id="the dashboard's numbers"),
    ],
)
def test_is_found_by_an_index(ask: Callable[[], object]) -> None:
    with CaptureQueriesContext(connection) as captured:
        ask()
    asked = [query["sql"] for query in captured.captured_queries if query["sql"].startswith("SELECT")]
    assert asked
    assert {sql: full_scans(sql) for sql in asked if full_scans(sql)} == {}
