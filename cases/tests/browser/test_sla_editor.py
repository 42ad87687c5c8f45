"""The SLA editor in a real browser: by keyboard alone, by mouse, by two people, and without scripts."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, Dialog, Locator, Page, expect
from pytest_django.live_server_helper import LiveServer

from cases.demo.people import Desk
from cases.demo.policies import support_contract_document
from cases.tests.browser.conftest import sign_in
from slas.models import SLA
from slas.services.policy.documents import document_validate

pytestmark = pytest.mark.browser

ADMINISTRATOR = "dana@example.com"


@pytest.fixture
def page(browser: Browser, live_server: LiveServer, desk: Desk) -> Page:
    return administrator(browser, live_server)


def administrator(browser: Browser, live_server: LiveServer, **context: Any) -> Page:
    page = sign_in(browser, live_server, ADMINISTRATOR, viewport={"width": 1366, "height": 1000}, **context).new_page()
    page.on("dialog", Dialog.accept)
    return page


def edit_path(**query: str) -> str:
    pk = SLA.objects.get(code="support-contract").pk
    return f"/slas/{pk}/edit/?" + "&".join(f"{name}={value}" for name, value in query.items())


def names(code: str) -> list[str]:
    draft = SLA.objects.get(code=code).draft
    assert draft is not None
    return [item["name"] for item in draft["items"]]


# --- by keyboard alone ------------------------------------------------------------------------------------------


class Keyboard:
    """Somebody who has no mouse: moves with Tab, chooses with arrows, presses with Enter and Space."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def to(self, target: Locator) -> None:
        """Tabs on until the target has the focus; more than once round is a trap."""
        expect(target).to_be_visible()
        for _press in range(400):
            if target.evaluate("element => element === document.activeElement"):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"Tab does not reach {target}")

    def write(self, target: Locator, text: str) -> None:
        self.to(target)
        self.page.keyboard.press("Control+a")
        self.page.keyboard.type(text)

    def press(self, target: Locator) -> None:
        self.to(target)
        self.page.keyboard.press("Enter")

    def choose(self, target: Locator, label: str) -> None:
        self.to(target)
        self.choose_here(label)

    def choose_here(self, label: str) -> None:
        """In the select that has the focus, which a builder may draw anew at every change."""
        here = "document.activeElement.selectedOptions?.[0]?.label.trim() ?? ''"
        self.page.keyboard.press("Home")
        for _press in range(60):
            if self.page.evaluate(here) == label:
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"“{label}” is not offered")

    def rule(self, name: str, field: str, value: str) -> None:
        """Adds one rule to an empty condition."""
        builder = self.page.locator(f"condition-builder:has(textarea[name={name}])")
        self.press(builder.get_by_role("button", name="Add rule"))
        expect(builder.get_by_label("Field", exact=True)).to_be_focused()
        self.choose_here(field)
        self.choose(builder.get_by_label("Value", exact=True), value)

    def action(self, moment: int, kind: str) -> str:
        """Adds an action to a moment; answers the name of its part."""
        select = self.page.locator(f"#id_moments-{moment}-new_action")
        count = self.page.locator(f'[data-part^="moments-{moment}-actions-"].action').count()
        self.choose(select, kind)
        self.press(self.page.locator(f'[data-part="moments-{moment}-new"] button'))
        part = f"moments-{moment}-actions-{count}"
        box = self.page.locator(f'[data-part="{part}"]')
        expect(box).to_be_visible()
        expect(box.locator(":focus")).to_have_count(1)  # the eye goes where something was added
        return part

    def mail(self, moment: int, role: str, template: str) -> None:
        part = self.action(moment, "Send email")
        self.to(self.page.locator(f'input[name="{part}-to"][value="{role}"]'))
        self.page.keyboard.press("Space")
        self.choose(self.page.locator(f"#id_{part}-template"), template)

    def escalate(self, moment: int) -> None:
        part = self.action(moment, "Update record")
        self.choose(self.page.locator(f"#id_{part}-new_field"), "Escalated")
        self.press(self.page.locator(f'[data-part="{part}-new"] button'))
        self.choose(self.page.locator(f"#id_{part}-changes-0-value"), "Yes")

    def save(self) -> None:
        self.press(self.page.get_by_role("button", name="Save item"))
        expect(self.page.get_by_text("is saved in the draft")).to_be_visible()


HOURS = "UK business hours (Europe/London)"
TIMES = {
    "gold": (("45m", "1h"), ("3h", "4h")),
    "silver": (("1h 30m", "2h"), ("6h", "1 business day")),
    "bronze": (("3h", "4h"), ("12h", "2 business days")),
}


def test_a_code_is_proposed_from_the_name_until_one_is_typed(page: Page) -> None:
    page.goto("/kpis/new/")
    name, code = page.get_by_label("Name"), page.get_by_label("Code")
    name.press_sequentially("Résolved by (Gold)!")
    expect(code).to_have_value("resolved-by-gold")
    code.fill("resolve_by")
    name.press_sequentially(" again")
    expect(code).to_have_value("resolve_by")
    page.get_by_role("button", name="Save").click()  # leaves the page, so that no guard asks about what was typed
    page.goto("/customers/new/")  # an optional code stays empty
    page.get_by_label("Name").press_sequentially("Contoso")
    expect(page.get_by_label("Code")).to_have_value("")


def test_the_seeds_sla_is_built_from_nothing_by_keyboard(page: Page) -> None:
    keyboard = Keyboard(page)
    page.goto("/slas/new/")
    keyboard.write(page.get_by_label("Name"), "By keyboard")
    keyboard.write(page.get_by_label("Code"), "by-keyboard")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="No items yet")).to_be_visible()
    keyboard.press(page.get_by_role("link", name="Add item"))
    expect(page.get_by_role("heading", name="Item 1: new")).to_be_visible()
    gold(keyboard, "First response by", 0)
    keyboard.press(page.get_by_role("link", name="Add item"))
    expect(page.get_by_role("heading", name="Item 2: new")).to_be_visible()
    gold(keyboard, "Resolve by", 1)
    for place, level in ((2, "silver"), (3, "bronze")):
        for which, kpi in enumerate(("First response by", "Resolve by")):
            copy_of_gold(keyboard, level, kpi, which, position=2 * place - 1 + which)
    document = SLA.objects.get(code="by-keyboard").draft
    assert document is not None
    wanted = document_validate(support_contract_document(), "case")
    assert [said(item) for item in document["items"]] == [said(item) for item in wanted["items"]]
    expect(page.get_by_text("All other cases: no SLA item applies for Resolve by")).to_be_visible()


def gold(keyboard: Keyboard, kpi: str, which: int) -> None:
    """One of the two items for gold, every field of it."""
    page, (warning, failure) = keyboard.page, TIMES["gold"][which]
    short = ("First response", "Resolution")[which]
    keyboard.write(page.locator("#id_name"), f"Gold – {kpi}")
    keyboard.choose(page.locator("#id_kpi"), kpi)
    keyboard.rule("applicable_when", "Service level", "Gold")
    keyboard.rule("success_when", *((("First response sent", "Yes"), ("State", "Resolved"))[which]))
    keyboard.write(page.locator("#id_moments-0-after"), warning)
    keyboard.write(page.locator("#id_moments-1-after"), failure)
    expect(page.locator("#clock")).to_contain_text("→ breach")  # the example comes while typing
    keyboard.mail(0, "owner", f"{short} due soon")
    keyboard.mail(1, "lead", f"{short} missed")
    keyboard.escalate(1)
    if which == 0:
        keyboard.to(page.locator('input[name="pause"][value="usual"]'))
        page.keyboard.press("ArrowUp")  # round to the last: never
    keyboard.save()


def copy_of_gold(keyboard: Keyboard, level: str, kpi: str, which: int, *, position: int) -> None:
    """Duplicates gold's item, changes what differs, and moves it to its place."""
    page, (warning, failure) = keyboard.page, TIMES[level][which]
    key = f"gold-{kpi.lower().replace(' ', '-')}"
    keyboard.press(page.locator(f"#more-{key}"))
    keyboard.press(page.locator(f"#row-{key}").get_by_role("button", name="Duplicate"))
    expect(page.get_by_text("This is the copy")).to_be_visible()
    keyboard.write(page.locator("#id_name"), f"{level.title()} – {kpi}")
    builder = page.locator("condition-builder:has(textarea[name=applicable_when])")
    keyboard.choose(builder.get_by_label("Value", exact=True), level.title())
    keyboard.choose(page.locator("#id_business_hours"), HOURS)
    keyboard.write(page.locator("#id_moments-0-after"), warning)
    keyboard.write(page.locator("#id_moments-1-after"), failure)
    keyboard.save()
    row = page.locator(".item-row.is-chosen")
    keyboard.press(row.locator("summary"))
    keyboard.choose(row.get_by_label("Move to position"), str(position))
    keyboard.press(row.get_by_role("button", name="Move", exact=True))
    expect(page.locator("#announcer")).to_contain_text(f"is now item {position} of ")
    expect(page.locator(".item-row.is-chosen .item-number")).to_have_text(str(position))


def said(item: dict[str, Any]) -> dict[str, Any]:
    """An item without its keys, and without the moment of success where nothing is done then."""
    moments = [
        {name: value for name, value in moment.items() if name != "key"}
        for moment in item["moments"]
        if moment["kind"] != "success"
    ]
    return {**item, "key": "", "moments": moments}


# --- order ------------------------------------------------------------------------------------------------------


def test_arrows_keep_the_focus_and_say_where_the_item_is(page: Page) -> None:
    page.goto(edit_path(item="bronze-resolve"))
    down = page.get_by_role("button", name="Move “Gold – First response by” down")
    down.focus()
    for number in (2, 3):
        page.keyboard.press("Enter")
        expect(page.locator("#announcer")).to_have_text(f"“Gold – First response by” is now item {number} of 6.")
        expect(down).to_be_focused()
    assert names("support-contract").index("Gold – First response by") == 2
    expect(page.locator(".item-row.is-chosen .item-name")).to_have_text("Bronze – Resolve by")


def test_a_drag_saves_the_whole_order(page: Page) -> None:
    page.goto(edit_path())
    source = page.locator("#row-silver-first-response .item-grip").bounding_box()
    target = page.locator("#row-gold-first-response").bounding_box()
    assert source is not None and target is not None
    page.mouse.move(source["x"] + 8, source["y"] + 10)
    page.mouse.down()
    page.mouse.move(source["x"] + 8, source["y"] - 30, steps=4)
    page.mouse.move(source["x"] + 8, target["y"] + 8, steps=12)
    for _while_rows_make_room in range(3):  # rows slide for 150 ms, and take no pointer meanwhile
        page.wait_for_timeout(300)
        page.mouse.move(source["x"] + 8, target["y"] + 8, steps=3)
        page.mouse.move(source["x"] + 8, target["y"] + 2, steps=3)
    page.mouse.up()
    expect(page.locator("#announcer")).to_have_text("“Silver – First response by” is now item 1 of 6.")
    assert names("support-contract")[:2] == ["Silver – First response by", "Gold – First response by"]
    # What is typed beside the list survives, and is saved over the new order without a conflict.
    page.locator("#id_name").fill("Gold, renamed")
    page.get_by_role("button", name="Save item").click()
    expect(page.get_by_text("“Gold, renamed” is saved in the draft.")).to_be_visible()
    assert names("support-contract")[:2] == ["Silver – First response by", "Gold, renamed"]


def test_a_move_that_does_not_arrive_is_not_shown_as_saved(page: Page) -> None:
    page.goto(edit_path())
    down = page.get_by_role("button", name="Move “Gold – First response by” down")
    notice = page.get_by_text("The new order was not saved.")
    page.route("**/edit/order/**", lambda route: route.abort())
    down.click()
    expect(notice).to_be_visible()
    page.unroute("**/edit/order/**")
    page.route("**/edit/order/**", lambda route: route.fulfill(status=404, body="gone"))
    down.click()
    expect(notice).to_be_visible()
    page.unroute("**/edit/order/**")
    down.click()
    expect(page.locator("#announcer")).to_have_text("“Gold – First response by” is now item 2 of 6.")
    expect(notice).to_be_hidden()


# --- while typing -----------------------------------------------------------------------------------------------


def test_the_example_follows_times_hours_and_kpi(page: Page) -> None:
    page.goto(edit_path(item="gold-first-response"))
    clock = page.locator("#clock")
    page.locator("#id_business_hours").select_option("uk-hours")
    expect(clock).to_contain_text("An example in UK business hours, times of Europe/London.")
    page.locator("#id_moments-0-after").fill("2h")
    expect(clock).to_contain_text("This warning will never be shown")
    page.locator("#id_moments-1-after").fill("2 business days")
    expect(clock).not_to_contain_text("never be shown")
    expect(page.locator("#kpi-start")).to_contain_text("Applicable from “Opened on”")


def test_leaving_with_changes_asks(page: Page) -> None:
    asked: list[str] = []
    page.remove_listener("dialog", Dialog.accept)
    page.goto(edit_path())
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.get_by_role("button", name="Add warning").click()
    expect(page.locator("#id_moments-1-after")).to_be_focused()
    page.get_by_role("link", name="KPIs").click()
    page.wait_for_timeout(200)
    assert asked == ["beforeunload"] and "/edit/" in page.url


# --- two editors, and no scripts --------------------------------------------------------------------------------


def test_two_editors_lose_nothing(browser: Browser, live_server: LiveServer, page: Page) -> None:
    other = administrator(browser, live_server)
    for one in (page, other):
        one.goto(edit_path(item="silver-resolve"))
    page.locator("#id_moments-1-after").fill("3 business days")
    page.get_by_role("button", name="Save item").click()
    expect(page.get_by_text("is saved in the draft")).to_be_visible()
    other.locator("#id_name").fill("Silver, mine")
    other.get_by_role("button", name="Save item").click()
    alert = other.get_by_role("alert").filter(has_text="has changed this SLA meanwhile")
    expect(alert).to_contain_text("after 1 business day")
    expect(alert).to_contain_text("after 3 business days")
    expect(other.locator("#id_name")).to_have_value("Silver, mine")
    assert "Silver, mine" not in names("support-contract")
    other.locator("#id_moments-1-after").fill("3 business days")  # taken over from theirs
    other.get_by_role("button", name="Save mine over theirs").click()
    expect(other.get_by_text("“Silver, mine” is saved in the draft.")).to_be_visible()
    draft = SLA.objects.get(code="support-contract").draft
    assert draft is not None
    item = next(item for item in draft["items"] if item["key"] == "silver-resolve")
    assert (item["name"], item["moments"][1]["after"]["amount"]) == ("Silver, mine", 3)


def test_an_item_is_saved_and_moved_without_javascript(browser: Browser, live_server: LiveServer, desk: Desk) -> None:
    page = administrator(browser, live_server, java_script_enabled=False)
    page.goto(edit_path(item="gold-resolve"))
    page.get_by_role("button", name="Add warning").click()
    expect(page.locator("#id_moments-1-after")).to_have_value("")
    page.locator("#id_moments-1-after").fill("3h 30m")
    page.locator("#id_moments-1-new_action").select_option("send_email")
    page.locator('[data-part="moments-1-new"] button').click()
    page.locator('input[name="moments-1-actions-0-to"][value="owner"]').check()
    page.locator("#id_moments-1-actions-0-template").select_option("resolve-due-soon")
    page.locator("#id_applicable_when").fill('{"all": [{"field": "service_level", "op": "in", "value": ["gold"]}]}')
    page.get_by_role("button", name="Save item").click()
    expect(page.get_by_text("is saved in the draft")).to_be_visible()
    page.get_by_role("button", name="Move “Gold – Resolve by” up").click()
    expect(page.get_by_text("“Gold – Resolve by” is now item 1 of 6.")).to_be_visible()
    draft = SLA.objects.get(code="support-contract").draft
    assert draft is not None
    item = draft["items"][0]
    assert item["applicable_when"]["all"][0]["value"] == ["gold"]
    assert [moment.get("after") for moment in item["moments"]][1] == {"amount": 210, "unit": "minutes"}
    assert item["moments"][1]["actions"] == [{"kind": "send_email", "to": ["owner"], "template": "resolve-due-soon"}]


def test_without_javascript_no_press_drops_what_is_typed(browser: Browser, live_server: LiveServer, desk: Desk) -> None:
    page = administrator(browser, live_server, java_script_enabled=False)
    page.goto(edit_path(item="gold-resolve"))
    name, row = page.locator("#id_name"), page.locator("#row-silver-resolve")
    name.fill("Gold, typed")
    page.get_by_role("button", name="Move “Gold – First response by” down").click()
    expect(page.get_by_text("“Gold, typed” is saved in the draft.")).to_be_visible()
    expect(page.get_by_text("“Gold – First response by” is now item 2 of 6.")).to_be_visible()
    assert names("support-contract")[:2] == ["Gold, typed", "Gold – First response by"]

    page.locator("#id_moments-1-after").fill("soon")
    row.locator("summary").click()
    row.get_by_label("Move to position").select_option("1")
    row.get_by_role("button", name="Move", exact=True).click()
    expect(page.locator(".error-summary")).to_contain_text("Fail after")
    expect(page.locator("#id_moments-1-after")).to_have_value("soon")
    page.locator("#id_moments-1-after").fill("5h")

    row.locator("summary").click()
    row.get_by_role("button", name="Delete …").click()
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator("#id_moments-1-after")).to_have_value("5h")
    row.locator("summary").click()
    row.get_by_role("button", name="Delete …").click()
    page.get_by_role("button", name="Delete item").click()
    expect(page.get_by_text("The item is taken out of the draft.")).to_be_visible()
    expect(name).to_have_value("Gold, typed")
    draft = SLA.objects.get(code="support-contract").draft
    assert draft is not None and "silver-resolve" not in [item["key"] for item in draft["items"]]
    assert draft["items"][0]["moments"][1]["after"] == {"amount": 5, "unit": "hours"}

    name.fill("Gold, again")
    name.press("Enter")  # saves, and moves nothing
    expect(page.get_by_text("“Gold, again” is saved in the draft.")).to_be_visible()
    assert names("support-contract")[:2] == ["Gold, again", "Gold – First response by"]


def test_a_draft_is_emptied_and_begun_again(page: Page) -> None:
    pk = SLA.objects.get(code="activities").pk
    page.goto(f"/slas/{pk}/edit/")
    page.get_by_role("button", name="Delete item").click()
    expect(page.get_by_text("It is the only item.")).to_be_visible()
    page.get_by_role("button", name="Delete item").click()
    expect(page.get_by_role("heading", name="No items yet")).to_be_visible()
    assert names("activities") == []
    page.get_by_role("link", name="Check").click()
    expect(page.get_by_text("an SLA needs at least one item")).to_be_visible()
    page.get_by_role("link", name="Edit Activity").click()
    page.get_by_role("link", name="Add item").click()
    expect(page.get_by_role("heading", name="Item 1: new")).to_be_visible()


def test_who_takes_the_rest_follows_a_move(page: Page) -> None:
    page.goto(edit_path(item="bronze-resolve"))
    builder = page.locator("condition-builder[data-purpose=applicable]")
    builder.get_by_label("Value", exact=True).select_option("Gold")
    expect(builder).to_contain_text("go to an earlier item: “Gold – Resolve by”")
    menu = page.locator("#row-bronze-resolve")
    menu.locator("summary").click()
    menu.get_by_label("Move to position").select_option("1")
    menu.get_by_role("button", name="Move", exact=True).click()
    expect(page.locator("#announcer")).to_have_text("“Bronze – Resolve by” is now item 1 of 6.")
    expect(builder).not_to_contain_text("earlier item")
    expect(builder.get_by_label("Value", exact=True).locator("option:checked")).to_have_text("Gold")
