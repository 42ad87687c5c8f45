"""Fields, their labels and groups, and values as JSON and back."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from slas.domain.fields import Choice, Field, FieldSet, FieldType, FieldValueError, Operator, fold

from .builders import FIELDS, moment


@pytest.mark.parametrize(
    ("path", "value", "json_value"),
    [
        ("title", "Zoë", "Zoë"),
        ("title", "", ""),
        ("title", None, None),
        ("priority", "high", "high"),
        ("priority", "retired", "retired"),
        ("priority", "", ""),
        ("customer", 7, 7),
        ("customer", "a-1", "a-1"),
        ("is_escalated", False, False),
        ("customer.seats", 0, 0),
        ("discount", Decimal("0.10"), "0.1"),
        ("discount", Decimal("100"), "100"),
        ("discount", Decimal("-0.0"), "0"),
        ("opened_on", moment("2026-03-02T12:00:00+01:00"), "2026-03-02T11:00:00Z"),
        ("opened_on", moment("2026-03-02T12:00:00.000001+00:00"), "2026-03-02T12:00:00.000001Z"),
    ],
)
def test_a_value_survives_json(path: str, value: object, json_value: object) -> None:
    """Also a choice that is offered no longer: stored values stay readable."""
    field = FIELDS[path]
    assert field.dump(value) == json_value
    assert field.parse(json_value) == value
    assert type(field.parse(json_value)) is type(value)


def test_stored_values_of_fields_that_are_gone_are_left_out() -> None:
    values = FIELDS.load_values({"discount": "0.5", "title": None, "gone": 5})
    assert values == {"discount": Decimal("0.5"), "title": None}
    assert FIELDS.dump_values(values) == {"discount": "0.5", "title": None}


def test_times_come_in_utc() -> None:
    parsed = FIELDS["opened_on"].parse("2026-03-02T12:00:00+05:30")
    assert isinstance(parsed, datetime)
    assert parsed.tzinfo is UTC


def test_an_error_has_a_code_and_a_message() -> None:
    with pytest.raises(ValueError, match="true or false") as caught:
        FIELDS["is_escalated"].parse("yes")
    assert isinstance(caught.value, FieldValueError)
    assert caught.value.code == "wrong_type"


def test_a_choice_that_is_not_offered_is_refused_by_check() -> None:
    assert FIELDS["priority"].check("high") == "high"
    assert FIELDS["priority"].check("") == ""
    with pytest.raises(FieldValueError) as caught:
        FIELDS["priority"].check("retired")
    assert caught.value.code == "unknown_choice"


@pytest.mark.parametrize(
    ("one", "other"),
    [("Straße", "STRASSE"), ("é", "E\u0301"), ("ΐ", "ΐ".upper()), ("ﬁne", "FINE"), ("Ὀδυσσεύς", "ὈΔΥΣΣΕΎΣ")],
)
def test_fold_sees_no_case_and_no_composition(one: str, other: str) -> None:
    assert fold(one) == fold(other)


def test_folding_twice_changes_nothing() -> None:
    letters = [chr(code) for code in range(0x3000) if not 0xD800 <= code < 0xE000]
    assert [letter for letter in letters if fold(fold(letter)) != fold(letter)] == []


def test_groups_keep_their_order_and_are_called_by_their_relation() -> None:
    groups = [(label, [field.path for field in fields]) for label, fields in FIELDS.groups()]
    own = ["title", "priority", "customer", "is_escalated", "discount", "opened_on", "resolved_on"]
    assert groups == [("Case", own), ("Customer", ["customer.seats", "customer.service_level"])]


@pytest.mark.parametrize(
    ("path", "label"),
    [
        ("title", "Title"),
        ("customer.seats", "Customer › Seats"),
        ("customer.account_manager.name", "Customer › Account manager › Name"),
        ("entitlement.name", "Contract › Name"),
        ("gone", "gone"),
    ],
)
def test_full_labels(path: str, label: str) -> None:
    more = [
        Field("customer.account_manager.name", "Name", FieldType.TEXT),
        Field("entitlement.name", "Name", FieldType.TEXT),
    ]
    fields = FieldSet([*FIELDS.values(), *more], relations={"entitlement": "Contract"})
    assert fields.full_label(path) == label


def test_operators_are_said_as_their_type_wants_it() -> None:
    assert Operator.GTE.label_for(FieldType.INTEGER) == "is at least"
    assert Operator.GTE.label_for(FieldType.DATETIME) == "is at or after"
    assert Operator.IS.label_for(FieldType.DATETIME) == "is"
    assert all(operator.label for operator in Operator)


def test_mistakes_in_a_registration_are_found_at_once() -> None:
    title = Field("title", "Title", FieldType.TEXT)
    with pytest.raises(ValueError, match="twice"):
        FieldSet([title, title])
    with pytest.raises(ValueError, match="choices"):
        Field("priority", "Priority", FieldType.CHOICE)
    with pytest.raises(ValueError, match="choices"):
        Field("title", "Title", FieldType.TEXT, choices=(Choice("a", "A"),))
