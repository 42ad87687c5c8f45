"""CSV files that a spreadsheet may open without running anything."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from sla_project.operations.csv_files import csv_response, safe_cell


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", " =1", "\t=1", "\r=1", "\n=1", "＝1", "-", "=cmd|' /C calc'!A0"]
)
def test_a_text_is_never_a_formula(text):
    assert safe_cell(text) == f"'{text}"


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (None, ""),
        (-5, -5),
        (1.5, 1.5),
        (True, True),
        ("Northwind", "Northwind"),
        ("a=b", "a=b"),
        (datetime(2026, 3, 2, 9, tzinfo=UTC), "2026-03-02T09:00:00Z"),
    ],
)
def test_other_values_stay_what_they_are(value, cell):
    assert safe_cell(value) == cell


def test_rows_are_written_while_they_are_read():
    read = []

    def rows():
        for number in range(3):
            read.append(number)
            yield [number, 'a "quoted", text']

    response = csv_response("numbers", ["n", "=text"], rows())
    parts = iter(response)
    assert next(parts).decode("utf-8-sig") == "n,'=text\r\n" and read == []
    assert next(parts).decode() == '0,"a ""quoted"", text"\r\n' and read == [0]
    assert response["Content-Disposition"] == 'attachment; filename="numbers.csv"'
