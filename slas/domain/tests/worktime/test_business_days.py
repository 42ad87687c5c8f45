"""Business days (engine.md R19)."""

from __future__ import annotations

from datetime import datetime

import pytest

from slas.domain.worktime import WorkingTime, WorkingTimeRangeError

from .samples import ALWAYS, EVERY_DAY, HOUR, OFFICE, march, schedule, utc

LONDON_NIGHTS = schedule(("00:00", "24:00"), days=EVERY_DAY, tz="Europe/London")
LUNCH = schedule(("09:00", "12:00"), ("13:00", "17:00"))
SHORT_FRIDAY = schedule(("09:00", "17:00"), overrides={"2026-03-06": [["10:00", "12:00"]]})
HOLIDAY = schedule(("09:00", "17:00"), holidays=["2026-03-03"])


@pytest.mark.parametrize(
    ("hours", "start", "days", "due"),
    [
        pytest.param(OFFICE, march(2, "10:00"), 0, march(2, "10:00"), id="none"),
        pytest.param(OFFICE, march(7, "10:00"), 0, march(7, "10:00"), id="none while closed"),
        pytest.param(OFFICE, march(2, "10:00"), 1, march(3, "10:00"), id="next day, same time"),
        pytest.param(OFFICE, march(6, "10:00"), 1, march(9, "10:00"), id="over the weekend"),
        pytest.param(OFFICE, march(2, "10:00"), 10, march(16, "10:00"), id="two weeks"),
        pytest.param(OFFICE, march(2, "10:00:01.5"), 1, march(3, "10:00:01.5"), id="fractions"),
        pytest.param(HOLIDAY, march(2, "10:00"), 1, march(4, "10:00"), id="a holiday is no working day"),
        pytest.param(OFFICE, march(2, "09:00"), 1, march(2, "17:00"), id="an opening is the closing before it"),
        pytest.param(OFFICE, march(2, "06:00"), 1, march(2, "17:00"), id="before opening counts from it"),
        pytest.param(OFFICE, march(7, "11:00"), 2, march(10, "17:00"), id="closed: from the next opening"),
        pytest.param(OFFICE, march(2, "17:00"), 1, march(3, "17:00"), id="closing is closed already"),
        pytest.param(SHORT_FRIDAY, march(5, "16:00"), 1, march(6, "12:00"), id="clamped to an earlier closing"),
        pytest.param(SHORT_FRIDAY, march(5, "09:30"), 1, march(5, "17:00"), id="clamped to a later opening"),
        pytest.param(
            schedule(("09:00", "17:00"), overrides={"2026-03-03": [["09:00", "12:00"], ["14:00", "17:00"]]}),
            march(2, "13:00"),
            1,
            march(3, "12:00"),
            id="a break is the closing before it",
        ),
        pytest.param(ALWAYS, march(2, "10:00"), 3, march(5, "10:00"), id="around the clock"),
        pytest.param(LONDON_NIGHTS, utc("2026-03-28 10:00"), 1, utc("2026-03-29 09:00"), id="23 hours"),
        pytest.param(LONDON_NIGHTS, utc("2026-03-28 01:30:00.5"), 1, utc("2026-03-29 01:00"), id="skipped"),
        pytest.param(LONDON_NIGHTS, utc("2026-10-24 00:30"), 1, utc("2026-10-25 00:30"), id="first of two"),
        pytest.param(WorkingTime.always("Europe/London"), utc("2026-10-24 10:00"), 1, utc("2026-10-25 11:00"), id="25"),
    ],
)
def test_due(hours: WorkingTime, start: datetime, days: int, due: datetime) -> None:
    assert hours.add_business_days(start, days) == due
    # R19 stores the days as seconds and adds them again.
    assert hours.add(start, hours.elapsed(start, due)) == due


def test_a_business_day_is_a_full_working_day() -> None:
    assert LUNCH.elapsed(march(2, "10:00"), LUNCH.add_business_days(march(2, "10:00"), 5)) == 5 * 7 * HOUR


def test_impossible_counts() -> None:
    with pytest.raises(ValueError, match="negative"):
        OFFICE.add_business_days(march(2, "10:00"), -1)
    with pytest.raises(WorkingTimeRangeError):
        OFFICE.add_business_days(march(2, "10:00"), 10**9)
    with pytest.raises(WorkingTimeRangeError):
        OFFICE.add_business_days(utc("9990-01-01 10:00"), 10_000)
