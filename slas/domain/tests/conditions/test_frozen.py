"""Published conditions are read as long as records are judged by them, whatever became of the code (engine.md R6)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given

from slas.domain.conditions import ALWAYS, ConditionError, parse, parse_frozen

from .builders import FIELDS, leaf
from .trees import tree_documents

GONE = "region"


def holds(document: dict[str, Any], **values: object) -> bool:
    return parse_frozen(document, FIELDS)[0].evaluate(values)


@pytest.mark.parametrize(
    ("operator", "value", "expected"),
    [
        ("is", "north", False),
        ("is_not", "north", True),
        ("is_set", None, False),
        ("is_not_set", None, True),
        ("in", ["north", "south"], False),
        ("not_in", ["north", "south"], True),
        ("contains", "n", False),
        ("not_contains", "n", True),
        ("gt", 5, False),
        ("between", [1, 5], False),
    ],
)
def test_a_field_that_is_gone_counts_as_missing(operator: str, value: object, expected: bool) -> None:
    """engine.md R6: a missing value satisfies only *is not set*, *is not*, *none of*, *not contains*."""
    assert holds(leaf(GONE, operator, value)) is expected
    assert holds(leaf(GONE, operator, value), region="north") is expected


def test_a_leaf_of_another_type_counts_as_missing() -> None:
    """engine.md R6: “priority is more than 3” cannot be asked of a choice; nor can a number be compared with a word."""
    assert not holds(leaf("priority", "gt", 3), priority="high")
    assert holds(leaf("customer.seats", "is_not", "many"), **{"customer.seats": 5})


def test_a_choice_that_is_gone_is_compared_by_its_code() -> None:
    """engine.md R6: records that still have it are judged as before, and so are those with the other choices."""
    document = leaf("priority", "in", ["high", "blocker"])
    assert [holds(document, priority=code) for code in ("high", "blocker", "low", None)] == [
        True, True, False, False,
    ]  # fmt: skip
    assert not holds(leaf("priority", "is_not", "blocker"), priority="blocker")


def test_what_is_gone_is_told_with_its_place() -> None:
    """engine.md R12: a warning for people, not an error of the record."""
    document = {"all": [leaf(GONE, "is", "north"), {"none": [leaf("priority", "in", ["high", "blocker"])]}]}
    condition, gone = parse_frozen(document, FIELDS, pointer="/items/0/applicable_when")
    assert [(problem.pointer, problem.code) for problem in gone] == [
        ("/items/0/applicable_when/all/0/field", "unknown_field"),
        ("/items/0/applicable_when/all/1/none/0/value/1", "unknown_choice"),
    ]
    assert "“blocker”" in gone[1].message
    assert condition.sentence(FIELDS).startswith("region (no longer a field) is “north” and none of (")


def test_a_field_that_became_the_systems_is_asked_as_before() -> None:
    """engine.md R6, R13: new conditions may not name it, the frozen one goes on."""
    condition, gone = parse_frozen(leaf("resolved_on", "is_set"), FIELDS)
    assert (condition.evaluate({"resolved_on": None}), gone) == (False, [])


@pytest.mark.parametrize(
    "document",
    [
        5,
        {"any": []},
        {"all": [], "any": []},
        {"field": 5, "op": "is"},
        {"field": "title"},
        leaf("title", "matches", "a"),
    ],
)
def test_what_never_was_a_condition_is_refused(document: object) -> None:
    with pytest.raises(ConditionError):
        parse_frozen(document, FIELDS)


@pytest.mark.parametrize("nothing", [None, {}])
def test_nothing_is_always_true(nothing: object) -> None:
    assert parse_frozen(nothing, FIELDS) == (ALWAYS, [])


@given(tree_documents())
def test_what_is_whole_reads_as_it_was_checked(document: dict[str, Any]) -> None:
    """engine.md R6: the two ways in agree on everything that is still there."""
    assert parse_frozen(document, FIELDS) == (parse(document, FIELDS), [])
