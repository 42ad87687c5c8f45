"""Calendars from strangers: what is read, what is refused with its line, and that nothing makes it search for ever."""

from __future__ import annotations

import random
from datetime import date, datetime

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given, settings
from hypothesis import strategies as st

from slas.domain.icalendar import MAX_BYTES, CalendarError, read_calendar
from slas.domain.recurrence import RuleError, YearlyRule


def event(*lines: str) -> str:
    return "\r\n".join(["BEGIN:VEVENT", *lines, "END:VEVENT"])


def calendar(*events: str) -> str:
    return "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", *events, "END:VCALENDAR", ""])


def days(*lines: str, first: int = 2026, last: int = 2026) -> dict[str, str]:
    found = read_calendar(calendar(event(*lines)), first, last)
    return {day.isoformat(): name for day, name in found.days.items()}


def codes(text: str) -> list[tuple[int, str]]:
    with pytest.raises(CalendarError) as caught:
        read_calendar(text, 2026, 2026)
    return [(problem.line, problem.code) for problem in caught.value.problems]


def test_a_whole_day():
    assert days("DTSTART;VALUE=DATE:20261225", "SUMMARY:Christmas Day") == {"2026-12-25": "Christmas Day"}


def test_the_end_is_the_day_after_the_last():
    found = days("DTSTART;VALUE=DATE:20261224", "DTEND;VALUE=DATE:20261227", "SUMMARY:Shut")
    assert list(found) == ["2026-12-24", "2026-12-25", "2026-12-26"]
    assert list(days("DTSTART:20261224", "DURATION:P2D", "SUMMARY:Shut")) == ["2026-12-24", "2026-12-25"]
    assert list(days("DTSTART:20261224", "DTEND:20261224", "SUMMARY:Shut")) == ["2026-12-24"]


def test_only_the_years_asked_for():
    assert days("DTSTART:20251231", "DTEND:20260102", "SUMMARY:Turn") == {"2026-01-01": "Turn"}
    assert days("DTSTART:20301231", "SUMMARY:Later") == {}


def test_folded_and_escaped_names():
    assert days("DTSTART:20260101", "SUMMARY:New Year\\, first", "  day\\nof all") == {
        "2026-01-01": "New Year, first day of all"
    }
    assert days("DTSTART:20260101") == {"2026-01-01": "Holiday"}


def test_two_events_of_a_date_are_named_together():
    one, two = event("DTSTART:20260101", "SUMMARY:A"), event("DTSTART:20260101", "SUMMARY:B")
    assert read_calendar(calendar(one, two, one), 2026, 2026).days == {date(2026, 1, 1): "A, B"}


@pytest.mark.parametrize(
    ("rule", "start", "found"),
    [
        ("FREQ=YEARLY", "20201225", ["2026-12-25", "2027-12-25", "2028-12-25"]),
        ("FREQ=YEARLY;UNTIL=20271224T000000Z", "20201225", ["2026-12-25"]),
        ("FREQ=YEARLY;COUNT=7", "20201225", ["2026-12-25"]),
        ("FREQ=YEARLY;INTERVAL=2", "20211225", ["2027-12-25"]),
        ("FREQ=YEARLY;BYMONTH=5;BYDAY=-1MO", "20200525", ["2026-05-25", "2027-05-31", "2028-05-29"]),
        ("FREQ=YEARLY", "20200229", ["2028-02-29"]),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "20200101", []),
    ],
)
def test_days_that_come_every_year(rule, start, found):
    assert list(days(f"DTSTART:{start}", f"RRULE:{rule}", first=2026, last=2028)) == found


def test_excluded_days_of_a_rule():
    found = days("DTSTART:20201225", "RRULE:FREQ=YEARLY", "EXDATE;VALUE=DATE:20271225", first=2026, last=2028)
    assert list(found) == ["2026-12-25", "2028-12-25"]


def test_what_is_no_whole_day_is_left_out_and_named():
    text = calendar(
        event("DTSTART:20261225T090000Z", "SUMMARY:Meeting"),
        event("DTSTART:20260101", "RRULE:FREQ=WEEKLY", "SUMMARY:Weekly"),
        event("DTSTART:20260102", "STATUS:CANCELLED", "SUMMARY:Off"),
        event("DTSTART:20260103", "SUMMARY:Kept"),
    )
    found = read_calendar(text, 2026, 2026)
    assert list(found.days.values()) == ["Kept"]
    assert [(one.line, one.code, one.part) for one in found.left_out] == [
        (3, "has_times", "Meeting"),
        (7, "not_yearly", "Weekly"),
    ]


def test_other_parts_of_a_calendar_are_passed_over():
    zone = "BEGIN:VTIMEZONE\r\nBEGIN:STANDARD\r\nDTSTART:19701025T030000\r\nEND:STANDARD\r\nEND:VTIMEZONE"
    alarm = "BEGIN:VALARM\r\nTRIGGER:-PT15M\r\nEND:VALARM"
    text = calendar(zone, event("DTSTART:20261225", alarm, "SUMMARY:Christmas"))
    assert list(read_calendar(text, 2026, 2026).days.values()) == ["Christmas"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", [(0, "no_events")]),
        ("hello", [(1, "not_a_line")]),
        ("<html>:", [(1, "not_a_line")]),
        ("BEGIN:VEVENT\nEND:VEVENT", [(1, "not_a_calendar")]),
        ("BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20260101", [(0, "cut_off")]),
        ("BEGIN:VCALENDAR\nBEGIN:VEVENT\nEND:VCALENDAR", [(3, "wrong_end")]),
        (calendar(), [(0, "no_events")]),
        (calendar(event("SUMMARY:No date")), [(3, "no_date")]),
        (calendar(event("DTSTART:20260230")), [(4, "bad_date")]),
        (calendar(event("DTSTART:20260101", "DTEND:20250101")), [(5, "ends_before_start")]),
        (calendar(event("DTSTART:20260101", "DTEND:20270101")), [(5, "too_long")]),
        (calendar(event("DTSTART:soon"), event("DTSTART:20261301")), [(4, "bad_date"), (7, "bad_date")]),
        ("X" * (MAX_BYTES + 1), [(0, "too_large")]),
        ("BEGIN:VCALENDAR\n" + "X:1\n" * 20_001, [(20_001, "too_many_lines")]),
        (calendar(*[event("DTSTART:20260101")] * 2_001), [(6_003, "too_many_events")]),
    ],
)
def test_what_cannot_be_read_is_refused_at_its_line(text, found):
    assert codes(text) == found


@pytest.mark.slow
def test_rules_that_never_come_do_not_search_for_ever():
    rule = event("DTSTART:19000101", "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=31;COUNT=9999")
    assert read_calendar(calendar(*[rule] * 200), 2020, 2026).days == {}
    assert codes(calendar(*[rule] * 201))[0][1] == "too_many_rules"


@pytest.mark.parametrize(
    "rule",
    ["FREQ=SECONDLY", "FREQ=YEARLY;FREQ=YEARLY", "FREQ=YEARLY;COUNT=-1", "FREQ=YEARLY;BYDAY=XX", "FREQ=YEARLY;BYHOUR=1",
     "FREQ=YEARLY;BYMONTH=13", "FREQ=YEARLY;UNTIL=soon", "", "FREQ", "FREQ=YEARLY;BYDAY=99MO",
     "FREQ=YEARLY;INTERVAL=0"],
)  # fmt: skip
def test_rules_that_cannot_be_followed(rule):
    with pytest.raises(RuleError):
        YearlyRule.parse(rule, date(2020, 1, 1))


@st.composite
def rules(draw) -> tuple[date, str]:
    start = draw(st.dates(date(1990, 1, 1), date(2030, 12, 31)))
    parts = ["FREQ=YEARLY"]
    if draw(st.booleans()):
        parts.append(f"INTERVAL={draw(st.integers(1, 4))}")
    if draw(st.booleans()):
        parts.append(f"COUNT={draw(st.integers(1, 30))}")
    elif draw(st.booleans()):
        parts.append(f"UNTIL={draw(st.dates(date(2000, 1, 1), date(2050, 1, 1))):%Y%m%d}")
    month = draw(st.none() | st.integers(1, 12))
    if month:
        parts.append(f"BYMONTH={month}")
    kind = draw(st.sampled_from(["", "day", "weekday"]))
    if kind == "day":
        parts.append(f"BYMONTHDAY={draw(st.sampled_from([1, 15, 29, 31, -1, -5]))}")
    elif kind == "weekday":
        parts.append(f"BYDAY={draw(st.sampled_from(['', '1', '2', '-1']))}{draw(st.sampled_from(['MO', 'FR', 'SU']))}")
    return start, ";".join(parts)


@given(rules(), st.integers(1995, 2035), st.integers(0, 15))
@settings(max_examples=200)
def test_the_days_are_those_of_dateutil(rule, first, span):
    start, text = rule
    ours = YearlyRule.parse(text, start).dates(first, first + span)
    theirs = rrulestr(text, dtstart=datetime(start.year, start.month, start.day))
    between = theirs.between(datetime(first, 1, 1), datetime(first + span, 12, 31), inc=True)
    assert ours == [day.date() for day in between]


@pytest.mark.slow
@given(st.text(max_size=300), st.integers(0, 10_000))
def test_any_text_is_read_or_refused(text, seed):
    good = calendar(event("DTSTART:20201225", "RRULE:FREQ=YEARLY;BYMONTH=12", "EXDATE:20261225", "SUMMARY:X"))
    place = random.Random(seed).randrange(len(good))
    for candidate in (text, good[:place] + text + good[place:]):
        try:
            found = read_calendar(candidate, 2026, 2027)
        except CalendarError as error:
            assert error.problems
        else:
            assert all(2026 <= day.year <= 2027 and name for day, name in found.days.items())
