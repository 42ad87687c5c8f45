"""Texts that are numbers, and texts that only look so."""

from __future__ import annotations

import pytest

from sla_project.operations.numbers import LARGEST, whole_number


@pytest.mark.parametrize(("text", "number"), [("0", 0), ("42", 42), ("007", 7), (str(LARGEST), LARGEST)])
def test_a_number(text: str, number: int) -> None:
    assert whole_number(text) == number


@pytest.mark.parametrize("text", ["", " 1", "-1", "+1", "1.0", "1e3", "٣", "²", "x", str(LARGEST + 1), "9" * 5_000])
def test_no_number(text: str) -> None:
    assert whole_number(text) is None


def test_the_largest_may_be_smaller() -> None:
    assert (whole_number("12", largest=12), whole_number("13", largest=12)) == (12, None)
