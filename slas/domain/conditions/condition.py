"""A condition: parsed once, then asked often."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from slas.domain.conditions.evaluation import Predicate, Values, compile_node
from slas.domain.conditions.explanation import Explanation, explain_node
from slas.domain.conditions.nodes import Group, GroupKind, Leaf, Node, leaves_of
from slas.domain.conditions.sentences import LabelOf, sentence
from slas.domain.fields import FieldSet


@dataclass(frozen=True)
class Condition:
    """Immutable and hashable; equal when the trees are equal. Build one with `parse`."""

    root: Node

    @cached_property
    def paths(self) -> frozenset[str]:
        """The fields it depends on: a change of any other is irrelevant (engine.md R13)."""
        return frozenset(leaf.path for leaf in self.leaves())

    @cached_property
    def _predicate(self) -> Predicate:
        return compile_node(self.root)

    def leaves(self) -> Iterator[Leaf]:
        return leaves_of(self.root)

    def evaluate(self, values: Values) -> bool:
        """`values` are Python values by path, as `FieldSet.load_values` gives them; absent means missing."""
        return self._predicate(values)

    def explain(self, values: Values) -> Explanation:
        return explain_node(self.root, values)

    def sentence(self, fields: FieldSet, label_of: LabelOf | None = None) -> str:
        return sentence(self.root, fields, label_of)

    def to_document(self) -> dict[str, object]:
        """Normalised JSON; parsing it gives an equal condition."""
        return self.root.to_document()

    def __reduce__(self) -> tuple[type[Condition], tuple[Node]]:
        # Without the compiled closures, which cannot be pickled.
        return Condition, (self.root,)


ALWAYS = Condition(Group(GroupKind.ALL))
