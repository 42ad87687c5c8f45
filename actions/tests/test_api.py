"""The REST resources: documents with ETags, problems at their field, reading for all, writing for few."""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from actions.models import ActionRun, EmailTemplate, Message
from actions.passes import mail_pass, run_pass
from actions.tests.conftest import ask
from sla_project.accounts.models import Role, User

TEMPLATES = "/api/v1/email-templates/"
RUNS = "/api/v1/action-runs/"
MESSAGES = "/api/v1/messages/"
BODY = {
    "code": "due-soon",
    "name": "Due soon",
    "target_type": "note",
    "subject": "{{ note.name }}",
    "body": "Dear {{ recipient.name }}",
}
MAIL = {"kind": "send_email", "to": ["owner"], "subject": "Due", "body": "Soon"}
TITLE = {"kind": "update_record", "set": {"name": "Other"}}


@pytest.fixture
def api(administrator: User, notes: Any, clicks: Any) -> APIClient:
    client = APIClient()
    client.force_authenticate(administrator)
    return client


@pytest.fixture
def agent(db: None) -> APIClient:
    client = APIClient()
    client.force_authenticate(
        User.objects.create_user("ann@example.org", "secret-of-ann", display_name="Ann", role=Role.AGENT)
    )
    return client


def test_the_life_of_a_template(api: APIClient) -> None:
    created = api.post(TEMPLATES, BODY)
    assert created.status_code == 201 and created.data["state"] == "inactive"
    url = f"{TEMPLATES}{created.data['id']}/"
    read = api.get(url)
    assert read["ETag"] == created["ETag"]

    changed = api.patch(url, {"name": "Other"}, headers={"If-Match": read["ETag"]})
    assert (changed.status_code, changed.data["name"]) == (200, "Other")
    put = api.put(url, changed.data, headers={"If-Match": changed["ETag"]})
    assert put.status_code == 200 and put["ETag"] == changed["ETag"], "an unchanged PUT changes nothing"

    assert api.post(f"{url}activate/").data["state"] == "active"
    active = api.get(url)
    assert api.delete(url, headers={"If-Match": active["ETag"]}).status_code == 409
    inactive = api.post(f"{url}deactivate/")
    assert api.delete(url, headers={"If-Match": inactive["ETag"]}).status_code == 204
    assert api.get(url).status_code == 404


def test_writes_name_what_they_have_read(api: APIClient) -> None:
    created = api.post(TEMPLATES, BODY)
    url = f"{TEMPLATES}{created.data['id']}/"
    assert api.patch(url, {"name": "x"}).status_code == 428
    assert api.delete(url).status_code == 428
    api.patch(url, {"name": "First"}, headers={"If-Match": created["ETag"]})
    stale = api.patch(url, {"name": "Second"}, headers={"If-Match": created["ETag"]})
    assert (stale.status_code, stale.data["code"], stale.data["changed"]["name"]) == (412, "stale", "First")


def test_a_copy_has_a_code_of_its_own(api: APIClient) -> None:
    url = f"{TEMPLATES}{api.post(TEMPLATES, BODY).data['id']}/clone/"
    copies = [api.post(url), api.post(url), api.post(url, {"code": "late", "name": "Late"})]
    assert [copy.status_code for copy in copies] == [201] * 3
    assert [copy.data["code"] for copy in copies] == ["due-soon-copy", "due-soon-copy-2", "late"]
    assert [copy.data["name"] for copy in copies] == ["Due soon (copy)", "Due soon (copy)", "Late"]
    assert {(copy.data["state"], copy.data["body"]) for copy in copies} == {("inactive", BODY["body"])}
    for wrong, code in (
        ({"code": "late"}, "unique"),
        ({"code": "Late!"}, "invalid_code"),
        ({"cod": "x"}, "unknown_key"),
    ):
        answer = api.post(url, wrong)
        assert (answer.status_code, [one["code"] for one in answer.data["errors"]]) == (400, [code])


@pytest.mark.parametrize(
    "changes, pointer, code",
    [
        ({"subject": "{{ note.nme }}"}, "/subject", "unknown_placeholder"),
        ({"body": "{% load x %}"}, "/body", "invalid_text"),
        ({"code": "No Code"}, "/code", "invalid_code"),
        ({"target_type": "planet"}, "/target_type", "unknown_type"),
        ({"name": None}, "/name", "null"),
        ({"surprise": 1}, "/surprise", "unknown_key"),
    ],
)
def test_bad_input_is_a_problem_at_its_field(api: APIClient, changes: dict[str, Any], pointer: str, code: str) -> None:
    answer = api.post(TEMPLATES, BODY | changes)
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    assert [(error["pointer"], error["code"]) for error in answer.data["errors"]] == [(pointer, code)]
    assert not EmailTemplate.objects.exists()


def test_preview(api: APIClient) -> None:
    url = f"{TEMPLATES}{api.post(TEMPLATES, BODY).data['id']}/preview/"
    stored = api.post(url, {})
    assert (stored.data["subject"], stored.data["text"]) == ("[Title]", "Dear [Recipient: name]")
    tried = api.post(url, {"body": "{{ note.name|upper }} <b>"})
    assert tried.data["text"] == "[TITLE] <b>" and "&lt;b&gt;" in tried.data["html"]
    assert api.post(url, {"body": "{{ nope }}"}).data["errors"][0]["pointer"] == "/body"


def test_agents_read_and_do_not_write(api: APIClient, agent: APIClient, note: EmailTemplate, clock: Any) -> None:
    url = f"{TEMPLATES}{note.pk}/"
    (run,) = ask(note, [MAIL], clock.now)
    run_pass()
    message = Message.objects.get()
    for path in (TEMPLATES, url, RUNS, f"{RUNS}{run.pk}/", MESSAGES, f"{MESSAGES}{message.pk}/"):
        assert agent.get(path).status_code == 200, path
        assert APIClient().get(path).status_code == 401, path
    for path in (TEMPLATES, f"{url}activate/", f"{RUNS}{run.pk}/retry/"):
        assert agent.post(path, {}).status_code == 403, path
    for path in (RUNS, MESSAGES):
        assert api.post(path, {}).status_code == 405, path


def test_runs_are_filtered_and_retried(
    api: APIClient, note: EmailTemplate, notes: Any, clock: Any, django_assert_max_num_queries: Any
) -> None:
    notes.broken = {"update"}
    ask(note, [TITLE, MAIL], clock.now)
    for _attempt in range(8):
        run_pass()
        clock.advance(600)
    notes.broken = set()

    with django_assert_max_num_queries(4):
        assert len(api.get(RUNS).data["results"]) == 2
    (dead,) = api.get(RUNS, {"state": "dead", "kind": "update_record", "target_id": note.pk}).data["results"]
    assert (dead["attempts"], dead["last_error"]) == (8, "RuntimeError: update is out of order")
    assert api.get(RUNS, {"state": "odd"}).status_code == 400
    assert api.get(f"{RUNS}{dead['id']}/").data["cause_text"] == "Click 1"

    assert api.post(f"{RUNS}{dead['id']}/retry/").data["state"] == "queued"
    run_pass()
    again = api.post(f"{RUNS}{dead['id']}/retry/")
    assert (again.status_code, again.data["code"]) == (409, "not_retryable")


def test_messages_show_what_each_attempt_came_to(api: APIClient, note: EmailTemplate, clock: Any) -> None:
    ask(note, [MAIL], clock.now)
    run_pass()
    mail_pass()
    (message,) = api.get(MESSAGES, {"to_email": "OLGA@example.org", "state": "sent"}).data["results"]
    assert message["message_id"].startswith("<run.")
    assert [attempt["outcome"] for attempt in message["delivery_attempts"]] == ["sent"]
    run = ActionRun.objects.get()
    assert message["run"] == run.pk
    assert api.get(f"{RUNS}{run.pk}/").data["message"] == message["id"]


def test_the_lists_are_pages_with_cursors(api: APIClient, note: EmailTemplate, clock: Any) -> None:
    for number in range(3):
        ask(note, [TITLE], clock.now, cause_key=str(number))
    first = api.get(RUNS, {"limit": 2})
    assert [run["cause_key"] for run in first.data["results"]] == ["2", "1"]
    second = api.get(first.data["next"])
    assert [run["cause_key"] for run in second.data["results"]] == ["0"]
