"""Without any server: SQLite, and a filesystem broker in which 20,000 rings lie from before."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from celery import Celery

from cases.tests.services import contract
from cases.tests.services.desk import ROOT, Desk, open_desk, wait_for
from cases.tests.services.story import Story, report
from sla_project import broker

pytestmark = pytest.mark.services

RINGS = 20_000
IN_TIME = 2.0
RUNG = "Task slas.tasks.advance["


def test_timers_are_on_time_among_left_over_rings(folder: Path) -> None:
    address = f"sqlite:///{folder / 'desk.sqlite3'}"
    with open_desk(folder, DATABASE_URL=address, REDIS_URL="") as desk:
        token = found(desk)
        rest = desk.web(token)
        common = contract.set_up(rest)
        messages = leave_rings(desk, RINGS)
        assert len(os.listdir(messages)) == RINGS
        desk.workforce()
        wait_for(rest.all_passes_run, "the passes run", 60)
        story = Story(rest, common)
        story.begin()
        story.finish()
        report("20,000 left-over rings", [story.judged_late(), story.acted_late()])
        story.judged_late().assert_within(IN_TIME)
        story.assert_told_as_written()
        wait_for(lambda: RUNG in desk.log("timers"), "new rings arrive", 60)
        assert len(os.listdir(messages)) < 10


def found(desk: Desk) -> str:
    command = [sys.executable, "-m", "cases.tests.services.found"]
    return subprocess.run(command, cwd=ROOT, env=dict(desk.environ), check=True, capture_output=True, text=True).stdout


def leave_rings(desk: Desk, count: int) -> Path:
    """True copies of what beat sends, as many as a night without workers could leave."""
    app = Celery("rings", set_as_current=False)
    prefix = desk.environ["CELERY_QUEUE_PREFIX"]
    app.conf.update(broker.configuration(redis_url="", folder=desk.folder / "broker", prefix=prefix))
    folder = broker.message_folder(app)
    assert folder is not None
    scheduler = broker.RingScheduler(app)
    for name in ("advance", "run-actions"):
        scheduler.apply_async(scheduler.schedule[name], advance=False)
    rings = list(folder.iterdir())
    for number in range(count - len(rings)):
        ring = rings[number % len(rings)]
        moment, _, rest = ring.name.partition("_")
        (folder / f"{int(moment) - number - 1}_{rest}").write_bytes(ring.read_bytes())
    return folder
