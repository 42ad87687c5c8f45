"""Decision diagrams against trying every record: exact, and the same number for the same set of records."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slas.domain.conditions import Condition, parse
from slas.domain.conditions.diagrams import ALWAYS_TRUE, NEVER, Diagrams
from slas.domain.conditions.space import Space
from slas.domain.conditions.steps import Steps, TooMuch
from slas.domain.tests.conditions.test_satisfiability import FLAGS, SMALL, SMALL_LEAVES, groups, on

RECORDS = [
    {"title": title, "seats": seats, "priority": priority, "is_escalated": flag}
    for title, seats, priority, flag in product(
        [None, "a", "b", "ab", "ba", "aba", "q"], [None, 0, 1, 2, 3, 5], [None, "low", "high", "urgent"], [None, True]
    )
]
TREES = groups(groups(SMALL_LEAVES))


def conditions(*documents: Any) -> tuple[list[Condition], Diagrams]:
    parsed = [parse(document, SMALL) for document in documents]
    return parsed, Diagrams(Space([each.root for each in parsed], SMALL, Steps(1_000_000)))


def held(condition: Condition) -> list[bool]:
    return [condition.evaluate(record) for record in RECORDS]


@settings(max_examples=60, deadline=None)
@given(TREES, TREES)
def test_joining_is_what_it_is_for_every_record(first: Any, second: Any) -> None:
    (one, other, both, either), diagrams = conditions(first, second, {"all": [first, second]}, {"any": [first, second]})
    one_set, other_set = diagrams.of(one.root), diagrams.of(other.root)
    assert diagrams.both(one_set, other_set) == diagrams.of(both.root)
    assert diagrams.either(one_set, other_set) == diagrams.of(either.root)
    assert diagrams.opposite(diagrams.opposite(one_set)) == one_set
    if diagrams.implies(one_set, other_set):
        assert all(then for when, then in zip(held(one), held(other), strict=True) if when)
    if one_set == other_set:
        assert held(one) == held(other)
    assert (one_set == NEVER) <= (not any(held(one))) and (one_set == ALWAYS_TRUE) <= all(held(one))


@settings(max_examples=60, deadline=None)
@given(TREES)
def test_every_example_is_one_and_boxes_do_not_overlap(document: Any) -> None:
    (condition,), diagrams = conditions(document)
    whole = diagrams.of(condition.root)
    found = NEVER
    for box in diagrams.boxes(whole):
        part = diagrams.box(box)
        assert diagrams.both(found, part) == NEVER
        found = diagrams.either(found, part)
        example = diagrams.example(part)
        assert example is not None and condition.evaluate(example)
    assert found == whole


@settings(max_examples=40, deadline=None)
@given(TREES, st.sampled_from(["title", "seats", "priority", "is_escalated"]))
def test_forgetting_a_field_reaches_what_changing_it_reaches(document: Any, path: str) -> None:
    (condition,), diagrams = conditions(document)
    wide = diagrams.forget(diagrams.of(condition.root), diagrams.space.positions_of([path]))
    example = diagrams.example(diagrams.opposite(wide))
    if example is not None:
        assert not any(condition.evaluate({**example, path: record[path]}) for record in RECORDS)


def test_usual_values_are_taken_where_they_can_be() -> None:
    parsed = parse({"any": [on(1), on(2)]}, FLAGS)
    diagrams = Diagrams(Space([parsed.root], FLAGS, Steps()), {"flag1": False})
    assert diagrams.example(diagrams.of(parsed.root)) == {"flag1": False, "flag2": True}


def test_what_is_too_much_is_given_up() -> None:
    steps = Steps(10)
    with pytest.raises(TooMuch):
        steps.spend(11)
    steps = Steps(100)
    steps.begin(10)
    with pytest.raises(TooMuch):
        steps.spend(20)
    steps.begin(10)
    steps.spend(5)
    assert steps.left == 75
