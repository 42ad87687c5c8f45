"""The builder in a real browser: nothing is lost, everything goes by keyboard, and the text follows."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from cases.demo.people import PASSWORD
from cases.tests.browser.conftest import sign_in
from cases.tests.browser.test_pages import AXE, LOOKS, TAGS
from cases.tests.builders import make_case, make_customer
from sla_project.accounts.models import User
from sla_project.operations.clock import clock_now
from slas import records
from slas.domain.conditions import parse
from slas.domain.tests.conditions.trees import tree_documents
from slas.tests.conditions import host

pytestmark = [pytest.mark.browser, pytest.mark.urls("slas.tests.conditions.host")]

CASE = records.get("case")
GOLD = {"field": "service_level", "op": "is", "value": "gold"}
FIRST = "condition-builder >> nth=0"


@pytest.fixture
def context(transactional_db: None, browser: Browser, live_server: LiveServer) -> BrowserContext:
    User.objects.create_user(
        "dana@example.com", PASSWORD, display_name="Dana", role="administrator", time_zone="Europe/London"
    )
    return sign_in(browser, live_server, "dana@example.com")


def open_page(context: BrowserContext, document: Any = None) -> Page:
    page = context.new_page()
    page.set_default_timeout(5000)
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    page.faults = faults  # type: ignore[attr-defined]
    page.goto("/builder/")
    page.wait_for_function("customElements.get('condition-builder') !== undefined")
    if document is not None:
        load(page, document)
    return page


def load(page: Page, document: Any) -> None:
    """Puts a text into the first builder as somebody would who writes JSON by hand."""
    text = document if isinstance(document, str) else json.dumps(document)
    page.eval_on_selector(
        FIRST,
        "(builder, text) => { builder.area.value = text; builder.area.dispatchEvent(new Event('change')) }",
        text,
    )


def tree(page: Page, index: int = 0) -> Any:
    return json.loads(page.locator("condition-builder textarea").nth(index).input_value())


def spoken(page: Page) -> str:
    return page.locator("#announcer").inner_text()


# --- nothing is lost ---

TOUCH = """(builder) => {
  for (const control of builder.tree.querySelectorAll("select, input")) {
    control.dispatchEvent(new Event("input", { bubbles: true }));
    control.dispatchEvent(new Event("change", { bubbles: true }));
  }
  builder.write();
  return [builder.tree.hidden, builder.tree.querySelectorAll(".cb-unknown").length];
}"""


def test_random_trees_come_back_as_they_were(context: BrowserContext) -> None:
    """Shown as rules, every control touched, written again: the same tree, to the last digit."""
    page = open_page(context)

    @settings(max_examples=60, deadline=None)
    @given(document=tree_documents(fields=CASE.fields))
    def check(document: Any) -> None:
        document = parse(document, CASE.fields).to_document()
        load(page, document)
        assert page.eval_on_selector(FIRST, TOUCH) == [False, 0]
        assert tree(page) == document

    check()
    assert page.faults == []


def test_numbers_and_times_keep_every_digit(context: BrowserContext) -> None:
    page = open_page(context)
    page.locator("#id_record_type").select_option("activity")
    document = {
        "all": [
            {"field": "duration_minutes", "op": "between", "value": [-(2**63), 2**63 - 1]},
            {"field": "due_at", "op": "gt", "value": "2026-03-29T00:00:00.000001Z"},
            {"field": "subject", "op": "is", "value": "a\nb  <b>&amp; 12345678901234567890 😀"},
        ]
    }
    second = page.locator("condition-builder").nth(1)
    second.evaluate(
        "(builder, text) => { builder.area.value = text; builder.area.dispatchEvent(new Event('change')) }",
        json.dumps(document),
    )
    assert second.evaluate(TOUCH) == [False, 0]
    assert tree(page, 1) == document


@pytest.mark.parametrize(
    "text",
    ["{", "[1, 2]", '"all"', "3", '{"all": [], "any": []}', '{"all": {}}', '{"some": []}', '{"all": ["\\u0000"]}'],
)
def test_text_that_is_no_condition_stays_text_with_its_fault(context: BrowserContext, text: str) -> None:
    page = open_page(context, text)
    area = page.locator("condition-builder textarea").first
    expect(area).to_be_visible()
    expect(page.locator(".cb-fault").first).to_contain_text("nothing is lost")
    assert area.input_value() == text
    area.fill(json.dumps({"all": [GOLD]}))
    area.blur()
    expect(page.locator(".cb-field").first).to_have_value("service_level")


def test_parts_that_the_builder_does_not_know_stay_as_they_are(context: BrowserContext) -> None:
    unknown = {"field": "gone", "op": "is", "value": {"a": [1]}}
    deep: dict[str, Any] = {"all": [GOLD]}
    for _ in range(7):
        deep = {"any": [deep]}
    page = open_page(context, {"all": [unknown, GOLD, deep, None]})
    builder = page.locator(FIRST)
    assert builder.locator(".cb-unknown").count() == 3
    builder.get_by_role("button", name="Remove Rule 2", exact=True).click()
    assert tree(page) == {"all": [unknown, deep, None]}


def test_a_single_rule_stays_one_until_there_are_more(context: BrowserContext) -> None:
    page = open_page(context, GOLD)
    page.locator(".cb-one").first.select_option(label="Silver")
    assert tree(page) == {**GOLD, "value": "silver"}
    page.locator(FIRST).get_by_role("button", name="Add rule to the condition").click()
    assert tree(page) == {"all": [{**GOLD, "value": "silver"}, {"field": None}]}


# --- by keyboard ---


def test_a_nested_condition_is_built_by_keyboard_alone(context: BrowserContext) -> None:
    page = open_page(context)
    press, kind = page.keyboard.press, page.keyboard.type
    page.locator(FIRST).get_by_role("button", name="Add rule to the condition").focus()
    press("Enter")
    assert spoken(page) == "Rule 1 added"
    kind("Service level")
    press("Tab")  # to the operator
    press("Tab")
    kind("Gold")
    for _ in range(5):  # past up, down (hidden here), remove, to “Add group”
        press("Tab")
        if page.evaluate("document.activeElement.textContent") == "Add group":
            break
    press("Enter")
    assert page.evaluate("document.activeElement.className") == "cb-kind"
    press("Tab")
    while "cb-field" not in page.evaluate("document.activeElement.className"):
        press("Tab")
    kind("Priority")
    press("Tab")
    kind("is one of")
    press("Tab")
    press("Tab")
    press("Space")
    assert tree(page)["all"][0] == GOLD
    nested = tree(page)["all"][1]["any"][0]
    assert (nested["field"], nested["op"], len(nested["value"])) == ("priority", "in", 1)
    page.get_by_role("button", name="Save").focus()
    with page.expect_response(lambda response: response.url.endswith("/builder/")):
        press("Enter")
    assert host.saved[-1]["applicable_when"]["all"][0] == GOLD


def test_rules_move_through_groups_and_the_focus_follows(context: BrowserContext) -> None:
    urgent = {"field": "priority", "op": "is", "value": "urgent"}
    page = open_page(context, {"all": [GOLD, {"any": [urgent]}]})
    down = page.locator(FIRST).get_by_role("button", name="Move Rule 1 down")
    down.focus()
    page.keyboard.press("Enter")
    assert tree(page) == {"all": [{"any": [GOLD, urgent]}]}
    assert spoken(page) == "Rule moved, now 1.1"
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    assert tree(page) == {"all": [{"any": [urgent]}, GOLD]}
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "Move Rule 2 up"
    page.locator(FIRST).get_by_role("button", name="Move Group 1 down").click()
    assert tree(page) == {"all": [GOLD, {"any": [urgent]}]}


def test_removing_keeps_the_focus_near(context: BrowserContext) -> None:
    page = open_page(context, {"all": [GOLD, GOLD]})
    for _ in range(2):
        page.locator(FIRST).locator(".cb-x").last.click()
    assert tree(page) == {"all": []}
    assert page.evaluate("document.activeElement.textContent") == "Add rule"
    expect(page.locator(".cb-empty").first).to_have_text("No rules: this always holds.")


def test_groups_nest_five_deep_and_no_deeper(context: BrowserContext) -> None:
    page = open_page(context)
    for depth in range(1, 5):
        page.locator(FIRST).get_by_role("button", name="Add group").nth(-1 if depth == 1 else 0).click()
    assert page.locator(FIRST).locator(".cb-group").count() == 5
    innermost = page.locator(FIRST).locator(".cb-group").last
    assert innermost.get_by_role("button", name="Add rule").count() == 1
    assert innermost.get_by_role("button", name="Add group").count() == 0


# --- values ---


def test_operators_and_values_follow_the_type(context: BrowserContext) -> None:
    page = open_page(context, {"all": [GOLD]})
    row = page.locator(".cb-row").first
    row.locator(".cb-op").select_option(label="is one of")
    row.get_by_label("Silver").check()
    assert tree(page)["all"][0] == {**GOLD, "op": "in", "value": ["gold", "silver"]}
    row.locator(".cb-op").select_option(label="is set")
    assert tree(page)["all"][0] == {"field": "service_level", "op": "is_set"}
    row.locator(".cb-field").select_option("title")
    row.locator(".cb-op").select_option(label="contains")
    row.get_by_label("Value").fill("fire")
    assert tree(page)["all"][0] == {"field": "title", "op": "contains", "value": "fire"}
    row.locator(".cb-field").select_option("is_escalated")
    assert tree(page)["all"][0] == {"field": "is_escalated", "op": "is", "value": True}


def test_times_are_typed_in_the_readers_zone(context: BrowserContext) -> None:
    page = open_page(context, {"all": [{"field": "opened_on", "op": "gt", "value": "2026-07-01T08:00:00Z"}]})
    value = page.locator(".cb-one").first
    expect(value).to_have_value("2026-07-01T09:00")
    expect(page.locator(".cb-note").first).to_have_text("Europe/London")
    value.fill("2026-12-24T09:30")
    assert tree(page)["all"][0]["value"] == "2026-12-24T09:30:00Z"


def test_only_active_records_are_offered_and_inactive_ones_stay_named(context: BrowserContext) -> None:
    north, gone = make_customer("Northwind"), make_customer("Goner", is_active=False)
    page = open_page(context, {"all": [{"field": "customer", "op": "is", "value": gone.pk}]})
    value = page.locator(".cb-one").first
    expect(value.locator("option")).to_have_text(["Goner (inactive)", "Northwind"])
    assert tree(page)["all"][0]["value"] == gone.pk
    value.select_option(label="Northwind")
    assert tree(page)["all"][0]["value"] == north.pk
    page.locator(".cb-op").first.select_option(label="is one of")
    page.locator(".cb-chips").get_by_role("button", name="Remove Northwind").click()
    assert tree(page)["all"][0]["value"] == []


def test_among_many_records_one_searches(context: BrowserContext) -> None:
    customers = [make_customer(f"Customer {number:02}") for number in range(60)]
    page = open_page(context, {"all": [{"field": "customer", "op": "is", "value": customers[3].pk}]})
    value = page.locator(".cb-one").first
    expect(value).to_have_value("Customer 03")
    with page.expect_response("**/conditions/options/**q=Customer+57"):
        value.fill("Customer 57")
    page.wait_for_function(f"JSON.parse(document.querySelector('textarea').value).all[0].value === {customers[57].pk}")
    value.fill("Nobody")
    value.blur()
    expect(value).to_have_value("Customer 57")


# --- on a page ---


def test_the_preview_follows_and_is_spoken(context: BrowserContext) -> None:
    make_case("Golden", now=clock_now())
    page = open_page(context)
    preview = page.locator(".cb-preview").first
    expect(preview).to_contain_text("Reads as: Always")
    load(page, {"all": [GOLD]})
    expect(preview).to_contain_text("Matches 1 of 1 cases")
    page.locator(".cb-one").first.select_option(label="Silver")
    expect(preview).to_contain_text("Matches 0 of 1 cases")
    expect(page.locator("#announcer")).to_contain_text("Service level is Silver")
    page.locator(FIRST).get_by_role("button", name="Add rule to the condition").click()
    expect(preview).to_contain_text("Rule 2: Choose a field.")
    expect(page.locator(".cb-row.cb-bad")).to_have_count(1)
    assert page.faults == []


def test_many_builders_and_swapped_ones_live_side_by_side(context: BrowserContext) -> None:
    page = open_page(context, {"all": [GOLD]})
    page.get_by_role("button", name="Swap").click()
    expect(page.locator(".cb-group")).to_have_count(3)
    page.locator("#swapped").get_by_role("button", name="Add rule to the condition").click()
    assert tree(page) == {"all": [GOLD]}
    assert tree(page, 2) == {"all": [{"field": None}]}
    page.get_by_role("button", name="Swap").click()
    expect(page.locator(".cb-group")).to_have_count(3)
    assert page.faults == []


def test_another_record_type_brings_its_fields(context: BrowserContext) -> None:
    page = open_page(context)
    second = page.locator("condition-builder").nth(1)
    second.get_by_role("button", name="Add rule").click()
    assert second.locator("option[value='channel']").count() == 1
    page.locator("#id_record_type").select_option("activity")
    assert second.locator("option[value='channel']").count() == 0
    assert second.locator("option[value='subject']").count() == 1


def test_faults_of_a_saved_form_lead_to_the_builder(context: BrowserContext) -> None:
    page = open_page(context, {"all": [{"field": "priority", "op": "is", "value": None}]})
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="Applicable when").click()
    assert page.evaluate("document.querySelector(':target').className").startswith("cb ")
    assert tree(page) == {"all": [{"field": "priority", "op": "is", "value": None}]}


def test_without_scripts_it_is_a_textarea(transactional_db: None, browser: Browser, live_server: LiveServer) -> None:
    User.objects.create_user("dana@example.com", PASSWORD, display_name="Dana", role="administrator")
    context = sign_in(browser, live_server, "dana@example.com", java_script_enabled=False)
    page = context.new_page()
    page.goto("/builder/")
    page.get_by_label("Applicable when").fill(json.dumps({"all": [GOLD, {"any": []}]}))
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".errorlist").first).to_contain_text("Group 2: “Any” of nothing is never true")
    page.get_by_label("Applicable when").fill(json.dumps({"all": [GOLD]}))
    page.get_by_role("button", name="Save").click()
    assert host.saved[-1]["applicable_when"] == {"all": [GOLD]}


@pytest.mark.parametrize(("theme", "width"), LOOKS, ids=["light", "dark", "phone"])
def test_it_is_accessible_and_fits(
    transactional_db: None, browser: Browser, live_server: LiveServer, theme: Any, width: int
) -> None:
    User.objects.create_user("dana@example.com", PASSWORD, display_name="Dana", role="administrator")
    customer = make_customer("Northwind")
    document = {
        "all": [
            GOLD,
            {"field": "customer", "op": "in", "value": [customer.pk]},
            {"field": "opened_on", "op": "between", "value": ["2026-07-01T08:00:00Z", "2026-07-02T08:00:00Z"]},
            {"any": [{"field": "priority", "op": "in", "value": ["high", "urgent"]}, {"none": [{"field": "gone"}]}]},
        ]
    }
    viewport: Any = {"width": width, "height": 900}
    context = sign_in(browser, live_server, "dana@example.com", color_scheme=theme, viewport=viewport)
    page = open_page(context, document)
    expect(page.locator(".cb-preview").first).to_contain_text("Rule 4.2.1")
    page.evaluate(AXE.read_text())
    found = page.evaluate("tags => axe.run({runOnly: tags}).then(found => found.violations)", TAGS)
    assert [(one["id"], one["nodes"][0]["html"]) for one in found] == []
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    small = page.locator(FIRST).evaluate(
        "builder => [...builder.querySelectorAll('button, select, input')].filter(one => one.checkVisibility())"
        ".filter(one => { const box = (one.closest('label') ?? one).getBoundingClientRect();"
        " return box.width < 24 || box.height < 24 }).map(one => one.outerHTML)"
    )
    assert small == []
    assert page.faults == []
