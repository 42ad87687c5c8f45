"""Conditions in English."""

from __future__ import annotations

import pytest

from slas.domain.conditions import parse, value_text
from slas.domain.fields import Field, FieldSet, FieldType

from .builders import FIELDS, condition, leaf

GOLD = leaf("customer.service_level", "is", "gold")
HIGH = leaf("priority", "in", ["urgent", "high"])


@pytest.mark.parametrize(
    ("document", "sentence"),
    [
        (None, "Always"),
        ({"all": [{"none": []}]}, "Always"),
        ({"none": []}, "Always"),
        (GOLD, "Customer › Service level is Gold"),
        ({"any": [GOLD]}, "Customer › Service level is Gold"),
        (
            {"all": [GOLD, {"any": [HIGH, leaf("customer.seats", "gte", 500)]}]},
            "Customer › Service level is Gold and "
            "(Priority is one of Urgent or High or Customer › Seats is at least 500)",
        ),
        ({"any": [GOLD, HIGH]}, "Customer › Service level is Gold or Priority is one of Urgent or High"),
        (
            {"none": [GOLD, leaf("title", "is_not_set")]},
            "None of (Customer › Service level is Gold or Title is not set)",
        ),
        (
            {"all": [HIGH, {"none": [GOLD]}]},
            "Priority is one of Urgent or High and none of (Customer › Service level is Gold)",
        ),
        ({"any": [GOLD, {"all": []}]}, "Customer › Service level is Gold or always"),
        (
            {"all": [{"any": [GOLD, HIGH]}]},
            "Customer › Service level is Gold or Priority is one of Urgent or High",
        ),
        (leaf("title", "not_contains", "Printer"), "Title does not contain “Printer”"),
        (leaf("customer", "not_in", [7, "a-1"]), "Customer is none of #7 or #a-1"),
        (leaf("is_escalated", "is", True), "Escalated is yes"),
        (leaf("is_escalated", "is_not", False), "Escalated is not no"),
        (leaf("discount", "between", ["0.50", 100]), "Discount is between 0.5 and 100"),
        (
            leaf("opened_on", "gte", "2026-03-02T13:00:00+01:00"),
            "Opened on is at or after 2026-03-02 12:00 UTC",
        ),
        (leaf("opened_on", "lt", "2026-03-02T12:00:05Z"), "Opened on is before 2026-03-02 12:00:05 UTC"),
    ],
)
def test_sentences(document: object, sentence: str) -> None:
    assert condition(document).sentence(FIELDS) == sentence


def test_records_are_named_where_somebody_knows_their_names() -> None:
    def name_of(field: Field, value: object) -> str | None:
        return "Northwind" if (field.lookup, value) == ("customer", 7) else None

    assert condition(leaf("customer", "in", [7, 8])).sentence(FIELDS, name_of) == "Customer is one of Northwind or #8"


def test_fields_and_choices_that_are_gone_are_called_by_their_names_in_the_document() -> None:
    gone = FieldSet([])
    assert parse(HIGH, FIELDS).sentence(gone) == "priority is one of urgent or high"
    assert parse(leaf("customer", "is", 7), FIELDS).sentence(gone) == "customer is #7"


def test_nothing_is_called_nothing() -> None:
    assert value_text(FieldType.INTEGER, None) == "nothing"
