"""The Support Contract Customer SLA, driven over REST, with real workers and beat."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from cases.tests.services import contract
from cases.tests.services.desk import Desk, free_port, open_desk, redis_server, test_database_url, wait_for
from cases.tests.services.rest import Rest
from cases.tests.services.story import Story, between, report

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]

IN_TIME = 1.0
"""Seconds within which warning and failure fire."""
FAST = 2.0
"""Seconds that no request may take while the broker is away; waiting for it would take longer."""
RUNG = "Task slas.tasks.advance["


def ready(rest: Rest) -> None:
    """The passes run; whether rings arrive is another question."""
    wait_for(rest.all_passes_run, "the passes run", 60)
    rest.slowest = 0.0


def test_the_contract_is_kept_and_broken_on_time(folder: Path, token: str) -> None:
    with open_desk(folder, DATABASE_URL=test_database_url()) as desk:
        desk.workforce()
        rest = desk.web(token)
        common = contract.set_up(rest)
        ready(rest)
        wait_for(lambda: RUNG in desk.log("timers"), "beat has rung and a worker has answered", 60)
        tell(rest, common, "Redis runs")
        urgent_picks_another_item(rest, common)


def tell(rest: Rest, common: dict[str, object], scenario: str) -> None:
    story = Story(rest, common)
    story.begin()
    finish(story, scenario)


def finish(story: Story, scenario: str) -> None:
    story.finish()
    report(scenario, [story.judged_late(), story.acted_late(), f"slowest request {story.rest.slowest:.3f}s"])
    story.judged_late().assert_within(IN_TIME)
    story.acted_late().assert_within(IN_TIME)
    story.assert_told_as_written()


def urgent_picks_another_item(rest: Rest, common: dict[str, object]) -> None:
    contract.publish_urgent_first(rest)
    case = rest.post("cases/", title="Grows urgent", service_level="bronze", **common)
    time.sleep(1)
    rest.patch(f"cases/{case['id']}/", priority="urgent")
    clocks = {one["item_key"]: one for one in rest.get(f"cases/{case['id']}/kpi-instances/")}
    assert {key: one["status"] for key, one in clocks.items()} == {
        "bronze-first-response": "in_progress",
        "bronze-resolve": "canceled",
        "urgent-resolve": "in_progress",
    }
    urgent = clocks["urgent-resolve"]
    assert between(urgent["applicable_from_value"], urgent["failure_at"]) == contract.URGENT
    wait_for(lambda: status(rest, urgent["id"]) == "noncompliant", "the urgent clock has failed")


def status(rest: Rest, instance: int) -> str:
    time.sleep(0.2)
    return str(rest.get(f"kpi-instances/{instance}/")["status"])


def test_without_redis_from_the_start(folder: Path, token: str) -> None:
    """The same, on time, where no broker ever answers; and nobody waits for it."""
    nobody = f"redis://127.0.0.1:{free_port()}/0"
    with open_desk(folder, DATABASE_URL=test_database_url(), REDIS_URL=nobody) as desk:
        desk.workforce()
        rest = desk.web(token)
        common = contract.set_up(rest)
        ready(rest)
        tell(rest, common, "Redis never runs")
        assert RUNG not in desk.log("timers")
        assert_all_run(desk)
        assert rest.slowest < FAST


def test_with_redis_killed_in_the_middle(folder: Path, token: str) -> None:
    """The clocks that run go on; when Redis is back, so are the rings."""
    port = free_port()
    address = f"redis://127.0.0.1:{port}/0"
    with open_desk(folder, DATABASE_URL=test_database_url(), REDIS_URL=address) as desk:
        with redis_server(folder / "redis", port) as redis:
            desk.workforce()
            rest = desk.web(token)
            common = contract.set_up(rest)
            ready(rest)
            wait_for(lambda: RUNG in desk.log("timers"), "beat has rung and a worker has answered", 60)
            story = Story(rest, common)
            story.begin(meanwhile=redis.kill)
            finish(story, "Redis is killed")
        assert rest.slowest < FAST
        rung = desk.log("timers").count(RUNG)
        with redis_server(folder / "redis", port):
            wait_for(lambda: desk.log("timers").count(RUNG) > rung, "the worker answers rings again", 60)
        assert_all_run(desk)


def assert_all_run(desk: Desk) -> None:
    """A broker that is away ends neither a worker nor beat."""
    assert [program.name for program in desk.programs.values() if program.popen.poll() is not None] == []
