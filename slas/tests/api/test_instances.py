"""`/kpi-instances/`: clocks of real cases, as they are now."""

from __future__ import annotations

from datetime import timedelta

import pytest
from rest_framework.response import Response

from cases.models import Case
from cases.services import case_create, case_resolve, case_update
from sla_project.operations.models import AuditEntry
from sla_project.operations.services import settings_update
from slas.models import KPIInstance, RecordChange
from slas.services.policy.slas import sla_set_default
from slas.tests.policy.builders import NOW

pytestmark = pytest.mark.django_db(transaction=True)
V1 = "/api/v1/kpi-instances"


@pytest.fixture
def case(sla) -> Case:
    """A gold case under the default SLA: warned after 45 minutes, failed after an hour."""
    sla_set_default(sla=sla, by=None, now=NOW)
    return case_create(title="Cannot sign in", service_level="gold", by=None, now=NOW)


def only(api, **query) -> dict:
    results = api.get(f"{V1}/", query).json()["results"]
    assert len(results) == 1
    return results[0]


def test_an_instance_says_what_it_counts_for_whom(api, case):
    instance = only(api)
    assert instance["record"] | {"html_url": ""} == {
        "type": "case",
        "id": case.pk,
        "number": case.number,
        "label": instance["record"]["label"],
        "lifecycle": "open",
        "html_url": "",
        "is_updating": False,
    }
    assert (instance["kpi"], instance["sla"], instance["sla_version"]) == ("first_response_by", "support", 1)
    assert instance["status"] == "in_progress" and instance["remaining_seconds"] == 3600
    assert instance["working_seconds"] == {
        "warnings": [{"key": "warning", "seconds": 2700}],
        "failure": 3600,
    }


def test_status_is_as_it_is_now_though_no_worker_runs(api, case, clock):
    """engine.md R33"""
    for minutes, status in ((44, "in_progress"), (46, "nearing_noncompliance"), (61, "noncompliant")):
        clock.set(NOW + timedelta(minutes=minutes))
        instance = only(api, status=status)
        assert instance["status"] == status
        assert api.get(f"{V1}/{instance['id']}/").json()["status"] == status
        assert len(api.get(f"{V1}/?status=in_progress").json()["results"]) == (status == "in_progress")


def test_lists_can_be_narrowed(api, case):
    due = (NOW + timedelta(hours=1)).isoformat()
    assert only(api, kpi="first_response_by", sla="support", record_type="case", record=case.pk)
    assert only(api, due_after=due, due_before=due, open="true", show="running")
    for query in ({"kpi": "other"}, {"record": 0}, {"due_before": NOW.isoformat()}, {"open": "false"}):
        assert api.get(f"{V1}/", query).json()["results"] == []
    assert api.get(f"{V1}/?status=sleepy").status_code == 400
    assert api.get(f"{V1}/?due_after=soon").status_code == 400


def test_events_and_explanation(api, case):
    pk = only(api)["id"]
    events = api.get(f"{V1}/{pk}/events/").json()["results"]
    assert [event["kind"] for event in events] == ["started"]
    explanation = api.get(f"{V1}/{pk}/explanation/").json()
    assert (explanation["sla"], explanation["version"], explanation["source"]) == ("support", 1, "default")
    assert explanation["items"][0]["outcome"] == "won"
    leaf = explanation["items"][0]["leaves"][0]
    assert leaf == {"sentence": "Service level is Gold", "actual": "Gold", "result": True}


def test_instances_are_read_only(api, case):
    url = f"{V1}/{only(api)['id']}/"
    assert {api.put(url, {}).status_code, api.delete(url).status_code, api.post(f"{V1}/").status_code} == {405}


# Adjusting ---------------------------------------------------------------------------------------

HOUR = {"amount": 1, "unit": "hours"}


def extend(api, pk: int, query: str = "", **body) -> Response:
    return api.post(f"{V1}/{pk}/extend/{query}", {"length": HOUR, "reason": "Agreed by phone", **body}, format="json")


def recalculate(api, pk: int, query: str = "", **body) -> Response:
    return api.post(f"{V1}/{pk}/recalculate/{query}", {"reason": "New hours", **body}, format="json")


def test_extending_moves_the_failure_time(api, case):
    """engine.md R5: a row of the record's log, and an audit entry, both with who and why."""
    pk = only(api)["id"]
    answer = extend(api, pk)
    assert answer.status_code == 200
    assert (answer.json()["id"], answer.json()["working_seconds"]["failure"]) == (pk, 7200)
    choice = RecordChange.objects.get(kind="extended")
    assert choice.data == {"kpi": "first_response_by", "seconds": 3600, "why": "Agreed by phone"}
    entry = AuditEntry.objects.get(action="kpi_instance.extended")
    assert (entry.by, entry.reason, entry.object_id) == (choice.by, "Agreed by phone", str(pk))
    assert KPIInstance.objects.get().failure_at == NOW + timedelta(hours=2)


def test_business_days_are_those_after_the_failure_time(api, case):
    """engine.md R19: without hours of its own, the clock runs around the clock."""
    answer = extend(api, only(api)["id"], length={"amount": 2, "unit": "business_days"})
    assert answer.json()["working_seconds"]["failure"] == 3600 + 2 * 86400


@pytest.mark.parametrize("status", ["new", "on_hold"])
def test_no_timer_is_moved_behind_the_next_hundred_years(api, case, status):
    """Nor, step by step, behind the end of the calendar, where no timer of its record could be judged any longer."""
    case_update(case=case, status=status, by=None, now=NOW)
    pk, length = only(api)["id"], {"amount": 3650, "unit": "days"}
    answers = [extend(api, pk, length=length) for _ in range(11)]
    assert [answer.status_code for answer in answers] == [200] * 10 + [400]
    assert answers[-1].json()["errors"][0]["pointer"] == "/length"
    assert only(api)["working_seconds"]["failure"] == 3600 + 10 * 3650 * 86400


def test_a_dry_run_says_what_would_be_and_changes_nothing(api, case):
    pk = only(api)["id"]
    assert extend(api, pk, "?dry_run=true").json()["working_seconds"]["failure"] == 7200
    assert recalculate(api, pk, "?dry_run=true").json()["id"] == pk
    assert not RecordChange.objects.exclude(kind="change").exists()
    assert not AuditEntry.objects.filter(action__startswith="kpi_instance").exists()
    assert only(api)["working_seconds"]["failure"] == 3600
    assert extend(api, pk, "?dry_run=perhaps").json()["errors"][0]["pointer"] == "/dry_run"


def test_an_extension_is_not_repeated_under_its_key(api, case):
    pk = only(api)["id"]
    for _time in range(2):
        body = {"length": HOUR, "reason": "Agreed"}
        api.post(f"{V1}/{pk}/extend/", body, format="json", HTTP_IDEMPOTENCY_KEY="once")
    assert only(api)["working_seconds"]["failure"] == 7200


def test_recalculating_a_settled_clock_starts_another(api, case, clock):
    """engine.md R22: the first result is history; the answer is the clock that counts now."""
    case_update(case=case, first_response_sent=True, by=None, now=clock.advance(60))
    pk = only(api)["id"]
    dry = recalculate(api, pk, "?dry_run=true").json()
    assert (dry["id"], dry["number"], dry["status"]) == (None, 2, "succeeded")
    clock.advance(60)
    answer = recalculate(api, pk).json()
    assert (answer["number"], answer["previous"], answer["is_current"]) == (2, pk, True)
    assert AuditEntry.objects.get(action="kpi_instance.recalculated").reason == "New hours"
    assert recalculate(api, pk).json()["code"] == "not_current"


def test_what_does_not_run_gets_no_more_time(api, case, clock):
    """engine.md R33: failed by now, though no worker has said so."""
    pk = only(api)["id"]
    clock.set(NOW + timedelta(minutes=61))
    answer = extend(api, pk)
    assert (answer.status_code, answer.json()["code"]) == (409, "not_running")
    assert not RecordChange.objects.filter(kind="extended").exists()


def test_nothing_is_recalculated_on_a_closed_record_or_while_disabled(api, case, clock):
    """engine.md R15, R25."""
    pk = only(api)["id"]
    settings_update(changes={"slas_disabled": True}, by=None, now=clock.advance(1))
    assert recalculate(api, pk).json()["code"] == "slas_disabled"
    assert extend(api, pk).status_code == 200  # running instances go on
    settings_update(changes={"slas_disabled": False}, by=None, now=clock.advance(1))
    case_resolve(case=case, by=None, now=clock.advance(1))
    assert recalculate(api, pk).json()["code"] == "closed"


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({"reason": ""}, "/reason", "required"),
        ({"reason": " \t"}, "/reason", "required"),
        ({"reason": "x" * 501}, "/reason", "too_long"),
        ({"reason": 5}, "/reason", "wrong_type"),
        ({"length": None}, "/length", "required"),
        ({"length": 3600}, "/length", "wrong_type"),
        ({"length": {"amount": 0, "unit": "hours"}}, "/length", "not_positive"),
        ({"length": {"amount": 1, "unit": "moons"}}, "/length", "unknown_unit"),
        ({"seconds": 3600}, "/seconds", "unknown_key"),
    ],
)
def test_bad_bodies_get_a_pointer(api, case, body, pointer, code):
    answer = extend(api, only(api)["id"], **body)
    assert answer.status_code == 400
    assert [(error["pointer"], error["code"]) for error in answer.json()["errors"]] == [(pointer, code)]


def test_agents_adjust_nothing(api, agent, manager, case):
    """A promise is not moved by those who have to keep it; managers and administrators may."""
    pk = only(api)["id"]
    assert extend(agent, pk).status_code == recalculate(agent, pk).status_code == 403
    assert extend(manager, pk).status_code == 200
    assert recalculate(manager, 10**9).status_code == 404
