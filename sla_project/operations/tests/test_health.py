"""Machines are told whether timers come due in time."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.db import DatabaseError
from django.test import Client

from sla_project.accounts.models import User
from sla_project.operations import health
from sla_project.operations.models import Heartbeat, IdempotencyKey, Job
from sla_project.operations.selectors import monitor_status
from sla_project.operations.services import heartbeat_beat, old_rows_delete

pytestmark = pytest.mark.django_db


def beat(now, name: str = "advance:host:1", **detail) -> None:
    heartbeat_beat(name=name, kind=name.partition(":")[0], detail=detail, now=now)


def test_the_process_is_up_without_asking_the_database(django_assert_num_queries) -> None:
    with django_assert_num_queries(0):
        assert Client().get("/healthz").json() == {"status": "ok"}


def test_not_ready_before_any_worker_has_reported() -> None:
    answer = Client().get("/readyz")
    assert (answer.status_code, answer.json()["monitor"], answer.json()["last_pass_age"]) == (
        503,
        "not running",
        None,
    )


def test_ready_while_passes_run(clock) -> None:
    beat(clock.now, oldest_due_age=0, dead=1)
    beat(clock.now, "actions:host:2", queued_mail=3, dead=2)
    clock.advance(4)
    answer = Client().get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {
        "status": "ok",
        "database": "ok",
        "monitor": "running",
        "last_pass_age": 4.0,
        "oldest_due_age": 0.0,
        "actions": "running",
        "dead": 3,
        "queued_mail": 3,
    }


def test_not_ready_when_a_due_timer_waits(clock) -> None:
    beat(clock.now, oldest_due_age=1.5)
    assert Client().get("/readyz").status_code == 200
    clock.advance(1)
    answer = Client().get("/readyz")
    assert (answer.status_code, answer.json()["oldest_due_age"]) == (503, 2.5)


def test_not_ready_when_the_database_is_away(monkeypatch) -> None:
    def away(now):
        raise DatabaseError("no connection")

    monkeypatch.setattr(health, "monitor_status", away)
    answer = Client().get("/readyz")
    assert (answer.status_code, answer.json()["database"]) == (503, "unavailable")
    answer = Client().get("/metrics")
    assert (answer.status_code, answer["Content-Type"][:10]) == (503, "text/plain")


def test_a_silent_monitor_says_since_when(clock) -> None:
    beat(clock.now)
    assert monitor_status(clock.now).detail == "Last pass 0 seconds ago"
    clock.advance(180)
    status = monitor_status(clock.now)
    assert not status.running
    assert "3 minutes ago" in status.detail


def test_one_of_two_workers_is_enough(clock) -> None:
    beat(clock.now, "advance:host:1")
    clock.advance(60)
    beat(clock.now, "advance:host:2")
    status = monitor_status(clock.now)
    assert (status.running, status.workers) == (True, 1)


def test_metrics_are_numbers(clock) -> None:
    beat(clock.now, oldest_due_age=0)
    lines = Client().get("/metrics").content.decode().splitlines()
    assert "sla_console_monitor_running 1" in lines
    assert "sla_console_last_pass_age_seconds 0.0" in lines


def test_a_heartbeat_is_one_row_for_each_process(clock) -> None:
    for _ in range(3):
        beat(clock.advance(1))
    assert Heartbeat.objects.get().at == clock.now
    assert old_rows_delete(now=clock.now + timedelta(days=8)) == 1


def test_what_nobody_can_ask_for_any_more_is_removed(clock) -> None:
    """Keys after a day, finished jobs after 90, sessions when they end; what waits stays."""
    user = User.objects.create_user("agent@desk.example", "long enough 1", display_name="Agent")
    IdempotencyKey.objects.create(user=user, key="a", request_hash="x", created_at=clock.now)
    Session.objects.create(session_key="a", session_data="", expire_date=clock.now + timedelta(days=14))
    given = {"kind": "test", "arguments": {}, "created_at": clock.now}
    Job.objects.create(**given, wake_at=clock.now)
    Job.objects.create(**given, state="done", finished_at=clock.now)
    assert [old_rows_delete(now=clock.now + timedelta(days=days)) for days in (0.9, 2, 13, 15, 89, 91, 200)] == [
        0, 1, 0, 1, 0, 1, 0,
    ]  # fmt: skip
    assert Job.objects.get().state == "queued"
