"""Saving an item: everything in one request, errors at their fields, and adding parts without saving any."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from slas.models import SLA
from slas.tests.editor.forms import draft, edit_url, fields_of, shown

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def press(client: Client, sla: SLA, item: str, fields: dict[str, Any], command: str) -> dict[str, Any]:
    """Presses a button that re-renders without saving; answers the fields as they are then."""
    before = draft(sla)
    response = client.post(edit_url(sla, item), {**fields, "do": command})
    assert response.status_code == 200 and draft(sla) == before
    return fields_of(response)


def save(client: Client, sla: SLA, item: str, fields: dict[str, Any]) -> Any:
    return client.post(edit_url(sla, item), {**fields, "do": "save"})


def test_saving_what_is_shown_changes_nothing(sla: SLA, admin: Client) -> None:
    before, revision = draft(sla), sla.draft_revision
    for item in ("gold", "all", "resolve"):
        assert save(admin, sla, item, shown(admin, sla, item)).status_code == 302
    assert draft(sla) == before and sla.draft_revision == revision


def test_everything_of_an_item_is_saved_together(sla: SLA, admin: Client) -> None:
    fields = shown(admin, sla, "gold")
    fields |= {"name": "Gold, quick", "business_hours": "uk-hours", "pause": "never", "moments-0-after": "1h 30m"}
    fields |= {"moments-1-after": "2 business days", "moments-0-new_action": "send_email"}
    fields = press(admin, sla, "gold", fields, "add-action 0")
    fields |= {"moments-0-actions-0-to": ["owner", "lead"], "moments-0-actions-0-template": "due-soon"}
    fields |= {"moments-0-actions-0-addresses": "a@example.com, b@example.com", "moments-1-new_action": "update_record"}
    fields = press(admin, sla, "gold", fields, "add-action 1")
    fields = press(admin, sla, "gold", fields | {"moments-1-actions-0-new_field": "is_escalated"}, "add-change 1 0")
    fields |= {"moments-1-actions-0-changes-0-value": "true"}
    response = save(admin, sla, "gold", fields)
    assert response.status_code == 302 and response["Location"].endswith("?item=gold")
    item = draft(sla)["items"][0]
    assert (item["name"], item["business_hours"], item["pause"]) == (
        "Gold, quick",
        "uk-hours",
        {"allowed": False, "when": None},
    )
    assert [moment.get("after") for moment in item["moments"]] == [
        {"amount": 90, "unit": "minutes"},
        {"amount": 2, "unit": "business_days"},
    ]
    mail = {
        "kind": "send_email",
        "to": ["owner", "lead", "address:a@example.com", "address:b@example.com"],
        "template": "due-soon",
    }
    update = {"kind": "update_record", "target": "record", "set": {"is_escalated": True}}
    assert [moment["actions"] for moment in item["moments"]] == [[mail], [update]]


def test_a_new_item_comes_last_with_a_key_of_its_own(sla: SLA, admin: Client) -> None:
    fields = shown(admin, sla, "new")
    rule = '{"all": [{"field": "state", "op": "is", "value": "resolved"}]}'
    fields |= {"name": "Bronze", "kpi": "resolve_by", "success_when": rule}
    fields |= {"moments-0-after": "3h", "moments-1-after": "4h"}
    response = save(admin, sla, "new", fields)
    assert response.status_code == 302 and response["Location"].endswith("?item=bronze")
    assert [item["key"] for item in draft(sla)["items"]] == ["gold", "all", "resolve", "bronze"]
    assert [moment["kind"] for moment in draft(sla)["items"][3]["moments"]] == ["warning", "failure", "success"]


@pytest.mark.parametrize(
    ("given", "field", "words"),
    [
        ({"name": " "}, "name", "required"),
        ({"kpi": ""}, "kpi", "required"),
        ({"applicable_when": "{"}, "applicable_when", "not JSON"),
        ({"success_when": ""}, "success_when", "Say what success is"),
        ({"pause": "own", "pause_when": '{"all": []}'}, "pause_when", "pause for ever"),
        ({"moments-0-after": "soon"}, "moments-0-after", "Write a duration like"),
        ({"moments-1-after": ""}, "moments-1-after", "Say after how long"),
    ],
)
def test_a_fault_stands_at_its_field_and_in_the_summary(
    sla: SLA, admin: Client, given: dict[str, Any], field: str, words: str
) -> None:
    before = draft(sla)
    response = save(admin, sla, "gold", shown(admin, sla, "gold") | given)
    assert response.status_code == 422 and draft(sla) == before
    faults = {fault.target: fault.message for fault in response.context["form"].faults()}
    assert list(faults) == [f"id_{field}"] and words in faults[f"id_{field}"]
    assert f'href="#id_{field}"' in response.content.decode()


@pytest.mark.parametrize(
    ("choice", "given", "field"),
    [
        ("send_email", {"template": "missed"}, "to"),
        ("send_email", {"to": ["owner"], "subject": "Hi"}, "body"),
        ("send_email", {"to": ["owner"], "template": "missed", "addresses": "nobody"}, "addresses"),
        ("change_status", {}, "status"),
        ("assign", {}, "to"),
        ("reusable", {}, "action"),
        ("create_record:activity", {}, "changes-0-value"),
    ],
)
def test_what_the_service_refuses_in_an_action_stands_at_its_field(
    sla: SLA, admin: Client, choice: str, given: dict[str, Any], field: str
) -> None:
    fields = press(admin, sla, "gold", shown(admin, sla, "gold") | {"moments-1-new_action": choice}, "add-action 1")
    fields |= {f"moments-1-actions-0-{name}": value for name, value in given.items()}
    response = save(admin, sla, "gold", fields)
    assert response.status_code == 422
    at = f"moments-1-actions-0-{field}"
    wrong = [bound.html_name for part in response.context["form"].tree() for bound in part if bound.errors]
    assert wrong == [at]
    assert '<details class="action-box" open>' in response.content.decode()


def test_an_update_without_fields_is_refused_above_the_action(sla: SLA, admin: Client) -> None:
    fields = shown(admin, sla, "gold") | {"moments-1-new_action": "update_record"}
    fields = press(admin, sla, "gold", fields, "add-action 1")
    response = save(admin, sla, "gold", fields)
    assert response.status_code == 422 and "Say what to set" in response.content.decode()


def test_what_is_wrong_with_another_item_is_said(sla: SLA, admin: Client) -> None:
    """A draft may have become unreadable; it still says what stops the saving, and where."""
    draft(sla)
    sla.draft["items"][1]["kpi"] = "gone"  # type: ignore[index]
    sla.save()
    response = save(admin, sla, "gold", shown(admin, sla, "gold") | {"name": "Other"})
    assert response.status_code == 422
    assert "“Everyone”: There is no KPI “gone”." in response.content.decode()


# --- parts ------------------------------------------------------------------------------------------------------


def test_warnings_are_added_before_the_failure_and_removed(sla: SLA, admin: Client) -> None:
    fields = press(admin, sla, "gold", shown(admin, sla, "gold"), "add-warning")
    assert [fields[f"moments-{index}-kind"] for index in range(3)] == ["warning", "warning", "failure"]
    assert save(admin, sla, "gold", fields | {"moments-1-after": "50m"}).status_code == 302
    after = [moment["after"]["amount"] for moment in draft(sla)["items"][0]["moments"]]
    assert after == [45, 50, 1]
    fields = press(admin, sla, "gold", shown(admin, sla, "gold"), "remove-moment 0")
    assert save(admin, sla, "gold", fields).status_code == 302
    assert [moment["after"]["amount"] for moment in draft(sla)["items"][0]["moments"]] == [50, 1]


def test_actions_are_moved_and_removed(sla: SLA, admin: Client) -> None:
    fields = shown(admin, sla, "gold")
    for choice in ("assign", "change_status", "send_email"):
        fields = press(admin, sla, "gold", fields | {"moments-1-new_action": choice}, "add-action 1")
    fields = press(admin, sla, "gold", fields, "move-action 1 2 -1")
    fields = press(admin, sla, "gold", fields, "remove-action 1 0")
    assert [fields[f"moments-1-actions-{index}-kind"] for index in range(2)] == ["send_email", "change_status"]
    assert "moments-1-actions-2-kind" not in fields


def test_what_was_typed_wrong_stays_while_parts_are_added(sla: SLA, admin: Client) -> None:
    fields = press(admin, sla, "gold", shown(admin, sla, "gold") | {"moments-0-after": "soonish"}, "add-warning")
    assert fields["moments-0-after"] == "soonish"


@pytest.mark.parametrize(
    "command", ["explode", "remove-moment 99", "add-action x", "move-action 0 0", "remove-moment 1", ""]
)
def test_senseless_commands_do_nothing(sla: SLA, admin: Client, command: str) -> None:
    fields = shown(admin, sla, "gold")
    assert press(admin, sla, "gold", fields, command or "nothing") == fields


def test_a_script_gets_only_the_part_that_changes(sla: SLA, admin: Client) -> None:
    fields = shown(admin, sla, "gold") | {"do": "add-warning"}
    text = admin.post(edit_url(sla, "gold"), fields, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in text and 'data-focus-part="moments-1"' in text


def test_json_of_a_single_action_can_be_edited(sla: SLA, admin: Client) -> None:
    fields = shown(admin, sla, "gold")
    action = {"moments-1-actions-0-kind": "json", "moments-1-actions-0-json": '{"kind": "assign", "to": "lead"}'}
    assert save(admin, sla, "gold", fields | action).status_code == 302
    assert draft(sla)["items"][0]["moments"][1]["actions"] == [{"kind": "assign", "to": "lead"}]
    broken = save(admin, sla, "gold", shown(admin, sla, "gold") | action | {"moments-1-actions-0-json": "{"})
    assert broken.status_code == 422 and "not valid JSON" in broken.content.decode()


# --- the SLA's terms --------------------------------------------------------------------------------------------


def test_the_terms_of_all_items_are_saved(sla: SLA, admin: Client) -> None:
    url = f"{edit_url(sla)}?view=settings"
    given = {"business_hours": "uk-hours", "reopening": "restart", "recalculate_on_terminal": "yes"}
    assert admin.post(url, given | {"revision": sla.draft_revision}).status_code == 302
    document = draft(sla)
    assert (document["business_hours"], document["reopening"], document["recalculate_on_terminal"]) == (
        "uk-hours",
        "restart",
        True,
    )
    empty = {"business_hours": "", "reopening": "", "recalculate_on_terminal": ""}
    assert admin.post(url, empty | {"revision": sla.draft_revision}).status_code == 302
    assert draft(sla)["reopening"] is None and len(draft(sla)["items"]) == 3
