"""The parts of a condition: leaves, and groups of them.

The parser keeps trees small (`MAX_DEPTH`), so plain recursion over them is safe.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from slas.domain.fields import FieldType, Operator, dump_value

MAX_DEPTH = 5
"""Groups inside groups; a leaf adds nothing."""
MAX_NODES = 200
"""Groups and leaves together."""


class GroupKind(StrEnum):
    ALL = "all"
    ANY = "any"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Leaf:
    """One question; `value` is a Python value, a tuple for *in* and *between*, None if none is taken.

    A `lost` one cannot be asked any more (`parse_frozen`): whatever the record has counts as missing.
    """

    path: str
    type: FieldType
    operator: Operator
    value: object = None
    lost: bool = False

    @property
    def values(self) -> tuple[object, ...]:
        """The value or values asked for, however many there are."""
        if isinstance(self.value, tuple):
            return self.value
        return () if self.value is None else (self.value,)

    def expected(self) -> object:
        """The value as JSON."""
        if isinstance(self.value, tuple):
            return [dump_value(value) for value in self.value]
        return dump_value(self.value)

    def to_document(self) -> dict[str, object]:
        document: dict[str, object] = {"field": self.path, "op": self.operator.value}
        if self.operator.takes_value:
            document["value"] = self.expected()
        return document


@dataclass(frozen=True, slots=True)
class Group:
    """All, any or none of its children; an empty *all* or *none* is true."""

    kind: GroupKind
    children: tuple[Node, ...] = ()

    def to_document(self) -> dict[str, object]:
        return {self.kind.value: [child.to_document() for child in self.children]}


Node: TypeAlias = Group | Leaf


def leaves_of(node: Node) -> Iterator[Leaf]:
    """In reading order, repeated where repeated."""
    if isinstance(node, Leaf):
        yield node
        return
    for child in node.children:
        yield from leaves_of(child)
