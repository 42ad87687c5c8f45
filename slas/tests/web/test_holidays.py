"""Holidays: by hand, as text, by country and from calendars; seen before they are stored."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from holidays import list_supported_countries

from slas.forms.holidays import country_choices, region_choices
from slas.models import BusinessHours, HolidaySchedule
from slas.selectors.hours.schedules import schedule_version_at
from slas.services.hours.holiday_rows import holidays_add
from slas.tests.policy.builders import NOW, make_hours
from slas.tests.web.pages import errors, url

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

# --- holidays ---


def test_holidays_are_written_as_lines_of_text(admin, clock):
    lines = (
        "2026-12-25 Christmas Day\n\n2026-12-24 09:00–12:00, 13:00-14:00 Christmas Eve\n"
        "2026-12-30 Closed for stocktaking\n2026-12-31 closed 12-14:30, 16:00-24:00 New Year’s Eve"
    )
    given = {"name": "UK", "code": "uk", "holidays": lines}
    assert admin.post(url("holiday_schedule_new"), given).status_code == 302
    schedule = HolidaySchedule.objects.get()
    assert list(schedule.holidays.values_list("name", "hours", "closed")) == [
        ("Christmas Eve", [["09:00", "12:00"], ["13:00", "14:00"]], None),
        ("Christmas Day", None, None),
        ("Closed for stocktaking", None, None),
        ("New Year’s Eve", None, [["12:00", "14:30"], ["16:00", "24:00"]]),
    ]
    text = admin.get(url("holiday_schedule_edit", schedule.pk)).content.decode()
    assert "2026-12-24 09:00–12:00, 13:00–14:00 Christmas Eve" in text
    assert "2026-12-31 closed 12:00–14:30, 16:00–24:00 New Year’s Eve" in text


@pytest.mark.parametrize(
    "line",
    ["Christmas", "2026-02-30 Never", "2026-12-24 12:00-09:00 Backwards", "2026-12-24", "2026-12-24 09:00-12:00"],
)
def test_wrong_holidays_are_said_with_their_line(admin, clock, line):
    given = {"name": "UK", "code": "uk", "holidays": line}
    response = admin.post(url("holiday_schedule_new"), given)
    assert "1:" in errors(response)["holidays"][0]
    assert not HolidaySchedule.objects.exists()


def test_a_holiday_that_comes_every_year_is_added_by_hand(sla, admin, clock):
    schedule = HolidaySchedule.objects.get()
    given = {"date": "2027-12-31", "last_date": "2028-01-01", "name": "Shut", "until_year": "2029"}
    response = admin.post(url("holiday_add", schedule.pk), given)
    assert response.status_code == 302 and "year=2027" in response["Location"]
    added = schedule.holidays.filter(name="Shut").values_list("date", flat=True)
    assert [day.isoformat() for day in added] == [
        "2027-12-31", "2028-01-01", "2028-12-31", "2029-01-01", "2029-12-31", "2030-01-01",
    ]  # fmt: skip


def test_the_next_dates_are_seen_while_they_are_typed(sla, admin, clock):
    schedule = HolidaySchedule.objects.get()
    page = url("holiday_add_preview", schedule.pk)
    given = {"date": "2025-12-25", "last_date": "2025-12-26", "until_year": "2029"}
    preview = admin.post(page, given).context["preview"]
    assert [(row.date.isoformat(), row.known) for row in preview.rows] == [
        ("2026-12-25", "Christmas Day"),
        ("2026-12-26", ""),
        ("2027-12-25", ""),
        ("2027-12-26", ""),
        ("2028-12-25", ""),
    ]
    assert (preview.count, preview.more, preview.last.isoformat()) == (10, 5, "2029-12-26")
    for wrong in ({}, {"date": "soon"}, given | {"until_year": "x"}, given | {"last_date": "2020-01-01"}):
        assert "appear here" in admin.post(page, wrong).content.decode()
    assert schedule.holidays.count() == 1


@pytest.mark.parametrize(
    ("day", "words"),
    [
        ("2026-03-29", "the clocks of Europe/London change: a day of 23 hours"),
        ("2026-10-25", "the clocks of Europe/London change: a day of 25 hours"),
    ],
)
def test_the_next_dates_say_where_the_clocks_change(sla, admin, clock, day, words):
    page = url("holiday_add_preview", HolidaySchedule.objects.get().pk)
    assert words in admin.post(page, {"date": day}).content.decode()
    assert "clocks" not in admin.post(page, {"date": "2026-06-01"}).content.decode()


def test_without_javascript_a_button_shows_the_dates_and_stores_nothing(sla, admin, clock):
    schedule = HolidaySchedule.objects.get()
    given = {"date": "2028-02-29", "until_year": "2040", "preview": "1"}
    page = admin.post(url("holiday_add", schedule.pk), given)
    assert [row.date.year for row in page.context["preview"].rows] == [2028, 2032, 2036, 2040]
    assert 'value="2028-02-29"' in page.content.decode() and schedule.holidays.count() == 1


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"date": "2026-12-25"}, "date"),
        ({"date": "soon"}, "date"),
        ({"name": " "}, "name"),
        ({"hours": "9"}, "hours"),
        ({"hours": "22:00–06:00"}, "hours"),
        ({"closed": "9"}, "closed"),
        ({"closed": "22:00–06:00"}, "closed"),
        ({"closed": "12:00–24:00", "hours": "09:00–12:00"}, "closed"),
        ({"last_date": "2026-01-01"}, "last_date"),
        ({"last_date": "2028-01-01"}, "last_date"),
        ({"until_year": "2099"}, "until_year"),
    ],
)
def test_a_wrong_holiday_is_said_at_its_field(sla, admin, clock, given, field):
    right = {"date": "2026-12-26", "name": "Boxing Day"}
    response = admin.post(url("holiday_add", HolidaySchedule.objects.get().pk), right | given)
    assert field in errors(response)


def test_holidays_are_edited_and_removed_one_by_one(sla, admin, clock):
    schedule = HolidaySchedule.objects.get()
    holiday = schedule.holidays.get()
    edit = url("holiday_edit", schedule.pk, holiday.pk)
    changed = {"date": "2026-12-24", "name": "Christmas Eve", "hours": "9-12"}
    assert admin.post(edit, changed).status_code == 302
    holiday.refresh_from_db()
    assert (holiday.name, holiday.hours) == ("Christmas Eve", [["09:00", "12:00"]])
    admin.post(edit, changed | {"hours": "", "closed": "12-24"})
    holiday.refresh_from_db()
    assert (holiday.hours, holiday.closed) == (None, [["12:00", "24:00"]])
    assert 'value="12:00–24:00"' in admin.get(edit).content.decode()
    other = holidays_add(schedule=schedule, dates=[holiday.date + timedelta(days=9)], name="B", by=None, now=NOW)[0]
    assert "date" in errors(admin.post(edit, changed | {"date": other.date.isoformat()}))
    admin.post(url("holiday_remove", schedule.pk), {"holiday": [holiday.pk, "x", 10**9], "year": "2026"})
    assert list(schedule.holidays.all()) == [other]
    history = admin.get(url("holiday_schedule_history", schedule.pk)).context["rows"]
    assert history[0].changes == ["1 holiday removed: 24 Dec 2026 Christmas Eve"]
    assert history[1].changes == ["1 holiday added: 2 Jan 2027 B"]
    assert history[2].changes == ["1 holiday changed: 24 Dec 2026 Christmas Eve"]


def test_a_holiday_of_another_schedule_is_not_found(sla, admin, clock):
    schedule = HolidaySchedule.objects.get()
    admin.post(url("holiday_schedule_clone", schedule.pk))
    other = HolidaySchedule.objects.get(code="uk-copy").holidays.get()
    assert admin.get(url("holiday_edit", schedule.pk, other.pk)).status_code == 404
    admin.post(url("holiday_remove", schedule.pk), {"holiday": [other.pk]})
    assert HolidaySchedule.objects.get(code="uk-copy").holidays.exists()


def test_holidays_that_came_meanwhile_are_not_overwritten_unseen(sla, admin, clock):
    schedule = HolidaySchedule.objects.get()
    edit = url("holiday_schedule_edit", schedule.pk)
    form = admin.get(edit).context["form"]
    mine = {"name": "Mine", "holidays": form["holidays"].value(), "seen": form["seen"].value()}
    later = NOW + timedelta(hours=1)
    holidays_add(schedule=schedule, dates=[NOW.date()], name="Theirs", by=None, now=later)
    told = admin.post(edit, mine)
    assert "__all__" in errors(told) and schedule.holidays.count() == 2
    assert admin.post(edit, mine | {"seen": told.context["form"]["seen"].value()}).status_code == 302
    assert schedule.holidays.count() == 1


# --- imports ---


def test_public_holidays_are_seen_before_they_are_added(sla, admin, clock):
    schedule = HolidaySchedule.objects.get()
    asked = {"country": "GB", "subdivision": "ENG", "first_year": 2026, "last_year": 2027}
    page = admin.get(url("holiday_import", schedule.pk), asked)
    rows = page.context["rows"]
    assert "Good Friday" in {row["name"] for row in rows}
    assert [row["date"].isoformat() for row in rows if row["known"]] == ["2026-12-25"]
    assert schedule.holidays.count() == 1
    chosen = [row["value"] for row in rows if row["name"] == "Good Friday"]
    assert admin.post(url("holiday_import_add", schedule.pk), {"day": chosen}).status_code == 302
    assert list(schedule.holidays.values_list("name", flat=True)) == ["Good Friday", "Christmas Day", "Good Friday"]


def test_regions_follow_the_country(sla, admin, clock):
    page = admin.get(
        url("holiday_import", HolidaySchedule.objects.get().pk),
        {"country": "DE", "first_year": 2026, "last_year": 2026, "regions": "1"},
    )
    choices = dict(page.context["form"].fields["subdivision"].choices)
    assert choices["BY"] == "Bayern (BY)" and not page.context["previewed"]
    assert choices["Augsburg"] == "Augsburg"  # a name of its own, without a code


@pytest.mark.parametrize(
    ("country", "region", "name"),
    [
        ("GB", "SCT", "Scotland (SCT)"),
        ("FR", "971", "Guadeloupe (971)"),  # its first aliases are codes too
        ("AT", "3", "Niederösterreich (3)"),
        ("PL", "12", "Małopolskie (12)"),
    ],
)
def test_regions_are_shown_by_name(country, region, name):
    assert dict(region_choices(country))[region] == name


def test_countries_are_shown_by_name_and_every_region_is_offered():
    countries = dict(country_choices())
    assert [countries[code] for code in ("GB", "BA", "CD")] == [
        "United Kingdom",
        "Bosnia and Herzegovina",
        "DR Congo",
    ]
    supported = list_supported_countries()
    assert all({"", *supported[code]} == dict(region_choices(code)).keys() for code in countries)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"country": "XX"}, "country"),
        ({"country": "DE", "subdivision": "ENG"}, "subdivision"),
        ({"first_year": "1800"}, "first_year"),
        ({"last_year": "2070"}, "last_year"),
        ({"last_year": "2025"}, "last_year"),
        ({"last_year": "soon"}, "last_year"),
    ],
)
def test_a_wrong_choice_is_said_at_its_field(sla, admin, clock, given, field):
    asked = {"country": "GB", "subdivision": "", "first_year": 2026, "last_year": 2027} | given
    page = admin.get(url("holiday_import", HolidaySchedule.objects.get().pk), asked)
    assert field in page.context["form"].errors and not page.context["previewed"]


ICS = """BEGIN:VCALENDAR
BEGIN:VEVENT
DTSTART;VALUE=DATE:20200501
RRULE:FREQ=YEARLY
SUMMARY:Labour Day
END:VEVENT
BEGIN:VEVENT
DTSTART:20260601T090000Z
SUMMARY:Meeting
END:VEVENT
END:VCALENDAR
"""
WITH_TIMES = """BEGIN:VCALENDAR
BEGIN:VEVENT
DTSTART;TZID=America/New_York:20260703T100000
DTEND;TZID=America/New_York:20260703T200000
SUMMARY:Summer party
END:VEVENT
BEGIN:VEVENT
DTSTART:20201231T120000
DTEND:20210101T000000
RRULE:FREQ=YEARLY
SUMMARY:New Year’s Eve
END:VEVENT
BEGIN:VEVENT
DTSTART;TZID=Mars/Olympus:20260703T100000
DURATION:PT1H
SUMMARY:Board
END:VEVENT
BEGIN:VEVENT
DTSTART:20200101
SUMMARY:Long ago
END:VEVENT
END:VCALENDAR
"""
YEARS = {"first_year": 2026, "last_year": 2027, "tz": "Europe/London"}


@pytest.mark.parametrize("way", ["file", "text"])
def test_a_calendar_is_seen_before_it_is_added(sla, admin, clock, way):
    schedule = HolidaySchedule.objects.get()
    given = SimpleUploadedFile("days.ics", ICS.encode()) if way == "file" else ICS
    page = admin.post(url("holiday_import_calendar", schedule.pk), {way: given, **YEARS})
    assert [(row["date"].isoformat(), row["name"]) for row in page.context["rows"]] == [
        ("2026-05-01", "Labour Day"),
        ("2027-05-01", "Labour Day"),
    ]
    assert page.context["left_out"] == ["Line 7: “Meeting” has no length, so it closes nothing."]
    values = [row["value"] for row in page.context["rows"]]
    admin.post(url("holiday_import_add", schedule.pk), {"day": values})
    assert schedule.holidays.filter(name="Labour Day").count() == 2


def test_the_preview_says_what_is_taken_what_not_and_why(sla, admin, clock):
    schedule = HolidaySchedule.objects.get()
    page = admin.post(url("holiday_import_calendar", schedule.pk), {"text": WITH_TIMES, **YEARS})
    rows = page.context["rows"]
    assert [(row["date"].isoformat(), row["name"], row["closed"]) for row in rows] == [
        ("2026-07-03", "Summer party", "15:00–24:00"),
        ("2026-07-04", "Summer party", "00:00–01:00"),
        ("2026-12-31", "New Year’s Eve", "12:00–24:00"),
        ("2027-12-31", "New Year’s Eve", "12:00–24:00"),
    ]
    words = page.content.decode()
    assert "Times of the day are those of clocks in Europe/London." in words
    assert "1 event lies outside these years." in words
    assert "Line 13: “Board” is in the time zone “Mars/Olympus”, which is not known." in words
    admin.post(url("holiday_import_add", schedule.pk), {"day": [row["value"] for row in rows]})
    assert "closed 15:00–24:00" in words
    assert schedule.holidays.get(date="2026-12-31").closed == [["12:00", "24:00"]]
    document = schedule_version_at(BusinessHours.objects.get(), NOW).document
    assert document["overrides"] == {"2026-07-03": [["09:00", "15:00"]], "2026-12-31": [["09:00", "12:00"]],
                                     "2027-12-31": [["09:00", "12:00"]]}  # fmt: skip
    year = admin.get(url("holiday_schedule_detail", schedule.pk), {"year": 2026}).content.decode()
    assert "Summer party, closed 15:00–24:00" in year and "Closed 15:00–24:00" in year


def test_times_are_those_of_the_hours_that_observe_the_days(sla, admin, clock):
    schedule = HolidaySchedule.objects.get()
    page = url("holiday_import_calendar", schedule.pk)
    assert admin.get(page).context["form"]["tz"].value() == "Europe/London"
    make_hours("india", tz="Asia/Kolkata", holiday_schedule=schedule)
    assert admin.get(page).context["form"]["tz"].value() == "UTC"  # the organisation's


@pytest.mark.parametrize(
    ("given", "field", "words"),
    [
        ({}, "file", "Choose a file"),
        ({"text": ICS, "tz": "Mars/Olympus"}, "tz", "“Mars/Olympus” is not a time zone"),
        ({"text": "hello"}, "text", "Line 1: “hello” is no line of a calendar."),
        ({"text": ICS.replace("20200501", "20200532")}, "text", "Line 3: “20200532” is no date."),
        ({"text": ICS[: ICS.index("END:VC")]}, "text", "ends in the middle"),
        ({"text": ICS, "last_year": 2090}, "last_year", "20 years"),
        ({"file": SimpleUploadedFile("a.ics", b"\xff\xfe\x00")}, "file", "UTF-8"),
        ({"file": SimpleUploadedFile("a.ics", b"x" * 500_001)}, "file", "larger than 500 kB"),
        ({"file": SimpleUploadedFile("a.ics", b"hello")}, "file", "no line of a calendar"),
    ],
)
def test_a_calendar_that_cannot_be_read_is_said_at_its_field(sla, admin, clock, given, field, words):
    response = admin.post(url("holiday_import_calendar", HolidaySchedule.objects.get().pk), YEARS | given)
    assert words in errors(response)[field][0]


@pytest.mark.parametrize(
    "day",
    [
        "", "{", "[]", '["2026-02-30", "X", null]', '["2026-01-01"]', "[1, 2, 3]", '["2026-01-01", "X"]',
        '["2026-01-01", "", null]', '["2026-01-01", "X", []]', '["2026-01-01", "X", [["9", "x"]]]',
        '["2026-01-01", "X", [["12:00", "09:00"]]]', '["2026-01-01", "X", "all"]',
    ],
)  # fmt: skip
def test_a_choice_that_was_tampered_with_adds_nothing(sla, admin, clock, day):
    schedule = HolidaySchedule.objects.get()
    admin.post(url("holiday_import_add", schedule.pk), {"day": [day]})
    assert schedule.holidays.count() == 1


def test_the_names_of_holidays_are_text(sla, admin, clock):
    schedule = HolidaySchedule.objects.get()
    holidays_add(schedule=schedule, dates=[NOW.date()], name="<script>alert(1)</script>", by=None, now=NOW)
    hours = make_hours("other", holiday_schedule=schedule)
    for page in (url("holiday_schedule_detail", schedule.pk), url("business_hours_year", hours.pk)):
        content = admin.get(page, {"year": "2026"}).content
        assert b"<script>alert" not in content and b"&lt;script&gt;" in content
