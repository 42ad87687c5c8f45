"""engine.md R1: one function reads the clock, and tests can hold it still."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection, transaction

from sla_project.operations import clock as module
from sla_project.operations.clock import clock_now
from sla_project.operations.tests.builders import NOW

READS = re.compile(r"timezone\.now\(|datetime\.(?:now|utcnow|today)\(|date\.today\(|time\.time\(|\bNow\(\)")
# The clock itself, and a log line's own stamp, which decides nothing.
MAY_READ = {"sla_project/operations/clock.py"}


@pytest.mark.django_db
def test_it_answers_in_utc() -> None:
    assert clock_now().tzinfo is UTC
    assert abs(clock_now() - datetime.now(UTC)) < timedelta(minutes=1)


@pytest.mark.django_db
def test_it_moves_within_a_transaction() -> None:
    with transaction.atomic():
        first = clock_now()
        while clock_now() == first:
            pass
        assert clock_now() > first


def test_override_takes_a_moment_or_a_callable_and_nests() -> None:
    with module.override(NOW):
        assert clock_now() == NOW
        with module.override(lambda: NOW + timedelta(days=1)):
            assert clock_now() == NOW + timedelta(days=1)
        assert clock_now() == NOW


def test_the_fixture_stands_still_until_moved(clock) -> None:
    start = clock_now()
    clock.advance(1.5)
    assert clock_now() - start == timedelta(seconds=1.5)


@pytest.mark.django_db
def test_the_database_is_asked_where_it_has_a_clock(django_assert_num_queries) -> None:
    with django_assert_num_queries(1 if connection.vendor == "postgresql" else 0):
        clock_now()


def test_nothing_else_reads_a_clock() -> None:
    reading = [
        f"{path.relative_to(settings.BASE_DIR)}:{number}"
        for package in ("sla_project", "slas", "cases", "actions")
        for path in (settings.BASE_DIR / package).rglob("*.py")
        if not {"tests", "migrations"} & set(path.parts) and not allowed(path)
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if READS.search(line)
    ]
    assert reading == []


def allowed(path: Path) -> bool:
    return str(path.relative_to(settings.BASE_DIR)) in MAY_READ
