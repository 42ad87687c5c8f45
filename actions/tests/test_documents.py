"""Action documents: refused at their field, frozen for publishing, said in words (engine.md R6, R28, R31)."""

from __future__ import annotations

from typing import Any

import pytest

from actions.services import action_freeze, action_validate, action_words
from actions.tests.conftest import note_of
from sla_project.accounts.models import Team, User
from sla_project.operations.errors import Invalid

MAIL = {"kind": "send_email", "to": ["owner"], "subject": "Due", "body": "Soon"}


def problems(document: Any, target_type: str = "note") -> list[tuple[str, str]]:
    with pytest.raises(Invalid) as caught:
        action_validate(document, target_type=target_type, pointer="/actions/2")
    return [(problem.pointer, problem.code) for problem in caught.value.problems]


GOOD = [
    MAIL,
    MAIL | {"to": ["owner", "team", "lead", "contact", "address:a@b.example"]},
    MAIL | {"subject": "{{ note.name }} {{ sla.name }}", "body": "{{ recipient.name }}, {{ item.name }}"},
    {"kind": "update_record", "target": "record", "set": {"state": "active", "body": "{{ note.name }}"}},
    {"kind": "update_record", "target": "record", "increment": {"subject": 1}, "append": {"body": "x"}},
    {"kind": "update_record", "target": "record", "clear": ["body"]},
    {"kind": "create_record", "type": "note", "set": {"name": "Call {{ note.customer.name }}"}},
    {"kind": "change_status", "status": "inactive"},
    {"kind": "assign", "to": "lead"},
]


@pytest.mark.parametrize("document", GOOD, ids=lambda document: document["kind"])
def test_a_good_document_comes_back_as_it_was(note: Any, document: dict[str, Any]) -> None:
    assert action_validate(document, target_type="note", pointer="") == document
    assert action_freeze(document) == document
    assert action_words(document)


@pytest.mark.parametrize(
    "document, expected",
    [
        ("text", [("", "wrong_type")]),
        ({}, [("/kind", "unknown_kind")]),
        ({"kind": ["send_email"]}, [("/kind", "unknown_kind")]),
        ({"kind": "run_script", "code": "1"}, [("/kind", "unknown_kind")]),
        (MAIL | {"cc": ["x"]}, [("/cc", "unknown_key")]),
        (MAIL | {"a/b~c": 1}, [("/a~1b~0c", "unknown_key")]),
        (MAIL | {"to": []}, [("/to", "required")]),
        (MAIL | {"to": "owner"}, [("/to", "required")]),
        (MAIL | {"to": ["owner"] * 21}, [("/to", "required")]),
        (MAIL | {"to": ["owner", "boss"]}, [("/to/1", "unknown_recipient")]),
        (MAIL | {"to": [["owner"]]}, [("/to/0", "unknown_recipient")]),
        (MAIL | {"to": ["address:a@b.example, c@d.example"]}, [("/to/0", "invalid_address")]),
        (MAIL | {"to": ["address:a@b.example\nBcc: c@d.example"]}, [("/to/0", "invalid_address")]),
        (MAIL | {"template": "x"}, [("/template", "ambiguous")]),
        ({"kind": "send_email", "to": ["owner"]}, [("/subject", "wrong_type"), ("/body", "wrong_type")]),
        (MAIL | {"subject": "{{ note.x }}"}, [("/subject", "unknown_placeholder")]),
        ({"kind": "send_email", "to": ["owner"], "template": "gone"}, [("/template", "unknown_template")]),
        ({"kind": "send_email", "to": ["owner"], "template": 3}, [("/template", "required")]),
        ({"kind": "update_record"}, [("", "required")]),
        ({"kind": "update_record", "set": {}}, [("", "required")]),
        ({"kind": "update_record", "set": ["name"]}, [("/set", "wrong_type")]),
        (
            {"kind": "update_record", "target": "customer", "set": {"body": "x"}},
            [("/target", "unknown_target")],
        ),
        (
            {"kind": "update_record", "set": {"code": "x", "state": "odd", "subject": "1"}},
            [
                ("/set/code", "unknown_field"),
                ("/set/state", "unknown_choice"),
                ("/set/subject", "wrong_type"),
            ],
        ),
        ({"kind": "update_record", "set": {"body": None}}, [("/set/body", "wrong_type")]),
        ({"kind": "update_record", "append": {"subject": 1}}, [("/append/subject", "wrong_type")]),
        ({"kind": "update_record", "increment": {"body": 1}}, [("/increment/body", "wrong_type")]),
        ({"kind": "update_record", "decrement": {"subject": True}}, [("/decrement/subject", "wrong_type")]),
        ({"kind": "update_record", "clear": ["name"]}, [("/clear/0", "required")]),
        ({"kind": "update_record", "clear": ["secret"]}, [("/clear/0", "unknown_field")]),
        ({"kind": "update_record", "set": {"body": "x"}, "clear": ["body"]}, [("", "given_twice")]),
        ({"kind": "create_record", "type": "planet", "set": {}}, [("/type", "unknown_type")]),
        ({"kind": "create_record", "type": "note", "set": {"body": "x"}}, [("/set/name", "required")]),
        (
            {"kind": "create_record", "type": "note", "set": {"name": "{{ x }}"}},
            [("/set/name", "unknown_placeholder")],
        ),
        ({"kind": "change_status", "status": "done"}, [("/status", "unknown_choice")]),
        ({"kind": "change_status"}, [("/status", "required")]),
        ({"kind": "assign"}, [("", "required")]),
        ({"kind": "assign", "to": "lead", "team": "desk"}, [("", "required")]),
        ({"kind": "assign", "to": "owner"}, [("/to", "unknown_recipient")]),
        ({"kind": "assign", "team": "nowhere"}, [("/team", "unknown_team")]),
        ({"kind": "assign", "user": "nobody@example.org"}, [("/user", "unknown_user")]),
    ],
)
def test_a_bad_document_is_refused_at_its_field(note: Any, document: Any, expected: list[tuple[str, str]]) -> None:
    assert problems(document) == [(f"/actions/2{pointer}", code) for pointer, code in expected]


def test_records_without_actions(note: Any) -> None:
    assert problems(MAIL, target_type="planet") == [("/actions/2", "unknown_type")]


def test_inactive_people_are_refused_at_save_r31(note: Any, owner: User, team: Team) -> None:
    assign = {"kind": "assign", "user": "olga@example.org"}
    assert action_validate(assign, target_type="note", pointer="") == assign
    User.objects.update(is_active=False)
    assert problems(assign) == [("/actions/2/user", "inactive_user")]
    assert problems(MAIL | {"to": ["address:olga@example.org"]}) == [("/actions/2/to/0", "inactive_user")]
    with pytest.raises(Invalid):
        action_freeze(assign)


def test_templates_are_frozen_with_their_text_r6(note: Any, clock: Any) -> None:
    template = note_of(clock.now, code="t", name="Resolve due soon", subject="S", body="B", state="active")
    document = {"kind": "send_email", "to": ["owner"], "template": "t"}
    frozen = action_freeze(action_validate(document, target_type="note", pointer=""))

    assert frozen == document | {"text": {"name": "Resolve due soon", "subject": "S", "body": "B"}}
    assert action_words(frozen) == action_words(document) == "Email the owner: Resolve due soon"
    assert action_validate(frozen, target_type="note", pointer="") == document, "a published one can be edited"

    template.state = "inactive"
    template.save()
    assert problems(document) == [("/actions/2/template", "inactive_template")]
    with pytest.raises(Invalid):
        action_freeze(document)


def test_a_template_for_other_records_is_refused(note: Any, clock: Any) -> None:
    note_of(clock.now, code="t", target_type="planet", state="active")
    document = {"kind": "send_email", "to": ["owner"], "template": "t"}
    assert problems(document) == [("/actions/2/template", "wrong_template")]


def test_words(note: Any) -> None:
    assert [action_words(document, target_type="note") for document in GOOD[3:]] == [
        "Update the record: State = Active, Text = {{ note.name }}",
        "Update the record: Text + x, Count + 1",
        "Update the record: clear Text",
        "Create note",
        "Change the status to Inactive",
        "Assign to the team lead",
    ]
