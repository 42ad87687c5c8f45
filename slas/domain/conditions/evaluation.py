"""Compiles a tree to closures: each record change asks every item of its SLA, so this is the hot path.

A missing value satisfies only *is not set*, *is not*, *is none of* and *does not contain*. Nothing here
depends on the present moment (engine.md R13): the same values always give the same answer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from slas.domain.conditions.nodes import Group, GroupKind, Leaf, Node
from slas.domain.fields import FieldType, Operator, as_utc, fold

Values: TypeAlias = Mapping[str, object]
Predicate: TypeAlias = Callable[[Values], bool]
_Test: TypeAlias = Callable[[Any], bool]

HOLDS_WHEN_MISSING = frozenset(
    {Operator.IS_NOT_SET, Operator.IS_NOT, Operator.NOT_IN, Operator.NOT_CONTAINS},
)

# Zones other than UTC compare oddly inside a repeated hour (PEP 495), hence the second key.
_KEYS: dict[FieldType, Callable[[Any], Any]] = {FieldType.TEXT: fold, FieldType.DATETIME: as_utc}


def compile_node(node: Node) -> Predicate:
    if isinstance(node, Leaf):
        return compile_leaf(node)
    return _compile_group(node)


def compile_leaf(leaf: Leaf) -> Predicate:
    path = leaf.path
    when_missing = leaf.operator in HOLDS_WHEN_MISSING
    if leaf.lost:
        return lambda values: when_missing
    key = _KEYS.get(leaf.type)
    matches = _test(leaf, key)

    if key is None:

        def plain(values: Values) -> bool:
            actual = values.get(path)
            if actual is None or actual == "":
                return when_missing
            return matches(actual)

        return plain

    comparable = key

    def keyed(values: Values) -> bool:
        actual = values.get(path)
        if actual is None or actual == "":
            return when_missing
        return matches(comparable(actual))

    return keyed


def _test(leaf: Leaf, key: Callable[[Any], Any] | None) -> _Test:
    """What is asked of a value that is there."""
    wanted: Any = leaf.value
    if key is not None and wanted is not None:
        wanted = tuple(map(key, wanted)) if isinstance(wanted, tuple) else key(wanted)
    return _TESTS[leaf.operator](wanted)


def _between(wanted: tuple[Any, Any]) -> _Test:
    low, high = wanted
    return lambda actual: low <= actual <= high


def _in(wanted: tuple[Any, ...]) -> _Test:
    return frozenset(wanted).__contains__


def _not_in(wanted: tuple[Any, ...]) -> _Test:
    members = frozenset(wanted)
    return lambda actual: actual not in members


_TESTS: dict[Operator, Callable[[Any], _Test]] = {
    Operator.IS: lambda wanted: lambda actual: bool(actual == wanted),
    Operator.IS_NOT: lambda wanted: lambda actual: bool(actual != wanted),
    Operator.IS_SET: lambda wanted: lambda actual: True,
    Operator.IS_NOT_SET: lambda wanted: lambda actual: False,
    Operator.IN: _in,
    Operator.NOT_IN: _not_in,
    Operator.CONTAINS: lambda wanted: lambda actual: wanted in actual,
    Operator.NOT_CONTAINS: lambda wanted: lambda actual: wanted not in actual,
    Operator.STARTS_WITH: lambda wanted: lambda actual: bool(actual.startswith(wanted)),
    Operator.ENDS_WITH: lambda wanted: lambda actual: bool(actual.endswith(wanted)),
    Operator.GT: lambda wanted: lambda actual: bool(actual > wanted),
    Operator.GTE: lambda wanted: lambda actual: bool(actual >= wanted),
    Operator.LT: lambda wanted: lambda actual: bool(actual < wanted),
    Operator.LTE: lambda wanted: lambda actual: bool(actual <= wanted),
    Operator.BETWEEN: _between,
}


def _compile_group(group: Group) -> Predicate:
    """Loops rather than all() and any(): a generator per call costs more than most leaves."""
    children = tuple(compile_node(child) for child in group.children)
    # `stops` is the child result that settles the group; `settled` is the group's result then.
    stops = group.kind is not GroupKind.ALL
    settled = group.kind is GroupKind.ANY
    if len(children) == 1 and group.kind is not GroupKind.NONE:
        return children[0]

    def holds(values: Values) -> bool:
        for child in children:
            if child(values) is stops:
                return settled
        return not settled

    return holds
