"""The loop around the passes: one that fails keeps no other from its turn (engine.md R12)."""

from __future__ import annotations

from collections.abc import Callable

import psycopg
import pytest
from django.db import OperationalError, connection

from conftest import Clock
from sla_project.broker import TIMERS
from sla_project.operations.models import Heartbeat
from sla_project.operations.selectors import TIMERS_KIND
from slas import pass_loop
from slas.pass_loop import PassLoop

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("clock")]


def raising(error: Exception) -> Callable[[], int]:
    def one() -> int:
        raise error

    return one


@pytest.mark.parametrize("error", [ValueError("a bug"), OperationalError("the server closed the connection")])
def test_a_pass_that_fails_keeps_no_other_from_its_turn(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    """And it shows: a loop that does not do all of its work gives no sign of life."""
    turns: list[str] = []
    passes = (raising(error), lambda: turns.append("second") or 1)
    monkeypatch.setitem(pass_loop.PASSES, TIMERS, passes)
    assert PassLoop(TIMERS).step() is False
    assert turns == ["second"]
    assert not Heartbeat.objects.exists()


@pytest.mark.skipif(connection.vendor == "sqlite", reason="Nobody ends a connection to SQLite")
def test_who_finds_the_connection_ended_has_another_try_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Connections that end again and again find the first pass, that of the timers, each time."""
    turns: list[int] = []

    def one() -> int:
        turns.append(1)
        connection.ensure_connection()
        if len(turns) == 1:
            with psycopg.connect(**connection.get_connection_params()) as other:
                other.execute("SELECT pg_terminate_backend(%s, 5000)", [connection.connection.info.backend_pid])
        return Heartbeat.objects.count()

    monkeypatch.setitem(pass_loop.PASSES, TIMERS, (one,))
    assert PassLoop(TIMERS).step() is False  # for there was nothing to do
    assert len(turns) == 2
    assert Heartbeat.objects.exists()


def test_a_loop_that_does_its_work_says_so(clock: Clock) -> None:
    loop = PassLoop(TIMERS)
    assert loop.step() is False
    loop.step()
    assert Heartbeat.objects.get(kind=TIMERS_KIND).at == clock.now
