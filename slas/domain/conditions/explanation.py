"""Why a condition holds or not: the tree with each result and each actual value."""

from __future__ import annotations

from dataclasses import dataclass

from slas.domain.conditions.evaluation import Values, compile_leaf
from slas.domain.conditions.nodes import Group, GroupKind, Leaf, Node
from slas.domain.fields import dump_value


@dataclass(frozen=True, slots=True)
class Explanation:
    """`actual` belongs to a leaf, `children` to a group; all children are judged, none is passed over."""

    node: Node
    result: bool
    children: tuple[Explanation, ...] = ()
    actual: object = None

    def to_document(self) -> dict[str, object]:
        if isinstance(self.node, Group):
            return {
                "group": self.node.kind.value,
                "result": self.result,
                "children": [child.to_document() for child in self.children],
            }
        return {
            "field": self.node.path,
            "op": self.node.operator.value,
            "expected": self.node.expected(),
            "actual": dump_value(self.actual),
            "result": self.result,
        }


def explain_node(node: Node, values: Values) -> Explanation:
    if isinstance(node, Leaf):
        return Explanation(node, compile_leaf(node)(values), actual=values.get(node.path))
    children = tuple(explain_node(child, values) for child in node.children)
    results = [child.result for child in children]
    match node.kind:
        case GroupKind.ALL:
            result = all(results)
        case GroupKind.ANY:
            result = any(results)
        case GroupKind.NONE:
            result = not any(results)
    return Explanation(node, result, children)
