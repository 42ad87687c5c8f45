"""Durations as people give them (engine.md R19)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slas.domain.durations import (
    LONGEST_BUSINESS_DAYS,
    LONGEST_SECONDS,
    SECONDS_PER_UNIT,
    Duration,
    DurationError,
    Unit,
)
from slas.domain.tests.engine.desk_of_examples import NINE_TO_FIVE, at
from slas.domain.worktime import WorkingTime


@pytest.mark.parametrize(
    ("text", "amount", "unit"),
    [
        ("45m", 45, Unit.MINUTES),
        ("45 min", 45, Unit.MINUTES),
        ("1 minute", 1, Unit.MINUTES),
        ("90s", 90, Unit.SECONDS),
        ("10 sec", 10, Unit.SECONDS),
        ("1h", 1, Unit.HOURS),
        ("2 hours", 2, Unit.HOURS),
        ("3d", 3, Unit.DAYS),
        ("3 days", 3, Unit.DAYS),
        ("2bd", 2, Unit.BUSINESS_DAYS),
        ("2 business days", 2, Unit.BUSINESS_DAYS),
        ("1 Business Day", 1, Unit.BUSINESS_DAYS),
        ("  2   business   days ", 2, Unit.BUSINESS_DAYS),
        ("2\u00a0business\u00a0days", 2, Unit.BUSINESS_DAYS),
        ("1h 30m", 90, Unit.MINUTES),
        ("1h30m", 90, Unit.MINUTES),
        ("1d 6h", 30, Unit.HOURS),
        ("1 day 1 second", 86401, Unit.SECONDS),
        ("0h 30m", 30, Unit.MINUTES),
        ("30m 1h", 90, Unit.MINUTES),
    ],
)
def test_text(text: str, amount: int, unit: Unit) -> None:
    assert Duration.parse_text(text) == Duration(amount, unit)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "invalid_duration"),
        ("   ", "invalid_duration"),
        ("45", "invalid_duration"),
        ("m", "invalid_duration"),
        ("-5m", "invalid_duration"),
        ("1.5h", "invalid_duration"),
        ("1h 30", "invalid_duration"),
        ("1h and 30m", "invalid_duration"),
        ("1 fortnight", "invalid_duration"),
        ("\u0661h", "invalid_duration"),  # an Arabic digit
        ("1234567890123m", "invalid_duration"),
        ("1bd 2h", "invalid_duration"),
        ("0m", "not_positive"),
        ("0h 0m", "not_positive"),
        ("3661 days", "too_long"),
        ("2601 business days", "too_long"),
    ],
)
def test_text_that_is_no_duration(text: str, code: str) -> None:
    with pytest.raises(DurationError) as caught:
        Duration.parse_text(text)
    assert caught.value.code == code
    assert str(caught.value).endswith(".")


@pytest.mark.parametrize("unit", list(Unit))
def test_documents_come_back(unit: Unit) -> None:
    """What reading adds is ignored when it is written again."""
    duration = Duration(3, unit)
    assert Duration.parse_document(duration.to_document()) == duration
    assert Duration.parse_document({"amount": 3, "unit": unit.value}) == duration


@pytest.mark.parametrize(
    ("document", "code"),
    [
        (None, "invalid_duration"),
        ("45m", "invalid_duration"),
        (45, "invalid_duration"),
        ([45, "minutes"], "invalid_duration"),
        ({}, "invalid_amount"),
        ({"amount": 1, "unit": "minutes", "zone": "UTC"}, "unknown_key"),
        ({"amount": True, "unit": "minutes"}, "invalid_amount"),
        ({"amount": 1.0, "unit": "minutes"}, "invalid_amount"),
        ({"amount": "1", "unit": "minutes"}, "invalid_amount"),
        ({"amount": 1}, "unknown_unit"),
        ({"amount": 1, "unit": "weeks"}, "unknown_unit"),
        ({"amount": 1, "unit": ["minutes"]}, "unknown_unit"),
        ({"amount": 1, "unit": None}, "unknown_unit"),
        ({"amount": 0, "unit": "minutes"}, "not_positive"),
        ({"amount": -1, "unit": "business_days"}, "not_positive"),
        ({"amount": 10**30, "unit": "minutes"}, "too_long"),
    ],
)
def test_document_that_is_no_duration(document: object, code: str) -> None:
    with pytest.raises(DurationError) as caught:
        Duration.parse_document(document)
    assert caught.value.code == code


@pytest.mark.parametrize("unit", list(SECONDS_PER_UNIT))
def test_the_longest(unit: Unit) -> None:
    """Ten years, whatever the unit."""
    longest = LONGEST_SECONDS // SECONDS_PER_UNIT[unit]
    assert Duration.parse_document({"amount": longest, "unit": unit}).amount == longest
    with pytest.raises(DurationError):
        Duration.parse_document({"amount": longest + 1, "unit": unit})


def test_the_longest_in_business_days() -> None:
    longest = {"amount": LONGEST_BUSINESS_DAYS, "unit": "business_days"}
    assert Duration.parse_document(longest).amount == LONGEST_BUSINESS_DAYS


@pytest.mark.parametrize(
    ("duration", "document", "words"),
    [
        (Duration(1, Unit.SECONDS), {"iso8601": "PT1S", "seconds": 1}, "1 second"),
        (Duration(45, Unit.MINUTES), {"iso8601": "PT45M", "seconds": 2700}, "45 min"),
        (Duration(1, Unit.HOURS), {"iso8601": "PT1H", "seconds": 3600}, "1 h"),
        (Duration(2, Unit.DAYS), {"iso8601": "P2D", "seconds": 172800}, "2 days"),
        (Duration(1, Unit.BUSINESS_DAYS), {}, "1 business day"),
        (Duration(2, Unit.BUSINESS_DAYS), {}, "2 business days"),
    ],
)
def test_reading(duration: Duration, document: dict[str, Any], words: str) -> None:
    """ISO 8601 and seconds only where the length does not depend on hours."""
    assert duration.to_document() == {"amount": duration.amount, "unit": duration.unit.value, **document}
    assert duration.words() == words


def test_business_days_have_no_length_of_their_own() -> None:
    """engine.md R19: they become working seconds at the start of a clock."""
    two_days = Duration(2, Unit.BUSINESS_DAYS)
    assert (two_days.seconds, two_days.iso8601) == (None, None)
    assert two_days.working_seconds(at(10), NINE_TO_FIVE) == 16 * 3600
    assert two_days.working_seconds(at(10), WorkingTime.always()) == 48 * 3600
    assert two_days.working_seconds(at(9), NINE_TO_FIVE) == 16 * 3600


def test_other_units_have() -> None:
    assert Duration(1, Unit.DAYS).working_seconds(at(10), NINE_TO_FIVE) == 86400


@given(st.text(alphabet="0123456789 hmdsbusinesay\u00a0-.", max_size=20))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        duration = Duration.parse_text(text)
    except DurationError:
        return
    assert duration.amount > 0
    assert Duration.parse_document(duration.to_document()) == duration


@given(st.integers(1, 5000), st.sampled_from(list(Unit)))
def test_words_can_be_typed_again(amount: int, unit: Unit) -> None:
    duration = Duration(amount, unit)
    if unit is Unit.BUSINESS_DAYS and amount > LONGEST_BUSINESS_DAYS:
        return
    if unit is Unit.DAYS and amount > LONGEST_SECONDS // 86400:
        return
    assert Duration.parse_text(duration.words()) == duration
