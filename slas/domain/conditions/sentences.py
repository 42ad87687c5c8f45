"""A condition as a person would say it: "Service level is Gold and (Priority is one of Urgent or High or …)".

Plain English; the domain knows no gettext.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import TypeAlias

from slas.domain.conditions.nodes import Group, GroupKind, Leaf, Node
from slas.domain.fields import Field, FieldSet, FieldType, Operator, as_utc, decimal_text

LabelOf: TypeAlias = Callable[[Field, object], str | None]
"""Names a looked-up record by its id; None where it is unknown."""


def sentence(node: Node, fields: FieldSet, label_of: LabelOf | None = None) -> str:
    text = _say(node, fields, label_of, outermost=True)
    if text == "always" or text.startswith("none of ("):
        return text[0].upper() + text[1:]
    return text


def leaf_sentence(leaf: Leaf, fields: FieldSet, label_of: LabelOf | None = None) -> str:
    """*Customer › Seats is at least 500*."""
    gone = " (no longer a field)" if leaf.lost else ""
    words = f"{fields.full_label(leaf.path)}{gone} {leaf.operator.label_for(leaf.type)}"
    if not leaf.operator.takes_value:
        return words
    field = None if leaf.lost else fields.get(leaf.path)
    values = [value_text(leaf.type, value, field, label_of) for value in leaf.values]
    return f"{words} {(' and ' if leaf.operator is Operator.BETWEEN else ' or ').join(values)}"


def value_text(type_: FieldType, value: object, field: Field | None = None, label_of: LabelOf | None = None) -> str:
    """One value for people: a choice by its label, a record by its name, a text in quotes, a time in UTC."""
    if value is None:
        return "nothing"
    if type_ is FieldType.TEXT:
        return f"“{value}”"
    if type_ is FieldType.LOOKUP:
        label = label_of(field, value) if field is not None and label_of is not None else None
        return f"#{value}" if label is None else str(label)
    if type_ is FieldType.CHOICE:
        return (field.choice_label(value) if field is not None else None) or str(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return _time_text(as_utc(value))
    return decimal_text(value) if isinstance(value, Decimal) else str(value)


def _time_text(moment: datetime) -> str:
    """As short as the moment allows."""
    precision = "microseconds" if moment.microsecond else "seconds" if moment.second else "minutes"
    return f"{moment.replace(tzinfo=None).isoformat(' ', precision)} UTC"


def _say(node: Node, fields: FieldSet, label_of: LabelOf | None, *, outermost: bool = False) -> str:
    if isinstance(node, Leaf):
        return leaf_sentence(node, fields, label_of)
    if not node.children:
        return "always"
    if node.kind is GroupKind.NONE:
        return f"none of ({_join(node, ' or ', fields, label_of)})"
    if len(node.children) == 1:
        return _say(node.children[0], fields, label_of, outermost=outermost)
    text = _join(node, " and " if node.kind is GroupKind.ALL else " or ", fields, label_of)
    return text if outermost else f"({text})"


def _join(group: Group, word: str, fields: FieldSet, label_of: LabelOf | None) -> str:
    return word.join(_say(child, fields, label_of) for child in group.children)
