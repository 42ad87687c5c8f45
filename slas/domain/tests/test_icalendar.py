"""Calendars from strangers: what is read, what is refused with its line, and that nothing makes it search for ever."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rrulestr
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from slas.domain.icalendar import MAX_BYTES, CalendarDay, CalendarError, read_calendar
from slas.domain.recurrence import RuleError, YearlyRule
from slas.domain.week_text import hours_text


def event(*lines: str) -> str:
    return "\r\n".join(["BEGIN:VEVENT", *lines, "END:VEVENT"])


def calendar(*events: str) -> str:
    return "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", *events, "END:VCALENDAR", ""])


def days(*lines: str, first: int = 2026, last: int = 2026) -> dict[str, str]:
    found = read_calendar(calendar(event(*lines)), first, last)
    assert all(day.closed is None for day in found.days.values())
    return {date.isoformat(): day.name for date, day in found.days.items()}


def parts(*lines: str, zone: str = "Europe/London", first: int = 2026, last: int = 2026) -> dict[str, str]:
    """Date → what is closed, as *12:00–24:00*."""
    found = read_calendar(calendar(event(*lines)), first, last, zone)
    assert not found.left_out
    return {day.isoformat(): hours_text(one.closed or [(0, 1440)]) for day, one in found.days.items()}


def left_out(*lines: str) -> tuple[str, str]:
    found = read_calendar(calendar(event(*lines)), 2026, 2026)
    assert not found.days
    ((one,),) = [found.left_out]
    return one.code, one.detail


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
    assert read_calendar(calendar(one, two, one), 2026, 2026).days == {date(2026, 1, 1): CalendarDay("A, B")}


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
        ("FREQ=YEARLY;BYMONTH=5;BYDAY=-1MO;UNTIL=20270531", "20200525", ["2026-05-25", "2027-05-31"]),
    ],
)
def test_days_that_come_every_year(rule, start, found):
    assert list(days(f"DTSTART:{start}", f"RRULE:{rule}", first=2026, last=2028)) == found


def test_excluded_days_of_a_rule():
    found = days("DTSTART:20201225", "RRULE:FREQ=YEARLY", "EXDATE;VALUE=DATE:20271225", first=2026, last=2028)
    assert list(found) == ["2026-12-25", "2028-12-25"]


def test_what_closes_nothing_is_left_out_and_named():
    text = calendar(
        event("DTSTART:20261225T090000Z", "SUMMARY:Moment"),
        event("DTSTART:20260101", "RRULE:FREQ=WEEKLY", "SUMMARY:Weekly"),
        event("DTSTART:20260102", "STATUS:CANCELLED", "SUMMARY:Off"),
        event("DTSTART:20260103", "SUMMARY:Kept"),
    )
    found = read_calendar(text, 2026, 2026)
    assert [day.name for day in found.days.values()] == ["Kept"]
    assert [(one.line, one.code, one.part) for one in found.left_out] == [
        (3, "no_length", "Moment"),
        (7, "not_yearly", "Weekly"),
        (12, "is_canceled", "Off"),
    ]


# --- times of the day ---


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        (["DTSTART:20261224T120000", "DTEND:20261224T180000"], {"2026-12-24": "12:00–18:00"}),
        (["DTSTART:20261224T120000Z", "DURATION:PT6H"], {"2026-12-24": "12:00–18:00"}),
        (["DTSTART:20260701T120000Z", "DURATION:PT6H"], {"2026-07-01": "13:00–19:00"}),
        (["DTSTART;TZID=America/New_York:20260701T090000", "DURATION:PT1H30M"], {"2026-07-01": "14:00–15:30"}),
        (
            ["DTSTART;TZID=America/New_York:20260701T200000", "DTEND;TZID=America/New_York:20260702T040000"],
            {"2026-07-02": "01:00–09:00"},
        ),
        (["DTSTART;TZID=America/New_York:20260701T090000", "DTEND:20260701T140000Z"], {"2026-07-01": "14:00–15:00"}),
        (["DTSTART:20261224T120000", "DTEND:20261225T000000"], {"2026-12-24": "12:00–24:00"}),
        (
            ["DTSTART:20261224T220000", "DTEND:20261226T060000"],
            {"2026-12-24": "22:00–24:00", "2026-12-25": "00:00–24:00", "2026-12-26": "00:00–06:00"},
        ),
        (["DTSTART:20251231T200000", "DTEND:20260101T040000"], {"2026-01-01": "00:00–04:00"}),
        (["DTSTART:20260101T120030", "DTEND:20260101T130001"], {"2026-01-01": "12:00–13:01"}),
        (["DTSTART:20260101T120000", "DURATION:P1D"], {"2026-01-01": "12:00–24:00", "2026-01-02": "00:00–12:00"}),
        (["DTSTART:20260101T120060", "DURATION:PT1M"], {"2026-01-01": "12:00–12:02"}),
    ],
)
def test_an_event_with_times_closes_part_of_the_day(lines, found):
    assert parts(*lines) == found


@pytest.mark.parametrize(
    ("tzid", "closed"),
    [
        ("Europe/Berlin", "09:00–10:00"),
        ('"Europe/Berlin"', "09:00–10:00"),
        ("W. Europe Standard Time", "09:00–10:00"),
        ('"W. Europe Standard Time"', "09:00–10:00"),
        ("/freeassociation.sourceforge.net/Europe/Berlin", "09:00–10:00"),
        ("/mozilla.org/20050126_1/America/Indiana/Knox", "16:00–17:00"),
        ("Eastern Standard Time", "15:00–16:00"),
    ],
)
def test_zones_go_by_several_names(tzid, closed):
    assert parts(f"DTSTART;TZID={tzid}:20261224T100000", "DURATION:PT1H") == {"2026-12-24": closed}


def test_a_day_has_the_length_that_its_zone_gives_it():
    """DURATION:P1D is the same wall time on the next day; PT24H is 24 hours. The clocks go back on 25 October."""
    london = "DTSTART;TZID=Europe/London:20261024T120000"
    assert parts(london, "DURATION:P1D") == {"2026-10-24": "12:00–24:00", "2026-10-25": "00:00–12:00"}
    assert parts(london, "DURATION:PT24H") == {"2026-10-24": "12:00–24:00", "2026-10-25": "00:00–11:00"}


def test_times_in_an_hour_that_is_skipped_or_shown_twice():
    assert parts("DTSTART;TZID=Europe/London:20260329T013000", "DURATION:PT1H") == {"2026-03-29": "02:30–03:30"}
    assert parts("DTSTART:20261025T003000Z", "DTEND:20261025T011500Z") == {"2026-10-25": "01:30–02:15"}


def test_times_that_come_every_year_stay_where_they_are_on_their_wall():
    """08:00 in New York is 13:00 in London, but 12:00 in the weeks when only one of them has changed its clocks."""
    new_york = "DTSTART;TZID=America/New_York:20200315T080000"
    found = parts(new_york, "DURATION:PT1H", "RRULE:FREQ=YEARLY;BYMONTH=3;BYMONTHDAY=1,15", first=2026, last=2027)
    assert found == {
        "2026-03-01": "13:00–14:00",
        "2026-03-15": "12:00–13:00",
        "2027-03-01": "13:00–14:00",
        "2027-03-15": "12:00–13:00",
    }


@pytest.mark.parametrize(
    ("excluded", "found"),
    [
        ("EXDATE:20261224T120000", ["2027-12-24"]),
        ("EXDATE:20261224T090000", ["2026-12-24", "2027-12-24"]),
        ("EXDATE;VALUE=DATE:20261224,20271224", []),
        ("EXDATE:20261224T120000,20271224T120000", []),
        ("RDATE:20270104T120000", ["2026-12-24", "2027-01-04", "2027-12-24"]),
    ],
)
def test_excluded_and_added_times_of_a_rule(excluded, found):
    rule = ("DTSTART:20201224T120000", "DURATION:PT2H", "RRULE:FREQ=YEARLY")
    assert list(parts(*rule, excluded, first=2026, last=2027)) == found


def test_an_excluded_time_is_known_in_any_zone():
    rule = ("DTSTART;TZID=Europe/Berlin:20201224T120000", "DURATION:PT2H", "RRULE:FREQ=YEARLY")
    assert not parts(*rule, "EXDATE:20261224T110000Z")


@pytest.mark.parametrize(("until", "found"), [("20261224T110000Z", 1), ("20261224T105959Z", 0), ("20261224", 1)])
def test_the_end_of_a_rule_is_a_moment(until, found):
    """12:00 in Berlin is 11:00 UTC."""
    start = "DTSTART;TZID=Europe/Berlin:20201224T120000"
    assert len(parts(start, "DURATION:PT2H", f"RRULE:FREQ=YEARLY;UNTIL={until}")) == found


def test_an_occurrence_that_was_moved_is_not_closed_twice():
    yearly = event("UID:a", "DTSTART:20201224T120000", "DURATION:PT2H", "RRULE:FREQ=YEARLY", "SUMMARY:Eve")
    moved = event("UID:a", "RECURRENCE-ID:20261224T120000", "DTSTART:20261223T120000", "DURATION:PT2H")
    found = read_calendar(calendar(moved, yearly), 2026, 2027)
    assert [day.isoformat() for day in found.days] == ["2026-12-23", "2027-12-24"]


def test_closures_of_a_day_are_put_together():
    text = calendar(
        event("DTSTART:20261224T120000", "DURATION:PT2H", "SUMMARY:Party"),
        event("DTSTART:20261224T133000", "DURATION:PT2H30M", "SUMMARY:Cleaning"),
        event("DTSTART:20261224T080000", "DURATION:PT1H", "SUMMARY:Party"),
        event("DTSTART:20261225T080000", "DURATION:PT1H", "SUMMARY:Breakfast"),
        event("DTSTART:20261225", "SUMMARY:Christmas"),
    )
    assert read_calendar(text, 2026, 2026).days == {
        date(2026, 12, 24): CalendarDay("Party, Cleaning", ((480, 540), (720, 960))),
        date(2026, 12, 25): CalendarDay("Breakfast, Christmas", None),
    }


def test_what_lies_outside_the_years_is_counted():
    later = event("DTSTART:20301231", "SUMMARY:Later")
    found = read_calendar(calendar(later, event("DTSTART:20261231"), later), 2026, 2026)
    assert (len(found.days), found.outside) == (1, 2)


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        (["DTSTART;TZID=Mars/Olympus:20261224T120000", "DURATION:PT1H"], ("unknown_zone", "Mars/Olympus")),
        (["DTSTART;TZID=../../etc/passwd:20261224T120000"], ("unknown_zone", "../../etc/passwd")),
        (["DTSTART:20261224", "DTEND:20261224T120000"], ("mixed_kinds", "")),
        (["DTSTART:20261224", "DURATION:PT2H"], ("mixed_kinds", "")),
        (["DTSTART:20261224T120000Z", "DTEND:20261224T130000"], ("mixed_kinds", "")),
        (["DTSTART:20261224T120000Z"], ("no_length", "")),
        (["DTSTART:20261224T120000", "DTEND:20261224T120000"], ("no_length", "")),
        (["DTSTART:20261224", "EXRULE:FREQ=YEARLY"], ("unknown_part", "EXRULE")),
        (["DTSTART:20261224T120000", "DURATION:PT1H", "RRULE:FREQ=DAILY"], ("not_yearly", "FREQ=DAILY")),
        (
            ["DTSTART:20261224T120000", "DURATION:PT1H", "RDATE;VALUE=PERIOD:20261224T120000/PT1H"],
            ("unknown_part", "RDATE;VALUE=PERIOD"),
        ),
    ],
)
def test_an_event_that_cannot_be_told_is_left_out_with_the_reason(lines, reason):
    assert left_out(*lines) == reason


ZONES = ["Europe/London", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "America/St_Johns", "UTC"]


@given(
    st.sampled_from(ZONES),
    st.sampled_from(ZONES),
    st.datetimes(datetime(2026, 1, 2), datetime(2026, 12, 28)).map(lambda at: at.replace(second=0, microsecond=0)),
    st.integers(1, 2_000),
)
def test_what_is_closed_are_the_minutes_of_the_event_on_the_wall_of_the_schedule(source, target, at, minutes):
    """Stepped minute by minute, away from changes of the clocks."""
    instants = [at.replace(tzinfo=UTC) + timedelta(minutes=step) for step in range(minutes)]
    ours, theirs = ZoneInfo(target), ZoneInfo(source)
    for zone in (ours, theirs):
        assume(len({instant.astimezone(zone).utcoffset() for instant in (instants[0], instants[-1])}) == 1)
        assume(not any(instant.astimezone(zone).fold for instant in (instants[0], instants[-1])))
    written = instants[0].astimezone(theirs)
    found = read_calendar(
        calendar(event(f"DTSTART;TZID={source}:{written:%Y%m%dT%H%M%S}", f"DURATION:PT{minutes}M")), 2025, 2027, target
    )
    closed = {
        (day, minute)
        for day, one in found.days.items()
        for begin, end in one.closed or ((0, 1440),)
        for minute in range(begin, end)
    }
    walls = [instant.astimezone(ours) for instant in instants]
    assert closed == {(wall.date(), wall.hour * 60 + wall.minute) for wall in walls}


def test_other_parts_of_a_calendar_are_passed_over():
    zone = "BEGIN:VTIMEZONE\r\nBEGIN:STANDARD\r\nDTSTART:19701025T030000\r\nEND:STANDARD\r\nEND:VTIMEZONE"
    alarm = "BEGIN:VALARM\r\nTRIGGER:-PT15M\r\nEND:VALARM"
    text = calendar(zone, event("DTSTART:20261225", alarm, "SUMMARY:Christmas"))
    assert [day.name for day in read_calendar(text, 2026, 2026).days.values()] == ["Christmas"]


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
        (calendar(event("DTSTART:20260101T120000", "DTEND:20260101T110000")), [(5, "ends_before_start")]),
        (calendar(event("DTSTART:20260101T250000")), [(4, "bad_date")]),
        (calendar(event("DTSTART:99991231T120000Z")), [(4, "bad_date")]),
        (calendar(event("DTSTART:20260101T120000", "DURATION:P")), [(5, "bad_duration")]),
        (calendar(event("DTSTART:20260101T120000", "DURATION:-PT1H")), [(5, "bad_duration")]),
        (calendar(event("DTSTART:20260101T120000", "DURATION:P40D")), [(5, "too_long")]),
        (calendar(event("DTSTART:20200101", "RRULE:FREQ=YEARLY", "EXDATE:soon")), [(6, "bad_date")]),
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
            assert all(2026 <= date.year <= 2027 and day.name for date, day in found.days.items())
