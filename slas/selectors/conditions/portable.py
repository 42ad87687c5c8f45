"""Conditions that another installation understands: records by their key instead of their id."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from slas.domain.fields import FieldType
from slas.records import RecordType

Leaf = Mapping[str, Any]
KEY = "key"


class UnknownKey(LookupError):
    """No record has this key; `args[0]` is the key."""


def with_keys(condition: Any, record_type: RecordType) -> Any:
    """`{"value": 12}` of a lookup becomes `{"value": {"key": "northwind"}}` where the record has a key."""
    return _mapped(condition, lambda leaf: _leaf_with_keys(leaf, record_type))


def with_ids(condition: Any, record_type: RecordType) -> Any:
    """The way back. Raises `UnknownKey`. What is malformed stays as it is, for the validator to point at."""
    return _mapped(condition, lambda leaf: _leaf_with_ids(leaf, record_type))


def _mapped(node: Any, change: Callable[[Leaf], Leaf]) -> Any:
    """The tree with every leaf changed. Trees are limited in depth before they come here."""
    if isinstance(node, Mapping):
        if "field" in node:
            return change(node)
        return {name: _mapped(child, change) for name, child in node.items()}
    if isinstance(node, list):
        return [_mapped(child, change) for child in node]
    return node


def _leaf_with_keys(leaf: Leaf, record_type: RecordType) -> Leaf:
    lookup = _lookup_of(leaf, record_type)
    if not lookup or "value" not in leaf:
        return leaf
    value, attribute = leaf["value"], record_type.lookup_keys[lookup]
    ids = value if isinstance(value, list) else [value]
    keys = dict(_records(record_type, lookup).filter(pk__in=ids).values_list("pk", attribute))
    found = [{KEY: keys[each]} if keys.get(each) else each for each in ids]
    return {**leaf, "value": found if isinstance(value, list) else found[0]}


def _leaf_with_ids(leaf: Leaf, record_type: RecordType) -> Leaf:
    lookup = _lookup_of(leaf, record_type)
    if not lookup or "value" not in leaf:
        return leaf
    value, attribute = leaf["value"], record_type.lookup_keys[lookup]

    def id_of(one: Any) -> Any:
        if not (isinstance(one, Mapping) and set(one) == {KEY} and isinstance(one[KEY], str)):
            return one
        pk = _records(record_type, lookup).filter(**{attribute: one[KEY]}).values_list("pk", flat=True).first()
        if pk is None:
            raise UnknownKey(one[KEY])
        return pk

    return {**leaf, "value": [id_of(each) for each in value] if isinstance(value, list) else id_of(value)}


def _lookup_of(leaf: Leaf, record_type: RecordType) -> str:
    """The related record type of a leaf's field, if its records have a key."""
    path = leaf["field"]
    field = record_type.fields.get(path) if isinstance(path, str) else None
    if field is None or field.type is not FieldType.LOOKUP or field.lookup not in record_type.lookup_keys:
        return ""
    return field.lookup or ""


def _records(record_type: RecordType, lookup: str) -> Any:
    """All of them: what has become inactive still has its key."""
    return record_type.options(lookup).model._base_manager
