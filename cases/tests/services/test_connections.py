"""Connections that end or hang: those to the database in the middle of a pass, that to the mail server for good."""

from __future__ import annotations

import socket
import time
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from actions.models import Message
from cases.tests.builders import make_customer
from cases.tests.services import busy_desk
from cases.tests.services.desk import open_desk, test_database_url, wait_for
from cases.tests.services.invariants import assert_everything_happened_once, is_quiet
from cases.tests.services.mail_sink import mail_sink
from cases.tests.services.story import Lateness, report
from sla_project.operations.models import Heartbeat
from slas.models import KPIEvent, KPIInstance

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]

ROUNDS = 6


def test_ended_connections_are_opened_again(folder: Path, transactional_db: None) -> None:
    """`pg_terminate_backend` for every connection but our own, again and again."""
    busy_desk.set_up()
    customer = make_customer()
    with mail_sink() as sink, open_desk(folder, DATABASE_URL=test_database_url(), EMAIL_URL=sink.url) as desk:
        desk.worker("timers", "timers")
        desk.worker("actions", "actions")
        wait_for(lambda: Heartbeat.objects.count() >= 3, "all passes run", 60)
        ended = 0
        for _ in range(ROUNDS):
            busy_desk.open_case(customer)
            time.sleep(0.7)
            ended += end_connections()
        assert ended >= ROUNDS
        wait_for(lambda: not KPIInstance.objects.filter(ended_at=None).exists(), "every clock has ended", 60)
        wait_for(is_quiet, "nothing waits any more", 90)
        assert_everything_happened_once(sink)
        report("Connections ended", [f"{ended} connections", lateness()])


def test_a_silent_mail_server_delays_no_timer_of_the_same_worker(folder: Path, transactional_db: None) -> None:
    """One worker for both queues. The server takes the connection and never says a word."""
    busy_desk.set_up()
    customer = make_customer()
    with socket.create_server(("127.0.0.1", 0)) as silent:
        mail_url = f"smtp://127.0.0.1:{silent.getsockname()[1]}"
        with open_desk(folder, DATABASE_URL=test_database_url(), EMAIL_URL=mail_url) as desk:
            desk.worker("both", f"timers,{settings.CELERY_QUEUE_PREFIX}actions")
            wait_for(lambda: Heartbeat.objects.count() >= 3, "all passes run", 60)
            busy_desk.open_case(customer)
            wait_for(lambda: Message.objects.filter(state="leased").exists(), "a mail is being sent", 30)
            busy_desk.open_case(customer)
            wait_for(lambda: not KPIInstance.objects.filter(ended_at=None).exists(), "every clock has ended", 30)
            assert not Message.objects.filter(state="sent").exists()
        report("A silent mail server", [lateness()])


def end_connections() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        return int(cursor.fetchone()[0])


def lateness() -> Lateness:
    due = KPIEvent.objects.filter(kind__in=["warned", "failed"]).exclude(due_at=None)
    return Lateness("timers", [(event.recorded_at - event.due_at).total_seconds() for event in due if event.due_at])
