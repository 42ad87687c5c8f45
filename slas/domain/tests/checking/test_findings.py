"""Findings by example: code, place and witness of each kind."""

from __future__ import annotations

from typing import Any

import pytest

from slas.domain.checking import Finding
from slas.domain.fields import FieldType
from slas.domain.tests.checking.desk import (
    FIELDS,
    NOW,
    RESOLVED,
    RESPONDED,
    after,
    all_,
    any_,
    creates,
    examined,
    found,
    item,
    leaf,
    none_,
    sets,
)

GOLD, SILVER = all_(leaf("service_level", "is", "gold")), all_(leaf("service_level", "is", "silver"))
HIGH = all_(leaf("priority", "is", "high"))


def only(*items: Any, **settings: Any) -> Finding:
    findings = examined(*items, **settings).findings
    assert len(findings) == 1, findings
    return findings[0]


def pausing(rule: Any) -> dict[str, Any]:
    return {"allowed": True, "when": rule}


def test_a_sound_sla_raises_nothing():
    assert found(item("gold", GOLD), item("rest")) == []


# --- which item ---


def test_an_item_behind_a_general_one_never_applies():
    finding = only(item("all"), item("gold", GOLD))
    assert (finding.code, finding.pointer, finding.item) == ("never_applies", "/items/1/applicable_when", "gold")
    assert finding.data["others"] == ("All",)
    assert finding.witness == {"service_level": "gold"}
    assert not finding.refused


def test_several_items_together_may_leave_nothing():
    low, rest = leaf("priority", "in", ["low", "normal"]), leaf("priority", "not_in", ["low", "normal"])
    finding = only(
        item("low", all_(low)),
        item("web", all_(leaf("channel", "is", "web"))),
        item("rest", all_(rest)),
        item("gold", GOLD),
    )
    assert (finding.code, finding.data["others"]) == ("never_applies", ("Low", "Rest"))


def test_an_item_of_another_kpi_takes_nothing_away():
    assert found(item("all", kpi="respond"), item("gold", GOLD), item("rest")) == []


def test_the_same_conditions_otherwise_put_are_a_duplicate():
    finding = only(item("gold", GOLD), item("again", none_(leaf("service_level", "is_not", "gold"))), item("rest"))
    assert (finding.code, finding.item) == ("duplicate_item", "again")


def test_an_item_for_closed_records_never_applies():
    closed = item("closed", RESOLVED, success_when=RESPONDED)
    assert found(closed, item("rest", success_when=RESPONDED)) == [("/items/0/applicable_when", "never_applies")]


def region_of(finding: Finding) -> str:
    return finding.data["region"].sentence(FIELDS)


def test_a_gap_is_said_in_words_with_an_example():
    finding = only(item("gold", all_(leaf("service_level", "in", ["gold", "silver", "bronze"]))))
    assert (finding.code, finding.pointer, finding.item) == ("gap", "/items", "")
    assert region_of(finding) == "Service level is not set"
    assert finding.witness == {"service_level": None}


def test_a_gap_in_numbers():
    low, high = item("few", all_(leaf("seats", "lt", 10))), item("many", all_(leaf("seats", "gt", 20)))
    gaps = {region_of(each): each.witness["seats"] for each in examined(low, high).findings}
    assert gaps == {"Seats is at least 10 and Seats is at most 20": 10, "Seats is not set": None}


def test_records_without_a_start_are_no_gap():
    """The KPI counts from a time that not every record has: where it is missing nothing is missed."""
    assert found(item("set", all_(leaf("escalated_on", "is_set")), kpi="escalate")) == []


def test_what_facts_rule_out_is_no_gap():
    assert found(item("any", all_(leaf("priority", "is_set")))) == []
    assert found(item("tier", any_(leaf("customer", "is_set"), leaf("customer.tier", "is_not_set")))) == []


# --- success ---


def test_success_that_ends_the_item_is_refused():
    finding = only(item("gold", GOLD, success_when=SILVER), item("rest"))
    assert (finding.code, finding.pointer, finding.refused) == ("never_succeeds", "/items/0/success_when", True)
    assert finding.data["reason"] == "stops_applying"
    assert finding.witness == {"service_level": "silver"}


def test_resolving_that_ends_the_item_is_refused():
    """The status that applies is left by resolving, so the clock is canceled instead of met."""
    codes = dict(
        found(item("new", all_(leaf("status", "in", ["new", "in_progress", "on_hold", "waiting"]))), item("rest"))
    )
    assert codes["/items/0/success_when"] == "never_succeeds"


def test_success_that_always_goes_to_an_earlier_item_is_refused():
    taker = item("answered", RESPONDED)
    finding = only(taker, item("rest", success_when=RESPONDED))
    assert (finding.code, finding.item, finding.refused) == ("never_succeeds", "rest", True)
    assert finding.data == {"reason": "handed_over", "others": ("Answered",)}
    assert finding.witness == {"responded": True}


def test_success_that_sometimes_goes_elsewhere_is_doubted():
    success = any_(leaf("responded", "is", True), leaf("state", "is", "resolved"))
    finding = only(item("unanswered", all_(leaf("responded", "is", False)), success_when=success), item("rest"))
    assert (finding.code, finding.refused, finding.data["to"]) == ("success_may_hand_over", False, "Rest")
    assert finding.witness == {"responded": True, "state": "active"}


def test_a_field_that_decides_both_without_harm_is_not_doubted():
    success = all_(leaf("priority", "is", "high"), leaf("state", "is", "resolved"))
    assert found(item("any", all_(leaf("priority", "is", "high")), success_when=success), item("rest")) == []


@pytest.mark.parametrize(
    ("when", "success", "reason"),
    [
        (GOLD, all_(leaf("service_level", "is_set")), "always"),
        ({}, all_(leaf("responded", "is", False)), "new"),
    ],
)
def test_success_that_is_there_from_the_start(when, success, reason):
    finding = next(
        each
        for each in examined(item("first", when, success_when=success), item("rest")).findings
        if each.item == "first"
    )
    assert (finding.code, finding.data["reason"]) == ("succeeds_at_once", reason)


# --- inside a condition ---


@pytest.mark.parametrize(
    ("when", "place"),
    [
        (all_(leaf("priority", "is", "low"), leaf("priority", "is", "high")), ""),
        (all_(HIGH, any_(all_(leaf("seats", "gt", 5), leaf("seats", "lt", 5)))), "/all/1/any/0"),
        (all_(leaf("status", "is", "on_hold"), leaf("state", "is", "resolved")), ""),
        (none_(any_(leaf("seats", "gt", 5), leaf("seats", "lte", 5), leaf("seats", "is_not_set"))), ""),
    ],
)
def test_a_contradiction_is_refused_at_its_narrowest_place(when, place):
    findings = examined(item("never", when), item("rest")).findings
    contradictions = [each for each in findings if each.code == "contradiction"]
    assert [(each.pointer, each.refused) for each in contradictions] == [(f"/items/0/applicable_when{place}", True)]


def test_idle_parts_are_named():
    when = any_(
        leaf("priority", "is", "low"),
        all_(leaf("seats", "gt", 5), leaf("seats", "lt", 3)),
        leaf("priority", "in", ["low", "high"]),
    )
    assert found(item("odd", when), item("rest")) == [
        ("/items/0/applicable_when/any/1", "never_holds"),
        ("/items/0/applicable_when/any/0", "redundant_part"),
    ]
    always = all_(HIGH, any_(leaf("seats", "is_set"), leaf("seats", "is_not_set")))
    assert found(item("odd", always), item("rest")) == [("/items/0/applicable_when/all/1", "always_holds")]


# --- pauses ---


@pytest.mark.parametrize(
    ("when", "rule", "code"),
    [
        (GOLD, SILVER, "never_pauses"),
        (GOLD, all_(leaf("state", "is", "active")), "always_paused"),
        (GOLD, all_(leaf("status", "in", ["new", "waiting"])), "paused_at_start"),
        (
            all_(leaf("escalated", "is", False)),
            any_(leaf("escalated", "is", True), leaf("status", "is", "waiting")),
            "pause_may_end_item",
        ),
    ],
)
def test_pauses(when, rule, code):
    finding = only(item("first", when, pause=pausing(rule)), item("rest", pause={"allowed": False, "when": None}))
    assert (finding.code, finding.pointer, finding.item) == (code, "/items/0/pause/when", "first")
    assert finding.witness is not None


def test_pauses_by_the_statuses_are_looked_at_too():
    codes = found(item("quick", all_(leaf("status", "not_in", ["on_hold", "waiting"])), success_when=RESPONDED))
    assert ("/items/0/pause", "never_pauses") in codes


# --- times ---


def test_a_warning_with_the_failure_is_never_seen():
    finding = only(item("first", warn=after(60), fail=after(1, "hours")))
    assert (finding.code, finding.pointer) == ("warning_not_before_failure", "/items/0/moments/0/after")
    assert finding.witness == {"opened_on": NOW}


def test_business_days_beside_hours_depend_on_the_start():
    fail = after(1, "business_days")
    assert only(item(warn=after(6, "hours"), fail=fail, business_hours="short fridays")).code == "warning_may_be_late"
    assert found(item(warn=after(6, "hours"), fail=fail, business_hours="office")) == []


def test_targets_and_hours():
    far = only(item("first", fail=after(100, "hours"), business_hours="saturdays"))
    assert (far.code, far.pointer) == ("target_far", "/items/0/moments/1/after")
    assert far.witness["opened_on"] == NOW and far.data["due"].year == 2028
    closed = only(item("first", business_hours="closed"))
    assert (closed.code, closed.pointer, closed.data["opening"].month) == ("hours_closed", "/items/0/business_hours", 4)
    assert only(item(fail=after(2, "business_days"))).code == "business_days_around_the_clock"
    assert only(item(fail=after(2, "days"), business_hours="office")).code == "days_of_24_hours"


# --- changes and actions ---


def test_fields_that_change_often():
    assert ("/items/0/applicable_when", "changes_often") in found(
        item("new", all_(leaf("status", "is_not", "withdrawn")))
    )


def test_a_loop_names_its_way():
    there = item("there", HIGH, acts={"warning": [sets(priority="low")]})
    back = item("back", acts={"warning": [sets(priority="high")]})
    finding = only(there, back)
    assert (finding.code, finding.pointer) == ("action_loop", "/items/1/moments/0/actions/0")
    assert [step[0] for step in finding.data["steps"]] == ["Back", "There"]


def test_what_comes_to_rest_is_no_loop():
    """After a failure the KPI is settled: nothing starts again, unless settled results are recalculated."""
    there = item("there", HIGH, acts={"failure": [sets(priority="low")]})
    back = item("back", acts={"failure": [sets(priority="high")]})
    assert found(there, back) == []
    assert [code for _place, code in found(there, back, recalculate_on_terminal=True)] == ["action_loop"]


def test_escalating_upwards_is_no_loop():
    low = item("low", all_(leaf("priority", "in", ["low", "normal"])), acts={"warning": [sets(priority="high")]})
    high = item("high", acts={"warning": [sets(priority="urgent")]})
    assert found(low, high) == []


def test_records_that_create_records():
    finding = only(item("first", acts={"failure": [creates(title="Follow up")]}))
    assert (finding.code, finding.pointer) == ("action_loop", "/items/0/moments/1/actions/0")


def test_a_warning_that_answers_itself():
    finding = only(item("first", success_when=RESPONDED, acts={"warning": [sets(responded=True)]}))
    assert (finding.code, finding.pointer) == ("action_meets_success", "/items/0/moments/0/actions/0")


# --- bounds ---


def test_what_is_too_much_is_said_and_nothing_is_made_up():
    """A hundred staircases over three ordered fields: too many kinds of records to keep apart."""
    items = [
        item(
            f"step-{number}",
            all_(
                leaf("seats", "gt", number * 7 % 97),
                leaf("value", "lt", number * 11 % 101),
                leaf("title", "contains", f"word{number}"),
            ),
        )
        for number in range(100)
    ]
    examination = examined(*items)
    assert len(examination.limited) >= 100
    assert {finding.code for finding in examination.findings} == set()


def test_every_field_type_can_be_examined():
    assert {field.type for field in FIELDS.values()} == set(FieldType)
