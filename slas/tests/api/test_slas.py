"""`/slas/`: one document, drafts with ETags, versions, verbs."""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from slas.models import SLA
from slas.tests.policy.builders import make_document, make_item, make_kpi

pytestmark = pytest.mark.django_db
V1 = "/api/v1/slas"


def read(api: APIClient, sla: SLA, part: str = "") -> tuple[dict[str, Any], str]:
    response = api.get(f"{V1}/{sla.pk}/{part}")
    assert response.status_code == 200, response.json()
    return response.json(), response["ETag"]


def put(api: APIClient, sla: SLA, body: Any, etag: str, part: str = ""):
    return api.put(f"{V1}/{sla.pk}/{part}", body, format="json", headers={"If-Match": etag})


def renamed(body: dict[str, Any], name: str = "Renamed") -> dict[str, Any]:
    item = {**body["items"][0], "name": name}
    return {**body, "items": [item]}


def test_a_new_sla_is_a_draft_in_one_document(api):
    make_kpi()
    body = {"code": "gold", "name": "Gold", "record_type": "case", **make_document()}
    response = api.post(f"{V1}/", body, format="json")
    assert response.status_code == 201, response.json()
    created = response.json()
    assert (created["state"], created["version"], created["has_draft"], created["is_draft"]) == (
        "draft",
        None,
        True,
        True,
    )
    assert created["items"][0]["key"] == "gold-first-response-by"
    after = created["items"][0]["moments"][0]["after"]
    assert after == {"amount": 45, "unit": "minutes", "iso8601": "PT45M", "seconds": 2700}


def test_a_draft_may_have_no_items_and_publishing_says_so(api, sla):
    _body, etag = read(api, sla)
    response = api.patch(f"{V1}/{sla.pk}/", {"items": []}, format="json", headers={"If-Match": etag})
    assert response.status_code == 200, response.json()
    assert response.json()["items"] == [] and response.json()["has_draft"]
    check = api.get(f"{V1}/{sla.pk}/check/").json()
    assert not check["can_publish"]
    assert [(one["code"], one["pointer"]) for one in check["refusals"]] == [("no_items", "/items")]
    etag = response["ETag"]
    response = api.post(f"{V1}/{sla.pk}/publish/", {}, format="json", headers={"If-Match": etag})
    assert response.status_code == 400 and response.json()["errors"][0]["code"] == "no_items"
    assert read(api, sla)[0]["items"] != []


def test_reading_shows_the_published_version_and_writing_writes_the_draft(api, sla):
    body, etag = read(api, sla)
    assert body["version"] == 1 and not body["has_draft"]
    response = put(api, sla, renamed(body), etag)
    assert response.status_code == 200 and response.json()["is_draft"]
    assert response.json()["items"][0]["name"] == "Renamed"
    published, _etag = read(api, sla)
    assert published["items"][0]["name"] != "Renamed" and published["has_draft"]
    draft, _etag = read(api, sla, "draft/")
    assert draft["items"][0]["name"] == "Renamed"


def test_put_of_an_unchanged_get_makes_no_draft(api, sla):
    body, etag = read(api, sla)
    response = put(api, sla, body, etag)
    assert response.status_code == 200 and not response.json()["has_draft"]
    assert response["ETag"] == etag


def test_put_of_an_unchanged_get_takes_no_draft_away(api, sla):
    body, etag = read(api, sla)
    etag = put(api, sla, renamed(body), etag)["ETag"]
    put(api, sla, body, etag)
    assert read(api, sla, "draft/")[0]["items"][0]["name"] == "Renamed"


def test_the_etag_of_an_answer_is_good_for_the_next_write(api, sla):
    body, etag = read(api, sla)
    etag = put(api, sla, renamed(body), etag)["ETag"]
    assert put(api, sla, renamed(body, "Again"), etag).status_code == 200


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_a_write_names_what_it_has_read(api, sla, method):
    body, etag = read(api, sla)
    write = getattr(api, method)
    for part in ("", "draft/"):
        assert write(f"{V1}/{sla.pk}/{part}", body, format="json").status_code == 428
    put(api, sla, renamed(body), etag)
    stale = write(f"{V1}/{sla.pk}/", body, format="json", headers={"If-Match": etag})
    assert stale.status_code == 412
    assert stale.json()["changed"]["document"]["items"][0]["name"] == "Renamed"


def test_patch_changes_the_given_keys_of_the_draft(api, sla):
    _body, etag = read(api, sla)
    url = f"{V1}/{sla.pk}/"
    response = api.patch(url, {"reopening": "restart"}, format="json", headers={"If-Match": etag})
    assert response.status_code == 200
    assert response.json()["reopening"] == "restart" and len(response.json()["items"]) == 1
    assert read(api, sla)[0]["reopening"] is None


def test_a_wrong_document_changes_nothing_not_even_the_name(api, sla):
    body, etag = read(api, sla)
    response = put(api, sla, {**body, "name": "New name", "items": [make_item(kpi="nope")]}, etag)
    assert response.status_code == 400
    assert [error["pointer"] for error in response.json()["errors"]] == ["/items/0/kpi"]
    assert read(api, sla) == (body, etag)


def test_name_and_document_are_written_together(api, sla):
    body, etag = read(api, sla)
    response = put(api, sla, {**renamed(body), "name": "New name"}, etag)
    assert (response.json()["name"], response.json()["items"][0]["name"]) == ("New name", "Renamed")


def test_code_and_record_type_stay(api, sla):
    body, etag = read(api, sla)
    response = put(api, sla, {**body, "code": "other"}, etag)
    assert response.status_code == 400 and response.json()["errors"][0]["code"] == "immutable"


def test_a_deep_body_is_refused_shortly(api, sla):
    _body, etag = read(api, sla)
    raw = '{"name": "x", "items": ' + "[" * 500 + "]" * 500 + "}"
    response = api.put(f"{V1}/{sla.pk}/", raw, content_type="application/json", headers={"If-Match": etag})
    [error] = response.json()["errors"]
    assert (response.status_code, error["code"], error["pointer"]) == (400, "too_deep", "/items" + "/0" * 19)


def test_discarding_and_asking_for_no_draft(api, sla):
    body, etag = read(api, sla)
    etag = put(api, sla, renamed(body), etag)["ETag"]
    url = f"{V1}/{sla.pk}/draft/"
    assert api.delete(url, headers={"If-Match": etag}).status_code == 204
    assert api.get(url).status_code == 404


# --- publishing ---


def test_publishing_makes_the_next_version(api, sla):
    body, etag = read(api, sla)
    put(api, sla, renamed(body), etag)
    response = api.post(f"{V1}/{sla.pk}/publish/", {"reason": "Because"}, format="json")
    assert response.status_code == 200, response.json()
    assert response.json()["version"] == 2 and not response.json()["has_draft"]
    versions = api.get(f"{V1}/{sla.pk}/versions/").json()["results"]
    assert [(one["number"], one["reason"]) for one in versions] == [(2, "Because"), (1, "")]
    second = api.get(f"{V1}/{sla.pk}/versions/2/").json()
    assert second["document"]["items"][0]["name"] == "Renamed"
    assert second["frozen"]["kpis"]["first_response_by"]["applicable_from"] == "created_on"


def test_a_dry_run_publishes_nothing(api, sla):
    body, etag = read(api, sla)
    put(api, sla, renamed(body), etag)
    response = api.post(f"{V1}/{sla.pk}/publish/?dry_run=true")
    assert response.status_code == 200 and response.json()["version"] == 2
    assert read(api, sla)[0]["version"] == 1
    assert api.post(f"{V1}/{sla.pk}/publish/?dry_run=maybe").status_code == 400


def test_what_cannot_be_published_is_said_with_pointers(api, sla):
    body, etag = read(api, sla)
    contradiction = {"all": [{"field": "service_level", "op": "is", "value": "silver"}]}
    put(api, sla, {**body, "items": [make_item(success_when=contradiction)]}, etag)
    response = api.post(f"{V1}/{sla.pk}/publish/")
    assert response.status_code == 400
    assert response.json()["errors"][0] | {"detail": ""} == {
        "pointer": "/items/0/success_when",
        "code": "never_succeeds",
        "detail": "",
    }
    check = api.get(f"{V1}/{sla.pk}/check/").json()
    assert not check["can_publish"] and check["refusals"][0]["code"] == "never_succeeds"


def test_a_document_can_be_checked_without_storing_it(api, sla):
    late = make_item()
    late["moments"][0]["after"] = {"amount": 2, "unit": "hours"}
    check = api.post(f"{V1}/{sla.pk}/check/", {"items": [late]}, format="json").json()
    finding = check["warnings"][0]
    assert check["can_publish"] and finding["code"] == "warning_not_before_failure"
    assert (finding["pointer"], finding["item"]) == ("/items/0/moments/0/after", "gold-first-response-by")
    assert finding["severity"] == "warning"
    assert finding["witness"] == {"service_level": "gold", "created_on": "2026-03-02T09:00:00Z"}
    assert not read(api, sla)[0]["has_draft"]


def test_publishing_without_a_draft_is_not_possible(api, sla):
    response = api.post(f"{V1}/{sla.pk}/publish/")
    assert response.status_code == 409 and response.json()["code"] == "no_draft"


# --- verbs ---


def test_the_default_moves(api, sla):
    assert api.post(f"{V1}/{sla.pk}/set-default/").json()["is_default"]
    clone = api.post(f"{V1}/{sla.pk}/clone/", {"code": "other"}, format="json").json()
    refused = api.post(f"{V1}/{clone['id']}/set-default/")
    assert refused.status_code == 409 and refused.json()["code"] == "not_active"
    api.post(f"{V1}/{clone['id']}/publish/")
    assert api.post(f"{V1}/{clone['id']}/set-default/").json()["is_default"]
    assert not read(api, sla)[0]["is_default"]


def test_deactivate_and_activate(api, sla):
    api.post(f"{V1}/{sla.pk}/set-default/")
    response = api.post(f"{V1}/{sla.pk}/deactivate/")
    assert (response.json()["state"], response.json()["is_default"]) == ("inactive", False)
    assert api.post(f"{V1}/{sla.pk}/deactivate/").status_code == 409
    assert api.post(f"{V1}/{sla.pk}/activate/").json()["state"] == "active"


def test_a_verb_with_a_stale_etag_is_refused(api, sla):
    body, etag = read(api, sla)
    put(api, sla, renamed(body), etag)
    response = api.post(f"{V1}/{sla.pk}/publish/", headers={"If-Match": etag})
    assert response.status_code == 412


def test_an_unused_sla_can_be_deleted(api, sla):
    _body, etag = read(api, sla)
    assert api.delete(f"{V1}/{sla.pk}/", headers={"If-Match": etag}).status_code == 204
    assert not SLA.objects.exists()
