"""Redis with things in its lists that are no rings: they end no worker."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from celery import Celery
from django.conf import settings
from kombu import Connection, Consumer
from kombu.message import Message
from redis import Redis

from sla_project import broker, ring_redis
from sla_project.tests.garbage import NO_RINGS


def app_of(redis_url: str, prefix: str) -> Celery:
    app = Celery("rings", set_as_current=False)
    app.conf.update(broker.configuration(redis_url=redis_url, folder=Path(), prefix=prefix))
    return app


@pytest.mark.parametrize("scheme", ["redis", "rediss"])
def test_the_address_still_says_where_and_how(scheme: str) -> None:
    """`rediss` is Redis behind TLS."""
    with app_of(f"{scheme}://:secret@host:6380/3", "").connection_for_read() as connection:
        info = connection.info()
        assert connection.get_transport_cls() is ring_redis.Transport
    assert (info["hostname"], info["port"], info["virtual_host"]) == ("host", 6380, "3")
    assert bool(info["ssl"]) is (scheme == "rediss")


@pytest.mark.services
def test_what_is_no_ring_ends_nobody() -> None:
    prefix = f"{settings.CELERY_QUEUE_PREFIX}garbage-"
    app, queue = app_of(settings.REDIS_URL, prefix), f"{prefix}timers"
    redis = Redis.from_url(settings.REDIS_URL)
    redis.delete(queue)
    for garbage in (b"\xff\xfe", b"", b"half a", *(json.dumps(each).encode() for each in NO_RINGS)):
        redis.lpush(queue, garbage)
    app.send_task("slas.tasks.advance", queue=queue)
    with app.connection_for_read() as connection:
        assert take_ring(connection, app, queue).headers["task"] == "slas.tasks.advance"
    assert redis.llen(queue) == 0


def take_ring(connection: Connection, app: Celery, queue: str) -> Message:
    """As a worker reads: whatever comes is delivered, until one of it is a message."""
    taken: list[Message] = []
    with Consumer(connection, [app.amqp.queues[queue]], on_message=taken.append, no_ack=True):
        while not taken:
            connection.drain_events(timeout=5)
    return taken[0]
