"""The pass: order, savepoints, retries, deserving, locks (engine.md R1, R12, R30, R31)."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import OperationalError, connection

from actions.models import ActionRun, EmailTemplate, Message
from actions.passes import run_pass
from actions.services import run_retry
from actions.tests.conftest import ask
from sla_project.accounts.models import Team, User
from sla_project.operations.errors import NotPossible
from sla_project.operations.models import AuditEntry, Heartbeat

MAIL = {"kind": "send_email", "to": ["owner"], "subject": "Due", "body": "Dear {{ recipient.name }}"}
TITLE = {"kind": "update_record", "set": {"name": "For {{ note.customer.name }}"}}
STATUS = {"kind": "change_status", "status": "active"}
CREATE = {"kind": "create_record", "type": "note", "set": {"name": "Call about {{ note.name }}"}}
ASSIGN = {"kind": "assign", "to": "lead"}


def states() -> list[str]:
    return list(ActionRun.objects.order_by("position").values_list("state", flat=True))


def test_all_kinds_run_in_order_and_once(note: Any, notes: Any, team: Team, clock: Any) -> None:
    runs = ask(note, [TITLE, STATUS, CREATE, ASSIGN, MAIL], clock.now)

    assert run_pass() == 5
    assert run_pass() == 0

    assert states() == ["done", "done", "done", "done", "leased"]
    note.refresh_from_db()
    assert (note.name, note.state) == ("For Ms. O'Hara & Sons", "active")
    made = EmailTemplate.objects.get(name="Call about A note")
    done = ActionRun.objects.get(pk=runs[2].pk)
    assert done.result == {
        "summary": "Created Call about A note",
        "created": {"type": "note", "id": made.pk},
    }
    assert notes.assigned == [(team.lead_id, None)]
    assert Message.objects.get().text == "Dear Owner"


def test_what_an_action_writes_is_one_deeper_and_names_its_run_r32(note: Any, notes: Any, clock: Any) -> None:
    (run,) = ask(note, [TITLE], clock.now, depth=3)
    run_pass()
    assert notes.writes == [(note.pk, 4, f"action-run:{run.pk}")]


def test_a_failing_action_holds_back_only_those_on_its_record_r30(note: Any, notes: Any, clock: Any) -> None:
    notes.broken = {"update"}
    ask(note, [TITLE, STATUS, CREATE, MAIL], clock.now)

    run_pass()
    assert states() == ["failed", "queued", "done", "leased"]

    notes.broken = set()
    run_pass()
    assert states() == ["failed", "queued", "done", "leased"], "not before its time"

    clock.advance(0.5)
    run_pass()
    assert states() == ["done", "done", "done", "leased"]


def test_an_undone_attempt_leaves_nothing_behind(note: Any, notes: Any, clock: Any, monkeypatch: Any) -> None:
    written = notes.update

    def write_and_fail(*args: Any, **kwargs: Any) -> str:
        written(*args, **kwargs)
        raise RuntimeError("after the write")

    from actions import targets

    object.__setattr__(targets.get("note"), "update", write_and_fail)
    ask(note, [TITLE, CREATE], clock.now)
    run_pass()

    note.refresh_from_db()
    assert note.name == "A note"
    assert states() == ["failed", "done"]
    assert ActionRun.objects.get(position=0).last_error == "RuntimeError: after the write"


def test_the_wait_doubles_and_the_eighth_failure_is_the_last_r12(note: Any, notes: Any, clock: Any) -> None:
    notes.broken = {"update"}
    (run,) = ask(note, [TITLE], clock.now)
    waits = []
    for _attempt in range(7):
        run_pass()
        run.refresh_from_db()
        assert run.state == "failed"
        waits.append((run.next_try_at - clock.now).total_seconds())
        clock.set(run.next_try_at)
    run_pass()
    run.refresh_from_db()

    assert waits == [0.5, 1, 2, 4, 8, 16, 32]
    assert (run.state, run.attempts, run.next_try_at) == ("dead", 8, None)
    assert "out of order" in run.last_error


@pytest.mark.parametrize("where", ["UPDATE", "SELECT"])
def test_what_the_database_could_not_do_just_then_kills_no_action_r12(note: Any, clock: Any, where: str) -> None:
    """In the action itself, and in the lock and the reading around it."""
    ask(note, [TITLE], clock.now)

    def locked(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith(where) and ("actions_emailtemplate" in sql or '"position" ASC' in sql):
            raise OperationalError("canceling statement due to lock timeout")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(locked):
        for _attempt in range(9):
            run_pass()
            clock.advance(600)
    assert (states(), ActionRun.objects.get().attempts) == (["failed"], 7)
    run_pass()
    assert states() == ["done"]


def test_a_dead_action_no_longer_holds_back(note: Any, notes: Any, clock: Any) -> None:
    notes.broken = {"update"}
    ask(note, [TITLE, STATUS], clock.now)
    for _attempt in range(9):
        run_pass()
        clock.advance(600)
    assert states() == ["dead", "done"]


def test_a_warning_that_is_no_longer_deserved_is_skipped_and_says_so_r31(note: Any, clicks: Any, clock: Any) -> None:
    clicks.undeserved = {"warning": "no_longer_nearing"}
    ask(note, [TITLE, MAIL], clock.now)
    ask(note, [STATUS], clock.now, moment="failure", cause_key="2")

    run_pass()

    assert sorted(states()) == ["done", "skipped", "skipped"]
    assert set(ActionRun.objects.filter(state="skipped").values_list("reason", flat=True)) == {"no_longer_nearing"}
    assert not Message.objects.exists()


def test_a_record_that_is_being_written_is_passed_over_r1(note: Any, clicks: Any, clock: Any) -> None:
    clicks.busy = {"1"}
    ask(note, [TITLE], clock.now, cause_key="1")
    ask(note, [STATUS], clock.now, cause_key="2")

    assert run_pass() == 1
    assert ActionRun.objects.get(cause_key="1").state == "queued"
    assert ActionRun.objects.get(cause_key="1").attempts == 0

    clicks.busy = set()
    assert run_pass() == 1


def test_many_busy_records_do_not_hide_the_others(note: Any, clicks: Any, clock: Any) -> None:
    clicks.busy = {str(number) for number in range(250)}
    for number in range(251):
        ask(note, [STATUS], clock.now, cause_key=str(number))
    assert run_pass() == 1


def test_one_poisoned_cause_does_not_stop_the_others(note: Any, clicks: Any, clock: Any) -> None:
    ask(note, [TITLE], clock.now, cause_kind="nobody-knows", cause_key="9")
    ask(note, [STATUS], clock.now)

    run_pass()

    poisoned = ActionRun.objects.get(cause_kind="nobody-knows")
    assert (poisoned.state, poisoned.attempts) == ("failed", 1)
    assert "UnknownCause" in poisoned.last_error
    assert ActionRun.objects.get(cause_kind="click").state == "done"


def test_an_unknown_kind_fails_alone(note: Any, clock: Any) -> None:
    runs = ask(note, [TITLE, STATUS], clock.now)
    ActionRun.objects.filter(pk=runs[0].pk).update(kind="fax")
    run_pass()
    assert states() == ["failed", "done"]


def test_a_deleted_record_skips_its_runs(note: Any, clock: Any) -> None:
    ask(note, [TITLE, STATUS, ASSIGN], clock.now)
    EmailTemplate.objects.all().delete()
    run_pass()
    assert set(ActionRun.objects.values_list("state", "reason")) == {("skipped", "target_missing")}


def test_a_field_that_left_the_allow_list_is_not_written_r31(note: Any, notes: Any, clock: Any) -> None:
    runs = ask(note, [TITLE], clock.now)
    ActionRun.objects.filter(pk=runs[0].pk).update(
        action={"kind": "update_record", "set": {"code": "stolen", "target_type": "x"}}
    )
    run_pass()
    note.refresh_from_db()
    assert note.code == "note"
    assert ActionRun.objects.get().reason == "field_not_allowed"


def test_someone_who_became_inactive_is_skipped_at_run_r31(note: Any, owner: User, notes: Any, clock: Any) -> None:
    ask(note, [{"kind": "assign", "user": "Olga@example.org"}, MAIL], clock.now)
    User.objects.update(is_active=False)
    run_pass()
    assert set(ActionRun.objects.values_list("state", "reason")) == {("skipped", "inactive_user")}
    assert notes.assigned == []


def test_nobody_to_write_to_is_skipped(note: Any, clock: Any) -> None:
    ask(note, [MAIL | {"to": ["team"]}], clock.now)
    run_pass()
    assert ActionRun.objects.values_list("state", "reason").get() == ("skipped", "no_recipient")


def test_two_roles_of_one_person_get_one_mail(note: Any, clock: Any) -> None:
    ask(note, [MAIL | {"to": ["owner", "address:Olga@example.org"]}], clock.now)
    run_pass()
    assert Message.objects.count() == 1
    assert ActionRun.objects.get(state="skipped").reason == "duplicate_recipient"


def test_append_increment_decrement_and_clear(note: Any, clock: Any) -> None:
    actions = [
        {"kind": "update_record", "append": {"body": "more"}, "increment": {"subject": 4}},
        {"kind": "update_record", "decrement": {"subject": 2}},
    ]
    ask(note, actions, clock.now)
    run_pass()
    note.refresh_from_db()
    assert (note.body, note.subject) == ("text\nmore", "3")


def test_retry_of_a_given_up_run(note: Any, notes: Any, administrator: User, clock: Any) -> None:
    notes.broken = {"update"}
    (run,) = ask(note, [TITLE], clock.now)
    for _attempt in range(8):
        run_pass()
        clock.advance(600)
    notes.broken = set()

    run_retry(run=run, by=administrator, now=clock.now)
    run_pass()

    run.refresh_from_db()
    assert (run.state, run.attempts) == ("done", 1)
    entry = AuditEntry.objects.get(action="action_run.retry")
    assert (entry.by, entry.before["state"], entry.after["state"]) == (administrator, "dead", "queued")
    with pytest.raises(NotPossible):
        run_retry(run=run, by=administrator, now=clock.now)


@pytest.mark.parametrize("suppressed", ["historical", "reapplied"])
def test_suppressed_runs_never_run(note: Any, clock: Any, suppressed: str) -> None:
    (run,) = ask(note, [TITLE], clock.now, suppressed=suppressed)
    assert run_pass() == 0
    with pytest.raises(NotPossible):
        run_retry(run=run, by=None, now=clock.now)


def test_the_pass_reports_what_waits(note: Any, notes: Any, clock: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr("actions.passes._last_beat", {})
    notes.broken = {"update"}
    ask(note, [TITLE], clock.now)
    run_pass()
    beat = Heartbeat.objects.get(kind="actions")
    assert beat.detail == {"queued": 1, "dead": 0, "oldest": 0.0}
