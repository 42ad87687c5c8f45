"""`/kpis/`, `/business-hours/`, `/holiday-schedules/`, `/record-types/`."""

from __future__ import annotations

import pytest
from django.urls import resolve

from sla_project.operations.tests.builders import seen
from slas.tests.policy.builders import GOLD, WEEK, make_hours

pytestmark = pytest.mark.django_db
V1 = "/api/v1"
KPI = {"code": "resolve_by", "name": "Resolve by", "record_type": "case", "applicable_from": "created_on"}
HOURS = {"code": "uk", "name": "UK", "tz": "Europe/London", "week": WEEK}


def test_record_types_tell_what_conditions_can_ask(agent):
    case = agent.get(f"{V1}/record-types/case/").json()
    fields = {field["path"]: field for field in case["fields"]}
    assert {"code": "gold", "label": "Gold"} in fields["service_level"]["choices"]
    assert {"code": "in", "label": "is one of"} in fields["priority"]["operators"]
    assert fields["customer"]["lookup"] and fields["customer.name"]["label"] == "Customer › Name"
    assert not fields["resolved_on"]["condition"]
    assert "created_on" in case["applicable_from"] and "resolved_on" not in case["applicable_from"]
    assert {one["name"] for one in agent.get(f"{V1}/record-types/").json()["results"]} >= {"case", "activity"}
    assert agent.get(f"{V1}/record-types/spaceship/").status_code == 404


def test_a_kpi_lives_its_life(api):
    created = api.post(f"{V1}/kpis/", KPI, format="json")
    assert created.status_code == 201 and created.json()["state"] == "inactive"
    url = f"{V1}/kpis/{created.json()['id']}/"
    assert api.post(f"{url}activate/").json()["state"] == "active"
    assert api.post(f"{url}activate/").status_code == 409
    changed = api.patch(url, {"pause_override": True, "pause_when": GOLD}, headers=seen(api, url))
    assert changed.json()["pause_when"] == GOLD
    assert api.put(url, api.get(url).json(), headers=seen(api, url)).status_code == 200
    assert api.delete(url, headers=seen(api, url)).status_code == 204


def test_a_kpi_in_use_stays(api, sla):
    url = f"{V1}/kpis/{api.get(f'{V1}/kpis/').json()['results'][0]['id']}/"
    for response in (api.post(f"{url}deactivate/"), api.delete(url, headers=seen(api, url))):
        assert response.status_code == 409 and "Support" in response.json()["detail"]


DOCUMENTS = [("kpis", KPI), ("business-hours", HOURS), ("holiday-schedules", {"code": "uk", "name": "UK"})]


@pytest.mark.parametrize(("resource", "body"), DOCUMENTS)
def test_writes_name_what_they_have_read(api, resource, body):
    created = api.post(f"{V1}/{resource}/", body)
    url = f"{V1}/{resource}/{created.json()['id']}/"
    for method in ("put", "patch", "delete"):
        assert getattr(api, method)(url, body).status_code == 428
    read = {"If-Match": created["ETag"]}
    assert api.patch(url, {"name": "Other"}, headers=read).status_code == 200
    stale = api.patch(url, {"name": "Mine"}, headers=read)
    assert stale.status_code == 412 and stale.json()["changed"]["name"] == "Other"
    assert api.delete(url, headers=read).status_code == 412
    assert api.post(f"{url}clone/", headers=read).status_code == 412
    assert api.post(f"{url}clone/", headers=seen(api, url)).status_code == 201


@pytest.mark.parametrize(("resource", "body"), DOCUMENTS)
def test_what_somebody_changes_at_the_last_moment_is_not_overwritten(api, resource, body, monkeypatch):
    """The ETag is compared once the row is held: a change between finding the object and holding it counts."""
    created = api.post(f"{V1}/{resource}/", body)
    view = resolve(f"{V1}/{resource}/{created.json()['id']}/").func.cls
    find = view.get_object

    def find_and_be_overtaken(self):
        found = find(self)
        type(found).objects.filter(pk=found.pk).update(name="Theirs")
        return found

    monkeypatch.setattr(view, "get_object", find_and_be_overtaken)
    url = f"{V1}/{resource}/{created.json()['id']}/"
    answer = api.patch(url, {"name": "Mine"}, headers={"If-Match": created["ETag"]})
    assert answer.status_code == 412 and answer.json()["changed"]["name"] == "Theirs"


def test_hours_are_versioned(api):
    created = api.post(f"{V1}/business-hours/", HOURS, format="json")
    assert created.status_code == 201 and created.json()["version"] == 1
    url = f"{V1}/business-hours/{created.json()['id']}/"
    assert api.put(url, created.json(), headers=seen(api, url)).json()["version"] == 1
    assert api.patch(url, {"tz": "Europe/Paris"}, headers=seen(api, url)).json()["version"] == 2
    versions = api.get(f"{url}versions/").json()["results"]
    assert [version["number"] for version in versions] == [2, 1]
    assert api.get(f"{url}versions/1/").json()["document"]["tz"] == "Europe/London"
    assert api.get(f"{url}versions/3/").status_code == 404


@pytest.mark.parametrize(
    ("given", "pointer", "code"),
    [
        ({"week": {}}, "/week", "never_open"),
        ({"week": []}, "/week", "wrong_type"),
        ({"week": {"mon": [["9", "17:00"]]}}, "/week/mon/0/0", "bad_time"),
        ({"tz": "Nowhere"}, "/tz", "unknown_zone"),
        ({"holiday_schedule": "nope"}, "/holiday_schedule", "unknown"),
    ],
)
def test_unusable_hours_are_refused_at_their_place(api, given, pointer, code):
    response = api.post(f"{V1}/business-hours/", HOURS | given, format="json")
    errors = {error["pointer"]: error["code"] for error in response.json()["errors"]}
    assert response.status_code == 400 and errors == {pointer: code}


def test_hours_in_use_stay_and_name_their_users(api, sla):
    from slas.services.policy.slas import sla_update_draft
    from slas.tests.policy.builders import NOW, make_document, make_item

    document = make_document(make_item(business_hours="uk-hours"))
    sla_update_draft(sla=sla, document=document, expected_revision=None, by=None, now=NOW)
    pk = api.get(f"{V1}/business-hours/?code=uk-hours").json()["results"][0]["id"]
    url = f"{V1}/business-hours/{pk}/"
    response = api.delete(url, headers=seen(api, url))
    assert response.status_code == 409 and "Support" in response.json()["detail"]


def compute(client, body):
    hours = make_hours()
    return client.post(f"{V1}/business-hours/{hours.pk}/compute/", body, format="json")


FRIDAY = "2026-03-06T16:30:00Z"


@pytest.mark.parametrize(
    ("question", "end", "seconds"),
    [
        ({"seconds": 3600}, "2026-03-09T09:30:00Z", 3600),
        ({"duration": {"amount": 1, "unit": "hours"}}, "2026-03-09T09:30:00Z", 3600),
        ({"duration": {"amount": 2, "unit": "business_days"}}, "2026-03-10T16:30:00Z", 57600),
        ({"end": "2026-03-09T09:30:00Z"}, "2026-03-09T09:30:00Z", 3600),
        ({"seconds": -1800}, "2026-03-06T16:00:00Z", -1800),
    ],
)
def test_everybody_may_compute(agent, question, end, seconds):
    answer = compute(agent, {"start": FRIDAY, **question})
    assert answer.status_code == 200, answer.json()
    assert (answer.json()["end"], answer.json()["seconds"], answer.json()["version"]) == (end, seconds, 1)


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/start"),
        ({"start": FRIDAY}, ""),
        ({"start": FRIDAY, "seconds": 1, "end": FRIDAY}, ""),
        ({"start": "yesterday", "seconds": 1}, "/start"),
        ({"start": "2026-03-06T16:30:00", "seconds": 1}, "/start"),
        ({"start": FRIDAY, "seconds": 10**15}, "/seconds"),
        ({"start": FRIDAY, "duration": {"amount": 0, "unit": "hours"}}, "/duration"),
    ],
)
def test_a_bad_question_is_refused(api, body, pointer):
    response = compute(api, body)
    assert response.status_code == 400
    assert response.json()["errors"][0]["pointer"] == pointer


def test_holidays_are_part_of_their_schedule(api):
    holiday = {"date": "2026-12-25", "name": "Christmas Day", "hours": None, "closed": None}
    body = {"code": "uk", "name": "UK", "holidays": [holiday]}
    created = api.post(f"{V1}/holiday-schedules/", body, format="json")
    assert created.status_code == 201 and created.json()["holidays"] == [holiday]
    url = f"{V1}/holiday-schedules/{created.json()['id']}/"
    assert api.put(url, created.json(), headers=seen(api, url)).status_code == 200
    wrong = api.patch(url, {"holidays": [{**holiday, "date": "soon"}]}, headers=seen(api, url))
    assert wrong.json()["errors"][0]["pointer"] == "/holidays/0/date"
    hours = api.post(f"{V1}/business-hours/", HOURS | {"holiday_schedule": "uk"}, format="json").json()
    assert hours["holiday_schedule"] == "uk"
    assert api.delete(url, headers=seen(api, url)).status_code == 409


def test_public_holidays_come_by_country(api):
    created = api.post(f"{V1}/holiday-schedules/", {"code": "uk", "name": "UK"}, format="json").json()
    url = f"{V1}/holiday-schedules/{created['id']}/"
    body = {"country": "GB", "subdivision": "ENG", "years": [2026]}
    tried = api.post(f"{url}import/?dry_run=true", body, format="json").json()
    assert len(tried["holidays"]) > 5 and api.get(url).json()["holidays"] == []
    assert api.post(f"{url}import/", body, format="json").json()["holidays"] == tried["holidays"]
    for wrong in ({"country": "XX"}, {"years": ["soon"]}, {"years": 2026}):
        assert api.post(f"{url}import/", body | wrong, format="json").status_code == 400
