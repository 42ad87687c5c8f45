"""A set of records as a condition that people can read: “Service level is not set”."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import combinations

from slas.domain.conditions import Condition, Group, GroupKind, Leaf, Node
from slas.domain.conditions.diagrams import NEVER, Diagram, Diagrams
from slas.domain.conditions.space import Space, Variable
from slas.domain.fields import FieldSet, FieldType, Operator

_ORDERED = frozenset({FieldType.INTEGER, FieldType.DECIMAL, FieldType.DATETIME})
_BY_MEMBERS = frozenset({FieldType.CHOICE, FieldType.LOOKUP, FieldType.BOOLEAN})


def regions(diagrams: Diagrams, records: Diagram, care: Diagram, limit: int) -> Iterator[tuple[Condition, Diagram]]:
    """Wide regions that together are the records, as condition and as diagram; at most `limit`.

    What lies outside `care` cannot be, so it may be in a region or not, whatever is said more simply.
    """
    left = records
    for _count in range(limit):
        box = next(diagrams.boxes(left), None)
        if box is None:
            return
        wide = _widened(diagrams, box, records, care)
        inside = diagrams.box(wide)
        yield region(diagrams.space, wide), inside
        left = diagrams.without(left, inside)
        if left == NEVER:
            return


def region(space: Space, box: Mapping[int, int]) -> Condition:
    """The condition of a box: for each field the classes of values in it."""
    nodes: list[Node] = []
    for index, bits in sorted(box.items()):
        nodes += [_in_order(node, space.fields) for node in described(space.variables[index], bits)]
    return Condition(Group(GroupKind.ALL, tuple(nodes)))


def _in_order(node: Node, fields: FieldSet) -> Node:
    """Choices are listed as their field offers them."""
    if not isinstance(node, Leaf) or not isinstance(node.value, tuple) or node.path not in fields:
        return node
    codes = [choice.code for choice in fields[node.path].choices if choice.code in node.value]
    return replace(node, value=tuple(codes)) if len(codes) == len(node.value) else node


def _widened(diagrams: Diagrams, box: Mapping[int, int], records: Diagram, care: Diagram) -> dict[int, int]:
    """The box with every field forgotten that does not matter, and the others as wide as can be said plainly."""
    outside = diagrams.without(care, records)

    def stays_inside(candidate: Mapping[int, int]) -> bool:
        return diagrams.both(diagrams.box(candidate), outside) == NEVER

    wide = dict(box)
    for index in sorted(box, reverse=True):
        candidate = {key: bits for key, bits in wide.items() if key != index}
        if stays_inside(candidate):
            wide = candidate
    for index in list(wide):
        variable = diagrams.space.variables[index]
        for number in range(len(variable.values)):
            alone = {**wide, index: 1 << number}
            candidate = {**wide, index: wide[index] | 1 << number}
            is_possible = diagrams.both(diagrams.box(alone), care) != NEVER
            if candidate != wide and is_possible and stays_inside(candidate):
                wide = candidate
        wide[index] = _plain(variable, wide[index], box[index])
    return wide


def _plain(variable: Variable, bits: int, core: int) -> int:
    """As many of these classes as can be said plainly: all, those that have a value, the core, or one.

    Of an ordered field, values and *not set* are better said apart.
    """
    missing = _missing(variable)
    whole = bits if next(iter(variable.bits)).type not in _ORDERED or bits & missing in (0, bits) else 0
    for candidate in (whole, bits & ~missing, core, core & ~missing):
        if candidate & core and described(variable, candidate):
            return candidate
    return core & -core


def _missing(variable: Variable) -> int:
    """The class of *not set*; the space must keep it apart from values."""
    return sum(1 << number for number, values in enumerate(variable.members) if values == (None,))


def described(variable: Variable, bits: int) -> list[Node]:
    """Rules that hold for these classes and no others; none if there is no plain way to say it."""
    leaf = next(iter(variable.bits))
    if leaf.type in _BY_MEMBERS and variable.leaf is None:
        return _members(variable, bits, leaf)
    literals = _literals(variable, leaf)
    fitting = [(node, held) for node, held in literals if held & bits == bits]
    for count in (1, 2):
        for chosen in combinations(fitting, count):
            held = variable.all
            for _node, each in chosen:
                held &= each
            if held == bits:
                return [node for node, _held in chosen]
    single = bits & (bits - 1) == 0
    return [node for node, _held in fitting] if single else []


def _literals(variable: Variable, asked: Leaf) -> list[tuple[Node, int]]:
    """Rules on the field with the classes for which they hold: those that are asked, their opposites, *is set*."""
    path, type_ = asked.path, asked.type
    missing = _missing(variable)
    found: list[tuple[Node, int]] = [*variable.bits.items()]
    if variable.leaf is None:
        found.append((Leaf(path, type_, Operator.IS_SET), variable.all & ~missing))
        found.append((Leaf(path, type_, Operator.IS_NOT_SET), missing))
    for leaf, held in variable.bits.items():
        opposite = _OPPOSITES.get(leaf.operator)
        if opposite is not None:
            counts = 0 if type_ is FieldType.TEXT else missing
            found.append((replace(leaf, operator=opposite), variable.all & ~held & ~counts))
    found += [(Group(GroupKind.NONE, (leaf,)), variable.all & ~held) for leaf, held in variable.bits.items()]
    return found


_OPPOSITES = {
    Operator.GT: Operator.LTE,
    Operator.GTE: Operator.LT,
    Operator.LT: Operator.GTE,
    Operator.LTE: Operator.GT,
    Operator.CONTAINS: Operator.NOT_CONTAINS,
}


def _members(variable: Variable, bits: int, leaf: Leaf) -> list[Node]:
    """By listing what is in, or what is not: a class is a value, *another* record, or *not set*."""

    def one_of(values: list[object], single: Operator, several: Operator) -> Leaf:
        if len(values) == 1:
            return Leaf(variable.path, leaf.type, single, values[0])
        return Leaf(variable.path, leaf.type, several, tuple(values))

    is_set = Leaf(variable.path, leaf.type, Operator.IS_SET)
    asked = {value for asking in variable.bits for value in asking.values}
    sorted_out = [(bits >> number & 1, value) for number, each in enumerate(variable.members) for value in each]
    inside = [value for is_in, value in sorted_out if is_in]
    excluded = [value for is_in, value in sorted_out if not is_in and value is not None]
    if inside == [None]:
        return [Leaf(variable.path, leaf.type, Operator.IS_NOT_SET)]
    if None in inside:
        # Excluding nothing would be no rule at all; such a variable does not matter and was forgotten.
        return [one_of(excluded, Operator.IS_NOT, Operator.NOT_IN)]
    if not excluded or (leaf.type is FieldType.LOOKUP and not asked.issuperset(inside)):
        return [one_of(excluded, Operator.IS_NOT, Operator.NOT_IN), is_set] if excluded else [is_set]
    return [one_of(inside, Operator.IS, Operator.IN)]
