"""Rings: none while one lies unread, and a folder full of old ones is emptied at start."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from celery import Celery
from celery.beat import ScheduleEntry
from celery.schedules import schedule
from django.conf import settings

from sla_project import broker


@pytest.fixture
def app(tmp_path: Path) -> Celery:
    app = Celery("rings", set_as_current=False)
    app.conf.update(broker.configuration(redis_url="", folder=tmp_path, prefix="t-"))
    return app


def messages(app: Celery) -> list[str]:
    folder = broker.message_folder(app)
    assert folder is not None
    return [path.name for path in folder.iterdir()]


def leave_rings(app: Celery, count: int) -> None:
    folder = broker.message_folder(app)
    assert folder is not None
    for number in range(count):
        (folder / f"{number}_ring.t-timers.msg").write_text("{}")


def test_beat_does_not_ring_while_a_ring_lies_unread(app: Celery) -> None:
    scheduler = broker.RingScheduler(app)
    for _ in range(3):
        for name in ("advance", "run-actions"):
            scheduler.apply_async(scheduler.schedule[name], advance=False)
    queues = sorted(name.split(".")[1] for name in messages(app))
    assert queues == ["t-actions", "t-timers"]


def test_it_rings_again_after_the_ring_was_read(app: Celery) -> None:
    scheduler = broker.RingScheduler(app)
    ring = scheduler.schedule["advance"]
    for _ in range(3):
        scheduler.apply_async(ring, advance=False)
        with app.connection_for_read() as connection:
            channel: Any = connection.default_channel
            message = channel.basic_get("t-timers", no_ack=True)
        assert message is not None
    assert messages(app) == []


def test_a_skipped_ring_waits_for_its_next_turn(app: Celery) -> None:
    scheduler = broker.RingScheduler(app)
    leave_rings(app, 1)
    before = scheduler.schedule["advance"].total_run_count
    scheduler.apply_async(scheduler.schedule["advance"], advance=True)
    entry = scheduler.schedule["advance"]
    assert entry.total_run_count == before + 1
    due, wait = entry.is_due()
    assert not due
    assert 0 < wait <= broker.RING_SECONDS


@pytest.mark.slow
def test_twenty_thousand_old_rings_are_emptied_at_start(app: Celery) -> None:
    leave_rings(app, 20_000)
    scheduler = broker.RingScheduler(app)
    assert messages(app) == []
    often = {"advance", "run-actions", "work-on-jobs", "mail-reports", "reconcile"}
    hourly = {"entitlement-dates", "tidy", "tidy-log", "tidy-mail"}
    assert set(scheduler.schedule) == often | hourly


def test_a_ring_is_found_in_its_own_queue_only(app: Celery) -> None:
    leave_rings(app, 2)
    assert broker.unread(app, "t-timers")
    assert not broker.unread(app, "t-actions")


def test_what_belongs_to_others_stays(app: Celery) -> None:
    leave_rings(app, 2)
    folder = broker.message_folder(app)
    assert folder is not None
    (folder / "1_x.celery.pidbox.msg").write_text("{}")
    assert broker.empty(app) == 2
    assert messages(app) == ["1_x.celery.pidbox.msg"]


def test_without_a_broker_beat_goes_on_and_publishing_gives_up_soon() -> None:
    app = Celery("away", set_as_current=False)
    app.conf.update(broker.configuration(redis_url="redis://127.0.0.1:1/0", folder=Path(), prefix=""))
    ring = ScheduleEntry("ring", "slas.tasks.advance", schedule=schedule(2), app=app, options={"queue": "timers"})
    assert broker.RingScheduler(app).apply_async(ring, advance=False) is None
    with pytest.raises(Exception, match="refused"):
        app.send_task("slas.tasks.advance", queue="timers", retry=False)


def test_messages_are_json_and_never_carry_a_time() -> None:
    found = broker.configuration(redis_url="redis://h/0", folder=Path(), prefix="x-")
    assert found["accept_content"] == ["json"]
    assert [queue.name for queue in found["task_queues"]] == ["x-timers", "x-actions"]
    for ring in found["beat_schedule"].values():
        assert set(ring["options"]) == {"queue", "expires"}


@pytest.mark.services
def test_an_empty_queue_of_redis_lets_beat_ring() -> None:
    """Redis forgets a list when its last element is taken: a queue without rings is one that does not exist."""
    app = Celery("rings", set_as_current=False)
    prefix = f"{settings.CELERY_QUEUE_PREFIX}empty-"
    app.conf.update(broker.configuration(redis_url=settings.REDIS_URL, folder=Path(), prefix=prefix))
    scheduler = broker.RingScheduler(app)
    queue = f"{prefix}timers"
    for _ in range(2):
        assert not broker.unread(app, queue)
        for _ in range(3):
            scheduler.apply_async(scheduler.schedule["advance"], advance=False)
        assert broker.unread(app, queue)
        with app.connection_for_read() as connection:
            channel: Any = connection.default_channel
            assert channel.basic_get(queue, no_ack=True) is not None
            assert channel.basic_get(queue, no_ack=True) is None
