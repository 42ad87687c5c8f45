"""Who may do what: strangers nothing, agents read, administrators write."""

from __future__ import annotations

import pytest
from rest_framework.test import APIClient

from slas.tests.policy.builders import make_kpi

pytestmark = pytest.mark.django_db
V1 = "/api/v1"

LISTS = ["record-types", "kpis", "business-hours", "holiday-schedules", "slas", "kpi-instances"]
VERBS = ["publish", "activate", "deactivate", "set-default", "clear-default", "clone"]


@pytest.mark.parametrize("name", LISTS)
def test_a_stranger_is_told_to_sign_in(name):
    response = APIClient().get(f"{V1}/{name}/")
    assert response.status_code == 401
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["code"] == "not_authenticated"


@pytest.mark.parametrize("name", LISTS)
def test_an_agent_reads(agent, name):
    response = agent.get(f"{V1}/{name}/")
    assert response.status_code == 200 and set(response.json()) == {"next", "previous", "results"}


@pytest.mark.parametrize("name", ["kpis", "business-hours", "holiday-schedules", "slas"])
def test_an_agent_writes_nothing(agent, name):
    for method in ("post", "put", "patch", "delete"):
        url = f"{V1}/{name}/" if method == "post" else f"{V1}/{name}/1/"
        assert getattr(agent, method)(url, {}, format="json").status_code == 403


@pytest.mark.parametrize("verb", VERBS)
def test_an_agent_runs_no_verb_of_an_sla(agent, sla, verb):
    assert agent.post(f"{V1}/slas/{sla.pk}/{verb}/").status_code == 403


def test_verbs_of_kpis_and_schedules_are_the_administrators(agent, db):
    for path in ("kpis/1/activate", "kpis/1/deactivate", "business-hours/1/activate", "holiday-schedules/1/import"):
        assert agent.post(f"{V1}/{path}/").status_code == 403


@pytest.mark.parametrize("name", ["kpis", "business-hours", "holiday-schedules", "slas", "kpi-instances"])
def test_what_is_not_there_is_not_found(api, name):
    assert api.get(f"{V1}/{name}/999/").status_code == 404


@pytest.mark.parametrize("name", ["kpis", "business-hours", "holiday-schedules", "slas"])
@pytest.mark.parametrize("body", [[], "text", 7, None, {}, {"colour": "red"}])
def test_any_body_gets_an_answer(api, name, body):
    response = api.post(f"{V1}/{name}/", body, format="json")
    assert response.status_code == 400
    assert all(error["code"] and error["detail"] for error in response.json()["errors"])


def test_wrong_types_are_named_at_their_fields(api):
    body = {"code": 1, "name": [], "record_type": {}, "applicable_from": None, "pause_override": "yes"}
    response = api.post(f"{V1}/kpis/", body, format="json")
    pointers = {error["pointer"]: error["code"] for error in response.json()["errors"]}
    assert pointers == {
        "/code": "wrong_type",
        "/name": "wrong_type",
        "/record_type": "wrong_type",
        "/applicable_from": "required",
        "/pause_override": "wrong_type",
    }


def test_lists_can_be_filtered_ordered_and_paged(api):
    for code in ("a", "b", "c"):
        make_kpi(code, name=code.upper(), active=code != "b")
    page = api.get(f"{V1}/kpis/?state=active&ordering=-name&limit=1").json()
    assert [kpi["code"] for kpi in page["results"]] == ["c"]
    assert [kpi["code"] for kpi in api.get(page["next"]).json()["results"]] == ["a"]
    assert api.get(f"{V1}/kpis/?ordering=secret").status_code == 400
