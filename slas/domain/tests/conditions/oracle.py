"""What a condition means, spelled out slowly from its JSON, apart from the compiler that must agree."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Any

from slas.domain.fields import FieldSet, FieldType

NEGATIVE = {"is_not": "is", "is_not_set": "is_set", "not_in": "in", "not_contains": "contains"}


def oracle(document: dict[str, Any], values: Mapping[str, Any], fields: FieldSet) -> bool:
    if "field" in document:
        return leaf_oracle(document, values.get(document["field"]), fields)
    ((kind, members),) = document.items()
    results = [oracle(member, values, fields) for member in members]
    if kind == "all":
        return False not in results
    return (True in results) is (kind == "any")


def leaf_oracle(document: dict[str, Any], actual: Any, fields: FieldSet) -> bool:
    """A negative operator is what its positive twin is not; nothing positive is true of a missing value."""
    op = document["op"]
    if op in NEGATIVE:
        return not leaf_oracle({**document, "op": NEGATIVE[op]}, actual, fields)
    if actual is None or actual == "":
        return False
    if op == "is_set":
        return True
    field = fields[document["field"]]
    given = document["value"]
    wanted: list[Any] = [field.parse(value) for value in (given if isinstance(given, list) else [given])]
    if field.type is FieldType.TEXT:
        actual, wanted = plain(actual), [plain(value) for value in wanted]
    return compare(op, actual, wanted)


def compare(op: str, actual: Any, wanted: list[Any]) -> bool:
    first, last, size = wanted[0], wanted[-1], len(wanted[0]) if isinstance(wanted[0], str) else 0
    if op in ("is", "in"):
        return any(actual == value for value in wanted)
    if op == "contains":
        return any(actual[start : start + size] == first for start in range(len(actual)))
    if op == "starts_with":
        return bool(actual[:size] == first)
    if op == "ends_with":
        return len(actual) >= size and bool(actual[len(actual) - size :] == first)
    results: dict[str, bool] = {
        "gt": actual > first,
        "gte": not actual < first,
        "lt": actual < first,
        "lte": not actual > first,
        "between": not (actual < first or actual > last),
    }
    return results[op]


def plain(text: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())
