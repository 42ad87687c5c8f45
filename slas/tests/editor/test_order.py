"""The list: order in one request with a revision, duplicates, deletion; and two editors who lose nothing."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from slas.models import SLA
from slas.services.policy.slas import sla_publish, sla_update_draft
from slas.tests.editor.forms import draft, edit_url, shown
from slas.tests.policy.builders import NOW

pytestmark = pytest.mark.django_db

AS_SCRIPT = {"HX-Request": "true"}


def keys(sla: SLA) -> list[str]:
    return [item["key"] for item in draft(sla)["items"]]


def command(client: Client, sla: SLA, name: str, given: dict[str, Any], **more: Any) -> Any:
    sla.refresh_from_db()
    url = reverse(f"slas:sla_edit_{name}", args=[sla.pk])
    return client.post(f"{url}?item=gold", {"revision": sla.draft_revision, **given}, **more)


@pytest.mark.parametrize(
    ("given", "order"),
    [
        ({"order": ["resolve", "gold", "all"]}, ["resolve", "gold", "all"]),
        ({"move": "down gold"}, ["all", "gold", "resolve"]),
        ({"move": "up resolve"}, ["gold", "resolve", "all"]),
        ({"move": "up gold"}, ["gold", "all", "resolve"]),
        ({"move": "to gold", "position-gold": "3", "position-all": "1"}, ["all", "resolve", "gold"]),
        ({"move": "to gold", "position-gold": "99"}, ["all", "resolve", "gold"]),
        ({"move": "to resolve", "position-resolve": "0"}, ["resolve", "gold", "all"]),
        ({"move": "to resolve", "position-resolve": "x"}, ["gold", "all", "resolve"]),
    ],
)
def test_an_order_is_saved(sla: SLA, admin: Client, given: dict[str, Any], order: list[str]) -> None:
    response = command(admin, sla, "order", given)
    assert response.status_code == 302 and response["Location"].startswith(edit_url(sla, "gold"))
    assert keys(sla) == order


def test_a_move_is_announced_and_hands_on_the_revision(sla: SLA, admin: Client) -> None:
    response = command(admin, sla, "order", {"move": "down gold"}, headers=AS_SCRIPT)
    text = response.content.decode()
    assert 'data-announce="“Gold – First response by” is now item 2 of 3."' in text
    sla.refresh_from_db()
    assert f'id="item-revision" form="item-form" value="{sla.draft_revision}" hx-swap-oob="true"' in text
    text = command(admin, sla, "order", {"order": ["resolve", "all", "gold"]}, headers=AS_SCRIPT).content.decode()
    assert "“Gold – Resolve by” is now item 1 of 3." in text


@pytest.mark.parametrize("order", [["gold"], ["gold", "all", "resolve", "resolve"], ["gold", "all", "other"]])
def test_an_order_names_every_item_once(sla: SLA, admin: Client, order: list[str]) -> None:
    response = command(admin, sla, "order", {"order": order}, headers=AS_SCRIPT)
    assert response.status_code == 409 and "name every item once" in response.content.decode()
    assert keys(sla) == ["gold", "all", "resolve"]


@pytest.mark.parametrize("revision", ["1", "x", "", "99999"])
def test_nobody_reorders_unseen(sla: SLA, admin: Client, revision: str) -> None:
    sla_update_draft(sla=sla, document={"items": draft(sla)["items"][:2]}, expected_revision=None, by=None, now=NOW)
    given = {"order": ["resolve", "gold", "all"], "revision": revision}
    response = command(admin, sla, "order", given, headers=AS_SCRIPT)
    text = response.content.decode()
    assert response.status_code == 409 and "The list shows the order as it is now." in text
    assert "row-resolve" not in text and "item-revision" not in text
    assert keys(sla) == ["gold", "all"]


def test_a_duplicate_lands_right_below(sla: SLA, admin: Client) -> None:
    response = command(admin, sla, "duplicate", {"item": "gold"})
    names = [item["name"] for item in draft(sla)["items"]]
    assert names[:2] == ["Gold – First response by", "Gold – First response by (copy)"]
    assert response["Location"].endswith(f"?item={keys(sla)[1]}") and len(set(keys(sla))) == 4
    first, copy = draft(sla)["items"][:2]
    assert {**copy, "key": "", "name": ""} == {**first, "key": "", "name": ""}


def test_deleting_names_what_depends_and_asks(sla: SLA, admin: Client) -> None:
    url = reverse("slas:sla_edit_delete", args=[sla.pk])
    text = admin.get(f"{url}?item=gold").content.decode()
    assert "No timer runs by this item." in text and "“Everyone”" in text
    assert keys(sla) == ["gold", "all", "resolve"]
    assert command(admin, sla, "delete", {"item": "gold"}).status_code == 302
    assert keys(sla) == ["all", "resolve"]
    assert admin.get(f"{url}?item=gold").status_code == 404


def test_the_last_item_can_be_deleted_too(sla: SLA, admin: Client) -> None:
    url = reverse("slas:sla_edit_delete", args=[sla.pk])
    for key in ("gold", "all"):
        assert "It is the only item" not in admin.get(f"{url}?item={key}").content.decode()
        command(admin, sla, "delete", {"item": key})
    assert "It is the only item" in admin.get(f"{url}?item=resolve").content.decode()
    response = command(admin, sla, "delete", {"item": "resolve"})
    assert keys(sla) == [] and "No items yet" in admin.get(response["Location"]).content.decode()


def test_the_first_change_of_an_active_sla_makes_a_draft(sla: SLA, admin: Client) -> None:
    sla_publish(sla=sla, by=None, now=NOW)
    command(admin, sla, "order", {"move": "up gold"})
    sla.refresh_from_db()
    assert sla.draft is None  # nothing was changed by that
    command(admin, sla, "order", {"move": "down gold"})
    assert keys(sla) == ["all", "gold", "resolve"]
    assert sla.current is not None and sla.current.document["items"][0]["key"] == "gold"


# --- two editors ------------------------------------------------------------------------------------------------


def change_theirs(sla: SLA) -> None:
    """Somebody else renames and slows down the item, changes another, and takes a third one out."""
    items = draft(sla)["items"]
    items[0] = {**items[0], "name": "Their gold"}
    items[0]["moments"][1]["after"] = {"amount": 8, "unit": "hours"}
    items[1] = {**items[1], "name": "Their all"}
    sla_update_draft(sla=sla, document={"items": items[:2]}, expected_revision=None, by=None, now=NOW)


def test_of_two_editors_neither_loses_the_text(sla: SLA, admin: Client) -> None:
    mine = shown(admin, sla, "gold") | {"name": "My gold", "do": "save"}
    change_theirs(sla)
    response = admin.post(edit_url(sla, "gold"), mine)
    text = response.content.decode()
    assert response.status_code == 409 and draft(sla)["items"][0]["name"] == "Their gold"
    assert response.context["form"].text("name") == "My gold"
    theirs = response.context["theirs"]
    assert [(change.field, change.before, change.after) for change in theirs.own.items[0].changes] == [
        ("name", "Gold – First response by", "Their gold"),
        ("moments.failure", "after 1 h", "after 8 h"),
    ]
    others = {item.name: (item.change, [change.after for change in item.changes]) for item in theirs.others.items}
    assert others == {"Their all": ("changed", ["Their all"]), "Gold – Resolve by": ("removed", [])}
    assert "Save mine over theirs" in text
    again = mine | {"revision": str(response.context["revision"])}
    assert admin.post(edit_url(sla, "gold"), again).status_code == 302
    assert [item["name"] for item in draft(sla)["items"]] == ["My gold", "Their all"]


def test_an_item_that_was_deleted_meanwhile_can_be_saved_again(sla: SLA, admin: Client) -> None:
    mine = shown(admin, sla, "gold") | {"name": "My gold", "do": "save"}
    command(admin, sla, "delete", {"item": "gold"})
    response = admin.post(edit_url(sla, "gold"), mine)
    assert response.status_code == 409 and "They have deleted this item" in response.content.decode()
    again = mine | {"revision": str(response.context["revision"])}
    assert admin.post(edit_url(sla, "gold"), again).status_code == 302
    assert keys(sla) == ["all", "resolve", "gold"]


def test_what_was_published_and_edited_again_is_told_too(sla: SLA, admin: Client) -> None:
    sla_publish(sla=sla, by=None, now=NOW)
    sla.refresh_from_db()
    mine = shown(admin, sla, "gold") | {"name": "My gold", "do": "save"}
    change_theirs_of_published(sla)
    response = admin.post(edit_url(sla, "gold"), mine)
    assert response.status_code == 409
    assert [change.after for change in response.context["theirs"].own.items[0].changes] == ["Their gold"]


def change_theirs_of_published(sla: SLA) -> None:
    from slas.selectors.policy.reading import editable_document

    document = editable_document(sla)
    items = [{**document["items"][0], "name": "Their gold"}, *document["items"][1:]]
    sla_update_draft(sla=sla, document={"items": items}, expected_revision=None, by=None, now=NOW)


def test_terms_of_two_editors(sla: SLA, admin: Client) -> None:
    url = f"{edit_url(sla)}?view=settings"
    seen = sla.draft_revision
    admin.post(url, {"business_hours": "uk-hours", "revision": seen})
    response = admin.post(url, {"reopening": "restart", "revision": seen})
    text = response.content.decode()
    assert response.status_code == 409 and "Usual business hours" in text and "UK hours" in text
    form = response.context["form"]
    assert form["reopening"].value() == "restart"
    again = {"reopening": "restart", "business_hours": "uk-hours", "revision": form["revision"].value()}
    assert admin.post(url, again).status_code == 302
    assert (draft(sla)["business_hours"], draft(sla)["reopening"]) == ("uk-hours", "restart")
