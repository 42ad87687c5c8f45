"""Boundaries: closing times, nights on which clocks jump, the ends of the calendar, naive input."""

from __future__ import annotations

import copy
import pickle
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from slas.domain.worktime import NaiveDatetimeError, WorkingTime, WorkingTimeRangeError

from .samples import ALWAYS, EVERY_DAY, HOUR, OFFICE, march, schedule, utc

MICROSECOND = timedelta(microseconds=1)


@pytest.mark.parametrize("at", [march(2, "12:00"), march(2, "17:00"), march(2, "03:00"), march(7, "12:00")])
@pytest.mark.parametrize("nothing", [0, 0.0, -0.0, 1e-9])
def test_zero_stays_where_it_is(at: datetime, nothing: float) -> None:
    assert OFFICE.add(at, nothing) == at


@pytest.mark.parametrize(
    ("start", "seconds", "due"),
    [
        (march(3, "10:00"), -HOUR, march(3, "09:00")),  # to the opening, not to the closing before it
        (march(3, "10:00"), -HOUR - 1, march(2, "16:59:59")),
        (march(2, "17:00"), -8 * HOUR, march(2, "09:00")),
        (march(7, "11:00"), -1, march(6, "16:59:59")),
        (march(2, "09:00"), -1, utc("2026-02-27 16:59:59")),
        (march(2, "09:00"), 0.000001, march(2, "09:00:00.000001")),
        (march(2, "17:00"), 1, march(3, "09:00:01")),
        (utc("2027-01-01 12:00"), -260 * 8 * HOUR, utc("2026-01-02 12:00")),
    ],
)
def test_closing_opening_and_back(start: datetime, seconds: float, due: datetime) -> None:
    assert OFFICE.add(start, seconds) == due
    assert OFFICE.elapsed(start, due) == seconds
    assert OFFICE.elapsed(due, start) == -seconds


def test_elapsed_is_an_int_where_it_is_whole() -> None:
    start = march(2, "09:00")
    assert type(OFFICE.elapsed(start, march(2, "10:00"))) is int
    assert OFFICE.elapsed(start, march(2, "10:00:00.250001")) == 3600.250001
    assert OFFICE.elapsed(march(2, "10:00:00.250001"), start) == -3600.250001
    assert ALWAYS.elapsed(march(2, "10:00:00.5"), march(7, "10:00:00.5")) == 5 * 24 * HOUR


def test_half_open() -> None:
    assert OFFICE.is_open(march(2, "09:00"))
    assert OFFICE.is_open(march(2, "17:00") - MICROSECOND)
    assert not OFFICE.is_open(march(2, "17:00"))
    assert not OFFICE.is_open(march(2, "09:00") - MICROSECOND)


@pytest.mark.parametrize(
    ("at", "opening"),
    [
        (march(2, "09:00"), march(2, "09:00")),
        (march(2, "12:34"), march(2, "12:34")),
        (march(6, "17:00"), march(9, "09:00")),
        (utc("2026-12-31 17:00"), utc("2027-01-01 09:00")),
    ],
)
def test_next_opening(at: datetime, opening: datetime) -> None:
    assert OFFICE.next_opening(at) == opening


def test_the_calendar_ends_without_another_opening() -> None:
    mondays = schedule(("09:00", "17:00"), days=("mon",))
    assert mondays.next_opening(utc("9999-12-28 10:00")) is None  # the last one is the 27th
    with pytest.raises(WorkingTimeRangeError):
        mondays.add_business_days(utc("9999-12-28 10:00"), 1)


# 2026-03-29 the clocks of London go from 01:00 to 02:00, on 2026-10-25 from 02:00 back to 01:00.
@pytest.mark.parametrize(
    ("interval", "night", "begin", "end"),
    [
        (("00:00", "24:00"), "2026-03-29", "03-29 00:00", "03-29 23:00"),
        (("00:00", "24:00"), "2026-10-25", "10-24 23:00", "10-26 00:00"),
        (("00:30", "01:30"), "2026-03-29", "03-29 00:30", "03-29 01:00"),
        (("01:30", "03:00"), "2026-03-29", "03-29 01:00", "03-29 02:00"),
        (("00:30", "01:30"), "2026-10-25", "10-24 23:30", "10-25 00:30"),
        (("01:30", "02:00"), "2026-10-25", "10-25 00:30", "10-25 02:00"),
        (("09:00", "17:00"), "2026-03-29", "03-29 08:00", "03-29 16:00"),
        (("09:00", "17:00"), "2026-10-25", "10-25 09:00", "10-25 17:00"),
    ],
)
def test_nights_of_london(interval: tuple[str, str], night: str, begin: str, end: str) -> None:
    london = schedule(interval, days=("sun",), tz="Europe/London")
    window = utc(f"2026-{begin}"), utc(f"2026-{end}")
    day = date.fromisoformat(night)
    assert london.day_windows(day) == [window]
    assert london.windows(window[0] - timedelta(days=1), window[1] + timedelta(days=1)) == [window]
    assert london.add(window[0], (window[1] - window[0]).total_seconds()) == window[1]


def test_an_interval_inside_a_skipped_hour_is_empty() -> None:
    london = schedule(("01:15", "01:45"), days=EVERY_DAY, tz="Europe/London")
    assert london.day_windows(date(2026, 3, 29)) == []
    assert london.elapsed(utc("2026-03-29 00:00"), utc("2026-03-29 12:00")) == 0


def test_a_skipped_day_has_no_hours() -> None:
    apia = schedule(("09:00", "17:00"), days=EVERY_DAY, tz="Pacific/Apia")
    assert apia.day_windows(date(2011, 12, 30)) == []
    assert apia.elapsed(utc("2011-12-29 10:00"), utc("2011-12-30 10:00")) == 8 * HOUR
    assert apia.add_business_days(utc("2011-12-29 20:00"), 1) == utc("2011-12-30 20:00")  # 29th, then 31st 10:00


def test_touching_intervals_join_over_midnight_and_over_the_year() -> None:
    nights = schedule(("00:00", "06:00"), ("22:00", "24:00"), days=EVERY_DAY)
    span = utc("2026-12-31 12:00"), utc("2027-01-01 12:00")
    assert nights.windows(*span) == [(utc("2026-12-31 22:00"), utc("2027-01-01 06:00"))]
    assert nights.add(utc("2026-12-31 22:00"), 8 * HOUR) == utc("2027-01-01 06:00")
    assert nights.add(utc("2027-01-01 06:00"), -8 * HOUR) == utc("2026-12-31 22:00")


def test_windows_are_cut_at_both_ends_and_none_if_reversed() -> None:
    assert OFFICE.windows(march(2, "10:00"), march(3, "09:30")) == [
        (march(2, "10:00"), march(2, "17:00")),
        (march(3, "09:00"), march(3, "09:30")),
    ]
    assert OFFICE.windows(march(3, "10:00"), march(2, "10:00")) == []
    assert OFFICE.windows(march(2, "10:00"), march(2, "10:00")) == []


def test_an_override_beats_the_week_and_a_holiday() -> None:
    eve = {"2026-12-24": [["09:00", "12:00"]], "2026-12-26": [["10:00", "11:00"]], "2026-12-28": []}
    hours = schedule(("09:00", "17:00"), holidays=["2026-12-24", "2026-12-25"], overrides=eve)
    assert hours.windows(utc("2026-12-24 00:00"), utc("2026-12-29 12:00")) == [
        (utc("2026-12-24 09:00"), utc("2026-12-24 12:00")),
        (utc("2026-12-26 10:00"), utc("2026-12-26 11:00")),
        (utc("2026-12-29 09:00"), utc("2026-12-29 12:00")),
    ]


def test_holidays_are_dates_of_the_schedules_zone() -> None:
    sydney = schedule(("09:00", "17:00"), tz="Australia/Sydney", holidays=["2027-01-01"])
    assert sydney.elapsed(utc("2026-12-31 12:00"), utc("2027-01-01 12:00")) == 0
    assert sydney.elapsed(utc("2026-12-30 12:00"), utc("2026-12-31 12:00")) == 8 * HOUR


@pytest.mark.parametrize("zone", [timezone(timedelta(hours=-7)), ZoneInfo("Asia/Tokyo"), ZoneInfo("UTC")])
def test_any_zone_in_utc_out(zone: timezone | ZoneInfo) -> None:
    due = OFFICE.add(march(6, "16:30").astimezone(zone), HOUR)
    assert due == march(9, "09:30")
    assert due.tzinfo is UTC
    assert OFFICE.elapsed(march(6, "16:30").astimezone(zone), due.astimezone(zone)) == HOUR
    assert all(edge.tzinfo is UTC for edge in OFFICE.windows(march(6, "16:30").astimezone(zone), due)[0])


def test_the_fold_of_the_input_counts() -> None:
    first = datetime(2026, 10, 25, 1, 30, tzinfo=ZoneInfo("Europe/London"))
    assert ALWAYS.elapsed(first, first.replace(fold=1)) == HOUR


@pytest.mark.parametrize("hours", [OFFICE, ALWAYS])
def test_naive_datetimes_are_refused(hours: WorkingTime) -> None:
    naive, aware = datetime(2026, 3, 2, 10), march(2, "10:00")
    questions = [
        lambda: hours.add(naive, 1),
        lambda: hours.elapsed(naive, aware),
        lambda: hours.elapsed(aware, naive),
        lambda: hours.windows(naive, aware),
        lambda: hours.is_open(naive),
        lambda: hours.next_opening(naive),
        lambda: hours.add_business_days(naive, 1),
    ]
    for ask in questions:
        with pytest.raises(NaiveDatetimeError):
            ask()


@pytest.mark.parametrize("hours", [OFFICE, ALWAYS, schedule(("09:00", "10:00"), days=("sun",), tz="Asia/Tokyo")])
@pytest.mark.parametrize("seconds", [10**12, -(10**12), 10**30, -(10**30), float("inf"), float("-inf")])
def test_beyond_the_calendar(hours: WorkingTime, seconds: float) -> None:
    with pytest.raises(WorkingTimeRangeError):
        hours.add(march(2, "10:00"), seconds)


@pytest.mark.parametrize("hours", [OFFICE, ALWAYS])
def test_not_a_number_is_refused(hours: WorkingTime) -> None:
    with pytest.raises(ValueError, match="NaN"):
        hours.add(march(2, "10:00"), float("nan"))


def test_an_instant_outside_the_calendar_of_utc() -> None:
    with pytest.raises(WorkingTimeRangeError):
        OFFICE.elapsed(march(2, "10:00"), datetime.max.replace(tzinfo=timezone(timedelta(hours=-7))))


@pytest.mark.parametrize("zone", ["Pacific/Auckland"])
def test_from_end_to_end_of_the_calendar(zone: str) -> None:
    hours = schedule(("09:00", "17:00"), days=EVERY_DAY, tz=zone, holidays=["9999-12-31", "0001-01-01", "5000-05-05"])
    start, end = utc("0001-01-03 00:00"), utc("9999-12-30 00:00")
    total = hours.elapsed(start, end)
    assert total // (8 * HOUR) in ((end - start).days - 2, (end - start).days - 1, (end - start).days)
    assert hours.elapsed(start, hours.add(start, total)) == total
    assert hours.elapsed(hours.add(end, -total), end) == total


def test_far_holidays_count() -> None:
    plain, closed = OFFICE, schedule(("09:00", "17:00"), holidays=["5000-05-05", "5000-05-06", "5000-05-07"])
    span = utc("2026-03-02 00:00"), utc("6000-01-01 00:00")
    assert plain.elapsed(*span) - closed.elapsed(*span) == 3 * 8 * HOUR  # Monday to Wednesday


def test_copies_and_pickles_answer_alike() -> None:
    for twin in (
        copy.deepcopy(OFFICE),
        pickle.loads(pickle.dumps(OFFICE)),
        pickle.loads(pickle.dumps(ALWAYS)),
    ):
        assert twin.add(march(2, "10:00"), HOUR) == march(2, "11:00")


def test_threads_may_share_a_schedule() -> None:
    hours = schedule(("09:00", "17:00"), tz="Europe/London")
    starts = [utc(f"{year}-06-01 10:00") for year in range(1990, 2060)]
    with ThreadPoolExecutor(8) as pool:
        spans = list(pool.map(lambda start: hours.elapsed(utc("2026-01-01 00:00"), start), starts * 4))
    alone = schedule(("09:00", "17:00"), tz="Europe/London")
    assert spans == [alone.elapsed(utc("2026-01-01 00:00"), start) for start in starts * 4]
