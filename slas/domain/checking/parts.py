"""Contradictions and idle parts inside one condition."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from slas.domain.checking.subject import CheckedItem, CheckedSLA, Finding
from slas.domain.conditions import Condition, Group, GroupKind, Leaf, Node
from slas.domain.conditions.diagrams import ALWAYS_TRUE, NEVER, Diagram, Diagrams
from slas.domain.conditions.space import Space
from slas.domain.conditions.steps import Steps


def check_condition(
    sla: CheckedSLA, item: CheckedItem, condition: Condition, pointer: str, *, must_hold: bool, steps: Steps
) -> Iterator[Finding]:
    """`must_hold`: a rule that can never be true is refused, since the item is useless then (R28)."""
    facts = sla.kind.facts_about(condition.paths)
    space = Space([condition.root, *(fact.root for fact in facts)], sla.kind.fields, steps)
    parts = _Parts(Diagrams(space), [fact.root for fact in facts])
    if parts.never(condition.root):
        place = parts.narrowest(condition.root, pointer)
        yield Finding("contradiction", place, item.key, refused=must_hold)
        return
    for code, place in parts.idle(condition.root, pointer):
        yield Finding(code, place, item.key)


class _Parts:
    """Questions about the parts of one tree. Facts count for *never*; what is merely superfluous is pure logic."""

    def __init__(self, diagrams: Diagrams, facts: Sequence[Node]) -> None:
        self.diagrams = diagrams
        self.possible = diagrams.all_of(map(diagrams.of, facts))

    def never(self, node: Node) -> bool:
        return self.diagrams.both(self.possible, self.diagrams.of(node)) == NEVER

    def always(self, node: Node) -> bool:
        return self.diagrams.of(node) == ALWAYS_TRUE

    def narrowest(self, node: Node, pointer: str) -> str:
        """The smallest part of an *all* that can never hold by itself."""
        if isinstance(node, Group) and (node.kind is GroupKind.ALL or len(node.children) == 1):
            for index, child in enumerate(node.children):
                if node.kind is not GroupKind.NONE and self.never(child):
                    return self.narrowest(child, _child(node, pointer, index))
        return pointer

    def idle(self, node: Node, pointer: str) -> Iterator[tuple[str, str]]:
        """Parts that never or always hold, or say nothing beside the others, outermost first."""
        if isinstance(node, Leaf) or not node.children:
            return
        if self.always(node):
            yield "always_holds", pointer
            return
        reported: set[int] = set()
        for index, child in enumerate(node.children):
            if self.never(child):
                yield "never_holds", self.narrowest(child, _child(node, pointer, index))
                reported.add(index)
            elif self.always(child):
                yield "always_holds", _child(node, pointer, index)
                reported.add(index)
        for index in self._redundant(node, reported):
            yield "redundant_part", _child(node, pointer, index)
            reported.add(index)
        for index, child in enumerate(node.children):
            if index not in reported:
                yield from self.idle(child, _child(node, pointer, index))

    def _redundant(self, group: Group, skipped: set[int]) -> Iterator[int]:
        """Children without which the group says the same; of two that say the same the later one."""
        d = self.diagrams
        kept = {i: d.of(child) for i, child in enumerate(group.children) if i not in skipped}
        join = d.all_of if group.kind is GroupKind.ALL else d.any_of
        whole = join(kept.values())
        for index in reversed(list(kept)):
            others: list[Diagram] = [diagram for i, diagram in kept.items() if i != index]
            if others and join(others) == whole:
                del kept[index]
                yield index


def _child(group: Group, pointer: str, index: int) -> str:
    return f"{pointer}/{group.kind.value}/{index}"
