"""The one place that reads a clock (engine.md R1).

PostgreSQL answers with its own clock, so that workers on machines whose clocks differ agree;
SQLite lives on one machine and uses that machine's. Everything else is handed `now`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from django.db import connection

Source = Callable[[], datetime]
_override: Source | None = None


def clock_now() -> datetime:
    """The present moment in UTC: `clock_timestamp()`, which moves within a transaction."""
    if _override is not None:
        return _override()
    if connection.vendor != "postgresql":
        return datetime.now(UTC)
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        moment: datetime = cursor.fetchone()[0]
    return moment.astimezone(UTC)


@contextmanager
def override(moment: datetime | Source) -> Iterator[None]:
    """For tests: makes `clock_now` answer with this moment, or with what this callable returns."""
    global _override
    previous = _override
    _override = moment if callable(moment) else (lambda: moment)
    try:
        yield
    finally:
        _override = previous
