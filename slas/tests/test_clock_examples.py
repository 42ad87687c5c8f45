"""The example under the times: a start that teaches something, and the times the engine would give."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slas.domain.durations import Duration, Unit
from slas.domain.worktime import WorkingTime
from slas.selectors.hours.clock_examples import ClockExample, Hours, clock_example

NOW = datetime(2026, 3, 4, 11, 0, tzinfo=UTC)  # a Wednesday
LONDON = ZoneInfo("Europe/London")
DAYS = ("mon", "tue", "wed", "thu", "fri")
NINE_TO_FIVE = WorkingTime.from_dict({"tz": "Europe/London", "week": {day: [["09:00", "17:00"]] for day in DAYS}})
OFFICE = Hours("UK hours", LONDON, NINE_TO_FIVE)
ALWAYS = Hours("24 × 7", LONDON, WorkingTime.always("Europe/London"), always_open=True)


def example(hours: Hours, failure: str, *warnings: str) -> ClockExample:
    found = clock_example(
        hours, [Duration.parse_text(text) for text in warnings], Duration.parse_text(failure), now=NOW
    )
    assert found is not None
    return found


def test_a_weekend_lies_between_start_and_failure():
    found = example(OFFICE, "1h", "45m")
    words = [found.start.words, found.warnings[0].words, found.failure.words]
    assert words == ["Fri 16:30", "Mon 09:15", "Mon 09:30"]
    assert [stretch.kind for stretch in found.stretches] == ["running", "closed", "running", "late"]


@pytest.mark.parametrize(
    ("failure", "start", "failed"),
    [
        ("20m", "Fri 16:50", "Mon 09:10"),
        ("1m", "Fri 16:59", "Fri 17:00"),
        ("2 business days", "Fri 16:30", "Tue 16:30"),
        ("40h", "Fri 6 Mar 16:30", "Fri 13 Mar 16:30"),
    ],
)
def test_the_start_is_close_enough_to_closing(failure, start, failed):
    found = example(OFFICE, failure)
    assert (found.start.words, found.failure.words) == (start, failed)


def test_round_the_clock_counts_the_night():
    found = example(ALWAYS, "4h", "3h")
    assert (found.start.words, found.warnings[0].words, found.failure.words) == ("Fri 16:30", "Fri 19:30", "Fri 20:30")
    assert [stretch.kind for stretch in found.stretches] == ["running", "late"]


def test_a_holiday_is_part_of_the_closing():
    document = {**NINE_TO_FIVE.to_dict(), "holidays": ["2026-03-09"]}
    found = example(Hours("UK hours", LONDON, WorkingTime.from_dict(document)), "1h")
    assert found.failure.words == "Tue 09:30"


@pytest.mark.parametrize("warning", ["1h", "2h", "1 business day"])
def test_a_warning_that_is_never_shown_is_said(warning):
    found = example(OFFICE, "1h", "30m", warning)
    assert [mark.never_shown for mark in found.warnings] == [False, True]
    assert len(found.useless_warnings) == 1 and len(found.shown_warnings) == 1


def test_times_beyond_the_calendar_have_no_example():
    late = datetime(9999, 12, 1, tzinfo=UTC)
    assert clock_example(OFFICE, [], Duration.parse_text("2600 business days"), now=late) is None


def test_the_year_is_said_where_it_changes():
    found = example(ALWAYS, "400 days")
    assert found.failure.words.endswith("2027 17:30")  # summer time


DURATIONS = st.builds(Duration, st.integers(1, 400), st.sampled_from(sorted(Unit)))


@given(st.sampled_from([OFFICE, ALWAYS]), st.lists(DURATIONS, max_size=4), DURATIONS)
def test_the_bar_is_whole_and_the_times_are_those_of_the_engine(hours, warnings, failure):
    found = clock_example(hours, warnings, failure, now=NOW)
    assert found is not None
    start, working = found.start.at, hours.working
    assert working.is_open(start)
    assert found.failure.at == working.add(start, failure.working_seconds(start, working))
    assert len(found.warnings) == len(warnings)
    reached = 0.0
    for stretch in found.stretches:
        assert abs(stretch.x - reached) < 0.1 and stretch.width >= 0
        reached = stretch.x + stretch.width
    assert abs(reached - 100) < 0.2 and all(0 <= mark.x <= 100 for mark in found.warnings)
