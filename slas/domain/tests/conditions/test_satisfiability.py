"""Two conditions at once: a witness, a proof that there is none, or an honest *unknown* (engine.md R28)."""

from __future__ import annotations

import time
from collections.abc import Mapping
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slas.domain.conditions import UNKNOWN, Condition, parse, satisfiable_together
from slas.domain.fields import Field, FieldSet, FieldType

from .builders import FIELDS, condition, leaf
from .trees import tree_documents

NOON = "2026-03-02T12:00:00Z"
A_MOMENT_LATER = "2026-03-02T12:00:00.000001Z"


def answer(first: object, second: object) -> Mapping[str, object] | object | None:
    one, other = condition(first), condition(second)
    found = satisfiable_together(one, other, FIELDS)
    if isinstance(found, Mapping):
        assert one.evaluate(found)
        assert other.evaluate(found)
    return found


def neither(*documents: object) -> dict[str, object]:
    return {"none": list(documents)}


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (leaf("is_escalated", "is", True), leaf("is_escalated", "is", False)),
        (leaf("is_escalated", "is", True), leaf("is_escalated", "is_not_set")),
        (leaf("priority", "is", "high"), leaf("priority", "not_in", ["high", "low"])),
        (neither(leaf("priority", "is_not_set")), leaf("priority", "not_in", ["high", "low", "urgent"])),
        (leaf("customer", "is", 7), leaf("customer", "in", [8, 9])),
        (leaf("customer.seats", "gt", 4), leaf("customer.seats", "lt", 5)),
        (leaf("customer.seats", "gt", 2**63 - 1), None),
        (leaf("customer.seats", "between", [1, 2]), leaf("customer.seats", "between", [3, 4])),
        (leaf("discount", "gt", "0.5"), leaf("discount", "lte", "0.50")),
        (leaf("discount", "gt", "0"), leaf("discount", "lt", "0.000000000000000001")),
        (leaf("opened_on", "gt", NOON), leaf("opened_on", "lt", A_MOMENT_LATER)),
        (leaf("opened_on", "gt", "9999-12-31T23:59:59.999999Z"), {}),
        (leaf("title", "is", "Printer"), leaf("title", "is_not", "PRINTER")),
        (leaf("title", "is", "Printer"), leaf("title", "contains", "scan")),
        (leaf("title", "contains", "Printer"), leaf("title", "not_contains", "print")),
        (leaf("title", "starts_with", "ab"), leaf("title", "starts_with", "ba")),
        (leaf("title", "ends_with", "ab"), neither(leaf("title", "ends_with", "b"))),
        (leaf("title", "starts_with", "a"), leaf("title", "is_not_set")),
        (
            {"all": [leaf("priority", "is", "high"), leaf("title", "is_set")]},
            {"any": [leaf("priority", "is", "low"), leaf("title", "is_not_set")]},
        ),
    ],
)
def test_what_cannot_be(first: object, second: object) -> None:
    assert answer(first, second) is None
    assert answer(second, first) is None


@pytest.mark.parametrize(
    ("first", "second", "witness"),
    [
        ({}, None, {}),
        (
            leaf("priority", "is", "high"),
            leaf("is_escalated", "is", True),
            {"priority": "high", "is_escalated": True},
        ),
        (leaf("priority", "is_not", "high"), leaf("priority", "is_set"), {"priority": "low"}),
        (leaf("priority", "not_in", ["high", "low", "urgent"]), {}, {"priority": None}),
        (leaf("customer", "not_in", [1, 2]), leaf("customer", "is_set"), {"customer": 3}),
        (leaf("customer.seats", "gt", 4), leaf("customer.seats", "lt", 6), {"customer.seats": 5}),
        (leaf("customer.seats", "gte", 500), {}, {"customer.seats": 500}),
        (leaf("title", "starts_with", "aba"), leaf("title", "ends_with", "bab"), {"title": "abab"}),
        (leaf("title", "is_not", "Printer"), leaf("title", "contains", "Printer"), {"title": "qprinter"}),
        ({"any": [leaf("priority", "is", "low"), leaf("title", "is_set")]}, {}, {"priority": "low"}),
    ],
)
def test_a_witness_is_the_first_value_that_people_would_think_of(
    first: object, second: object, witness: dict[str, object]
) -> None:
    assert answer(first, second) == witness


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (leaf("discount", "gt", "0.5"), leaf("discount", "lt", "0.500000000000000002")),
        (leaf("opened_on", "gt", NOON), leaf("opened_on", "lte", A_MOMENT_LATER)),
        (leaf("customer", "is_set"), leaf("customer", "not_in", ["a", "a-other", 1])),
        (leaf("title", "starts_with", "e"), leaf("title", "contains", "\u0301")),
        (
            {"all": [leaf("title", "contains", text) for text in ("printer", "jam", "urgent")]},
            {"all": [leaf("title", "not_contains", "printer jam"), leaf("title", "ends_with", "inter")]},
        ),
    ],
)
def test_what_can_be(first: object, second: object) -> None:
    assert isinstance(answer(first, second), Mapping)


def test_letters_that_combine_are_not_pretended_to_be_understood() -> None:
    """No text is e and ends with an accent, but the walk cannot step from e to é."""
    assert answer(leaf("title", "is", "e"), leaf("title", "ends_with", "\u0301")) is UNKNOWN


FLAGS = FieldSet([Field(f"flag{number}", f"Flag {number}", FieldType.BOOLEAN) for number in range(40)])


def on(number: int) -> dict[str, object]:
    return leaf(f"flag{number}", "is", True)


def test_many_fields_are_no_trouble_by_themselves() -> None:
    pairs = [{"any": [on(number), leaf(f"flag{number}", "is_not_set")]} for number in range(18)]
    impossible = {"none": [leaf("flag17", "is_set"), leaf("flag17", "is_not_set")]}
    assert satisfiable_together(parse({"all": pairs}, FLAGS), parse(impossible, FLAGS), FLAGS) is None


def test_too_much_is_unknown_and_found_out_soon() -> None:
    """Twenty far-off pairs of fields that must agree: all that the first twenty answer has to be kept in mind."""
    first_ask = {"none": [{"all": [on(number), leaf(f"flag{number}", "is", False)]} for number in range(40)]}
    agree = {"all": [{"any": [{"all": [on(n), on(n + 20)]}, {"none": [on(n), on(n + 20)]}]} for n in range(20)]}
    begun = time.process_time()
    assert satisfiable_together(parse(first_ask, FLAGS), parse(agree, FLAGS), FLAGS) is UNKNOWN
    assert time.process_time() - begun < 10


def test_huge_conditions_are_found_out_soon() -> None:
    """As large as a parsed condition may be: many patterns, long patterns, long lists."""
    many = {"all": [leaf("title", "not_contains", f"pattern {number}") for number in range(199)]}
    long = {"all": [leaf("title", "contains", f"{number}{'ab' * 480}") for number in range(10)]}
    lists = {"none": [leaf("customer", "in", list(range(start, start + 200))) for start in range(0, 199 * 200, 200)]}
    begun = time.process_time()
    assert isinstance(answer(many, leaf("title", "is_set")), Mapping)
    assert answer(long, many) is UNKNOWN
    assert isinstance(answer(lists, leaf("title", "is_set")), Mapping)
    assert time.process_time() - begun < 10


# --- against brute force ---

SMALL = FieldSet(
    [FIELDS["priority"], FIELDS["is_escalated"], FIELDS["title"], Field("seats", "Seats", FieldType.INTEGER)]
)
SMALL_LEAVES = st.one_of(
    st.builds(
        leaf,
        st.just("title"),
        st.sampled_from(["is", "is_not", "contains", "not_contains", "starts_with", "ends_with"]),
        st.sampled_from(["a", "b", "ab", "ba", "aba"]),
    ),
    st.builds(leaf, st.just("title"), st.sampled_from(["is_set", "is_not_set"])),
    st.builds(leaf, st.just("seats"), st.sampled_from(["is", "gt", "gte", "lt", "lte"]), st.sampled_from([1, 2, 4])),
    st.builds(leaf, st.just("priority"), st.sampled_from(["is", "is_not"]), st.sampled_from(["low", "high"])),
    st.builds(leaf, st.just("is_escalated"), st.just("is"), st.booleans()),
)
ALL_TEXTS = ["".join(letters) for length in range(1, 6) for letters in product("abq", repeat=length)]


def groups(members: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    kinds = st.sampled_from(["all", "any", "none"])
    return st.builds(lambda kind, items: {kind: items}, kinds, st.lists(members, min_size=1, max_size=3))


def brute_force(one: Condition, other: Condition) -> bool:
    """Tries everything, a field that is not asked about being missing."""
    domains: dict[str, list[object]] = {
        "title": [None, *ALL_TEXTS],
        "seats": [None, 0, 1, 2, 3, 4, 5],
        "priority": [None, "low", "high", "urgent"],
        "is_escalated": [None, True, False],
    }
    paths = sorted(one.paths | other.paths)
    return any(
        one.evaluate(values) and other.evaluate(values)
        for values in (dict(zip(paths, chosen, strict=True)) for chosen in product(*(domains[path] for path in paths)))
    )


@settings(max_examples=100, deadline=None)
@given(groups(SMALL_LEAVES), groups(groups(SMALL_LEAVES)))
def test_agrees_with_trying_everything(first: Any, second: Any) -> None:
    one, other = parse(first, SMALL), parse(second, SMALL)
    found = satisfiable_together(one, other, SMALL)
    assert found is not UNKNOWN
    if isinstance(found, Mapping):
        assert one.evaluate(found)
        assert other.evaluate(found)
    else:
        assert not brute_force(one, other)


@settings(max_examples=60, deadline=None)
@given(tree_documents(), tree_documents())
def test_every_witness_holds(first: Any, second: Any) -> None:
    answer(first, second)


@settings(max_examples=60, deadline=None)
@given(tree_documents())
def test_nothing_holds_together_with_its_opposite(document: Any) -> None:
    assert answer(document, {"none": [document]}) in (None, UNKNOWN)
