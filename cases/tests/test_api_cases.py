"""The REST doors of cases: create, read, update, commands, numbers of other systems."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import quote

import pytest
from django.db import connection
from rest_framework.test import APIClient

from cases import services
from cases.models import Case
from cases.tests.builders import (
    NOW,
    judge,
    make_case,
    make_customer,
    make_support_sla,
    make_team,
    make_token,
    make_user,
)
from cases.wording import ChangeWords
from slas import records
from slas.models import RecordChange
from slas.services.policy.slas import sla_clone

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
URL = "/api/v1/cases/"


@pytest.fixture
def api() -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {make_token(make_user())}")
    return client


def problems(response) -> dict[str, str]:
    return {each["pointer"]: each["code"] for each in response.json()["errors"]}


class TestCreating:
    def test_answers_with_the_case_its_timers_and_its_etag(self, api):
        make_support_sla()
        customer = make_customer()
        response = api.post(URL, {"title": "Help", "customer": customer.pk, "priority": "high"})
        body = response.json()
        assert response.status_code == 201
        assert response["ETag"]
        assert (body["number"], body["state"], body["service_level"]) == ("CASE-1001", "active", "gold")
        assert body["customer_name"] == "Northwind Traders"
        timers = {each["kpi"]: each["status"] for each in body["kpi_instances"]}
        assert timers == {"first_response_by": "in_progress", "resolve_by": "in_progress"}
        assert body["kpi_instances"][0]["working_seconds_left"] == 3600

    @pytest.mark.parametrize(
        ("given", "channel", "said"), [({}, "api", "API"), ({"channel": "email"}, "email", "email")]
    )
    def test_came_over_the_api_unless_it_says_otherwise(self, api, given, channel, said):
        body = api.post(URL, {"title": "Help", **given}).json()
        assert body["channel"] == channel
        (change,) = RecordChange.objects.all()
        assert ChangeWords(records.get("case"), now=NOW).of(change).startswith(f"Case opened by {said}.")

    def test_applies_the_sla_that_is_named(self, api):
        make_support_sla(default=False)
        body = api.post(URL, {"title": "Help", "sla": "support-contract"}).json()
        judge(Case.objects.get())
        shown = api.get(f"{URL}{body['id']}/").json()
        assert shown["applied_sla"] == {
            "code": "support-contract",
            "name": "Support contract",
            "version": 1,
            "source": "api",
        }

    @pytest.mark.parametrize(
        ("body", "pointer", "code"),
        [
            ({}, "/title", "required"),
            ({"title": ""}, "/title", "blank"),
            ({"title": "x" * 201}, "/title", "max_length"),
            ({"title": "x", "priority": "panic"}, "/priority", "invalid_choice"),
            ({"title": "x", "customer": 99}, "/customer", "does_not_exist"),
            ({"title": "x", "opened_on": "yesterday"}, "/opened_on", "invalid"),
            ({"title": "x", "sla": "nothing"}, "/sla", "does_not_exist"),
            ({"title": "x", "colour": "red"}, "/colour", "unknown_key"),
            ({"title": "x", "status": "canceled"}, "/status", "status_does_not_fit_state"),
            ({"title": "x", "source": "mail"}, "/external_number", "required"),
        ],
    )
    def test_says_at_which_field_the_fault_is(self, api, body, pointer, code):
        response = api.post(URL, body)
        assert response.status_code == 400
        assert response["Content-Type"] == "application/problem+json"
        assert problems(response) == {pointer: code}
        assert not Case.objects.exists()

    @pytest.mark.parametrize("body", ["[]", "3", '"x"', "{", "null"])
    def test_refuses_what_is_no_object(self, api, body):
        assert api.post(URL, body, content_type="application/json").status_code == 400

    def test_the_same_key_creates_one_case(self, api):
        first = api.post(URL, {"title": "Help"}, HTTP_IDEMPOTENCY_KEY="a1")
        again = api.post(URL, {"title": "Help"}, HTTP_IDEMPOTENCY_KEY="a1")
        assert (first.json()["id"], Case.objects.count()) == (again.json()["id"], 1)


class TestUpdating:
    def test_a_patch_with_the_etag_changes_the_case(self, api):
        case = make_case()
        etag = api.get(f"{URL}{case.pk}/")["ETag"]
        response = api.patch(f"{URL}{case.pk}/", {"priority": "urgent"}, HTTP_IF_MATCH=etag)
        assert (response.status_code, response.json()["priority"]) == (200, "urgent")
        assert response["ETag"] != etag

    def test_what_was_read_can_be_put_back(self, api):
        case = make_case(customer=make_customer())
        read = api.get(f"{URL}{case.pk}/")
        response = api.put(f"{URL}{case.pk}/", read.json(), HTTP_IF_MATCH=read["ETag"])
        assert (response.status_code, response["ETag"]) == (200, read["ETag"])

    def test_without_etag_428_and_with_a_stale_one_412(self, api):
        case = make_case()
        url = f"{URL}{case.pk}/"
        etag = api.get(url)["ETag"]
        assert api.patch(url, {"priority": "low"}).status_code == 428
        services.case_update(case=case, priority="high", by=None, now=NOW)
        response = api.patch(url, {"priority": "low"}, HTTP_IF_MATCH=etag)
        assert (response.status_code, response.json()["changed"]["priority"]) == (412, "high")
        assert Case.objects.get().priority == "high"

    def test_a_command_may_name_what_was_read(self, api):
        case = make_case()
        url = f"{URL}{case.pk}/"
        etag = api.get(url)["ETag"]
        services.case_update(case=case, priority="high", by=None, now=NOW)
        stale = api.post(f"{url}resolve/", HTTP_IF_MATCH=etag)
        assert (stale.status_code, stale.json()["changed"]["priority"]) == (412, "high")
        assert api.post(f"{url}resolve/", HTTP_IF_MATCH=api.get(url)["ETag"]).json()["state"] == "resolved"
        assert api.post(f"{url}reactivate/").json()["state"] == "active"

    def test_the_state_is_not_written(self, api):
        case = make_case()
        etag = api.get(f"{URL}{case.pk}/")["ETag"]
        response = api.patch(f"{URL}{case.pk}/", {"state": "resolved"}, HTTP_IF_MATCH=etag)
        assert (response.status_code, problems(response)) == (400, {"/state": "read_only"})

    def test_deleting(self, api):
        case = make_case()
        etag = api.get(f"{URL}{case.pk}/")["ETag"]
        assert api.delete(f"{URL}{case.pk}/").status_code == 428
        assert api.delete(f"{URL}{case.pk}/", HTTP_IF_MATCH=etag).status_code == 204
        assert api.get(f"{URL}{case.pk}/").status_code == 404


class TestCommands:
    def test_resolve_cancel_and_reactivate(self, api):
        case = make_case()
        resolved = api.post(f"{URL}{case.pk}/resolve/", {"status": "information_provided"}).json()
        assert (resolved["state"], resolved["status"]) == ("resolved", "information_provided")
        assert api.post(f"{URL}{case.pk}/cancel/").status_code == 409
        assert api.post(f"{URL}{case.pk}/reactivate/").json()["state"] == "active"
        assert api.post(f"{URL}{case.pk}/cancel/").json()["status"] == "canceled"

    def test_hold_keeps_the_reason(self, api):
        make_support_sla()
        case = make_case()
        body = {"status": "on_hold", "reason": "supplier", "details": "Parts are late"}
        answer = api.post(f"{URL}{case.pk}/hold/", body)
        assert (answer.status_code, answer.json()["status"]) == (200, "on_hold")
        assert {each["status"] for each in answer.json()["kpi_instances"]} == {"paused"}
        data = api.get(f"{URL}{case.pk}/changes/").json()["results"][-1]["data"]
        assert data == {"note": "Waiting for a supplier or partner: Parts are late"}

    @pytest.mark.parametrize(
        ("given", "found"),
        [
            ({"status": "researching"}, {"/status": "does_not_pause"}),
            ({"status": "merged"}, {"/status": "invalid_choice"}),
            ({"reason": "whim"}, {"/reason": "invalid_choice"}),
            ({"reason": "other"}, {"/details": "required"}),
        ],
    )
    def test_hold_asks_why(self, api, given, found):
        make_support_sla()
        body = {"status": "on_hold", "reason": "agreed"} | given
        assert problems(api.post(f"{URL}{make_case().pk}/hold/", body)) == found

    def test_assign(self, api):
        case, team, user = make_case(), make_team(), make_user("second@desk.example")
        body = api.post(f"{URL}{case.pk}/assign/", {"owner": user.pk, "team": team.pk}).json()
        assert (body["owner_name"], body["team_name"]) == ("second", "First-line")
        assert problems(api.post(f"{URL}{case.pk}/assign/", {"owner": 9999})) == {"/owner": "does_not_exist"}

    def test_who_is_not_named_keeps_the_case(self, api):
        user, team = make_user("b@desk.example"), make_team()
        case = make_case(owner=user, team=team)
        assign = f"{URL}{case.pk}/assign/"
        bodies = [api.post(assign, {"owner": None}).json(), api.post(assign, {"owner": user.pk}).json()]
        assert [(body["owner"], body["team"]) for body in bodies] == [(None, team.pk), (user.pk, team.pk)]
        assert problems(api.post(assign, {})) == {"": "required"}

    def test_merge(self, api):
        case, into = make_case("Twin"), make_case("Main")
        body = api.post(f"{URL}{case.pk}/merge/", {"into": into.pk}).json()
        assert (body["status"], body["merged_into"]) == ("merged", into.pk)

    def test_reply(self, api):
        case = make_case()
        body = api.post(f"{URL}{case.pk}/reply/", {"text": "On it"}).json()
        assert body["first_response_sent"] is True
        (reply,) = api.get(f"{URL}{case.pk}/activities/").json()["results"]
        assert (reply["subject"], reply["message"]) == ("Reply", None)

    def test_a_reply_is_mailed_once_under_its_key(self, api):
        case = make_case(customer=make_customer(email="desk@northwind.example"))
        for _time in range(2):
            api.post(f"{URL}{case.pk}/reply/", {"text": "On it"}, format="json", HTTP_IDEMPOTENCY_KEY="reply-1")
        (reply,) = api.get(f"{URL}{case.pk}/activities/").json()["results"]
        (mail,) = api.get("/api/v1/messages/").json()["results"]
        assert (mail["id"], mail["to_email"]) == (reply["message"], "desk@northwind.example")

    def test_apply_sla_by_code_none_and_automatic(self, api):
        make_support_sla()
        case = make_case()
        url = f"{URL}{case.pk}/apply-sla/"
        judge(case)
        for body, source in (
            ({"no_sla": True}, "hand_none"),
            ({"sla": "support-contract"}, "api"),
            ({"sla": None}, "default"),
        ):
            assert api.post(url, body).status_code == 200
            judge(case)
            assert api.get(f"{URL}{case.pk}/").json()["applied_sla"]["source"] == source
        both = api.post(url, {"sla": "support-contract", "no_sla": True})
        assert problems(both) == {"/no_sla": "contradiction"}

    @pytest.mark.parametrize("verb", ["resolve", "cancel", "reactivate", "assign", "apply-sla", "merge", "reply"])
    def test_unknown_arguments_are_refused(self, api, verb):
        response = api.post(f"{URL}{make_case().pk}/{verb}/", {"colour": "red"})
        assert response.status_code == 400
        assert problems(response)["/colour"] == "unknown_key"


class TestReading:
    def test_the_queue_comes_first_failure_first(self, api):
        make_support_sla()
        slow, fast, outside = make_case(service_level="bronze"), make_case(), make_case(service_level="")
        for case in (slow, fast, outside):
            judge(case)
        found = api.get(URL).json()["results"]
        assert [each["id"] for each in found] == [fast.pk, slow.pk, outside.pk]
        assert found[0]["next_failure_at"] == "2026-03-02T10:00:00Z"
        assert found[2]["next_failure_at"] is None

    def test_pages_by_cursor_in_the_order_of_the_queue(self, api):
        make_support_sla()
        for level in ("bronze", "gold", "silver"):
            judge(make_case(level, service_level=level))
        first = api.get(f"{URL}?limit=2").json()
        second = api.get(first["next"]).json()
        assert [each["title"] for each in first["results"] + second["results"]] == ["gold", "silver", "bronze"]

    @pytest.mark.parametrize(
        ("query", "titles"),
        [
            ("state=resolved", ["done"]),
            ("priority=urgent", ["urgent"]),
            ("q=STRASSE", ["Straße"]),
            ("q=case-1001", ["done"]),
            ("service_level=silver", ["urgent"]),
            ("sla=none", ["Straße", "done", "urgent"]),
            ("due=breached", []),
        ],
    )
    def test_filters(self, api, query, titles):
        services.case_resolve(case=make_case("done"), by=None, now=NOW)
        make_case("urgent", priority="urgent", service_level="silver")
        make_case("Straße")
        found = api.get(f"{URL}?{query}").json()["results"]
        assert sorted(each["title"] for each in found) == titles

    def test_a_wrong_filter_is_a_problem(self, api):
        response = api.get(f"{URL}?state=asleep")
        assert (response.status_code, problems(response)) == (400, {"/state": "invalid_choice"})

    def test_due_chips_are_ranges_over_stored_times(self, api, clock):
        make_support_sla()
        judge(make_case())
        assert len(api.get(f"{URL}?due=next_hour").json()["results"]) == 0  # an hour exactly is not within it
        clock.advance(60)
        assert len(api.get(f"{URL}?due=next_hour").json()["results"]) == 1
        clock.advance(3000)
        assert len(api.get(f"{URL}?due=nearing").json()["results"]) == 1
        clock.advance(3000)
        assert len(api.get(f"{URL}?due=breached").json()["results"]) == 1

    def test_the_log_and_the_timers(self, api):
        make_support_sla()
        case = make_case()
        judge(case)
        services.case_update(case=case, priority="high", by=None, now=NOW)
        log = api.get(f"{URL}{case.pk}/changes/").json()["results"]
        assert log[1]["changed"] == {"priority": {"old": "normal", "new": "high"}}
        timers = api.get(f"{URL}{case.pk}/kpi-instances/").json()
        assert [each["item_name"] for each in timers] == ["Gold – First response by", "Gold – Resolve by"]


class TestExternalNumbers:
    URL = f"{URL}by-external-id/helpdesk/INC-7/"

    def test_creates_then_updates(self, api):
        created = api.put(self.URL, {"title": "Help"})
        updated = api.put(self.URL, {"priority": "high"})
        assert (created.status_code, updated.status_code) == (201, 200)
        assert Case.objects.count() == 1
        body = api.get(self.URL).json()
        assert (body["title"], body["priority"], body["external_number"]) == ("Help", "high", "INC-7")

    @pytest.mark.parametrize("number", ["INC/2026/7", "INC 7", "7#2", "Ü-7", "a?b", "/", "50%"])
    def test_a_number_as_the_other_system_writes_it(self, api, number):
        url = f"{URL}by-external-id/helpdesk/{quote(number, safe='')}/"
        assert [api.put(url, {"title": "Help"}).status_code for _ in range(2)] == [201, 200]
        assert api.get(url).json()["external_number"] == number

    def test_an_unknown_number_is_not_found(self, api):
        assert api.get(self.URL).status_code == 404

    def test_a_case_that_is_made_meanwhile_is_updated(self, api):
        read: list[str] = []

        def make_after_reading(execute, sql, params, many, context):
            if read == ["read"]:
                read.append("made")
                assert api.put(self.URL, {"title": "First", "priority": "high"}).status_code == 201
            elif not read and sql.startswith("SELECT") and "external_number" in sql:
                read.append("read")
            return execute(sql, params, many, context)

        with connection.execute_wrapper(make_after_reading):
            answer = api.put(self.URL, {"title": "Second"})
        assert (answer.status_code, answer.json()["title"], answer.json()["priority"]) == (200, "Second", "high")
        assert Case.objects.count() == 1

    def test_the_sla_is_for_a_new_case_and_may_be_named_again(self, api):
        sla_clone(sla=make_support_sla(), code="other", by=None, now=NOW)
        body = {"title": "Help", "sla": "support-contract"}
        assert [api.put(self.URL, body).status_code for _ in range(2)] == [201, 200]
        for other in ("other", None):
            assert problems(api.put(self.URL, {"sla": other})) == {"/sla": "not_changed_here"}
        judge(Case.objects.get())
        assert api.put(self.URL, body).json()["applied_sla"]["code"] == "support-contract"

    def test_an_sla_that_was_left_to_us_may_be_left_to_us_again(self, api):
        make_support_sla()
        body = {"title": "Help", "sla": None}
        assert [api.put(self.URL, body).status_code for _ in range(2)] == [201, 200]

    def test_a_new_case_needs_its_title(self, api):
        assert problems(api.put(self.URL, {})) == {"/title": "required"}


class TestPermissions:
    def test_anonymous_callers_are_asked_who_they_are(self):
        response = APIClient().get(URL)
        assert response.status_code == 401

    def test_a_token_that_may_only_read_writes_nothing(self):
        client = APIClient()
        client.credentials(HTTP_AUTHORIZATION=f"Token {make_token(make_user(), scope='read')}")
        assert client.get(URL).status_code == 200
        assert client.post(URL, {"title": "x"}).status_code == 403

    @pytest.mark.parametrize("role", ["agent", "manager", "administrator"])
    def test_every_role_works_cases(self, role):
        client = APIClient()
        client.credentials(HTTP_AUTHORIZATION=f"Token {make_token(make_user(role=role))}")
        assert client.post(URL, {"title": "x"}).status_code == 201


class TestReadingWhatIsNew:
    """Another system keeps a copy: it asks for what was written since it asked last."""

    def test_page_by_page_from_a_moment_on(self, api):
        cases = [make_case(f"Case {n}", now=NOW + timedelta(hours=n)) for n in range(4)]
        services.case_update(case=cases[0], priority="high", by=None, now=NOW + timedelta(hours=9))
        since = (NOW + timedelta(hours=2)).isoformat()
        page = api.get(URL, {"modified_after": since, "ordering": "modified_on", "limit": 2}).json()
        rest = api.get(page["next"]).json()
        assert [row["title"] for row in page["results"] + rest["results"]] == ["Case 2", "Case 3", "Case 0"]

    @pytest.mark.parametrize(
        ("name", "titles"),
        [
            ("created_before", {"Case 0", "Case 1"}),
            ("modified_before", {"Case 0", "Case 1"}),
            ("created_after", {"Case 2"}),
        ],
    )
    def test_up_to_and_from_a_moment(self, api, name, titles):
        for number in range(3):
            make_case(f"Case {number}", now=NOW + timedelta(hours=number))
        found = api.get(URL, {name: (NOW + timedelta(hours=2)).isoformat()}).json()["results"]
        assert {row["title"] for row in found} == titles
