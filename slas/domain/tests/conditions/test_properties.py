"""What holds of all conditions, tried on random ones."""

from __future__ import annotations

import copy
import json
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from slas.domain.conditions import Condition, ConditionError, Explanation, Group, Leaf, parse
from slas.domain.fields import FieldSet

from .builders import FIELDS, condition
from .oracle import oracle
from .trees import leaf_documents, record_values, rubbish, tree_documents


def check_explanation(explained: Explanation, values: dict[str, Any]) -> None:
    """Each node says of itself what it would say alone."""
    assert Condition(explained.node).evaluate(values) is explained.result
    for child in explained.children:
        check_explanation(child, values)


SEEDS = st.integers(0, 10**6)


@settings(max_examples=120, deadline=None)
@given(tree_documents(), SEEDS)
def test_evaluation_explanation_and_oracle_agree(document: Any, seed: int) -> None:
    parsed, random = condition(document), Random(seed)
    for values in (record_values(random) for _ in range(20)):
        assert parsed.evaluate(values) is oracle(document, values, FIELDS)
        check_explanation(parsed.explain(values), values)
        json.dumps(parsed.explain(values).to_document())


@settings(max_examples=200, deadline=None)
@given(leaf_documents(), SEEDS)
def test_single_leaves_agree_with_the_oracle(document: Any, seed: int) -> None:
    parsed, random = condition(document), Random(seed)
    for values in (record_values(random) for _ in range(20)):
        assert parsed.evaluate(values) is oracle(document, values, FIELDS)


@settings(max_examples=60, deadline=None)
@given(tree_documents(), SEEDS)
def test_only_its_paths_matter(document: Any, seed: int) -> None:
    """engine.md R13: a change of another field cannot change the answer."""
    parsed, random = condition(document), Random(seed)
    for values in (record_values(random) for _ in range(20)):
        own = {path: value for path, value in values.items() if path in parsed.paths}
        assert parsed.evaluate(own) is parsed.evaluate(values)


@settings(max_examples=60, deadline=None)
@given(tree_documents())
def test_a_document_survives_the_round_trip(document: Any) -> None:
    before = copy.deepcopy(document)
    parsed = condition(document)
    assert document == before
    again = parse(json.loads(json.dumps(parsed.to_document())), FIELDS)
    assert again == parsed
    assert hash(again) == hash(parsed)
    assert again.to_document() == parsed.to_document()


def shown_leaves(node: Group | Leaf) -> list[Leaf]:
    if isinstance(node, Leaf):
        return [node]
    return [each for child in node.children for each in shown_leaves(child)]


@settings(max_examples=60, deadline=None)
@given(tree_documents())
def test_a_sentence_mentions_every_field(document: Any) -> None:
    parsed = condition(document)
    sentence = parsed.sentence(FIELDS)
    assert sentence
    for each in shown_leaves(parsed.root):
        assert FIELDS.full_label(each.path) in sentence
    assert sentence.count("(") == sentence.count(")")
    parsed.sentence(FieldSet([]))


def test_five_thousand_bodies_of_rubbish() -> None:
    """Each is a condition or a `ConditionError`, never anything else."""
    refused = sum(is_refused(rubbish(Random(seed))) for seed in range(5_000))
    assert 2_500 < refused < 5_000


def is_refused(document: Any) -> bool:
    try:
        parsed = parse(document, FIELDS, pointer="/x")
    except ConditionError as error:
        assert error.problems
        for problem in error.problems:
            assert problem.pointer.startswith("/x")
            (problem.pointer + problem.code + problem.message).encode()
        return True
    assert parse(parsed.to_document(), FIELDS) == parsed
    return False


@settings(max_examples=100, deadline=None)
@given(tree_documents(depth=3), SEEDS)
def test_a_good_tree_with_one_bad_spot_raises_nothing_else(document: Any, seed: int) -> None:
    document, random = copy.deepcopy(document), Random(seed)
    for _ in range(10):
        spots = list(every_spot(document))
        if spots:
            holder, key = random.choice(spots)
            holder[key] = rubbish(random, depth=2)
        is_refused(document)


def every_spot(value: Any) -> Any:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield value, key
        yield from every_spot(inner)
