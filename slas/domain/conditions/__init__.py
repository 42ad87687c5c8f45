"""Conditions: JSON trees over a record's fields, checked on save, compiled once, explained.

`parse` is the only way in, and `parse_frozen` for what was published once. Labels and messages are plain English with
stable codes, since the domain is pure; an outer layer may translate by code.
"""

from slas.domain.conditions.condition import ALWAYS, Condition
from slas.domain.conditions.explanation import Explanation
from slas.domain.conditions.frozen import parse_frozen
from slas.domain.conditions.nodes import MAX_DEPTH, MAX_NODES, Group, GroupKind, Leaf, Node
from slas.domain.conditions.parsing import ConditionError, Problem, parse
from slas.domain.conditions.satisfiability import UNKNOWN, Unknown, satisfiable_together
from slas.domain.conditions.sentences import LabelOf, leaf_sentence, value_text

__all__ = [
    "ALWAYS",
    "MAX_DEPTH",
    "MAX_NODES",
    "UNKNOWN",
    "Condition",
    "ConditionError",
    "Explanation",
    "Group",
    "GroupKind",
    "LabelOf",
    "Leaf",
    "Node",
    "Problem",
    "Unknown",
    "leaf_sentence",
    "parse",
    "parse_frozen",
    "satisfiable_together",
    "value_text",
]
