"""A press on the list takes the text of the item's form along: saved with it, or kept with what is wrong with it."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from slas.models import SLA
from slas.services.policy.slas import sla_update_draft
from slas.tests.editor.forms import draft, edit_url, fields_of, shown
from slas.tests.policy.builders import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

PRESSES = [
    ("order", {"move": "down gold"}, ["all", "gold", "resolve"]),
    ("order", {"move": "to resolve", "position-resolve": "1"}, ["resolve", "gold", "all"]),
    ("duplicate", {"item": "all"}, ["gold", "all", "everyone-copy", "resolve"]),
    ("delete", {"item": "all"}, ["gold", "resolve"]),
]


def keys(sla: SLA) -> list[str]:
    return [item["key"] for item in draft(sla)["items"]]


def names(sla: SLA) -> list[str]:
    return [item["name"] for item in draft(sla)["items"]]


def press(client: Client, sla: SLA, name: str, fields: dict[str, Any]) -> Any:
    return client.post(reverse(f"slas:sla_edit_{name}", args=[sla.pk]), fields)


@pytest.mark.parametrize(("name", "given", "order"), PRESSES)
def test_text_is_saved_with_the_command(
    sla: SLA, admin: Client, name: str, given: dict[str, Any], order: list[str]
) -> None:
    response = press(admin, sla, name, shown(admin, sla, "gold") | {"name": "Typed", "moments-0-after": "50m"} | given)
    assert response.status_code == 302 and keys(sla) == order
    item = next(item for item in draft(sla)["items"] if item["key"] == "gold")
    assert (item["name"], item["moments"][0]["after"]["amount"]) == ("Typed", 50)
    text = admin.get(response["Location"]).content.decode()
    assert "“Typed” is saved in the draft." in text


@pytest.mark.parametrize(("name", "given", "order"), PRESSES)
def test_untouched_text_costs_nothing(
    sla: SLA, admin: Client, name: str, given: dict[str, Any], order: list[str]
) -> None:
    for chosen in ("gold", "new"):
        before, revision = draft(sla), sla.draft_revision
        response = press(admin, sla, name, shown(admin, sla, chosen) | given)
        assert response.status_code == 302 and keys(sla) == order
        assert sla.draft_revision == revision + 1
        sla_update_draft(sla=sla, document=before, expected_revision=None, by=None, now=NOW)
        sla.refresh_from_db()


@pytest.mark.parametrize(("name", "given", "order"), PRESSES)
@pytest.mark.parametrize("fault", [{"name": ""}, {"moments-1-after": "soon"}, {"applicable_when": "{"}])
def test_a_fault_keeps_the_text_and_does_nothing(
    sla: SLA, admin: Client, name: str, given: dict[str, Any], order: list[str], fault: dict[str, str]
) -> None:
    before = draft(sla)
    typed = shown(admin, sla, "gold") | {"business_hours": "uk-hours"} | fault
    response = press(admin, sla, name, typed | given)
    assert response.status_code == 422 and draft(sla) == before
    assert [one.target for one in response.context["form"].faults()] == [f"id_{field}" for field in fault]
    assert fields_of(response) == typed
    assert "data-unsaved" in response.content.decode()


def test_a_new_item_is_saved_last_and_stays_open(sla: SLA, admin: Client) -> None:
    rule = '{"all": [{"field": "state", "op": "is", "value": "resolved"}]}'
    new = {
        "name": "Bronze",
        "kpi": "resolve_by",
        "success_when": rule,
        "moments-0-after": "3h",
        "moments-1-after": "4h",
    }
    response = press(admin, sla, "order", shown(admin, sla, "new") | new | {"move": "up resolve"})
    assert keys(sla) == ["gold", "resolve", "all", "bronze"]
    assert response["Location"] == f"{edit_url(sla, 'bronze')}#row-resolve"


def test_a_copy_of_the_open_item_is_a_copy_of_its_text(sla: SLA, admin: Client) -> None:
    press(admin, sla, "duplicate", shown(admin, sla, "gold") | {"name": "Typed", "item": "gold"})
    assert names(sla)[:2] == ["Typed", "Typed (copy)"]


def test_the_text_of_what_is_deleted_is_not_judged(sla: SLA, admin: Client) -> None:
    response = press(admin, sla, "delete", shown(admin, sla, "gold") | {"name": "", "item": "gold"})
    assert response.status_code == 302 and keys(sla) == ["all", "resolve"]


def test_asking_before_deleting_hands_the_text_on(sla: SLA, admin: Client) -> None:
    typed = shown(admin, sla, "gold") | {"name": "Typed", "moments-1-after": "soon"}
    page = press(admin, sla, "delete", typed | {"ask": "all", "position-gold": "1"})
    assert page.status_code == 200 and keys(sla) == ["gold", "all", "resolve"]
    handed = dict(page.context["typed"].fields)
    assert handed["name"] == "Typed" and handed["moments-1-after"] == "soon"
    assert not {"ask", "revision", "csrfmiddlewaretoken", "position-gold"} & handed.keys()
    back = admin.post(edit_url(sla, "gold"), handed | {"revision": typed["revision"], "do": "show"})
    assert back.status_code == 200 and fields_of(back) == typed
    assert draft(sla)["items"][0]["name"] != "Typed"


def test_both_or_neither(sla: SLA, admin: Client) -> None:
    before = draft(sla)
    response = press(admin, sla, "duplicate", shown(admin, sla, "gold") | {"name": "Typed", "item": "nothing"})
    assert response.status_code == 422 and "The item is not there any more." in response.content.decode()
    assert draft(sla) == before and response.context["form"].text("name") == "Typed"


def test_nothing_is_overwritten_unseen(sla: SLA, admin: Client) -> None:
    typed = shown(admin, sla, "gold") | {"name": "Mine"}
    items = draft(sla)["items"]
    theirs = {"items": [{**items[0], "name": "Theirs"}, *items[1:]]}
    sla_update_draft(sla=sla, document=theirs, expected_revision=None, by=None, now=NOW)
    response = press(admin, sla, "order", typed | {"move": "down gold"})
    assert response.status_code == 409 and names(sla)[0] == "Theirs"
    assert response.context["form"].text("name") == "Mine" and response.context["theirs"] is not None
