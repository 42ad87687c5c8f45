"""Which records does a condition match? The tree as a query that gives Python's answer on every database.

SQL knows a third answer, *unknown*, for what is missing. It never comes up here: no group is ever negated as a whole.
`none` asks the opposite of each child, down to the leaves, and a leaf that holds for missing values says so itself.
Texts compare by their stored folded columns, choices by code, lookups by id (decision 9).
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from operator import and_, or_
from typing import Any

from django.db.models import Q, QuerySet

from slas import records
from slas.domain.conditions import Condition, Group, GroupKind, Leaf, Node
from slas.domain.fields import FieldType, Operator, fold
from slas.records import RecordType

# Not Q(), which is left out of whatever it is combined with.
ALWAYS = Q(pk__isnull=False)
NEVER = Q(pk__isnull=True)

_OPPOSITES = {
    Operator.IS_NOT: Operator.IS,
    Operator.NOT_IN: Operator.IN,
    Operator.NOT_CONTAINS: Operator.CONTAINS,
    Operator.IS_NOT_SET: Operator.IS_SET,
}
"""What holds for a missing value → what it denies."""
_LOOKUPS = {
    Operator.IS: "exact",
    Operator.CONTAINS: "contains",
    Operator.STARTS_WITH: "startswith",
    Operator.ENDS_WITH: "endswith",
    Operator.GT: "gt",
    Operator.GTE: "gte",
    Operator.LT: "lt",
    Operator.LTE: "lte",
}


def matching_records(record_type: str, condition: Condition) -> QuerySet[Any]:
    """The records of a type that a condition holds for, by what their rows say now."""
    type_ = records.get(record_type)
    return type_.model._default_manager.filter(condition_query(type_, condition))


def condition_query(record_type: RecordType, condition: Condition) -> Q:
    """The condition as a query over the record type's model; safe to combine, and to negate, with others."""
    return _node(record_type, condition.root, denied=False)


def _node(record_type: RecordType, node: Node, *, denied: bool) -> Q:
    """A query that is true or false of every row; `denied` asks where the node does not hold."""
    if isinstance(node, Leaf):
        return _leaf(record_type, node, denied=denied)
    return _group(record_type, node, denied=denied)


def _group(record_type: RecordType, group: Group, *, denied: bool) -> Q:
    deny_children = denied != (group.kind is GroupKind.NONE)
    queries = [_node(record_type, child, denied=deny_children) for child in group.children]
    # *All* and *none* want every child's answer, *any* wants one; denied, it is the other way round.
    return _every(queries) if (group.kind is GroupKind.ANY) == denied else _some(queries)


def _every(queries: Iterable[Q]) -> Q:
    return reduce(and_, queries, ALWAYS)


def _some(queries: Iterable[Q]) -> Q:
    return reduce(or_, queries, NEVER)


# --- leaves ---


def _leaf(record_type: RecordType, leaf: Leaf, *, denied: bool) -> Q:
    column = record_type.column(leaf.path)
    missing = Q((f"{column}__isnull", True))
    if leaf.type in (FieldType.TEXT, FieldType.CHOICE):
        missing |= Q((column, ""))
    operator = _OPPOSITES.get(leaf.operator, leaf.operator)
    denied = denied != (leaf.operator in _OPPOSITES)
    if operator is Operator.IS_SET:
        return missing if denied else ~missing
    holds = _there(column, leaf, operator)
    return missing | ~holds if denied else ~missing & holds


def _there(column: str, leaf: Leaf, operator: Operator) -> Q:
    """What is asked of a value that is there."""
    values = [_value(leaf.type, value) for value in leaf.values]
    if leaf.type is FieldType.LOOKUP:
        values = [value for value in values if isinstance(value, int)]  # rows have numbers; a text is no row's id
        return Q((f"{column}__in", values)) if values else NEVER
    if operator is Operator.IN:
        return Q((f"{column}__in", values))
    if operator is Operator.BETWEEN:
        low, high = values
        return Q((f"{column}__gte", low)) & Q((f"{column}__lte", high))
    return Q((f"{column}__{_LOOKUPS[operator]}", values[0]))


def _value(type_: FieldType, value: Any) -> Any:
    return fold(value) if type_ is FieldType.TEXT else value
