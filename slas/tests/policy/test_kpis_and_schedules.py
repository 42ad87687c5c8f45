"""KPIs, business hours and holiday schedules: what is checked, versioned and refused."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sla_project.operations.errors import Invalid, NotPossible
from slas.domain.worktime.hours import DAYS
from slas.models import KPI, BusinessHours, ImmutableRow, ScheduleVersion
from slas.selectors.hours.schedules import schedule_version_at, working_time
from slas.services.hours.holiday_imports import holiday_import
from slas.services.hours.holidays import (
    holiday_schedule_create,
    holiday_schedule_delete,
    holiday_schedule_update,
)
from slas.services.hours.schedules import (
    business_hours_deactivate,
    business_hours_delete,
    business_hours_update,
)
from slas.services.policy.kpis import kpi_deactivate, kpi_delete, kpi_update
from slas.tests.policy.builders import (
    GOLD,
    NOW,
    WEEK,
    make_document,
    make_hours,
    make_item,
    make_kpi,
    make_sla,
)

pytestmark = pytest.mark.django_db
BY_NOW = {"by": None, "now": NOW}
LATER = NOW + timedelta(hours=1)
CHRISTMAS = {"date": "2026-12-25", "name": "Christmas Day", "hours": None}


def pointers(caught) -> dict[str, str]:
    return {problem.pointer: problem.code for problem in caught.value.problems}


# --- KPIs ---


@pytest.mark.parametrize(
    ("given", "pointer", "code"),
    [
        ({"applicable_from": "nope"}, "/applicable_from", "unknown_field"),
        ({"applicable_from": "priority"}, "/applicable_from", "wrong_type"),
        ({"record_type": "spaceship"}, "/record_type", "unknown_record_type"),
        ({"name": " "}, "/name", "required"),
        ({"pause_when": GOLD}, "/pause_when", "unexpected_value"),
        ({"pause_override": True}, "/pause_when", "required"),
        ({"pause_override": True, "pause_when": {"any": []}}, "/pause_when/any", "empty_any"),
    ],
)
def test_a_kpi_that_measures_nothing_is_refused(given, pointer, code):
    with pytest.raises(Invalid) as caught:
        make_kpi(**given)
    assert pointers(caught)[pointer] == code
    assert not KPI.objects.exists()


def test_applicable_from_is_no_field_of_the_system():
    """engine.md R13"""
    with pytest.raises(Invalid) as caught:
        make_kpi(applicable_from="resolved_on")
    assert pointers(caught) == {"/applicable_from": "system_field"}


def test_a_code_is_unique_within_its_record_type():
    make_kpi()
    make_kpi(record_type="activity")
    with pytest.raises(Invalid) as caught:
        make_kpi()
    assert pointers(caught) == {"/code": "unique"}


def test_what_instances_were_judged_by_is_fixed():
    with pytest.raises(Invalid) as caught:
        kpi_update(kpi=make_kpi(), changes={"applicable_from": "opened_on", "code": "x"}, **BY_NOW)
    assert set(pointers(caught).values()) == {"immutable"}


def test_a_kpi_of_an_active_sla_stays_active():
    kpi = make_kpi()
    make_sla(publish=True)
    with pytest.raises(NotPossible, match="Support"):
        kpi_deactivate(kpi=kpi, **BY_NOW)
    with pytest.raises(NotPossible, match="Support"):
        kpi_delete(kpi=kpi, **BY_NOW)


def test_an_unused_kpi_can_go():
    kpi_delete(kpi=make_kpi(), **BY_NOW)
    assert not KPI.objects.exists()


# --- business hours ---


def test_hours_start_with_a_version():
    version = make_hours().versions.get()
    assert version.number == 1 and version.document["tz"] == "Europe/London"


@pytest.mark.parametrize(
    ("given", "pointer", "code"),
    [
        ({"week": {}}, "/week", "never_open"),
        ({"week": {"mon": []}}, "/week", "never_open"),
        ({"week": {"mon": [["17:00", "09:00"]]}}, "/week/mon/0", "end_before_start"),
        ({"week": {"someday": [["09:00", "17:00"]]}}, "/week/someday", "unknown_day"),
        ({"tz": "Europe/Atlantis"}, "/tz", "unknown_zone"),
        ({"code": "UK hours"}, "/code", "invalid_code"),
    ],
)
def test_unusable_hours_are_refused(given, pointer, code):
    with pytest.raises(Invalid) as caught:
        make_hours(**{"code": "uk-hours"} | given)
    assert pointers(caught)[pointer] == code
    assert not BusinessHours.objects.exists()


def test_only_an_effective_change_makes_a_version():
    hours = make_hours()
    business_hours_update(business_hours=hours, changes={"name": "Renamed"}, by=None, now=LATER)
    reordered = dict(reversed(WEEK.items())) | {"sat": []}
    business_hours_update(business_hours=hours, changes={"week": reordered}, by=None, now=LATER)
    assert hours.versions.count() == 1
    business_hours_update(business_hours=hours, changes={"tz": "Europe/Paris"}, by=None, now=LATER)
    assert hours.versions.count() == 2


def test_the_version_in_force_is_the_one_effective_at_the_moment():
    hours = make_hours()
    business_hours_update(business_hours=hours, changes={"tz": "Europe/Paris"}, by=None, now=LATER)
    assert schedule_version_at(hours, NOW - timedelta(days=9)).number == 1
    assert schedule_version_at(hours, LATER - timedelta(seconds=1)).number == 1
    assert schedule_version_at(hours, LATER).number == 2


def test_schedule_versions_are_written_once():
    version = make_hours().versions.get()
    with pytest.raises(ImmutableRow):
        version.save()
    with pytest.raises(ImmutableRow):
        ScheduleVersion.objects.filter(pk=version.pk).delete()


def test_used_hours_name_their_users():
    make_kpi()
    hours = make_hours()
    make_sla(document=make_document(make_item(business_hours="uk-hours")), publish=True)
    for command in (business_hours_delete, business_hours_deactivate):
        with pytest.raises(NotPossible, match="Support"):
            command(business_hours=hours, **BY_NOW)


def test_unused_hours_go_with_their_versions():
    business_hours_delete(business_hours=make_hours(), **BY_NOW)
    assert not BusinessHours.objects.exists() and not ScheduleVersion.objects.exists()


# --- holidays ---


def make_holidays(*holidays, code: str = "uk"):
    return holiday_schedule_create(code=code, name="UK", holidays=list(holidays), **BY_NOW)


def test_an_edited_holiday_makes_a_version_of_all_hours_that_observe_it():
    schedule = make_holidays(CHRISTMAS)
    observing = [make_hours(code, holiday_schedule=schedule) for code in ("a", "b")]
    apart = make_hours("c")
    eve = {"date": "2026-12-24", "name": "Christmas Eve", "hours": [["09:00", "12:00"]]}
    holiday_schedule_update(schedule=schedule, changes={"holidays": [CHRISTMAS, eve]}, by=None, now=LATER)
    assert [hours.versions.count() for hours in (*observing, apart)] == [2, 2, 1]
    document = schedule_version_at(observing[0], LATER).document
    assert document["holidays"] == ["2026-12-25"]
    assert document["overrides"] == {"2026-12-24": [["09:00", "12:00"]]}


def test_a_part_that_is_closed_is_taken_from_the_hours_of_each_that_observes_it():
    """A Thursday from noon. The night shift loses what lies on that date; who is closed by then loses nothing."""
    eve = {"date": "2026-12-24", "name": "Christmas Eve", "closed": [["12:00", "24:00"]]}
    schedule = make_holidays(eve)
    nights = {"wed": [["22:00", "24:00"]], "thu": [["00:00", "06:00"], ["22:00", "24:00"]], "fri": [["00:00", "06:00"]]}
    weeks = {
        "days": (WEEK, {"2026-12-24": [["09:00", "12:00"]]}, []),
        "always": ({day: [["00:00", "24:00"]] for day in DAYS}, {"2026-12-24": [["00:00", "12:00"]]}, []),
        "nights": (nights, {"2026-12-24": [["00:00", "06:00"]]}, []),
        "afternoons": ({"thu": [["13:00", "17:00"]]}, {}, ["2026-12-24"]),
        "mornings": ({"thu": [["08:00", "12:00"]]}, {}, []),
        "fridays": ({"fri": [["08:00", "12:00"]]}, {}, []),
    }
    for code, (week, overrides, holidays) in weeks.items():
        hours = make_hours(code, week=week, holiday_schedule=schedule)
        document = schedule_version_at(hours, NOW).document
        assert (document["overrides"], document["holidays"]) == (overrides, holidays), code
    own = make_hours("own", holiday_schedule=schedule, overrides={"2026-12-24": [["10:00", "16:00"]]})
    assert schedule_version_at(own, NOW).document["overrides"] == {"2026-12-24": [["10:00", "16:00"]]}


def test_another_name_of_a_holiday_changes_no_hours():
    schedule = make_holidays(CHRISTMAS)
    hours = make_hours(holiday_schedule=schedule)
    renamed = [CHRISTMAS | {"name": "Noël"}]
    holiday_schedule_update(schedule=schedule, changes={"holidays": renamed}, by=None, now=LATER)
    assert hours.versions.count() == 1


@pytest.mark.parametrize(
    ("holidays", "pointer", "code"),
    [
        ({}, "/holidays", "wrong_type"),
        ([7], "/holidays/0", "wrong_type"),
        ([CHRISTMAS, CHRISTMAS], "/holidays/1/date", "duplicate"),
        ([CHRISTMAS | {"date": "2026-02-30"}], "/holidays/0/date", "invalid_date"),
        ([CHRISTMAS | {"name": ""}], "/holidays/0/name", "required"),
        ([CHRISTMAS | {"colour": 1}], "/holidays/0/colour", "unknown_key"),
        ([CHRISTMAS | {"hours": [["12:00", "09:00"]]}], "/holidays/0/hours/0", "end_before_start"),
        ([CHRISTMAS | {"hours": "short"}], "/holidays/0/hours", "wrong_type"),
        ([CHRISTMAS | {"closed": "short"}], "/holidays/0/closed", "wrong_type"),
        ([CHRISTMAS | {"closed": []}], "/holidays/0/closed", "required"),
        ([CHRISTMAS | {"closed": [["9", "10:00"]]}], "/holidays/0/closed/0/0", "bad_time"),
        ([CHRISTMAS | {"hours": [], "closed": [["09:00", "10:00"]]}], "/holidays/0/closed", "unexpected_value"),
    ],
)
def test_bad_holidays_are_named_at_their_place(holidays, pointer, code):
    with pytest.raises(Invalid) as caught:
        holiday_schedule_create(code="uk", name="UK", holidays=holidays, **BY_NOW)
    assert pointers(caught) == {pointer: code}


def test_public_holidays_come_as_rows_beside_those_that_are_there():
    schedule = make_holidays(CHRISTMAS | {"name": "Our own Christmas"})
    hours = make_hours(holiday_schedule=schedule)
    added = holiday_import(schedule=schedule, country="GB", subdivision="ENG", years=[2026], **BY_NOW)
    assert "Good Friday" in {holiday.name for holiday in added}
    assert schedule.holidays.get(date="2026-12-25").name == "Our own Christmas"
    assert hours.versions.count() == 2


@pytest.mark.parametrize(
    ("given", "pointer"),
    [
        ({"country": "XX"}, "/country"),
        ({"subdivision": "MOON"}, "/subdivision"),
        ({"years": []}, "/years"),
        ({"years": [1]}, "/years"),
    ],
)
def test_an_import_of_nowhere_is_refused(given, pointer):
    values = {"country": "GB", "subdivision": "ENG", "years": [2026]} | given
    with pytest.raises(Invalid) as caught:
        holiday_import(schedule=make_holidays(), **values, **BY_NOW)
    assert list(pointers(caught)) == [pointer]


def test_an_observed_holiday_schedule_stays():
    schedule = make_holidays()
    make_hours(holiday_schedule=schedule)
    with pytest.raises(NotPossible, match="UK hours"):
        holiday_schedule_delete(schedule=schedule, **BY_NOW)


def test_holidays_close_the_compiled_hours():
    hours = make_hours(holiday_schedule=make_holidays({"date": "2026-03-02", "name": "Today", "hours": None}))
    assert not working_time(schedule_version_at(hours, NOW)).is_open(NOW + timedelta(hours=2))
