"""What is refused, where it points, and that everything wrong is reported at once."""

from __future__ import annotations

import json
import math
import sys
from typing import Any

import pytest

from slas.domain.conditions import ALWAYS, MAX_DEPTH, MAX_NODES, ConditionError, Group, GroupKind, parse

from .builders import FIELDS, condition, leaf, problems

GOOD = leaf("priority", "is", "high")
NOON = "2026-03-02T12:00:00Z"


def nested(depth: int, kind: str = "all") -> dict[str, Any]:
    document: dict[str, Any] = GOOD
    for _ in range(depth):
        document = {kind: [document]}
    return document


@pytest.mark.parametrize(
    ("document", "pointer", "code"),
    [
        # shapes
        (5, "", "wrong_type"),
        ("all", "", "wrong_type"),
        ([], "", "wrong_type"),
        (True, "", "wrong_type"),
        ({"all": {}}, "/all", "wrong_type"),
        ({"all": None}, "/all", "wrong_type"),
        ({"all": [None]}, "/all/0", "wrong_type"),
        ({"all": [GOOD, []]}, "/all/1", "wrong_type"),
        ({"all": [{}]}, "/all/0", "empty_node"),
        ({"any": []}, "/any", "empty_any"),
        ({"all": [{"any": []}]}, "/all/0/any", "empty_any"),
        ({"all": [], "any": [GOOD]}, "", "several_groups"),
        ({"all": [], "note": 1}, "/note", "unknown_key"),
        ({**GOOD, "not": True}, "/not", "unknown_key"),
        ({**GOOD, "all": []}, "/all", "unknown_key"),
        ({**GOOD, "a/b~c": 1}, "/a~1b~0c", "unknown_key"),
        # fields
        ({"op": "is", "value": 1}, "/field", "required"),
        ({"field": 5, "op": "is", "value": 1}, "/field", "wrong_type"),
        ({"field": ["title"], "op": "is", "value": 1}, "/field", "wrong_type"),
        (leaf("nothing", "is", 1), "/field", "unknown_field"),
        (leaf("customer.", "is", 1), "/field", "unknown_field"),
        (leaf("__class__", "is", 1), "/field", "unknown_field"),
        (leaf("Title", "is", "a"), "/field", "unknown_field"),
        (leaf("resolved_on", "is_set"), "/field", "system_field"),
        # operators
        ({"field": "title", "value": "a"}, "/op", "required"),
        ({"field": "title", "op": {}, "value": "a"}, "/op", "wrong_type"),
        (leaf("title", "matches", "a"), "/op", "unknown_operator"),
        (leaf("title", "IS", "a"), "/op", "unknown_operator"),
        (leaf("title", "in", ["a"]), "/op", "operator_not_allowed"),
        (leaf("priority", "contains", "h"), "/op", "operator_not_allowed"),
        (leaf("is_escalated", "gt", False), "/op", "operator_not_allowed"),
        (leaf("customer", "between", [1, 2]), "/op", "operator_not_allowed"),
        (leaf("opened_on", "in", [NOON]), "/op", "operator_not_allowed"),
        # values
        (leaf("title", "is"), "/value", "required"),
        (leaf("title", "is", ""), "/value", "required"),
        (leaf("title", "contains", ""), "/value", "required"),
        (leaf("title", "is", 5), "/value", "wrong_type"),
        (leaf("title", "is", ["a"]), "/value", "wrong_type"),
        (leaf("title", "is", "a\x00b"), "/value", "invalid_text"),
        (leaf("title", "is", "a\ud800"), "/value", "invalid_text"),
        (leaf("title", "is", "a" * 1001), "/value", "too_long"),
        (leaf("title", "is_set", "a"), "/value", "unexpected_value"),
        (leaf("title", "is_not_set", False), "/value", "unexpected_value"),
        (leaf("priority", "is", "medium"), "/value", "unknown_choice"),
        (leaf("priority", "is", "High"), "/value", "unknown_choice"),
        (leaf("priority", "is", 1), "/value", "wrong_type"),
        (leaf("priority", "in", "high"), "/value", "wrong_type"),
        (leaf("priority", "in"), "/value", "required"),
        (leaf("priority", "in", []), "/value", "empty_list"),
        (leaf("priority", "in", ["low", "medium"]), "/value/1", "unknown_choice"),
        (leaf("priority", "in", ["low", None]), "/value/1", "required"),
        (leaf("customer", "in", list(range(201))), "/value", "too_long"),
        (leaf("customer", "is", 1.0), "/value", "wrong_type"),
        (leaf("customer", "is", True), "/value", "wrong_type"),
        (leaf("customer", "is", 2**63), "/value", "out_of_range"),
        (leaf("customer", "is", "\ud800"), "/value", "invalid_text"),
        (leaf("is_escalated", "is", 1), "/value", "wrong_type"),
        (leaf("is_escalated", "is", "true"), "/value", "wrong_type"),
        (leaf("customer.seats", "is", "5"), "/value", "wrong_type"),
        (leaf("customer.seats", "is", True), "/value", "wrong_type"),
        (leaf("customer.seats", "is", 5.0), "/value", "wrong_type"),
        (leaf("customer.seats", "is", 10**5000), "/value", "out_of_range"),
        (leaf("customer.seats", "is", math.inf), "/value", "wrong_type"),
        (leaf("customer.seats", "between", [5]), "/value", "wrong_type"),
        (leaf("customer.seats", "between", [5, 6, 7]), "/value", "wrong_type"),
        (leaf("customer.seats", "between", 5), "/value", "wrong_type"),
        (leaf("customer.seats", "between"), "/value", "required"),
        (leaf("customer.seats", "between", [7, 5]), "/value", "reversed"),
        (leaf("customer.seats", "between", [5, "a"]), "/value/1", "wrong_type"),
        (leaf("discount", "is", math.inf), "/value", "not_finite"),
        (leaf("discount", "is", -math.inf), "/value", "not_finite"),
        (leaf("discount", "is", math.nan), "/value", "not_finite"),
        (leaf("discount", "is", "NaN"), "/value", "wrong_type"),
        (leaf("discount", "is", "1e999"), "/value", "wrong_type"),
        (leaf("discount", "is", "1_000"), "/value", "wrong_type"),
        (leaf("discount", "is", " 1"), "/value", "wrong_type"),
        (leaf("discount", "is", "١"), "/value", "wrong_type"),  # an Arabic digit
        (leaf("discount", "is", True), "/value", "wrong_type"),
        (leaf("discount", "is", 1e300), "/value", "out_of_range"),
        (leaf("discount", "is", 1e-300), "/value", "out_of_range"),
        (leaf("discount", "between", ["1", "0.5"]), "/value", "reversed"),
        (leaf("opened_on", "gt", 5), "/value", "wrong_type"),
        (leaf("opened_on", "gt", "yesterday"), "/value", "invalid_time"),
        (leaf("opened_on", "gt", "2026-03-02"), "/value", "invalid_time"),
        (leaf("opened_on", "gt", "2026-03-02T12:00:00"), "/value", "invalid_time"),
        (leaf("opened_on", "gt", "2026-02-30T12:00:00Z"), "/value", "invalid_time"),
        (leaf("opened_on", "gt", "2026-03-02T12:00:00+99:00"), "/value", "invalid_time"),
        (leaf("opened_on", "gt", "0001-01-01T00:00:00+14:00"), "/value", "invalid_time"),
        (leaf("opened_on", "gt", "20260302T120000Z"), "/value", "invalid_time"),
        (leaf("opened_on", "gt", NOON + "\n"), "/value", "invalid_time"),
        (leaf("opened_on", "between", [NOON, "2026-03-02T12:59:00+01:00"]), "/value", "reversed"),
    ],
)
def test_one_problem(document: object, pointer: str, code: str) -> None:
    assert problems(document) == [(pointer, code)]


def test_everything_wrong_is_reported_at_its_place() -> None:
    document = {
        "all": [
            leaf("nothing", "matches", 1),
            GOOD,
            {"any": [leaf("priority", "in", ["x", "low", 5]), {"none": [{}]}], "extra": 1},
            leaf("customer.seats", "gt", "many"),
        ]
    }
    assert problems(document, pointer="/items/0/applicable_when") == [
        (f"/items/0/applicable_when/all{rest}", code)
        for rest, code in [
            ("/0/field", "unknown_field"),
            ("/0/op", "unknown_operator"),
            ("/2/extra", "unknown_key"),
            ("/2/any/0/value/0", "unknown_choice"),
            ("/2/any/0/value/2", "wrong_type"),
            ("/2/any/1/none/0", "empty_node"),
            ("/3/value", "wrong_type"),
        ]
    ]


def test_messages_can_be_shown_and_stored_whatever_was_sent() -> None:
    document = {"all": [leaf("\ud800" * 500, "\ud800\x00", 1), {"\ud800": 1, "x" * 5000: 2}]}
    with pytest.raises(ConditionError) as caught:
        parse(document, FIELDS)
    for problem in caught.value.problems:
        assert len(problem.message) < 200
        json.dumps([problem.pointer, problem.message]).encode()
        (problem.pointer + problem.message).encode()
    assert "There is no field" in str(caught.value)


@pytest.mark.parametrize(
    ("document", "said"),
    [
        (leaf("prioritty", "is", "high"), "There is no field “prioritty”. Did you mean “priority”?"),
        (leaf("weather", "is", "fair"), "There is no field “weather”."),
        (GOOD | {"vlaue": 1}, "“vlaue” means nothing here. Did you mean “value”?"),
        (
            leaf("priority", "equals", "high"),
            "There is no operator “equals”. Choose from is, is_not, in, not_in, is_set, is_not_set.",
        ),
    ],
)
def test_what_was_meant_is_guessed_or_listed(document: dict[str, Any], said: str) -> None:
    with pytest.raises(ConditionError) as caught:
        parse(document, FIELDS)
    assert [problem.message for problem in caught.value.problems] == [said]


@pytest.mark.parametrize("document", [None, {}, {"all": []}])
def test_an_empty_condition_is_always_true(document: object) -> None:
    assert condition(document) == ALWAYS
    assert ALWAYS.to_document() == {"all": []}


def test_none_of_nothing_is_true_and_keeps_its_form() -> None:
    assert condition({"none": []}).root == Group(GroupKind.NONE)
    assert condition({"none": []}).to_document() == {"none": []}


@pytest.mark.parametrize("kind", ["all", "any", "none"])
def test_depth(kind: str) -> None:
    assert problems(nested(MAX_DEPTH, kind)) == []
    assert problems(nested(MAX_DEPTH + 1, kind)) == [(f"/{kind}/0" * MAX_DEPTH, "too_deep")]


def test_what_is_far_too_deep_costs_no_recursion() -> None:
    """Deeper than Python could follow, as groups and as a value."""
    depth = sys.getrecursionlimit() * 20
    assert problems(nested(500)) == [("/all/0" * MAX_DEPTH, "too_deep")]
    assert problems(nested(depth)) == [("/all/0" * MAX_DEPTH, "too_deep")]
    value: list[Any] = []
    for _ in range(depth):
        value = [value]
    assert problems(leaf("title", "is", value)) == [("/value", "wrong_type")]
    assert problems(leaf("priority", "in", value)) == [("/value/0", "wrong_type")]
    assert problems(leaf("discount", "between", [value, value])) == [
        ("/value/0", "wrong_type"),
        ("/value/1", "wrong_type"),
    ]


def test_number_of_nodes() -> None:
    assert problems({"all": [GOOD] * (MAX_NODES - 1)}) == []
    assert problems({"all": [GOOD] * MAX_NODES}) == [("/all", "too_many_nodes")]
    assert problems({"all": [{}] * 1_000_000}) == [("/all", "too_many_nodes")]
    halves = [{"any": [GOOD] * 99}, {"any": [GOOD] * 99}]
    assert problems({"all": halves}) == [("/all/1/any", "too_many_nodes")]


def test_a_flood_of_unknown_keys_gives_ten_problems() -> None:
    assert len(problems({f"key{number}": 1 for number in range(1000)} | GOOD)) == 10


@pytest.mark.parametrize(
    ("document", "normalised"),
    [
        (leaf("discount", "is", 0.5), leaf("discount", "is", "0.5")),
        (leaf("discount", "is", "0.50"), leaf("discount", "is", "0.5")),
        (leaf("discount", "is", 100), leaf("discount", "is", "100")),
        (
            leaf("opened_on", "gt", "2026-03-02t13:00:00.5+01:00"),
            leaf("opened_on", "gt", "2026-03-02T12:00:00.500000Z"),
        ),
        (
            leaf("opened_on", "gt", "2026-03-02T12:00:00.123456789Z"),
            leaf("opened_on", "gt", "2026-03-02T12:00:00.123456Z"),
        ),
        (leaf("customer", "in", [3, 1, 3, "3"]), leaf("customer", "in", [3, 1, "3"])),
        ({**leaf("title", "is_set"), "value": None}, leaf("title", "is_set")),
        (leaf("title", "is", " Zoë "), leaf("title", "is", " Zoë ")),
    ],
)
def test_documents_are_normalised(document: object, normalised: object) -> None:
    assert condition(document).to_document() == normalised
