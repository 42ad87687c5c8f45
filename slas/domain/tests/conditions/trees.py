"""Random typed trees, values and rubbish for the property tests."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from hypothesis import strategies as st

from slas.domain.fields import Field, FieldSet, FieldType, Operator

from .builders import FIELDS

START = datetime(2026, 3, 29, tzinfo=UTC)

# Few and close together, so that values and conditions meet.
TEXTS = ["a", "A", "b", "ab", "aba", "Straße", "STRASSE", "é", "e\u0301", " ", "İ", "ΐ"]
VALUES: dict[FieldType, list[Any]] = {
    FieldType.TEXT: TEXTS,
    FieldType.LOOKUP: [1, 2, "1", "x-1"],
    FieldType.BOOLEAN: [True, False],
    FieldType.INTEGER: [-1, 0, 1, 2, 500, 2**63 - 1],
    FieldType.DECIMAL: [Decimal("-0.5"), Decimal(0), Decimal("0.25"), Decimal("0.250"), Decimal(1)],
    FieldType.DATETIME: [START, START + timedelta(microseconds=1), START + timedelta(hours=1)],
}


def values_of(field: Field) -> list[Any]:
    return [choice.code for choice in field.choices] or VALUES[field.type]


@st.composite
def leaf_documents(draw: st.DrawFn, fields: FieldSet = FIELDS) -> dict[str, Any]:
    field = draw(st.sampled_from([field for field in fields.values() if not field.system]))
    operator = draw(st.sampled_from(field.operators))
    document: dict[str, Any] = {"field": field.path, "op": operator.value}
    value = st.sampled_from(values_of(field))
    if operator is Operator.BETWEEN:
        document["value"] = [field.dump(bound) for bound in sorted([draw(value), draw(value)])]
    elif operator.takes_list:
        document["value"] = [field.dump(each) for each in draw(st.lists(value, min_size=1, max_size=3))]
    elif operator.takes_value:
        document["value"] = field.dump(draw(value))
    return document


def group_of(members: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    lists = st.lists(members, max_size=4)
    return st.one_of(
        lists.map(lambda items: {"all": items}),
        lists.map(lambda items: {"none": items}),
        st.lists(members, min_size=1, max_size=4).map(lambda items: {"any": items}),
    )


def tree_documents(depth: int = 4, fields: FieldSet = FIELDS) -> st.SearchStrategy[Any]:
    nodes: st.SearchStrategy[Any] = leaf_documents(fields)
    for _ in range(depth):
        nodes = st.one_of(leaf_documents(fields), group_of(nodes))
    return nodes


def record_values(random: Random) -> dict[str, Any]:
    """Some fields absent, some None, some empty, some with a code that is no choice any more."""
    return {
        path: random.choice([None, *values_of(field), *_oddities(field)])
        for path, field in FIELDS.items()
        if random.random() < 0.8
    }


def _oddities(field: Field) -> list[object]:
    return ["", "retired"] if field.type in (FieldType.CHOICE, FieldType.TEXT) else []


WORDS = ["all", "any", "none", "field", "op", "value", "now", "", "\x00", "\ud800", "é/~"]
NAMES = [*WORDS, *FIELDS, *(operator.value for operator in Operator)]
SCALARS = [None, True, 0, -1, 10**4000, 0.5, math.inf, math.nan, "high", "2026-03-02T12:00:00Z"]


def rubbish(random: Random, depth: int = 6) -> Any:
    """JSON with the right words in the wrong places, now and then even in the right ones."""
    shape = random.randrange(8) if depth else random.randrange(3)
    size = random.randrange(4)
    if shape <= 1:
        return random.choice(SCALARS)
    if shape == 2:
        return random.choice(NAMES)
    if shape == 3:
        return [rubbish(random, depth - 1) for _ in range(size)]
    if shape == 4:
        return {random.choice(NAMES): rubbish(random, depth - 1) for _ in range(size)}
    if shape == 5:
        names = {"field": random.choice([*FIELDS]), "op": random.choice([*Operator]).value}
        return names | {"value": rubbish(random, min(depth - 1, 1))}
    return {random.choice(["all", "any", "none"]): [rubbish(random, depth - 1) for _ in range(size)]}
