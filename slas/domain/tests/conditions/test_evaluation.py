"""What each operator says of each type, and of what is missing."""

from __future__ import annotations

import pickle
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from slas.domain import conditions
from slas.domain.conditions import ALWAYS
from slas.domain.fields import OPERATORS, FieldValueError, Operator

from .builders import FIELDS, condition, holds, leaf, moment

NOON = moment("2026-03-02T12:00:00+00:00")
NOON_TEXT = "2026-03-02T12:00:00Z"
LATER_TEXT = "2026-03-02T13:00:00Z"
SECOND = timedelta(seconds=1)

Row = tuple[str, object, object, bool]
"""Operator, value, actual value, result."""

TEXT_ROWS: list[Row] = [
    ("is", "Printer", "PRINTER", True),
    ("is", "straße", "STRASSE", True),
    ("is", "é", "e\u0301", True),
    ("is", "Printer", "Printers", False),
    ("is_not", "Printer", "printer", False),
    ("is_not", "Printer", "Scanner", True),
    ("contains", "INT", "printer", True),
    ("contains", "scan", "printer", False),
    ("contains", ".*", "printer", False),
    ("contains", "%", "printer", False),
    ("not_contains", "INT", "printer", False),
    ("not_contains", "scan", "printer", True),
    ("starts_with", "PRI", "printer", True),
    ("starts_with", "rin", "printer", False),
    ("ends_with", "TER", "printer", True),
    ("ends_with", "prin", "printer", False),
    ("ends_with", "a longer text", "text", False),
    ("is_set", None, " ", True),
    ("is_not_set", None, " ", False),
]
CHOICE_ROWS: list[Row] = [
    ("is", "high", "high", True),
    ("is", "high", "High", False),
    ("is", "high", "low", False),
    ("is_not", "high", "low", True),
    ("is_not", "high", "high", False),
    ("in", ["high", "urgent"], "urgent", True),
    ("in", ["high", "urgent"], "low", False),
    ("not_in", ["high", "urgent"], "low", True),
    ("not_in", ["high", "urgent"], "high", False),
    ("is_set", None, "retired", True),
    ("is_not_set", None, "low", False),
]
LOOKUP_ROWS: list[Row] = [
    ("is", 7, 7, True),
    ("is", 7, 8, False),
    ("is", 7, "7", False),
    ("is", "a-1", "a-1", True),
    ("is", "a-1", "A-1", False),
    ("is_not", 7, 8, True),
    ("in", [7, 8], 8, True),
    ("in", [7, 8], 9, False),
    ("not_in", [7, 8], 9, True),
    ("not_in", [7, 8], 7, False),
    ("is_set", None, 0, True),
    ("is_not_set", None, 7, False),
]
BOOLEAN_ROWS: list[Row] = [
    ("is", True, True, True),
    ("is", True, False, False),
    ("is", False, False, True),
    ("is_not", True, False, True),
    ("is_not", True, True, False),
    ("is_set", None, False, True),
    ("is_not_set", None, False, False),
]
INTEGER_ROWS: list[Row] = [
    ("is", 5, 5, True),
    ("is", 5, 6, False),
    ("is_not", 5, 6, True),
    ("gt", 5, 5, False),
    ("gt", 5, 6, True),
    ("gte", 5, 5, True),
    ("gte", 5, 4, False),
    ("lt", 5, 5, False),
    ("lt", 5, 4, True),
    ("lte", 5, 5, True),
    ("lte", 5, 6, False),
    ("between", [5, 7], 5, True),
    ("between", [5, 7], 7, True),
    ("between", [5, 7], 4, False),
    ("between", [5, 7], 8, False),
    ("between", [5, 5], 5, True),
    ("is_set", None, 0, True),
    ("is_not_set", None, 0, False),
]
DECIMAL_ROWS: list[Row] = [
    ("is", "0.10", Decimal("0.1"), True),
    ("is", 0.1, Decimal("0.1"), True),
    ("is", 1, Decimal("1.00"), True),
    ("is_not", "0.1", Decimal("0.11"), True),
    ("gt", "0.1", Decimal("0.100000000000000001"), True),
    ("gte", "0.1", Decimal("0.1"), True),
    ("lt", "0.1", Decimal("0.1"), False),
    ("lte", "0.1", Decimal("0.2"), False),
    ("between", ["0.1", "0.3"], Decimal("0.3"), True),
    ("between", ["0.1", "0.3"], Decimal("0.31"), False),
    ("is_set", None, Decimal(0), True),
    ("is_not_set", None, Decimal(0), False),
]
DATETIME_ROWS: list[Row] = [
    ("is", "2026-03-02T13:00:00+01:00", NOON, True),
    ("is", NOON_TEXT, NOON + SECOND, False),
    ("is_not", NOON_TEXT, NOON + SECOND, True),
    ("gt", NOON_TEXT, NOON, False),
    ("gt", NOON_TEXT, NOON + SECOND, True),
    ("gte", NOON_TEXT, NOON, True),
    ("lt", NOON_TEXT, NOON - SECOND, True),
    ("lte", NOON_TEXT, NOON + SECOND, False),
    ("between", [NOON_TEXT, LATER_TEXT], NOON, True),
    ("between", [NOON_TEXT, LATER_TEXT], NOON - SECOND, False),
    ("is_set", None, NOON, True),
    ("is_not_set", None, NOON, False),
]
TABLES: dict[str, list[Row]] = {
    "title": TEXT_ROWS,
    "priority": CHOICE_ROWS,
    "customer": LOOKUP_ROWS,
    "is_escalated": BOOLEAN_ROWS,
    "customer.seats": INTEGER_ROWS,
    "discount": DECIMAL_ROWS,
    "opened_on": DATETIME_ROWS,
}


@pytest.mark.parametrize(
    ("path", "op", "value", "actual", "expected"),
    [(path, *row) for path, rows in TABLES.items() for row in rows],
)
def test_an_operator_of_a_type(path: str, op: str, value: object, actual: object, expected: bool) -> None:
    assert condition(leaf(path, op, value)).evaluate({path: actual}) is expected


def test_the_tables_leave_no_operator_out() -> None:
    for path, rows in TABLES.items():
        assert {row[0] for row in rows} == {operator.value for operator in FIELDS[path].operators}
    assert {FIELDS[path].type for path in TABLES} == set(OPERATORS)


@pytest.mark.parametrize("actual", ["absent", None, ""])
@pytest.mark.parametrize(("path", "op"), [(path, op) for path in TABLES for op in FIELDS[path].operators])
def test_a_missing_value_satisfies_only_the_four(path: str, op: Operator, actual: object) -> None:
    value = next(row[1] for row in TABLES[path] if row[0] == op)
    values = {} if actual == "absent" else {path: actual}
    expected = op in ("is_not_set", "is_not", "not_in", "not_contains")
    assert condition(leaf(path, op, value)).evaluate(values) is expected


YES = leaf("is_escalated", "is", True)
NO = leaf("is_escalated", "is", False)


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (None, True),
        ({}, True),
        ({"all": []}, True),
        ({"none": []}, True),
        ({"all": [YES, YES]}, True),
        ({"all": [YES, NO]}, False),
        ({"any": [NO, YES]}, True),
        ({"any": [NO, NO]}, False),
        ({"none": [NO, NO]}, True),
        ({"none": [NO, YES]}, False),
        ({"none": [YES]}, False),
        ({"all": [YES]}, True),
        ({"any": [{"none": [YES]}, {"all": [YES, {"any": [NO, YES]}]}]}, True),
    ],
)
def test_groups(document: object, expected: bool) -> None:
    assert holds(document, is_escalated=True) is expected


def test_a_group_stops_at_the_child_that_settles_it() -> None:
    """The second leaf would fail: its value is of the wrong type."""
    later = leaf("customer.seats", "gt", 5)
    assert holds({"any": [YES, later]}, is_escalated=True, customer__seats="many") is True
    assert holds({"all": [NO, later]}, is_escalated=True, customer__seats="many") is False
    assert holds({"none": [YES, later]}, is_escalated=True, customer__seats="many") is False


def test_times_in_other_zones_are_the_moments_they_name() -> None:
    """Also inside the hour that a clock repeats, where Python's own comparison would deny it (PEP 495)."""
    london = ZoneInfo("Europe/London")
    second_half_past_one = datetime(2026, 10, 25, 1, 30, tzinfo=london, fold=1)
    assert holds(leaf("opened_on", "is", "2026-10-25T01:30:00Z"), opened_on=second_half_past_one)
    assert not holds(leaf("opened_on", "is", "2026-10-25T00:30:00Z"), opened_on=second_half_past_one)


def test_a_time_without_a_zone_is_an_error_rather_than_a_silent_no() -> None:
    with pytest.raises(FieldValueError):
        holds(leaf("opened_on", "is", NOON_TEXT), opened_on=datetime(2026, 3, 2, 12, 0))


def test_conditions_are_values() -> None:
    document = {"all": [leaf("priority", "in", ["high", "urgent"]), leaf("discount", "is", "0.50")]}
    one, other = condition(document), condition(document)
    assert one == other
    assert hash(one) == hash(other)
    assert one != ALWAYS
    assert one.evaluate({"priority": "high", "discount": Decimal("0.5")})
    assert pickle.loads(pickle.dumps(one)) == one


def test_paths_are_the_fields_it_depends_on() -> None:
    """engine.md R13."""
    document = {"any": [YES, {"none": [leaf("customer.seats", "is_set"), YES]}]}
    assert condition(document).paths == {"is_escalated", "customer.seats"}
    assert ALWAYS.paths == frozenset()


def test_nothing_here_reads_a_clock() -> None:
    """engine.md R13: no condition may depend on the present moment."""
    for file in Path(conditions.__file__).parent.glob("*.py"):
        source = file.read_text()
        assert not any(word in source for word in (".now(", "utcnow", ".today(", "import time", "time.time"))


def test_an_explanation_has_every_result_and_every_actual_value() -> None:
    document = {"any": [leaf("opened_on", "gt", NOON_TEXT), {"none": [leaf("discount", "between", [0, 1])]}]}
    explained = condition(document).explain({"opened_on": NOON, "discount": Decimal("0.50")})
    assert explained.to_document() == {
        "group": "any",
        "result": False,
        "children": [
            {
                "field": "opened_on",
                "op": "gt",
                "expected": NOON_TEXT,
                "actual": NOON_TEXT,
                "result": False,
            },
            {
                "group": "none",
                "result": False,
                "children": [
                    {
                        "field": "discount",
                        "op": "between",
                        "expected": ["0", "1"],
                        "actual": "0.5",
                        "result": True,
                    }
                ],
            },
        ],
    }
