"""Hours as text: what is typed, what is refused, and that nothing is lost on the way there and back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slas.domain.week_text import (
    HoursError,
    hours_text,
    parse_hours,
    week_document,
    week_lines,
    week_minutes,
)
from slas.domain.worktime import WorkingTime
from slas.domain.worktime.hours import DAYS, END_OF_DAY


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("09:00–12:00, 13:00–17:30", "09:00–12:00, 13:00–17:30"),
        ("13:00-17:30;9-12", "09:00–12:00, 13:00–17:30"),
        ("9.15 to 12", "09:15–12:00"),
        ("8—9 and 10—11", "08:00–09:00, 10:00–11:00"),
        ("  Closed ", ""),
        ("", ""),
        ("24h", "00:00–24:00"),
        ("18:00–00:00", "18:00–24:00"),
        ("22:00–06:00", "22:00–06:00"),
        ("09:00–12:00, 12:00–13:00", "09:00–12:00, 12:00–13:00"),
    ],
)
def test_what_people_type(text, said):
    assert hours_text(parse_hours(text)) == said


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("nine to five", "not_a_time"),
        ("09:00", "not_an_interval"),
        ("09:00–", "not_an_interval"),
        ("09:00–25:00", "not_a_time"),
        ("09:60–10:00", "not_a_time"),
        ("24:30–25:00", "not_a_time"),
        ("09:00–09:00", "empty"),
        ("24:00–06:00", "starts_at_end"),
        ("09:00–12:00, 11:00–13:00", "overlap"),
        ("22:00–06:00, 23:00–24:00", "overlap"),
        ("٠٩:٠٠–١٢:٠٠", "not_a_time"),
        ("9-10," * 200, "too_long"),
    ],
)
def test_what_cannot_be_read_says_why(text, code):
    with pytest.raises(HoursError) as caught:
        parse_hours(text)
    assert caught.value.code == code


def test_a_single_date_has_no_night():
    with pytest.raises(HoursError) as caught:
        parse_hours("22:00–06:00", nights=False)
    assert caught.value.code == "end_before_start"


def test_a_night_shift_is_two_intervals_and_shows_as_one():
    week = week_document({"fri": parse_hours("22:00–06:00"), "sun": parse_hours("20:00–04:00")})
    assert week == {
        "mon": [["00:00", "04:00"]],
        "fri": [["22:00", "24:00"]],
        "sat": [["00:00", "06:00"]],
        "sun": [["20:00", "24:00"]],
    }
    lines = week_lines(week)
    assert (lines["fri"], lines["sat"], lines["sun"], lines["mon"]) == ("22:00–06:00", "", "20:00–04:00", "")
    assert week_minutes(week) == 16 * 60


def test_a_night_shift_that_meets_the_next_day_names_its_own_day():
    with pytest.raises(HoursError) as caught:
        week_document({"mon": parse_hours("22:00–06:00"), "tue": parse_hours("05:00–09:00")})
    assert (caught.value.code, caught.value.part) == ("night_overlap", "mon")


def test_hours_that_would_read_as_one_day_stay_two():
    week = {"mon": [["09:00", "24:00"]], "tue": [["00:00", "12:00"]]}
    assert week_lines(week)["mon"] == "09:00–24:00" and week_lines(week)["tue"] == "00:00–12:00"


def test_around_the_clock_is_not_a_night():
    week = {day: [["00:00", "24:00"]] for day in DAYS}
    assert set(week_lines(week).values()) == {"00:00–24:00"}


@st.composite
def days(draw):
    """The intervals of a day: an even number of ordered moments, touching ones joined by nobody."""
    marks = sorted(draw(st.lists(st.sampled_from(range(0, END_OF_DAY + 1, 30)), max_size=8, unique=True)))
    pairs = zip(marks[::2], marks[1::2], strict=False)
    return [[f"{begin // 60:02}:{begin % 60:02}", f"{end // 60:02}:{end % 60:02}"] for begin, end in pairs]


weeks = st.dictionaries(st.sampled_from(DAYS), days())


@given(weeks)
def test_no_week_is_changed_by_reading_its_own_text(week):
    lines = week_lines(week)
    again = week_document({day: parse_hours(line) for day, line in lines.items()})
    assert again == {day: week[day] for day in DAYS if week.get(day)}
    assert week_lines(again) == lines


@given(weeks)
def test_what_text_gives_is_a_schedule(week):
    document = week_document({day: parse_hours(line) for day, line in week_lines(week).items()})
    if document:
        compiled = WorkingTime.from_dict({"tz": "UTC", "week": document}).to_dict()
        assert compiled["week"] == document


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text):
    try:
        spans = parse_hours(text)
    except HoursError:
        return
    assert parse_hours(hours_text(spans)) == spans
