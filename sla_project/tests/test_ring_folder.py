"""The filesystem transport under several readers and writers: whole messages or none, each read once."""

from __future__ import annotations

import json
import logging
import threading
from pathlib import Path
from typing import Any

import pytest
from celery import Celery
from kombu import Consumer
from kombu.message import Message

from sla_project import broker
from sla_project.tests.garbage import NO_RINGS

RINGS = 200
QUEUE = "t-timers"


@pytest.fixture
def app(tmp_path: Path) -> Celery:
    app = Celery("rings", set_as_current=False)
    app.conf.update(broker.configuration(redis_url="", folder=tmp_path, prefix="t-"))
    return app


def folder_of(app: Celery) -> Path:
    folder = broker.message_folder(app)
    assert folder is not None
    return folder


def read(app: Celery) -> Message | None:
    with app.connection_for_read() as connection:
        channel: Any = connection.default_channel
        return channel.basic_get(QUEUE, no_ack=True)


@pytest.mark.parametrize("content", [b"", b'{"body": "half', b"\xff\xfe", b"\0" * 40])
def test_what_is_no_message_ends_nobody(app: Celery, content: bytes, caplog: pytest.LogCaptureFixture) -> None:
    """A writer that was killed, or a disk that was full."""
    (folder_of(app) / f"0_broken.{QUEUE}.msg").write_bytes(content)
    app.send_task("slas.tasks.advance", queue=QUEUE)
    with caplog.at_level(logging.WARNING):
        message = read(app)
    assert message is not None and message.headers["task"] == "slas.tasks.advance"
    assert "0_broken.t-timers.msg is no message" in caplog.text
    assert list(folder_of(app).iterdir()) == []


def test_json_that_is_no_ring_ends_nobody(app: Celery) -> None:
    """As a worker reads: whatever comes is delivered, until one of it is a message."""
    for number, garbage in enumerate(NO_RINGS):
        (folder_of(app) / f"0{number}_garbage.{QUEUE}.msg").write_text(json.dumps(garbage))
    app.send_task("slas.tasks.advance", queue=QUEUE)
    taken: list[Message] = []
    queues = [app.amqp.queues[QUEUE]]
    with (
        app.connection_for_read() as connection,
        Consumer(connection, queues, on_message=taken.append, no_ack=True),
    ):
        while not taken:
            connection.drain_events(timeout=5)
    assert taken[0].headers["task"] == "slas.tasks.advance"
    assert list(folder_of(app).iterdir()) == []


def test_a_message_is_seen_whole_or_not_at_all(app: Celery) -> None:
    """Looked at as fast as possible while rings are written."""
    writing = threading.Thread(target=lambda: [app.send_task("slas.tasks.advance", queue=QUEUE) for _ in range(RINGS)])
    writing.start()
    seen: set[str] = set()
    while writing.is_alive() or len(seen) < RINGS:
        for path in folder_of(app).glob("*.msg"):
            if path.name not in seen:
                assert json.loads(path.read_text())["headers"]["task"] == "slas.tasks.advance"
                seen.add(path.name)
    assert len(seen) == RINGS


def test_readers_at_once_get_every_message_once(app: Celery) -> None:
    for _ in range(RINGS):
        app.send_task("slas.tasks.advance", queue=QUEUE)
    got: list[str] = []

    def drain() -> None:
        while message := read(app):
            got.append(message.headers["id"])

    readers = [threading.Thread(target=drain) for _ in range(4)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    assert len(got) == len(set(got)) == RINGS


def test_messages_for_nobody_are_not_kept(app: Celery) -> None:
    with app.connection_for_write() as connection:
        connection.Producer().publish({}, exchange="celeryev", routing_key="worker.heartbeat")
    assert list(folder_of(app).iterdir()) == []
