"""A document shown in the form and posted unchanged is the same document: for any valid item."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from actions.services import action_validate
from slas import records
from slas.domain.durations import Duration, Unit
from slas.domain.tests.conditions.trees import tree_documents
from slas.forms.duration_fields import DurationField, duration_text
from slas.forms.items.actions import action_raw
from slas.forms.items.item import ItemForm, item_raw
from slas.forms.items.offers import Offers
from slas.forms.items.raw import Raw, flat, raw_of_post
from slas.services.policy.documents import document_validate
from slas.tests.editor.conftest import TEMPLATES
from slas.tests.policy.builders import GOLD, SENT

pytestmark = pytest.mark.django_db

# --- any item ---------------------------------------------------------------------------------------------------

TEXTS = st.sampled_from(
    ["Call back", "Zeile 1\nZeile 2", "  spaced  ", "{{ case.number }}: late", "1", "true", "\nfirst"]
)
NAMES = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S"]), min_size=1, max_size=30)
KEYS = st.from_regex(r"[a-z0-9]([a-z0-9_-]{0,8}[a-z0-9])?", fullmatch=True)
DURATIONS = st.builds(
    lambda amount, unit: {"amount": amount, "unit": unit.value}, st.integers(1, 2600), st.sampled_from(sorted(Unit))
)
RECIPIENTS = st.lists(
    st.sampled_from(["owner", "team", "lead", "contact", "address:a@example.com", "address:b@example.com"]),
    min_size=1,
    max_size=6,
)
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "priority": st.sampled_from(["low", "urgent"]),
    "is_escalated": st.booleans(),
    "description": TEXTS,
    "owner": st.just("ada@example.com"),
    "team": st.just("desk"),
}
ACTIVITY = {"subject": TEXTS, "duration_minutes": st.integers(-5, 500), "due_at": st.just("2026-03-02T09:30:00Z")}


@st.composite
def updates(draw: st.DrawFn) -> dict[str, Any]:
    document: dict[str, Any] = {"kind": "update_record"}
    for name in draw(st.lists(st.sampled_from(sorted(VALUES)), min_size=1, max_size=5, unique=True)):
        ways = ["set"]
        if name != "is_escalated":
            ways.append("clear")
        if name == "description":
            ways.append("append")
        way = draw(st.sampled_from(ways))
        if way == "clear":
            document.setdefault("clear", []).append(name)
        else:
            document.setdefault(way, {})[name] = draw(VALUES[name])
    return document


ACTIONS = st.one_of(
    st.builds(
        lambda to, code: {"kind": "send_email", "to": to, "template": code}, RECIPIENTS, st.sampled_from(TEMPLATES)
    ),
    st.builds(lambda to, text: {"kind": "send_email", "to": to, "subject": "Late", "body": text}, RECIPIENTS, TEXTS),
    st.builds(
        lambda status: {"kind": "change_status", "status": status}, st.sampled_from(["on_hold", "problem_solved"])
    ),
    st.sampled_from([{"to": "lead"}, {"team": "desk"}, {"user": "ada@example.com"}]).map(
        lambda to: {"kind": "assign", **to}
    ),
    st.fixed_dictionaries(
        {"subject": ACTIVITY["subject"]}, optional={k: v for k, v in ACTIVITY.items() if k != "subject"}
    ).map(lambda values: {"kind": "create_record", "type": "activity", "set": values}),
    st.just({"kind": "reusable", "action": "escalate"}),
    updates(),
)


@st.composite
def items(draw: st.DrawFn) -> dict[str, Any]:
    fields = records.get("case").fields
    trees = tree_documents(2, fields)
    kinds = ["failure", *["warning"] * draw(st.integers(0, 3)), *["success"] * draw(st.integers(0, 1))]
    moments = []
    for kind in draw(st.permutations(kinds)):
        moment: dict[str, Any] = {"kind": kind, "actions": draw(st.lists(ACTIONS, max_size=3))}
        moments.append(moment if kind == "success" else {**moment, "after": draw(DURATIONS)})
    pause = draw(st.sampled_from([None, {"allowed": False}, {"allowed": True, "when": GOLD}]))
    return {
        "key": draw(KEYS),
        "name": draw(NAMES),
        "kpi": draw(st.sampled_from(["first_response_by", "resolve_by"])),
        "applicable_when": draw(trees),
        "success_when": SENT,
        "business_hours": draw(st.sampled_from([None, "uk-hours"])),
        "pause": pause,
        "moments": moments,
    }


def posted(raw: Raw) -> Raw:
    """What comes back from a browser: names and texts, with the line ends of the web."""
    post = QueryDict(mutable=True)
    for name, texts in flat(raw).lists():
        post.setlist(name, [text.replace("\r\n", "\n").replace("\n", "\r\n") for text in texts])
    return raw_of_post(post)


def through_the_form(item: dict[str, Any]) -> dict[str, Any]:
    offers = Offers("case")
    form = ItemForm(posted(item_raw(item, offers)), quiet=False, offers=offers, usual_hours=None, sla=1)
    assert form.tree_is_valid(), form.faults()
    return form.document()


@given(item=items())
def test_any_item_comes_back_as_it_was(policy: None, item: dict[str, Any]) -> None:
    normalised = document_validate({"items": [item]}, "case")["items"][0]
    assert through_the_form(normalised) == normalised


@given(action=ACTIONS)
def test_every_usual_action_has_a_form_of_its_own(policy: None, action: dict[str, Any]) -> None:
    normalised = action_validate(action, target_type="case", pointer="")
    assert action_raw(normalised, Offers("case"))["kind"] == [action["kind"]]


# --- single cases -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "action",
    [
        {"kind": "send_email", "to": ["lead", "owner"], "template": "missed"},
        {"kind": "assign", "user": "ada@example.com"},
        {"kind": "change_status", "status": "on_hold"},
        {"kind": "update_record", "target": "record", "set": {"is_escalated": False}, "clear": ["description"]},
        {"kind": "create_record", "type": "activity", "set": {"subject": "Call", "duration_minutes": 5}},
    ],
)
def test_usual_actions_have_fields(policy: None, action: dict[str, Any]) -> None:
    assert action_raw(action, Offers("case"))["kind"] == [action["kind"]]


@pytest.mark.parametrize(
    "action",
    [
        {"kind": "update_record", "target": "record", "set": {"no_such_field": 1}},
        {"kind": "update_record", "target": "record", "set": {"description": "ends like\r\nthe web"}},
        {"kind": "create_record", "type": "gone", "set": {}},
        {"kind": "of_the_future", "to": ["owner"]},
    ],
)
def test_what_no_form_can_say_stays_json(policy: None, action: dict[str, Any]) -> None:
    raw = action_raw(action, Offers("case"))
    assert raw["kind"] == ["json"] and json.loads(raw["json"][0]) == action


def test_what_is_inactive_now_stays_chosen(policy: None) -> None:
    action = {"kind": "send_email", "to": ["owner"], "template": "long-gone"}
    assert action_raw(action, Offers("case"))["template"] == ["long-gone"]


def test_gaps_close_and_rubbish_is_left_out() -> None:
    post = QueryDict(mutable=True)
    post.update({"name": "A", "moments-7-kind": "failure", "moments-2-kind": "warning", "moments-x-kind": "success"})
    post.update({"moments-2-actions-5-kind": "assign", "evil-0-kind": "x", "moments-99999-kind": "x", "a-b": "c"})
    raw = raw_of_post(post)
    assert [moment["kind"] for moment in raw["moments"]] == [["warning"], ["failure"]]
    assert raw["moments"][0]["actions"] == [{"kind": ["assign"]}] and "evil" not in raw


def test_durations_are_typed_as_people_say_them() -> None:
    texts = ["45m", "1h 30m", "2 business days", "60m", "4h", "26h", "1 day", "90s", "1m 30s"]
    assert [duration_text(Duration.parse_text(text)) for text in texts] == [
        "45m", "1h 30m", "2 business days", "60m", "4h", "26h", "1 day", "1m 30s", "1m 30s",
    ]  # fmt: skip


@given(st.builds(Duration, st.integers(1, 2600), st.sampled_from(sorted(Unit))))
def test_a_duration_typed_again_is_the_same(duration: Duration) -> None:
    assert DurationField().clean(duration_text(duration)) == {"amount": duration.amount, "unit": duration.unit.value}
