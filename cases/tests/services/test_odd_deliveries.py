"""Messages that come three times, in any order, a day late; a sender that sleeps past its lease."""

from __future__ import annotations

import json
import os
import random
import signal
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from celery import Celery
from django.conf import settings
from redis import Redis

from actions.models import DeliveryAttempt, Message
from actions.passes import mail_pass
from actions.services import message_store
from cases.tests.services import busy_desk
from cases.tests.services.desk import Desk, open_desk, test_database_url, wait_for
from cases.tests.services.invariants import assert_everything_happened_once, is_quiet
from cases.tests.services.mail_sink import mail_sink
from sla_project import broker
from sla_project.backends import email
from sla_project.operations.clock import clock_now
from sla_project.operations.models import Heartbeat

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]

COPIES = 3
LOAD = 4.0
"""Seconds of work while the rings come."""
SEND_ONE = "from actions.passes import mail_pass; mail_pass(limit=1)"
ANSWERS_AFTER = 3.0
"""Seconds that the mail server takes between having a mail and saying so."""


def test_rings_of_every_task_three_times_out_of_order_and_of_yesterday(folder: Path, transactional_db: None) -> None:
    """F9: what a message says is that somebody should look; how often and when it says so makes no difference."""
    busy_desk.set_up()
    with mail_sink() as sink, open_desk(folder, DATABASE_URL=test_database_url(), EMAIL_URL=sink.url) as desk:
        redis, rings = Redis.from_url(settings.REDIS_URL), every_ring()
        tasks = {json.loads(ring)["headers"]["task"] for _queue, ring in rings}
        assert len(tasks) == len(settings.CELERY["beat_schedule"])
        desk.worker("timers", "timers", pool="threads")
        desk.worker("actions", "actions", pool="threads")
        wait_for(lambda: Heartbeat.objects.count() >= 3, "all passes run", 60)
        agents = busy_desk.Agents(2, seed=9)
        agents.start()
        for queue, ring in disordered(rings):
            redis.lpush(queue, ring)
            time.sleep(LOAD / len(rings) / COPIES / 3)
        agents.go_home()
        wait_for(lambda: not any(redis.llen(queue) for queue, _ring in rings), "all rings are read", 60)
        wait_for(is_quiet, "nothing waits any more", 60)
        assert_everything_happened_once(sink)
        assert set(sink.accepted.values()) == {1}
        assert "Traceback" not in desk.log("timers") + desk.log("actions")


def every_ring() -> list[tuple[str, bytes]]:
    """Queue and message of everything that beat sends, as it lies in Redis."""
    app = Celery("rings", set_as_current=False)
    prefix = settings.CELERY_QUEUE_PREFIX
    app.conf.update(broker.configuration(redis_url=settings.REDIS_URL, folder=Path(), prefix=prefix))
    redis = Redis.from_url(settings.REDIS_URL)
    queues = [f"{prefix}{queue}" for queue in (broker.TIMERS, broker.ACTIONS)]
    redis.delete(*queues)
    for entry in app.conf.beat_schedule.values():
        app.send_task(entry["task"], **entry["options"])
    rings = [(queue, ring) for queue in queues for ring in redis.lrange(queue, 0, -1)]
    redis.delete(*queues)
    return rings


def disordered(rings: list[tuple[str, bytes]]) -> list[tuple[str, bytes]]:
    """Each three times as it is, as if it had lain there since yesterday, and as if it never grew old."""
    yesterday = (datetime.now(UTC) - timedelta(days=1)).isoformat()
    copies = [
        (queue, with_expiry(ring, expiry))
        for queue, ring in rings
        for expiry in (None, yesterday, json.loads(ring)["headers"]["expires"])
    ] * COPIES
    random.Random(9).shuffle(copies)
    return copies


def with_expiry(ring: bytes, expires: str | None) -> bytes:
    message: dict[str, Any] = json.loads(ring)
    message["headers"]["expires"] = expires
    return json.dumps(message).encode()


def test_a_sender_that_sleeps_past_its_lease_reports_in_vain(folder: Path, settings: Any) -> None:
    """F12: at least once means a second copy here, with the same Message-ID; its late report changes nothing."""
    with (
        mail_sink(ANSWERS_AFTER) as sink,
        open_desk(folder, DATABASE_URL=test_database_url(), EMAIL_URL=sink.url) as desk,
    ):
        message = message_store(
            key="asleep", to=("Nora", "nora@northwind.example"), subject="S", text="T", html="<p>T</p>", now=clock_now()
        )
        sender = start_sender(desk)
        wait_for(lambda: sink.accepted, "the mail server has the mail", 60)
        os.kill(sender, signal.SIGSTOP)
        end_lease(message)
        settings.EMAIL_URL = sink.url
        for name, value in email(sink.url).items():
            setattr(settings, name, value)
        assert mail_pass(limit=1) == 1
        settled = Message.objects.get()
        assert (settled.state, settled.attempts, settled.lease_owner) == ("sent", 2, "")
        os.kill(sender, signal.SIGCONT)
        desk.programs["sender"].popen.wait(timeout=30)
        assert "was sent after its lease had ended" in desk.log("sender")
        assert dict(sink.accepted) == {message.message_id: 2}
        assert [len(texts) for texts in sink.texts.values()] == [1], "the copies are the same mail"
        again = Message.objects.get()
        assert (again.state, again.sent_at, again.attempts) == (settled.state, settled.sent_at, settled.attempts)
        outcomes = DeliveryAttempt.objects.values_list("outcome", flat=True)
        assert list(outcomes) == ["unknown", "sent", "sent"], "the history tells of both"


def start_sender(desk: Desk) -> int:
    return desk.start("sender", "django", "shell", "-c", SEND_ONE).pid


def end_lease(message: Message) -> None:
    """As if a minute had gone by."""
    leased = Message.objects.filter(pk=message.pk, state="leased")
    assert leased.update(next_try_at=clock_now()) == 1
