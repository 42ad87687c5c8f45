"""Asking for runs: once per cause, position and recipient (engine.md R30), loops end (R32)."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from actions.models import ActionRun
from actions.services import runs_create
from actions.tests.conftest import ask, request_of

MAIL = {"kind": "send_email", "to": ["owner", "contact"], "subject": "Due", "body": "Soon"}
UPDATE = {"kind": "update_record", "set": {"body": "seen"}}


def test_one_run_per_action_and_recipient_in_order(note: Any, clock: Any) -> None:
    runs = ask(note, [UPDATE, MAIL], clock.now)

    assert [(run.position, run.recipient, run.state) for run in runs] == [
        (0, "", "queued"),
        (1, "owner", "queued"),
        (1, "contact", "queued"),
    ]
    assert all(run.pk for run in runs)
    assert list(ActionRun.objects.order_by("id")) == runs


def test_asking_again_gives_the_same_rows(note: Any, clock: Any) -> None:
    first = ask(note, [UPDATE, MAIL], clock.now)
    ActionRun.objects.filter(pk=first[0].pk).update(state=ActionRun.State.DONE, next_try_at=None, finished_at=clock.now)
    again = ask(note, [UPDATE, MAIL], clock.advance(5))

    assert [run.pk for run in again] == [run.pk for run in first]
    assert again[0].state == "done"
    assert ActionRun.objects.count() == 3


def test_many_requests_at_once(note: Any, clock: Any) -> None:
    requests = [request_of(note, [UPDATE, MAIL], clock.now, cause_key=str(number)) for number in range(600)]
    runs = runs_create(requests=requests, now=clock.now)

    assert len(runs) == len({run.pk for run in runs}) == 1800
    assert [run.cause_key for run in runs[::3]] == [str(number) for number in range(600)]
    assert [run.pk for run in runs_create(requests=requests, now=clock.now)] == [run.pk for run in runs]


def test_the_returned_ids_are_the_stored_ones(note: Any, clock: Any) -> None:
    for run in ask(note, [UPDATE, MAIL], clock.now):
        stored = ActionRun.objects.get(pk=run.pk)
        assert (stored.position, stored.recipient, stored.action) == (run.position, run.recipient, run.action)


@pytest.mark.parametrize("depth, state", [(0, "queued"), (4, "queued"), (5, "suppressed"), (9, "suppressed")])
def test_at_depth_five_a_run_is_stored_but_never_run_r32(note: Any, clock: Any, depth: int, state: str) -> None:
    (run,) = ask(note, [UPDATE], clock.now, depth=depth)
    assert run.state == state
    assert run.reason == ("depth" if state == "suppressed" else "")


def test_suppressed_runs_say_why(note: Any, clock: Any) -> None:
    (run,) = ask(note, [UPDATE], clock.now, suppressed="historical")
    assert (run.state, run.reason, run.finished_at) == ("suppressed", "historical", clock.now)


@pytest.mark.parametrize(
    "wrong",
    [
        {"state": "queued", "next_try_at": None},
        {"state": "done", "next_try_at": None},
        {"state": "skipped", "next_try_at": None, "reason": ""},
        {"state": "odd"},
    ],
)
def test_the_database_holds_the_states(note: Any, clock: Any, wrong: dict[str, Any]) -> None:
    (run,) = ask(note, [UPDATE], clock.now)
    with pytest.raises(IntegrityError), transaction.atomic():
        ActionRun.objects.filter(pk=run.pk).update(**wrong)


def test_the_database_refuses_a_second_run_with_the_same_key(note: Any, clock: Any) -> None:
    (run,) = ask(note, [UPDATE], clock.now)
    run.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        run.save(force_insert=True)
