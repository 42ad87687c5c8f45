"""Business hours: the editor, the year, versions, users, the compute panel, and recalculation."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cases.tests.builders import judge, make_case
from sla_project.operations.jobs import jobs_finish
from sla_project.operations.models import Job, OrganisationSettings
from slas.models import BusinessHours, HolidaySchedule
from slas.services.hours.holiday_rows import holidays_add
from slas.services.hours.schedules import business_hours_update
from slas.services.policy.slas import sla_set_default
from slas.tests.policy.builders import NOW, WEEK, make_hours
from slas.tests.web.pages import errors, url

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

HOURS = {"name": "UK", "code": "uk", "tz": "Europe/London", "pattern": "vary"}
VARIED = HOURS | {"mon": "09:00–12:00, 13:00-17:00", "fri": "22:00-06:00"}


# --- the week ---


def test_new_hours_begin_in_the_zone_of_the_organisation(admin, clock):
    OrganisationSettings.objects.update_or_create(pk=1, defaults={"time_zone": "Asia/Tokyo"})
    assert admin.get(url("business_hours_new")).context["form"]["tz"].value() == "Asia/Tokyo"


def test_a_night_shift_is_typed_once_and_shown_as_one(admin, clock):
    assert admin.post(url("business_hours_new"), VARIED).status_code == 302
    hours = BusinessHours.objects.get()
    assert hours.week == {
        "mon": [["09:00", "12:00"], ["13:00", "17:00"]],
        "fri": [["22:00", "24:00"]],
        "sat": [["00:00", "06:00"]],
    }
    edit = url("business_hours_edit", hours.pk)
    form = admin.get(edit).context["form"]
    assert (form["pattern"].value(), form["fri"].value(), form["sat"].value()) == ("vary", "22:00–06:00", "")
    again = {name: form[name].value() or "" for name in form.fields if name != "work_days"}
    assert admin.post(edit, again).status_code == 302
    assert hours.versions.count() == 1
    assert admin.post(edit, again | {"tue": "10:00-11:00"}).status_code == 302
    assert hours.versions.count() == 2


def test_the_same_hours_on_each_working_day(admin, clock):
    same = HOURS | {"pattern": "same", "work_days": ["mon", "tue", "sat"], "same_hours": "9-12, 13-17"}
    assert admin.post(url("business_hours_new"), same).status_code == 302
    hours = BusinessHours.objects.get()
    assert set(hours.week) == {"mon", "tue", "sat"} and hours.week["sat"] == [["09:00", "12:00"], ["13:00", "17:00"]]
    form = admin.get(url("business_hours_edit", hours.pk)).context["form"]
    assert form["pattern"].value() == "same" and form["work_days"].value() == ["mon", "tue", "sat"]


def test_around_the_clock(admin, clock):
    assert admin.post(url("business_hours_new"), HOURS | {"pattern": "always"}).status_code == 302
    hours = BusinessHours.objects.get()
    assert set(hours.week) == set(WEEK) | {"sat", "sun"} and hours.week["sun"] == [["00:00", "24:00"]]
    assert admin.get(url("business_hours_edit", hours.pk)).context["form"]["pattern"].value() == "always"


@pytest.mark.parametrize(
    ("given", "field", "words"),
    [
        ({"mon": "nine to five"}, "mon", "not a time"),
        ({"fri": "17:00-17:00"}, "fri", "ends when it begins"),
        ({"mon": "9-12, 11-13"}, "mon", "overlap"),
        ({"fri": "22:00-06:00", "sat": "05:00-09:00"}, "fri", "night shift"),
        ({"mon": "", "fri": ""}, "mon", "never open"),
        ({"pattern": "same", "same_hours": "9-17"}, "work_days", "never open"),
        ({"pattern": "same", "work_days": ["mon"], "same_hours": "9"}, "same_hours", "from–to"),
        ({"pattern": ""}, "pattern", "required"),
        ({"tz": "Europe/Atlantis"}, "tz", "time zone"),
        ({"overrides": "Christmas"}, "overrides", "Line 1"),
        ({"overrides": "\n2026-12-24 22:00–06:00"}, "overrides", "Line 2"),
        ({"overrides": "2026-12-24 closed\n2026-12-24 closed"}, "overrides", "twice"),
        ({"overrides": "2026-12-24"}, "overrides", "after the date"),
    ],
)
def test_wrong_hours_are_said_at_their_field(admin, clock, given, field, words):
    response = admin.post(url("business_hours_new"), VARIED | given)
    assert words in " ".join(errors(response)[field])
    assert not BusinessHours.objects.exists()


def test_dates_with_other_hours_win_over_the_week(admin, clock):
    given = VARIED | {"overrides": "2026-12-24 09:00–12:00\n2026-12-31 closed"}
    assert admin.post(url("business_hours_new"), given).status_code == 302
    hours = BusinessHours.objects.get()
    assert hours.overrides == {"2026-12-24": [["09:00", "12:00"]], "2026-12-31": []}
    assert hours.versions.get().document["overrides"] == hours.overrides
    form = admin.get(url("business_hours_edit", hours.pk)).context["form"]
    assert form["overrides"].value() == "2026-12-24 09:00–12:00\n2026-12-31 closed"


def test_the_buttons_that_only_change_the_page_store_nothing(admin, clock):
    copied = admin.post(url("business_hours_new"), VARIED | {"copy": "monday"})
    assert copied.status_code == 200 and copied.context["form"]["thu"].value() == VARIED["mon"]
    assert not copied.context["form"].errors or copied.context["form"]["fri"].value() == VARIED["mon"]
    previewed = admin.post(url("business_hours_new"), VARIED | {"preview": "1"})
    assert previewed.context["preview"].minutes == 15 * 60
    assert not BusinessHours.objects.exists()


def test_the_preview_says_the_week_and_the_change_of_the_clocks(admin, agent, clock):
    clock.set(NOW)
    page = admin.post(url("business_hours_preview"), HOURS | {"sun": "00:00–06:00"}).content.decode()
    assert "6 h" in page and "Sun 29 Mar 2026" in page and "at 01:00 forward by 1 h" in page
    assert "open 5 h that day in place of 6 h" in page
    unnamed = admin.post(url("business_hours_preview"), {"pattern": "always", "tz": "Asia/Tokyo"}).content.decode()
    assert "168 h" in unnamed and "do not change" in unnamed
    unreadable = admin.post(url("business_hours_preview"), HOURS | {"sun": "?"}).content.decode()
    assert "as soon as the hours can be read" in unreadable
    assert agent.post(url("business_hours_preview"), HOURS).status_code == 403


def test_of_two_editors_neither_loses_the_text(sla, admin, clock):
    hours = BusinessHours.objects.get()
    edit = url("business_hours_edit", hours.pk)
    seen = admin.get(edit).context["form"]["seen"].value()
    business_hours_update(business_hours=hours, changes={"tz": "Europe/Paris"}, by=None, now=NOW + timedelta(hours=1))
    mine = VARIED | {"seen": seen, "name": "Mine"}
    told = admin.post(edit, mine)
    assert "Somebody else has changed it" in errors(told)["__all__"][0]
    assert told.context["form"]["name"].value() == "Mine"
    hours.refresh_from_db()
    assert hours.tz == "Europe/Paris"
    again = mine | {"seen": told.context["form"]["seen"].value()}
    assert admin.post(edit, again).status_code == 302
    hours.refresh_from_db()
    assert (hours.name, hours.tz) == ("Mine", "Europe/London")
    assert admin.post(edit, mine | {"seen": "yesterday"}).status_code == 422


# --- year, versions, users, compute ---


def test_the_year_shows_what_differs_from_the_week(sla, admin, clock):
    hours = BusinessHours.objects.get()
    changes = {"overrides": {"2026-12-24": [["09:00", "12:00"]]}}
    business_hours_update(business_hours=hours, changes=changes, by=None, now=NOW)
    response = admin.get(url("business_hours_year", hours.pk), {"year": "2026"})
    year = response.context["year"]
    assert [(day.date.isoformat(), day.kind, day.words) for day in year.special] == [
        ("2026-12-24", "reduced", "Open 09:00–12:00"),
        ("2026-12-25", "holiday", "Christmas Day, closed"),
    ]
    assert year.counts == {"open": 259, "weekend": 104, "holiday": 1, "reduced": 1}
    assert len(year.months) == 12 and response.content.count(b'<table class="month">') == 12


@pytest.mark.parametrize("asked", ["", "1", "99999999999999999999", "soon", "-2026", "²⁰²⁶"])
def test_a_year_that_is_none_is_this_one(sla, admin, clock, asked):
    hours, schedule = BusinessHours.objects.get(), HolidaySchedule.objects.get()
    for page in (url("business_hours_year", hours.pk), url("holiday_schedule_detail", schedule.pk)):
        assert admin.get(page, {"year": asked}).context["year"].year == 2026


def test_versions_say_what_changed(sla, admin, clock):
    hours, schedule = BusinessHours.objects.get(), HolidaySchedule.objects.get()
    changes = {"tz": "Europe/Paris", "week": WEEK | {"mon": [["08:00", "16:00"]]}}
    business_hours_update(business_hours=hours, changes=changes, by=None, now=NOW + timedelta(hours=1))
    later = NOW + timedelta(hours=2)
    days = [later.date(), later.date() + timedelta(days=1)]
    holidays_add(schedule=schedule, dates=days, name="Move", by=None, now=later)
    rows = admin.get(url("business_hours_versions", hours.pk)).context["rows"]
    assert [list(row.changes) for row in rows] == [
        ["2 days are closed: 2 Mar 2026, 3 Mar 2026"],
        ["Time zone: Europe/London → Europe/Paris", "Monday: 09:00–17:00 → 08:00–16:00"],
        ["The first version: Mon–Fri 09:00–17:00 in Europe/London"],
    ]


def test_the_users_of_hours_are_named_with_version_and_items(sla, admin):
    page = admin.get(url("business_hours_detail", BusinessHours.objects.get().pk))
    uses = [(use.sla.code, use.version, list(use.items), use.is_current) for use in page.context["uses"]]
    assert uses == [
        ("support", 1, ["Gold – First response by"], True),
        ("support", None, ["Renamed in the draft"], False),
    ]


def test_the_panel_computes(sla, admin):
    page = url("business_hours_detail", BusinessHours.objects.get().pk)
    due = admin.get(page, {"start": "2026-03-06T16:30", "duration": "1h"}).context["answer"]
    assert due.end.isoformat() == "2026-03-09T09:30:00+00:00"
    assert [(length, total) for _begin, _end, length, total in due.rows] == [("30 min", "30 min"), ("30 min", "1 h")]
    open_for = admin.get(page, {"start": "2026-03-06T16:30", "end": "2026-03-09T09:30"}).context["answer"]
    assert open_for.seconds == 3600
    for wrong in ({}, {"duration": "1h", "end": "2026-03-09T09:30"}, {"duration": "soon"}):
        response = admin.get(page, {"start": "2026-03-06T16:30", **wrong})
        assert response.context["answer"] is None and response.context["form"].errors


def test_the_panel_says_the_times_of_both_zones_where_they_differ(sla, admin):
    asked = {"start": "2026-03-06T16:30", "duration": "1h"}
    here, berlin = make_hours("here", tz="UTC"), make_hours("berlin", tz="Europe/Berlin")
    assert "In UTC:" not in admin.get(url("business_hours_detail", here.pk), asked).content.decode()
    there = admin.get(url("business_hours_detail", berlin.pk), asked).content.decode()
    assert "In Europe/Berlin: from Fri 6 Mar 2026 17:30 until Mon 9 Mar 2026 10:00" in there


def test_a_copy_is_used_by_nobody(sla, admin):
    hours, schedule = BusinessHours.objects.get(), HolidaySchedule.objects.get()
    for count in (1, 2):
        admin.post(url("business_hours_clone", hours.pk))
        admin.post(url("holiday_schedule_clone", schedule.pk))
        assert BusinessHours.objects.count() == HolidaySchedule.objects.count() == count + 1
    clone = BusinessHours.objects.get(code="uk-hours-copy-2")
    assert (clone.week, clone.holiday_schedule) == (hours.week, schedule)
    copied = HolidaySchedule.objects.get(code="uk-copy-2").holidays.get()
    assert (copied.name, copied.date.isoformat()) == ("Christmas Day", "2026-12-25")


def test_pages_cost_the_same_however_much_there_is(sla, admin, clock, django_assert_num_queries):
    hours, schedule = BusinessHours.objects.get(), HolidaySchedule.objects.get()
    pages = [
        url("business_hours_detail", hours.pk),
        url("business_hours_year", hours.pk),
        url("business_hours_versions", hours.pk),
        url("holiday_schedule_detail", schedule.pk),
        url("holiday_schedule_history", schedule.pk),
    ]
    holidays_add(schedule=schedule, dates=[NOW.date()], name="Off", by=None, now=NOW)
    counts = []
    for page in pages:
        with CaptureQueriesContext(connection) as queries:
            admin.get(page)
        counts.append(len(queries))
    for month in range(1, 12):
        later = NOW + timedelta(days=month)
        dates = [later.date().replace(month=month, day=day) for day in range(3, 8)]
        holidays_add(schedule=schedule, dates=dates, name="Off", by=None, now=later)
    for page, count in zip(pages, counts, strict=True):
        with django_assert_num_queries(count):
            admin.get(page)


# --- recalculation ---


@pytest.fixture
def running(sla, clock):
    """A case whose timer counts in the hours of the SLA; a version later."""
    sla_set_default(sla=sla, by=None, now=NOW)
    case = make_case()
    judge(case)
    clock.set(NOW + timedelta(minutes=5))
    return case


def edited(hours: BusinessHours, **week: str) -> dict[str, object]:
    return {
        "name": hours.name,
        "tz": hours.tz,
        "holiday_schedule": hours.holiday_schedule_id,
        "pattern": "vary",
        **week,
    }


def test_recalculation_is_offered_when_due_times_would_move(running, admin):
    hours = BusinessHours.objects.get()
    edit, recalculate = url("business_hours_edit", hours.pk), url("business_hours_recalculate", hours.pk)
    usual = dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), "09:00–17:00")
    same_today = admin.post(edit, edited(hours, **usual | {"fri": "09:00–16:00"}))
    assert same_today["Location"] == url("business_hours_detail", hours.pk)
    moved = admin.post(edit, edited(hours, **usual | {"mon": "10:00–17:00"}))
    assert moved["Location"] == recalculate
    page = admin.get(recalculate)
    assert page.context["forecast"].counts == {"timers": 1, "moved": 1}
    assert b"Moves" in page.content and running.number.encode() in page.content
    started = admin.post(recalculate, {"reason": "Opens later"})
    job = Job.objects.get()
    assert started["Location"] == f"/jobs/{job.pk}/" and job.arguments["reason"] == "Opens later"
    jobs_finish()
    assert admin.get(url("business_hours_versions", hours.pk)).context["stale"] == 0
    assert "Nothing to recalculate" in admin.get(recalculate).content.decode()
    again = admin.post(recalculate, {}, follow=True)
    assert "No running timer counts by an earlier version." in again.content.decode()


def test_a_holiday_today_offers_it_too(running, admin):
    schedule = HolidaySchedule.objects.get()
    added = admin.post(url("holiday_add", schedule.pk), {"date": NOW.date().isoformat(), "name": "Off"})
    recalculate = url("holiday_schedule_recalculate", schedule.pk)
    assert added["Location"] == recalculate
    assert admin.get(recalculate).context["forecast"].counts["moved"] == 1
    far = admin.post(url("holiday_add", schedule.pk), {"date": "2030-01-01", "name": "Far"})
    assert far["Location"] == recalculate  # the first one still moves it


def test_a_reason_that_is_too_long_starts_nothing(running, admin):
    hours = BusinessHours.objects.get()
    business_hours_update(business_hours=hours, changes={"tz": "Europe/Paris"}, by=None, now=NOW)
    response = admin.post(url("business_hours_recalculate", hours.pk), {"reason": "x" * 501})
    assert "reason" in errors(response) and not Job.objects.exists()
