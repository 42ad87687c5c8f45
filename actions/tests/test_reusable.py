"""Reusable actions: said once, named by their code, copied in when an SLA is published (engine.md R6)."""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from actions.models import Action
from actions.services import (
    action_activate,
    action_create,
    action_deactivate,
    action_delete,
    action_freeze,
    action_update,
    action_validate,
    action_words,
)
from actions.tests.conftest import note_of
from conftest import MONDAY_MORNING as NOW
from sla_project.accounts.models import Role, User
from sla_project.operations.errors import Invalid, NotPossible
from sla_project.operations.models import AuditEntry

pytestmark = pytest.mark.django_db
MAIL = {"kind": "send_email", "to": ["owner"], "subject": "Due", "body": "Soon"}
USED = {"kind": "reusable", "action": "tell"}
ACTIONS = "/api/v1/actions/"
BODY = {"code": "tell", "name": "Tell the owner", "target_type": "note", "document": MAIL}


@pytest.fixture
def tell(notes: Any) -> Action:
    action = action_create(**BODY, by=None, now=NOW)
    return action_activate(action=action, by=None, now=NOW)


def problems(document: Any, target_type: str = "note") -> list[tuple[str, str]]:
    with pytest.raises(Invalid) as caught:
        action_validate(document, target_type=target_type, pointer="/actions/2")
    return [(problem.pointer, problem.code) for problem in caught.value.problems]


def test_it_is_named_in_a_draft_and_copied_at_publishing(tell: Action) -> None:
    assert action_validate(USED, target_type="note", pointer="") == USED
    assert action_freeze(USED) == MAIL
    assert action_words(USED) == f"Tell the owner: {action_words(MAIL)}"


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ({"kind": "reusable"}, ("/actions/2/action", "required")),
        ({"kind": "reusable", "action": 7}, ("/actions/2/action", "required")),
        ({"kind": "reusable", "action": "nothing"}, ("/actions/2/action", "unknown_action")),
        ({"kind": "reusable", "action": "tell", "to": []}, ("/actions/2/to", "unknown_key")),
    ],
)
def test_what_is_refused_where_it_is_named(tell: Action, document: Any, expected: Any) -> None:
    assert problems(document) == [expected]


def test_an_inactive_one_can_neither_be_named_nor_published(tell: Action) -> None:
    action_deactivate(action=tell, by=None, now=NOW)
    assert problems(USED) == [("/actions/2/action", "inactive_action")]
    with pytest.raises(Invalid) as caught:
        action_freeze(USED)
    assert caught.value.problems[0].pointer == "/action"


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"document": {**MAIL, "to": []}}, "/document/to"),
        ({"document": "text"}, "/document"),
        ({"document": USED}, "/document/kind"),
        ({"name": " "}, "/name"),
        ({"name": "x" * 201}, "/name"),
        ({"code": "Not a code"}, "/code"),
        ({"target_type": "invoice"}, "/target_type"),
    ],
)
def test_faults_stand_at_their_field(notes: Any, changes: Any, pointer: str) -> None:
    with pytest.raises(Invalid) as caught:
        action_create(**{**BODY, **changes}, by=None, now=NOW)
    assert [problem.pointer for problem in caught.value.problems] == [pointer]
    assert not Action.objects.exists()


def test_its_life_is_audited(tell: Action) -> None:
    action_update(action=tell, changes={"name": "Tell them"}, by=None, now=NOW)
    action_update(action=tell, changes={"name": "Tell them"}, by=None, now=NOW)
    with pytest.raises(NotPossible):
        action_delete(action=tell, by=None, now=NOW)
    action_deactivate(action=tell, by=None, now=NOW)
    action_delete(action=tell, by=None, now=NOW)
    said = AuditEntry.objects.order_by("id").values_list("action", flat=True)
    verbs = ["create", "activate", "update", "deactivate", "delete"]
    assert list(said) == [f"action.{verb}" for verb in verbs]


def test_code_and_type_stay(tell: Action) -> None:
    with pytest.raises(Invalid) as caught:
        action_update(action=tell, changes={"code": "other", "target_type": "case"}, by=None, now=NOW)
    assert {problem.pointer for problem in caught.value.problems} == {"/code", "/target_type"}


# --- REST ---


@pytest.fixture
def api(administrator: User, notes: Any) -> APIClient:
    client = APIClient()
    client.force_authenticate(administrator)
    return client


def test_the_resource_lives_its_life(api: APIClient) -> None:
    created = api.post(ACTIONS, BODY)
    assert (created.status_code, created.data["state"]) == (201, "inactive")
    assert created.data["words"] == action_words(MAIL)
    url = f"{ACTIONS}{created.data['id']}/"
    assert api.patch(url, {"name": "Other"}).status_code == 428
    changed = api.patch(url, {"name": "Other"}, HTTP_IF_MATCH=created["ETag"])
    assert (changed.status_code, changed.data["name"]) == (200, "Other")
    assert api.patch(url, {"name": "Third"}, HTTP_IF_MATCH=created["ETag"]).status_code == 412
    assert api.post(f"{url}activate/").data["state"] == "active"
    assert [row["code"] for row in api.get(f"{ACTIONS}?state=active").data["results"]] == ["tell"]
    tag = api.get(url)["ETag"]
    assert api.delete(url, HTTP_IF_MATCH=tag).status_code == 409
    tag = api.post(f"{url}deactivate/")["ETag"]
    assert api.delete(url, HTTP_IF_MATCH=tag).status_code == 204


def test_a_list_reads_the_templates_once(api: APIClient, django_assert_max_num_queries: Any) -> None:
    for number in range(11):
        template = note_of(NOW, code=f"text-{number}", state="active")
        document = {"kind": "send_email", "to": ["owner"], "template": template.code}
        action_create(**BODY | {"code": f"tell-{number}", "document": document}, by=None, now=NOW)
    with django_assert_max_num_queries(4):
        results = api.get(ACTIONS).data["results"]
    assert len(results) == 11 and len({one["words"] for one in results}) == 1


def test_problems_of_the_resource_have_pointers(api: APIClient) -> None:
    answer = api.post(ACTIONS, {**BODY, "document": {**MAIL, "to": ["boss"]}})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, "/document/to/0")
    answer = api.post(ACTIONS, {**BODY, "documents": MAIL})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, "/documents")


def test_an_agent_only_reads(notes: Any) -> None:
    client = APIClient()
    client.force_authenticate(User.objects.create_user("a@b.example", "secret 123", display_name="A", role=Role.AGENT))
    assert client.get(ACTIONS).status_code == 200
    assert client.post(ACTIONS, BODY).status_code == 403
