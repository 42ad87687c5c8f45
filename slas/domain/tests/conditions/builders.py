"""The fields of a small help desk, and short ways to write conditions about them."""

from __future__ import annotations

from datetime import UTC, datetime

from slas.domain.conditions import Condition, ConditionError, parse
from slas.domain.fields import Choice, Field, FieldSet, FieldType

FIELDS = FieldSet(
    [
        Field("title", "Title", FieldType.TEXT),
        Field(
            "priority",
            "Priority",
            FieldType.CHOICE,
            choices=(Choice("low", "Low"), Choice("high", "High"), Choice("urgent", "Urgent")),
        ),
        Field("customer", "Customer", FieldType.LOOKUP, lookup="customer"),
        Field("customer.seats", "Seats", FieldType.INTEGER),
        Field(
            "customer.service_level",
            "Service level",
            FieldType.CHOICE,
            choices=(Choice("gold", "Gold"), Choice("silver", "Silver")),
        ),
        Field("is_escalated", "Escalated", FieldType.BOOLEAN),
        Field("discount", "Discount", FieldType.DECIMAL),
        Field("opened_on", "Opened on", FieldType.DATETIME),
        Field("resolved_on", "Resolved on", FieldType.DATETIME, system=True),
    ],
    label="Case",
)


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def leaf(field: str, op: str, value: object = None) -> dict[str, object]:
    document: dict[str, object] = {"field": field, "op": op}
    return document if value is None else {**document, "value": value}


def condition(document: object) -> Condition:
    return parse(document, FIELDS)


def holds(document: object, **values: object) -> bool:
    """Dots in paths are written as two underscores."""
    return condition(document).evaluate({path.replace("__", "."): value for path, value in values.items()})


def problems(document: object, pointer: str = "") -> list[tuple[str, str]]:
    """Pointer and code of everything that is wrong; empty if nothing is."""
    try:
        parse(document, FIELDS, pointer=pointer)
    except ConditionError as error:
        return [(problem.pointer, problem.code) for problem in error.problems]
    return []
