"""A small real world for actions: notes to act on, a cause to act for, people to write to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest

from actions import causes, targets
from actions.causes import CauseKind
from actions.models import ActionRun, EmailTemplate
from actions.runs import RunRequest
from actions.services import action_freeze, action_validate, runs_create
from actions.targets import FieldType, Target, TargetField
from sla_project.accounts.models import Role, Team, User


class Notes:
    """A target whose records are rows of a real table, written and read by real queries.

    An email template serves as the note: its name is the title, its body the text, its state the status.
    """

    def __init__(self) -> None:
        self.writes: list[tuple[int, int, str]] = []
        self.broken: set[str] = set()
        self.assigned: list[tuple[int | None, int | None]] = []

    def update(self, id: int, values: Any, *, now: datetime, depth: int, cause: str) -> str:
        self._break("update")
        EmailTemplate.objects.filter(pk=id).update(**values, modified_at=now)
        self.writes.append((id, depth, cause))
        return ", ".join(values)

    def create(
        self, values: Any, *, origin_type: str, origin_id: int, now: datetime, depth: int, cause: str
    ) -> tuple[str, int]:
        self._break("create")
        note = note_of(now, code=f"made-{EmailTemplate.objects.count()}", **values)
        self.writes.append((note.pk, depth, cause))
        return "note", note.pk

    def change_status(self, id: int, status: str, *, now: datetime, depth: int, cause: str) -> None:
        self._break("change_status")
        EmailTemplate.objects.filter(pk=id).update(state=status, modified_at=now)

    def assign(
        self, id: int, *, user_id: int | None, team_id: int | None, now: datetime, depth: int, cause: str
    ) -> None:
        self._break("assign")
        self.assigned.append((user_id, team_id))

    def _break(self, name: str) -> None:
        if name in self.broken:
            raise RuntimeError(f"{name} is out of order")


def note_of(now: datetime, **values: Any) -> EmailTemplate:
    fields = {
        "code": "note",
        "name": "A note",
        "target_type": "note",
        "subject": "1",
        "body": "text",
        "created_at": now,
        "modified_at": now,
        **values,
    }
    return EmailTemplate.objects.create(**fields)


def _recipient(id: int, role: str) -> tuple[str, str] | None:
    people = {"owner": "olga@example.org", "lead": "lea@example.org", "contact": "kim@customer.example"}
    return (role.capitalize(), people[role]) if role in people else None


@pytest.fixture
def notes() -> Iterator[Notes]:
    notes = Notes()
    target = Target(
        name="note",
        label="Note",
        fields={
            "name": TargetField("Title", FieldType.TEXT, max_length=200, required=True),
            "body": TargetField("Text", FieldType.TEXT),
            "state": TargetField("State", FieldType.CHOICE, choices={"active": "Active", "inactive": "Inactive"}),
            "subject": TargetField("Count", FieldType.INTEGER),
        },
        placeholders={"note.number": "Number", "note.name": "Title", "note.customer.name": "Customer › Name"},
        exists=lambda id: EmailTemplate.objects.filter(pk=id).exists(),
        label_of=lambda id: EmailTemplate.objects.get(pk=id).name,
        url=lambda id: f"/notes/{id}/",
        update=notes.update,
        recipient=_recipient,
        statuses={"active": "Active", "inactive": "Inactive"},
        create=notes.create,
        change_status=notes.change_status,
        assign=notes.assign,
        current=lambda id, names: {
            name: int(value) if name == "subject" else value
            for name, value in EmailTemplate.objects.values(*names).get(pk=id).items()
        },
        find=lambda number: int(number.upper().removeprefix("N-")),
        numbers=lambda ids: {id: f"N-{id}" for id in ids},
    )
    with targets.registered(target):
        yield notes


class Clicks:
    """A cause: locked and deserved as the test says."""

    def __init__(self) -> None:
        self.busy: set[str] = set()
        self.undeserved: dict[str, str] = {}
        self.lock: Callable[[str], bool] = lambda key: key not in self.busy


@pytest.fixture
def clicks() -> Iterator[Clicks]:
    clicks = Clicks()
    kind = CauseKind(
        name="click",
        lock=lambda key: clicks.lock(key),
        deserved=lambda key, moment: clicks.undeserved.get(moment, ""),
        describe=lambda key: {"text": f"Click {key}", "url": ""},
    )
    with causes.registered(kind):
        yield clicks


@pytest.fixture
def note(db: None, notes: Notes, clicks: Clicks, clock: Any) -> EmailTemplate:
    return note_of(clock.now)


@pytest.fixture
def owner(db: None) -> User:
    return User.objects.create_user("olga@example.org", "secret-of-olga", display_name="Olga")


@pytest.fixture
def team(db: None) -> Team:
    lead = User.objects.create_user("lea@example.org", "secret-of-lea", display_name="Lea")
    return Team.objects.create(code="desk", name="Desk", lead=lead)


@pytest.fixture
def administrator(db: None) -> User:
    return User.objects.create_user("ada@example.org", "secret-of-ada", display_name="Ada", role=Role.ADMINISTRATOR)


def request_of(note: EmailTemplate, actions: list[dict[str, Any]], at: datetime, **changes: Any) -> RunRequest:
    published = [action_freeze(action_validate(action, target_type="note", pointer="/actions")) for action in actions]
    values: dict[str, Any] = {
        "cause_kind": "click",
        "cause_key": "1",
        "moment": "warning",
        "actions": published,
        "target_type": "note",
        "target_id": note.pk,
        "context": {"note": {"name": note.name, "customer": {"name": "Ms. O'Hara & Sons"}}},
        "depth": 0,
        "at": at,
        **changes,
    }
    return RunRequest(**values)


def ask(note: EmailTemplate, actions: list[dict[str, Any]], at: datetime, **changes: Any) -> list[ActionRun]:
    return runs_create(requests=[request_of(note, actions, at, **changes)], now=at)
