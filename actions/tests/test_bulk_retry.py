"""Trying many runs again: what it would do is said first, and each has a result of its own."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from actions.models import ActionRun
from actions.passes import run_pass
from actions.services import runs_retry
from actions.tests.conftest import ask
from sla_project.accounts.models import User
from sla_project.operations.models import AuditEntry

TITLE = {"kind": "update_record", "set": {"name": "Other"}}
BODY = {"kind": "update_record", "set": {"body": "Later"}}
MAIL = {"kind": "send_email", "to": ["owner"], "subject": "Due", "body": "Soon"}
URL = "/action-runs/retry/"


@pytest.fixture
def console(client: Client, administrator: User, notes: Any, clicks: Any) -> Client:
    client.force_login(administrator)
    return client


def dead_runs(note: Any, notes: Any, clock: Any, count: int) -> list[ActionRun]:
    """So many causes, each with an update that was given up and one that comes after it."""
    notes.broken = {"update"}
    runs = [ask(note, [TITLE], clock.now, cause_key=f"dead-{number}")[0] for number in range(count)]
    for _attempt in range(8):
        run_pass()
        clock.advance(1000)
    notes.broken = set()
    return list(ActionRun.objects.filter(pk__in=[run.pk for run in runs], state="dead").order_by("pk"))


def states() -> list[str]:
    return list(ActionRun.objects.order_by("pk").values_list("state", flat=True))


def test_each_run_has_a_result_of_its_own(note: Any, notes: Any, clock: Any, clicks: Any) -> None:
    dead = dead_runs(note, notes, clock, 2)
    (queued,) = ask(note, [TITLE], clock.now, cause_key="queued")
    done = runs_retry(run_ids=[queued.pk, *(run.pk for run in dead)], by=None, now=clock.now)
    assert [(one.run.pk, bool(one.problem)) for one in done] == [
        (dead[0].pk, False),
        (dead[1].pk, False),
        (queued.pk, True),
    ]
    assert "cannot be retried" in done[2].problem
    assert states() == ["queued"] * 3
    assert AuditEntry.objects.filter(action="action_run.retry").count() == 2


def test_first_it_says_what_it_would_do(console: Client, note: Any, notes: Any, clock: Any) -> None:
    dead = dead_runs(note, notes, clock, 2)
    (queued,) = ask(note, [TITLE], clock.now, cause_key="queued")
    response = console.post(URL, {"what": "selected", "run": [queued.pk, *(run.pk for run in dead)]})
    text = response.content.decode()
    assert "Try 3 runs again?" in text
    assert "2 actions write to 1 records" in text
    assert "1 run cannot be tried again" in text
    assert states() == ["dead", "dead", "queued"]


def test_then_it_does_it_and_names_every_result(console: Client, note: Any, notes: Any, clock: Any) -> None:
    dead = dead_runs(note, notes, clock, 2)
    (queued,) = ask(note, [TITLE], clock.now, cause_key="queued")
    ids = [queued.pk, *(run.pk for run in dead)]
    text = console.post(URL, {"what": "selected", "run": ids, "confirmed": "yes"}).content.decode()
    assert "2 of 3 will be tried again" in text and "Not tried again" in text
    run_pass()
    assert states() == ["done"] * 3


def test_all_that_match_the_filter(console: Client, note: Any, notes: Any, clock: Any) -> None:
    dead_runs(note, notes, clock, 3)
    ask(note, [MAIL], clock.now, cause_key="mail")
    response = console.post(URL, {"what": "all", "query": "kind=update_record&state=dead"})
    assert len(response.context["run_ids"]) == 3
    assert console.post(URL, {"what": "all", "query": "kind=send_email"})["Location"].endswith("kind=send_email")


def test_what_waits_for_a_run_is_named(console: Client, note: Any, notes: Any, clock: Any) -> None:
    notes.broken = {"update"}
    ask(note, [TITLE, BODY], clock.now, cause_key="two")
    run_pass()
    first = ActionRun.objects.get(position=0)
    assert first.state == "failed"
    assert "1 later action of the same event waits" in console.post(URL, {"run": [first.pk]}).content.decode()


@pytest.mark.parametrize("given", [{}, {"run": ["x", "9" * 30]}, {"what": "all", "query": "state=nonsense"}])
def test_nothing_chosen_changes_nothing(console: Client, note: Any, notes: Any, clock: Any, given: Any) -> None:
    assert console.post(URL, given).status_code == 302


def test_agents_see_no_boxes_and_may_not_retry(owner: User, note: Any, notes: Any, clock: Any, clicks: Any) -> None:
    dead = dead_runs(note, notes, clock, 1)
    agent = Client()
    agent.force_login(owner)
    assert 'type="checkbox"' not in agent.get("/action-runs/").content.decode()
    assert agent.post(URL, {"run": [dead[0].pk], "confirmed": "yes"}).status_code == 403
    assert states() == ["dead"]


def test_the_list_offers_boxes_for_what_can_be_retried(console: Client, note: Any, notes: Any, clock: Any) -> None:
    dead_runs(note, notes, clock, 1)
    ask(note, [MAIL], clock.now, cause_key="mail")
    text = console.get("/action-runs/").content.decode()
    assert text.count('name="run"') == 1 and "Try all again that match" in text
    assert console.get(URL).status_code == 405


def test_the_list_as_a_file(console: Client, note: Any, notes: Any, clock: Any) -> None:
    dead_runs(note, notes, clock, 2)
    response = console.get("/action-runs/?format=csv&state=dead")
    lines = b"".join(response.streaming_content).decode().splitlines()
    assert len(lines) == 3 and lines[0].endswith("reason,last_error")
