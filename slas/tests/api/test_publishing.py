"""`publish/`, `republish/`, `diff/` and `forecast/`: what would happen, what did, and the job that does the rest."""

from __future__ import annotations

import copy

import pytest

from cases.services import case_create
from cases.tests.builders import judge
from sla_project.operations.jobs import jobs_finish
from slas.models import KPI, SLA, TrackedRecord
from slas.services.policy.kpis import kpi_update
from slas.services.policy.slas import sla_set_default, sla_update_draft
from slas.tests.policy.builders import NOW

pytestmark = pytest.mark.django_db
HELD = {"all": [{"field": "status", "op": "is", "value": "on_hold"}]}


@pytest.fixture
def desk(api, sla, clock) -> SLA:
    """Two open cases by version 1, and a draft that makes them late."""
    sla_set_default(sla=sla, by=None, now=NOW)
    for number in range(2):
        judge(case_create(title=f"Case {number}", service_level="gold", by=None, now=NOW))
    clock.advance(30 * 60)
    document = copy.deepcopy(sla.current.document["authored"])
    document["items"][0]["moments"][0]["after"] = {"amount": 5, "unit": "minutes"}
    document["items"][0]["moments"][1]["after"] = {"amount": 20, "unit": "minutes"}
    return sla_update_draft(sla=sla, document=document, expected_revision=None, by=None, now=NOW)


def url(sla: SLA, verb: str, query: str = "") -> str:
    return f"/api/v1/slas/{sla.pk}/{verb}/{query}"


def test_a_dry_run_tells_what_would_change_and_writes_nothing(api, desk) -> None:
    told = api.post(url(desk, "publish", "?dry_run=true"), {"reapply": True}, format="json")
    assert told.status_code == 200
    body = told.json()
    assert body["version"] == 2 and body["diff"]["items"][0]["change"] == "changed"
    assert body["diff"]["items"][0]["changes"][1] | {"label": ""} == {
        "field": body["diff"]["items"][0]["changes"][1]["field"],
        "label": "",
        "before": "after 1 h",
        "after": "after 20 min",
    }
    reapplication = body["reapplication"]
    assert (reapplication["total"], reapplication["counted"], reapplication["is_complete"]) == (2, 2, True)
    assert (reapplication["counts"]["replaced"], reapplication["counts"]["late"]) == (2, 2)
    assert api.get("/api/v1/jobs/").json()["results"] == []
    desk.refresh_from_db()
    assert desk.current.number == 1


def test_reapplying_is_accepted_and_the_job_tells_the_same_counts(api, desk) -> None:
    foretold = api.post(url(desk, "publish", "?dry_run=true")).json()["reapplication"]["counts"]
    accepted = api.post(url(desk, "publish"), {"reapply": True, "reason": "Shorter"}, format="json")
    assert accepted.status_code == 202
    assert accepted["Location"].endswith(f"/api/v1/jobs/{accepted.json()['id']}/")
    jobs_finish()
    job = api.get(accepted["Location"]).json()
    assert (job["state"], job["done"], job["total"]) == ("done", 2, 2)
    assert job["result"] == {name: count for name, count in foretold.items() if count}
    assert set(TrackedRecord.objects.values_list("sla_version__number", flat=True)) == {2}


def test_new_records_only_answers_with_the_sla(api, desk) -> None:
    answer = api.post(url(desk, "publish"), {"reason": "Shorter"}, format="json")
    assert (answer.status_code, answer.json()["version"]) == (200, 2) and "ETag" in answer.headers
    versions = api.get(url(desk, "versions")).json()["results"]
    assert [(one["number"], one["open_count"]) for one in versions] == [(2, 0), (1, 2)]


def test_counting_in_the_background(api, agent, desk) -> None:
    accepted = api.post(url(desk, "forecast"))
    assert accepted.status_code == 202
    jobs_finish()
    assert api.get(accepted["Location"]).json()["result"]["late"] == 2
    assert agent.post(url(desk, "forecast")).status_code == 403


def test_a_diff_of_the_usual_sides_and_of_any(api, desk) -> None:
    usual = api.get(url(desk, "diff")).json()
    assert usual["summary"] == "1 changed"
    assert api.get(url(desk, "diff", "?from=1&to=1")).json() == {"summary": "nothing changed", "items": [], "terms": []}
    api.post(url(desk, "publish"))
    assert api.get(url(desk, "diff")).json()["items"] == usual["items"]
    assert api.get(url(desk, "diff", "?from=2&to=1")).json()["items"][0]["changes"][0]["after"] == "after 45 min"


@pytest.mark.parametrize(("query", "pointer"), [("?to=7", "/to"), ("?from=x&to=1", "/from"), ("?to=%C2%B2", "/to")])
def test_a_diff_of_what_there_is_not(api, desk, query, pointer) -> None:
    answer = api.get(url(desk, "diff", query))
    assert answer.status_code == 400 and answer.json()["errors"][0]["pointer"] == pointer


def test_what_slas_share_is_published_again(api, agent, desk) -> None:
    assert api.post(url(desk, "republish")).json()["code"] == "up_to_date"
    kpi = KPI.objects.get()
    kpi_update(kpi=kpi, changes={"pause_override": True, "pause_when": HELD}, by=None, now=NOW)
    told = api.post(url(desk, "republish", "?dry_run=true")).json()
    assert [term["field"] for term in told["diff"]["terms"]] == ["kpis.first_response_by.pause_when"]
    foretold = told["reapplication"]
    assert agent.post(url(desk, "republish")).status_code == 403
    accepted = api.post(url(desk, "republish"), {"reapply": True, "reason": "Pause rule"}, format="json")
    assert accepted.status_code == 202
    jobs_finish()
    desk.refresh_from_db()
    assert (desk.current.number, desk.current.reason, desk.draft is not None) == (2, "Pause rule", True)
    result = api.get(accepted["Location"]).json()["result"]
    assert foretold["is_complete"] and foretold["counts"] == foretold["counts"] | result and result["replaced"] == 2


def test_republishing_what_was_never_published(api, sla) -> None:
    clone = api.post(url(sla, "clone"), {"code": "other"}, format="json").json()
    assert api.post(f"/api/v1/slas/{clone['id']}/republish/").json()["code"] == "not_published"
