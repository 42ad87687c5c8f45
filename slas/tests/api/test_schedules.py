"""What business hours and holiday schedules can do over the API beyond reading and writing."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cases.models import Case
from cases.tests.builders import judge, make_case
from sla_project.operations.jobs import jobs_finish
from sla_project.operations.models import Job
from sla_project.operations.tests.builders import seen
from slas.models import BusinessHours, HolidaySchedule
from slas.selectors.clocks.instances import record_of
from slas.services.hours.holidays import holiday_schedule_create
from slas.services.hours.schedules import business_hours_update
from slas.services.policy.slas import sla_set_default
from slas.tests.policy.builders import NOW, WEEK, make_document, make_hours, make_item, make_kpi, make_sla

pytestmark = pytest.mark.django_db
V1 = "/api/v1"
EVE = {"2026-12-24": [["09:00", "12:00"]]}
ICS = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20200501\nRRULE:FREQ=YEARLY\nSUMMARY:Labour\nEND:VEVENT\nEND:VCALENDAR"


@pytest.fixture
def hours(db, clock) -> BusinessHours:
    """In use by a published default SLA, with one case whose timer runs; the hours have changed since."""
    clock.set(NOW)
    make_kpi()
    schedule = holiday_schedule_create(code="uk", name="UK", by=None, now=NOW)
    hours = make_hours(holiday_schedule=schedule)
    document = make_document(make_item(business_hours="uk-hours"))
    sla_set_default(sla=make_sla(document=document, publish=True), by=None, now=NOW)
    judge(make_case())
    later = clock.set(NOW + timedelta(minutes=10))
    changes = {"week": {day: [["10:00", "17:00"]] for day in WEEK}}
    return business_hours_update(business_hours=hours, changes=changes, by=None, now=later)


def address(obj: BusinessHours | HolidaySchedule, verb: str = "") -> str:
    kind = "business-hours" if isinstance(obj, BusinessHours) else "holiday-schedules"
    return f"{V1}/{kind}/{obj.pk}/{verb}"


def pointers(response) -> list[str]:
    assert response.status_code == 400
    return [error["pointer"] for error in response.json()["errors"]]


def test_overrides_are_part_of_the_hours(api):
    body = {"code": "a", "name": "A", "tz": "UTC", "week": WEEK, "overrides": EVE}
    created = api.post(f"{V1}/business-hours/", body, format="json").json()
    assert created["overrides"] == EVE
    url = f"{V1}/business-hours/{created['id']}/"
    assert api.get(f"{url}versions/1/").json()["document"]["overrides"] == EVE
    assert api.put(url, created, headers=seen(api, url)).json()["version"] == 1
    assert api.patch(url, {"overrides": {}}, headers=seen(api, url)).json()["version"] == 2


@pytest.mark.parametrize(
    ("overrides", "pointer"),
    [
        ([], "/overrides"),
        ({"soon": []}, "/overrides/soon"),
        ({"2026-12-24": [["12:00", "09:00"]]}, "/overrides/2026-12-24/0"),
        ({"2026-12-24": None}, "/overrides/2026-12-24"),
    ],
)
def test_wrong_overrides_are_refused_at_their_place(api, hours, overrides, pointer):
    response = api.patch(address(hours), {"overrides": overrides}, headers=seen(api, address(hours)))
    assert pointers(response) == [pointer]


def test_usage_names_slas_versions_items_and_timers(agent, hours):
    assert agent.get(address(hours, "usage/")).json() == [
        {
            "sla": "support",
            "version": 1,
            "is_current": True,
            "items": ["Gold – First response by"],
            "open_timers": 1,
        }
    ]
    kpi = agent.get(f"{V1}/kpis/").json()["results"][0]["id"]
    assert agent.get(f"{V1}/kpis/{kpi}/usage/").json()[0]["open_timers"] == 1


def test_a_dry_run_says_what_would_move(api, hours):
    answer = api.post(address(hours, "recalculate/?dry_run=true"), {}, format="json")
    assert answer.status_code == 200
    found = answer.json()
    assert (found["total"], found["is_complete"], found["counts"]["moved"], found["counts"]["late"]) == (1, True, 1, 0)
    (move,) = found["moves"]
    assert (move["kpi"], move["outcome"]) == ("First response by", "moved")
    assert (move["before"]["failure_at"], move["after"]["failure_at"]) == (
        "2026-03-02T10:00:00Z",
        "2026-03-02T11:00:00Z",
    )
    assert not Job.objects.exists()


def test_recalculating_is_a_job(api, hours):
    started = api.post(address(hours, "recalculate/"), {"reason": "Winter hours"}, format="json")
    assert started.status_code == 202 and started["Location"].endswith(f"/api/v1/jobs/{started.json()['id']}/")
    jobs_finish()
    job = api.get(started["Location"]).json()
    assert (job["state"], job["result"]) == ("done", {"timers": 1, "moved": 1})
    again = api.post(address(hours, "recalculate/"), {}, format="json")
    assert again.status_code == 409 and again.json()["code"] == "nothing_to_do"


def test_holidays_recalculate_all_who_observe_them(api, hours):
    schedule = hours.holiday_schedule
    assert api.post(address(schedule, "recalculate/?dry_run=true"), {}, format="json").json()["total"] == 1
    assert api.post(address(schedule, "recalculate/"), {}, format="json").status_code == 202
    jobs_finish()
    versions = api.get(address(schedule, "versions/")).json()["results"]
    assert [(one["business_hours"], one["number"]) for one in versions] == [("uk-hours", 2), ("uk-hours", 1)]
    instance = record_of(Case.objects.get()).instances.get(is_current=True)
    assert instance.schedule_version.number == 2


@pytest.mark.parametrize(
    ("body", "pointer"), [({"reason": 7}, "/reason"), ({"reason": "x" * 501}, "/reason"), ({"why": "x"}, "/why")]
)
def test_a_wrong_body_is_refused(api, hours, body, pointer):
    assert pointers(api.post(address(hours, "recalculate/"), body, format="json")) == [pointer]
    assert not Job.objects.exists()


@pytest.mark.parametrize("verb", ["recalculate/", "recalculate/?dry_run=true", "clone/"])
def test_only_administrators_may(agent, hours, verb):
    assert agent.post(address(hours, verb), {}, format="json").status_code == 403
    assert agent.post(address(hours.holiday_schedule, verb), {}, format="json").status_code == 403


def test_clones_have_names_of_their_own(api, hours):
    clone = api.post(address(hours, "clone/"), {}, format="json")
    assert (clone.status_code, clone.json()["code"], clone.json()["version"]) == (201, "uk-hours-copy", 1)
    named = api.post(address(hours, "clone/"), {"code": "fr", "name": "France"}, format="json").json()
    assert (named["code"], named["name"], named["week"]) == ("fr", "France", clone.json()["week"])
    assert pointers(api.post(address(hours, "clone/"), {"code": "fr"}, format="json")) == ["/code"]
    assert api.post(address(hours.holiday_schedule, "clone/"), {}, format="json").json()["code"] == "uk-copy"
    kpi = api.get(f"{V1}/kpis/").json()["results"][0]
    copied = api.post(f"{V1}/kpis/{kpi['id']}/clone/", {}, format="json").json()
    assert (copied["code"], copied["state"]) == ("first_response_by-copy", "inactive")


def test_a_calendar_is_imported(api, hours):
    schedule = hours.holiday_schedule
    body = {"ics": ICS, "years": [2026, 2027]}
    tried = api.post(address(schedule, "import/?dry_run=true"), body, format="json").json()["holidays"]
    assert [(day["date"], day["name"]) for day in tried] == [("2026-05-01", "Labour"), ("2027-05-01", "Labour")]
    assert api.get(address(schedule)).json()["holidays"] == []
    assert api.post(address(schedule, "import/"), body, format="json").json()["holidays"] == tried
    assert hours.versions.count() == 3


def test_times_of_a_calendar_close_parts_of_days(api, hours):
    schedule = hours.holiday_schedule
    timed = ICS.replace("20200501", "20200501T110000Z\nDURATION:PT6H")
    body = {"ics": timed, "years": [2026]}
    import_ = address(schedule, "import/?dry_run=true")
    for given, closed in (({}, [["12:00", "18:00"]]), ({"tz": "Asia/Kolkata"}, [["16:30", "22:30"]])):
        (day,) = api.post(import_, body | given, format="json").json()["holidays"]
        assert (day["hours"], day["closed"]) == (None, closed)
    read = api.post(address(schedule, "import/"), body, format="json").json()
    headers = seen(api, address(schedule))
    assert api.put(address(schedule), read, headers=headers).json()["holidays"] == read["holidays"]
    assert hours.versions.last().document["overrides"] == {"2026-05-01": [["10:00", "12:00"]]}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"ics": ICS, "tz": "Mars/Olympus", "years": [2026]}, ["/tz"]),
        ({"country": "GB", "tz": "Europe/London", "years": [2026]}, ["/tz"]),
        ({"years": [2026]}, ["/country"]),
        ({"ics": ICS, "country": "GB", "years": [2026]}, ["/ics"]),
        ({"ics": "hello", "years": [2026]}, ["/ics"]),
        ({"ics": ICS.replace("20200501", "soon"), "years": [2026]}, ["/ics"]),
        ({"ics": ICS, "years": [2019]}, ["/ics"]),
        ({"ics": ICS, "years": []}, ["/years"]),
        ({"ics": ICS, "years": [10**9]}, ["/years"]),
        ({"ics": ICS, "years": ["2026"]}, ["/years/0"]),
        ({"ics": 7, "years": [2026]}, ["/ics"]),
        ({"ics": ICS}, ["/years"]),
    ],
)
def test_an_import_of_nothing_is_refused(api, hours, body, expected):
    assert pointers(api.post(address(hours.holiday_schedule, "import/"), body, format="json")) == expected
