"""Decision diagrams of conditions: exact answers about whole sets of records, found without listing them.

A diagram is a number: 0 holds for no record, 1 for all, any other names a node that asks one variable of the space and
goes on by the answer. Equal conditions get equal numbers (nodes are shared and none asks in vain), so *never*, *always*
and *the same* are comparisons of numbers. Work is counted; what would take too much raises `TooMuch`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TypeAlias

from slas.domain.conditions.nodes import Group, GroupKind, Leaf, Node
from slas.domain.conditions.space import Space

Diagram: TypeAlias = int
NEVER: Diagram = 0
ALWAYS_TRUE: Diagram = 1

_Edges: TypeAlias = tuple[tuple[int, Diagram], ...]
_BOTTOM = 1 << 30


class Diagrams:
    """All diagrams over one space; their work counts as steps of the space.

    Examples take the `usual` values of a record where they can.
    """

    def __init__(self, space: Space, usual: Mapping[str, object] | None = None) -> None:
        self.space = space
        self._spend = space.steps.spend
        self._usual = {index: 1 << number for index, number in space.classes_of(usual or {}).items()}
        self._levels: list[int] = [_BOTTOM, _BOTTOM]
        self._edges: list[_Edges] = [(), ()]
        self._known: dict[tuple[int, _Edges], Diagram] = {}
        self._of_node: dict[Node, Diagram] = {}
        self._both: dict[tuple[Diagram, Diagram], Diagram] = {}
        self._either: dict[tuple[Diagram, Diagram], Diagram] = {}
        self._opposites: dict[Diagram, Diagram] = {NEVER: ALWAYS_TRUE, ALWAYS_TRUE: NEVER}

    # --- making ---

    def of(self, node: Node) -> Diagram:
        """The diagram of a condition's tree; its leaves must belong to the space."""
        found = self._of_node.get(node)
        if found is None:
            found = self._leaf(node) if isinstance(node, Leaf) else self._group(node)
            self._of_node[node] = found
        return found

    def both(self, one: Diagram, other: Diagram) -> Diagram:
        return self._join(one, other, NEVER, ALWAYS_TRUE, self._both)

    def either(self, one: Diagram, other: Diagram) -> Diagram:
        return self._join(one, other, ALWAYS_TRUE, NEVER, self._either)

    def all_of(self, diagrams: Iterable[Diagram]) -> Diagram:
        found = ALWAYS_TRUE
        for diagram in self._deepest_first(diagrams):
            found = self.both(diagram, found)
        return found

    def any_of(self, diagrams: Iterable[Diagram]) -> Diagram:
        found = NEVER
        for diagram in self._deepest_first(diagrams):
            found = self.either(diagram, found)
        return found

    def opposite(self, diagram: Diagram) -> Diagram:
        found = self._opposites.get(diagram)
        if found is None:
            edges = {self.opposite(child): bits for bits, child in self._edges[diagram]}
            self._spend(len(edges))
            found = self._node(self._levels[diagram], edges)
            self._opposites[diagram], self._opposites[found] = found, diagram
        return found

    def without(self, one: Diagram, other: Diagram) -> Diagram:
        return self.both(one, self.opposite(other))

    def implies(self, one: Diagram, other: Diagram) -> bool:
        return self.without(one, other) == NEVER

    def box(self, classes: Mapping[int, int]) -> Diagram:
        """The records whose variables take one of the given classes (position → bits)."""
        found = ALWAYS_TRUE
        for level in sorted(classes, reverse=True):
            full = self.space.variables[level].all
            edges: dict[Diagram, int] = {}
            for child, bits in ((found, classes[level]), (NEVER, full & ~classes[level])):
                if bits:
                    edges[child] = edges.get(child, 0) | bits
            found = self._node(level, edges)
        return found

    def forget(self, diagram: Diagram, positions: frozenset[int]) -> Diagram:
        """The records from which one can get into the diagram by changing only these variables."""
        return self._forget(diagram, positions, {})

    # --- reading ---

    def example(self, diagram: Diagram) -> dict[str, object] | None:
        """A record for which it holds, naming only what matters; None where none is known."""
        for chosen in self._paths(diagram):
            classes = {index: _lowest(bits & self._usual.get(index, bits) or bits) for index, bits in chosen.items()}
            record = self.space.record(classes)
            if record is not None:
                return record
        return None

    def boxes(self, diagram: Diagram) -> Iterator[dict[int, int]]:
        """Disjoint boxes (position → bits of classes) that together are the diagram, lazily."""
        return self._boxes(diagram, {})

    # --- how ---

    def _leaf(self, leaf: Leaf) -> Diagram:
        level = self.space.position[leaf]
        variable = self.space.variables[level]
        edges: dict[Diagram, int] = {}
        if true := variable.bits[leaf]:
            edges[ALWAYS_TRUE] = true
        if false := variable.all & ~true:
            edges[NEVER] = false
        return self._node(level, edges)

    def _group(self, group: Group) -> Diagram:
        children = (self.of(child) for child in group.children)
        if group.kind is GroupKind.ALL:
            return self.all_of(children)
        found = self.any_of(children)
        return found if group.kind is GroupKind.ANY else self.opposite(found)

    def _deepest_first(self, diagrams: Iterable[Diagram]) -> list[Diagram]:
        """A long list of questions joins in one step each if those that are asked last come first."""
        return sorted(diagrams, key=self._levels.__getitem__, reverse=True)

    def _node(self, level: int, edges: Mapping[Diagram, int]) -> Diagram:
        if len(edges) == 1:
            return next(iter(edges))
        key = (level, tuple(sorted((bits, child) for child, bits in edges.items())))
        found = self._known.get(key)
        if found is None:
            found = len(self._levels)
            self._levels.append(level)
            self._edges.append(key[1])
            self._known[key] = found
        return found

    def _join(
        self,
        one: Diagram,
        other: Diagram,
        settles: Diagram,
        neutral: Diagram,
        known: dict[tuple[Diagram, Diagram], Diagram],
    ) -> Diagram:
        if one == settles or other == settles:
            return settles
        if one in (neutral, other):
            return other
        if other == neutral:
            return one
        key = (one, other) if one < other else (other, one)
        found = known.get(key)
        if found is not None:
            return found
        level, other_level = self._levels[one], self._levels[other]
        if level > other_level:
            one, other, level, other_level = other, one, other_level, level
        edges: dict[Diagram, int] = {}
        if level < other_level:
            self._spend(len(self._edges[one]))
            for bits, child in self._edges[one]:
                joined = self._join(child, other, settles, neutral, known)
                edges[joined] = edges.get(joined, 0) | bits
        else:
            self._spend(len(self._edges[one]) * len(self._edges[other]))
            for bits, child in self._edges[one]:
                for other_bits, other_child in self._edges[other]:
                    if shared := bits & other_bits:
                        joined = self._join(child, other_child, settles, neutral, known)
                        edges[joined] = edges.get(joined, 0) | shared
        found = known[key] = self._node(level, edges)
        return found

    def _forget(self, diagram: Diagram, positions: frozenset[int], known: dict[Diagram, Diagram]) -> Diagram:
        if diagram <= ALWAYS_TRUE:
            return diagram
        found = known.get(diagram)
        if found is None:
            children = [(bits, self._forget(child, positions, known)) for bits, child in self._edges[diagram]]
            self._spend(len(children))
            if self._levels[diagram] in positions:
                found = self.any_of(child for _bits, child in children)
            else:
                edges: dict[Diagram, int] = {}
                for bits, child in children:
                    edges[child] = edges.get(child, 0) | bits
                found = self._node(self._levels[diagram], edges)
            known[diagram] = found
        return found

    def _paths(self, diagram: Diagram) -> Iterator[dict[int, int]]:
        """Boxes of one class each, the values that people would think of first; at most some fifty."""
        for count, box in enumerate(self._boxes(diagram, {})):
            if count == _MAX_PATHS:
                return
            yield box

    def _boxes(self, diagram: Diagram, chosen: dict[int, int]) -> Iterator[dict[int, int]]:
        if diagram == ALWAYS_TRUE:
            yield dict(chosen)
        if diagram <= ALWAYS_TRUE:
            return
        level = self._levels[diagram]
        usual = self._usual.get(level, 0)
        for bits, child in sorted(self._edges[diagram], key=lambda edge: (not edge[0] & usual, edge[0] & -edge[0])):
            yield from self._boxes(child, {**chosen, level: bits})


_MAX_PATHS = 50


def _lowest(bits: int) -> int:
    return (bits & -bits).bit_length() - 1
