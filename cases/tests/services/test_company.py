"""Many at once: beats, workers, passes and rings in any number do the work once."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection, transaction

from actions.models import ActionRun
from cases.tests.builders import make_customer
from cases.tests.services import busy_desk
from cases.tests.services.desk import Desk, open_desk, test_database_url, wait_for
from cases.tests.services.invariants import assert_everything_happened_once, is_quiet
from cases.tests.services.mail_sink import mail_sink
from cases.tests.services.story import Lateness, report
from sla_project.celery import app
from sla_project.operations.models import Heartbeat
from slas.models import KPIEvent, TrackedRecord
from slas.passes import advance_all

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]

WORKING_HOURS = 10.0
"""Seconds of load."""
RINGS = 300
RECORDS = 60


def test_two_beats_and_three_workers_do_everything_once(folder: Path, transactional_db: None) -> None:
    busy_desk.set_up()
    with mail_sink() as sink, open_desk(folder, DATABASE_URL=test_database_url(), EMAIL_URL=sink.url) as desk:
        for name, queue in (("one", "timers"), ("two", "timers"), ("three", "actions")):
            desk.worker(name, queue, pool="threads")
        for name in ("beat-1", "beat-2"):
            desk.beat(name)
        wait_for(lambda: Heartbeat.objects.count() >= 4, "all passes run", 60)
        agents = busy_desk.Agents(2, seed=8)
        agents.start()
        ring_too_often()
        time.sleep(WORKING_HOURS)
        agents.go_home()
        wait_for(lambda: rings_answered(desk) > RINGS, "the workers have answered the rings", 60)
        wait_for(is_quiet, "nothing waits any more", 60)
        assert_everything_happened_once(sink)
        assert set(sink.accepted.values()) == {1}, "nobody died, so no mail has a second copy"
        due = KPIEvent.objects.filter(kind__in=["warned", "failed"]).exclude(due_at=None)
        late = Lateness("timers", [(event.recorded_at - event.due_at).total_seconds() for event in due if event.due_at])
        report("2 beats, 3 workers, 600 rings more", [late, f"{agents.commands} commands, {len(sink.accepted)} mails"])


def ring_too_often() -> None:
    """What beat sends, hundreds of times."""
    prefix = settings.CELERY_QUEUE_PREFIX
    for _ in range(RINGS):
        app.send_task("slas.tasks.advance", queue=f"{prefix}timers")
        app.send_task("actions.tasks.run", queue=f"{prefix}actions")


def rings_answered(desk: Desk) -> int:
    return sum(desk.log(worker).count("Task slas.tasks.advance[") for worker in ("one", "two"))


def due_records() -> None:
    busy_desk.set_up()
    customer = make_customer()
    for _ in range(RECORDS):
        busy_desk.open_case(customer)
    time.sleep(3.1)


def in_thread(work: Callable[[], None]) -> threading.Thread:
    """With a connection of its own."""

    def run() -> None:
        try:
            work()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def test_passes_at_once_share_the_records_out(transactional_db: None) -> None:
    due_records()
    start = threading.Barrier(3)
    judged: list[int] = []

    def work() -> None:
        start.wait()
        judged.append(advance_all())

    for thread in [in_thread(work) for _ in range(3)]:
        thread.join()
    assert sum(judged) == RECORDS
    assert KPIEvent.objects.filter(kind="failed").count() == 2 * RECORDS
    runs = ActionRun.objects.values_list("cause_key", "position", "recipient")
    assert len(runs) == len(set(runs))


def test_a_pass_goes_around_records_that_somebody_holds(transactional_db: None) -> None:
    """It neither waits for them nor forgets them."""
    due_records()
    with transaction.atomic():
        held = list(TrackedRecord.objects.filter(record_type="case").select_for_update().order_by("wake_at", "id")[:10])
        judged: list[int] = []
        in_thread(lambda: judged.append(advance_all())).join()
        assert judged == [RECORDS - len(held)]
    assert advance_all() == len(held)
    assert not TrackedRecord.objects.filter(wake_at__isnull=False).exists()
