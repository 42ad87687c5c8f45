"""Worked examples, each with what a person would count by hand."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from slas.domain.worktime import WorkingTime

from .samples import ALWAYS, HOUR, OFFICE, WORKDAYS, march, schedule

DAY = 24 * HOUR
HOLIDAY_TOMORROW = schedule(("09:00", "17:00"), holidays=["2026-03-03"])
WHOLE_WORKDAYS = schedule(("00:00", "24:00"), days=WORKDAYS)
LUNCH = schedule(("09:00", "12:00"), ("13:00", "17:00"))


@pytest.mark.parametrize(
    ("hours", "start", "seconds", "due"),
    [
        pytest.param(HOLIDAY_TOMORROW, march(2, "10:00"), 12 * HOUR, march(4, "14:00"), id="E1"),
        pytest.param(ALWAYS, march(2, "09:00"), 2 * HOUR, march(2, "11:00"), id="E2"),
        pytest.param(ALWAYS, march(2, "08:30"), HOUR, march(2, "09:30"), id="E3"),
        pytest.param(OFFICE, march(2, "10:20"), 45 * 60, march(2, "11:05"), id="E5 warning"),
        pytest.param(OFFICE, march(2, "10:20"), HOUR, march(2, "11:20"), id="E5 failure"),
        pytest.param(ALWAYS, march(2, "10:00"), 10 * DAY, march(12, "10:00"), id="E6"),
        pytest.param(WHOLE_WORKDAYS, march(2, "10:00"), 10 * DAY, march(16, "10:00"), id="E6b"),
        pytest.param(OFFICE, march(2, "10:00"), 10 * DAY, march(2, "10:00") + timedelta(days=42), id="E6c"),
        pytest.param(OFFICE, march(2, "09:00"), 10 * DAY, march(10, "17:00") + timedelta(days=31), id="E6c almost"),
        pytest.param(OFFICE, march(2, "10:00"), DAY, march(5, "10:00"), id="E7"),
        pytest.param(OFFICE, march(6, "16:30"), HOUR, march(9, "09:30"), id="E8"),
        pytest.param(OFFICE, march(7, "11:00"), 4 * HOUR, march(9, "13:00"), id="E9"),
        pytest.param(LUNCH, march(2, "10:00"), 4 * HOUR, march(2, "15:00"), id="E10"),
        pytest.param(OFFICE, march(2, "09:00"), 8 * HOUR, march(2, "17:00"), id="E11"),
    ],
)
def test_due(hours: WorkingTime, start: datetime, seconds: int, due: datetime) -> None:
    assert hours.add(start, seconds) == due
    assert hours.elapsed(start, due) == seconds


def test_e4_counts_only_the_time_that_was_worked() -> None:
    created, waiting, resumed = march(2, "09:00"), march(2, "09:30"), march(2, "10:15")
    held = ALWAYS.elapsed(waiting, resumed)
    assert ALWAYS.elapsed(created, resumed) - held == 30 * 60
    assert ALWAYS.add(created, 2 * HOUR) == march(2, "11:00")
    assert ALWAYS.add(created, 2 * HOUR + held) == march(2, "11:45")


# Monday 2026-03-02 14:00; the targets of the support contract's six items and of the incident desk, in a 9 to 17 week.
@pytest.mark.parametrize(
    ("target", "due"),
    [
        pytest.param(1 * HOUR, march(2, "15:00"), id="E12 gold first response"),
        pytest.param(4 * HOUR, march(3, "10:00"), id="E12 gold resolve"),
        pytest.param(2 * HOUR, march(2, "16:00"), id="E12 silver first response"),
        pytest.param(DAY, march(5, "14:00"), id="E12 silver resolve, a day of 24 hours"),
        pytest.param(4 * HOUR, march(3, "10:00"), id="E12 bronze first response"),
        pytest.param(16 * HOUR, march(4, "14:00"), id="E13 hot warning"),
        pytest.param(DAY, march(5, "14:00"), id="E13 hot failure"),
        pytest.param(36 * HOUR, march(9, "10:00"), id="E13 warm warning"),
        pytest.param(2 * DAY, march(10, "14:00"), id="E13 warm failure"),
        pytest.param(5 * DAY, march(23, "14:00"), id="E13 default warning"),
        pytest.param(7 * DAY, march(31, "14:00"), id="E13 default failure"),
    ],
)
def test_targets_of_the_two_slas(target: int, due: datetime) -> None:
    assert OFFICE.add(march(2, "14:00"), target) == due


def test_e12_bronze_resolves_in_two_business_days() -> None:
    assert OFFICE.add_business_days(march(2, "14:00"), 2) == march(4, "14:00")


# created, paused, resumed, target hours, due without and with the pause
PAUSES = [
    pytest.param(march(2, "06:00"), march(2, "07:00"), march(2, "08:00"), 4, "02 13:00", "02 13:00", id="P1"),
    pytest.param(march(2, "06:00"), march(2, "10:00"), march(2, "11:30"), 4, "02 13:00", "02 14:30", id="P2"),
    pytest.param(march(2, "06:00"), march(2, "10:00"), march(2, "11:30"), 3, "02 12:00", "02 13:30", id="P2 warning"),
    pytest.param(march(2, "09:00"), march(2, "12:00"), march(2, "20:00"), 4, "02 13:00", "03 10:00", id="P3"),
    pytest.param(march(2, "15:00"), march(2, "19:00"), march(3, "10:00"), 4, "03 11:00", "03 12:00", id="P4"),
    pytest.param(march(2, "15:00"), march(2, "19:00"), march(3, "08:00"), 4, "03 11:00", "03 11:00", id="P4b"),
]


@pytest.mark.parametrize(("created", "paused", "resumed", "target", "before", "after"), PAUSES)
def test_pause(created: datetime, paused: datetime, resumed: datetime, target: int, before: str, after: str) -> None:
    held = OFFICE.elapsed(paused, resumed)
    assert OFFICE.add(created, target * HOUR) == datetime.fromisoformat(f"2026-03-{before}+00:00")
    assert OFFICE.add(created, target * HOUR + held) == datetime.fromisoformat(f"2026-03-{after}+00:00")
