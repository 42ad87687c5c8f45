"""Documents: what is normalised, and every kind of bad input with its pointer."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sla_project.operations.errors import Invalid
from sla_project.operations.services import settings_update
from slas import records
from slas.domain.policy import compile_sla
from slas.services.policy.documents import document_freeze, document_from_text, document_validate
from slas.tests.policy.builders import (
    GOLD,
    NOW,
    duration,
    make_document,
    make_hours,
    make_item,
    make_kpi,
    make_sla,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def kpi():
    return make_kpi()


def problems_of(document: Any) -> dict[str, str]:
    with pytest.raises(Invalid) as caught:
        document_validate(document, "case")
    return {problem.pointer: problem.code for problem in caught.value.problems}


def item_problems(**given: Any) -> dict[str, str]:
    return problems_of(make_document(make_item(**given)))


def moments(*given: dict[str, Any]) -> dict[str, Any]:
    return {"moments": list(given)}


def test_missing_keys_and_defaults_are_filled_in_and_stay():
    document = document_validate(make_document(make_item(), make_item()), "case")
    first, second = document["items"]
    assert (first["key"], second["key"]) == ("gold-first-response-by", "gold-first-response-by-2")
    assert [moment["key"] for moment in first["moments"]] == ["warning", "failure"]
    assert first["pause"] == {"allowed": True, "when": None}
    assert document["business_hours"] is None and document["reopening"] is None
    assert document_validate(document, "case") == document


def test_what_reading_adds_to_a_duration_may_come_back():
    read = duration(45) | {"iso8601": "PT45M", "seconds": 2700}
    document = document_validate(make_document(make_item(**moments({"kind": "failure", "after": read}))), "case")
    assert document["items"][0]["moments"][0]["after"] == duration(45)


FAILURE = {"kind": "failure", "after": duration(1, "hours")}


@pytest.mark.parametrize(
    ("given", "pointer", "code"),
    [
        ({"kpi": "nope"}, "/kpi", "unknown_kpi"),
        ({"kpi": None}, "/kpi", "required"),
        ({"kpi": ["a"]}, "/kpi", "wrong_type"),
        ({"kpi": "activity_done"}, "/kpi", "wrong_record_type"),
        ({"name": ""}, "/name", "required"),
        ({"name": 7}, "/name", "wrong_type"),
        ({"name": "x" * 101}, "/name", "too_long"),
        ({"key": "No Spaces"}, "/key", "invalid_key"),
        ({"colour": "red"}, "/colour", "unknown_key"),
        ({"business_hours": "mars"}, "/business_hours", "unknown_business_hours"),
        ({"applicable_when": []}, "/applicable_when", "wrong_type"),
        ({"applicable_when": {"any": []}}, "/applicable_when/any", "empty_any"),
        (
            {"applicable_when": {"all": [{"field": "shoe_size", "op": "is", "value": 1}]}},
            "/applicable_when/all/0/field",
            "unknown_field",
        ),
        (
            {"success_when": {"all": [{"field": "first_response_sent", "op": "is", "value": "yes"}]}},
            "/success_when/all/0/value",
            "wrong_type",
        ),
        ({"success_when": {}}, "/success_when", "required"),
        ({"pause": {"allowed": "no"}}, "/pause/allowed", "wrong_type"),
        ({"pause": {"allowed": False, "when": GOLD}}, "/pause/when", "unexpected_value"),
        ({"pause": {"allowed": True, "when": {}}}, "/pause/when", "required"),
        (moments(), "/moments", "one_failure"),
        (moments(FAILURE, FAILURE), "/moments", "one_failure"),
        (moments(FAILURE, {"kind": "success"}, {"kind": "success"}), "/moments", "one_success"),
        (moments(FAILURE, {"kind": "party"}), "/moments/1/kind", "unknown_kind"),
        (moments({"kind": "failure", "after": duration(0)}), "/moments/0/after", "not_positive"),
        (moments(FAILURE, {"kind": "warning", "after": duration(-5)}), "/moments/1/after", "not_positive"),
        (moments({"kind": "failure"}), "/moments/0/after", "required"),
        (
            moments({"kind": "failure", "after": {"amount": 1, "unit": "moons"}}),
            "/moments/0/after",
            "unknown_unit",
        ),
        (moments(FAILURE, {"kind": "success", "after": duration(1)}), "/moments/1/after", "unexpected_value"),
        (moments({**FAILURE, "actions": {}}), "/moments/0/actions", "wrong_type"),
        (moments({**FAILURE, "actions": [{"kind": "dance"}]}), "/moments/0/actions/0/kind", "unknown_kind"),
        (
            moments({**FAILURE, "key": "a"}, {"kind": "success", "key": "a"}),
            "/moments/1/key",
            "duplicate_key",
        ),
    ],
)
def test_bad_input_is_named_at_its_place(given, pointer, code):
    make_kpi("activity_done", record_type="activity", applicable_from="created_on")
    assert item_problems(**given).get(f"/items/0{pointer}") == code


def test_an_invalid_placeholder_is_found_in_its_action():
    action = {
        "kind": "create_record",
        "type": "activity",
        "set": {"subject": "Call {{ case.owner.password }}"},
    }
    found = item_problems(**moments({**FAILURE, "actions": [action]}))
    assert any(pointer.startswith("/items/0/moments/0/actions/0/set/subject") for pointer in found)


@pytest.mark.parametrize(
    ("document", "pointer", "code"),
    [
        ([], "", "wrong_type"),
        ({}, "/items", "wrong_type"),
        ({"items": ["x"]}, "/items/0", "wrong_type"),
        ({"items": [], "a/b": 1}, "/a~1b", "unknown_key"),
        ({"items": [], "reopening": "maybe"}, "/reopening", "unknown_choice"),
        ({"items": [], "recalculate_on_terminal": 1}, "/recalculate_on_terminal", "wrong_type"),
        ({"items": [], "business_hours": {}}, "/business_hours", "wrong_type"),
    ],
)
def test_a_bad_document_as_a_whole(document, pointer, code):
    assert problems_of(document).get(pointer) == code


def test_equal_keys_are_refused_at_the_second():
    document = make_document(make_item(key="a"), make_item(key="a"))
    assert problems_of(document) == {"/items/1/key": "duplicate_key"}


def test_all_problems_are_reported_at_once():
    document = make_document(make_item(kpi="nope", name=""), make_item(success_when={}))
    assert set(problems_of(document)) == {"/items/0/kpi", "/items/0/name", "/items/1/success_when"}


@pytest.mark.parametrize("depth", [25, 500, 9_000])
def test_deep_json_is_refused_shortly(depth):
    with pytest.raises(Invalid) as caught:
        document_from_text('{"items": ' + "[" * depth + "]" * depth + "}")
    assert caught.value.problems[0].code == "too_deep"


def test_a_deep_tree_is_refused_at_its_condition():
    tree: Any = {"field": "service_level", "op": "is", "value": "gold"}
    for _level in range(500):
        tree = {"all": [tree]}
    assert problems_of({"items": [make_item() | {"applicable_when": tree}]})[""] == "too_deep"


@pytest.mark.parametrize("text", ["{", '{"a": NaN}', '{"a": 1, "a": 2}', '{"a": "\\ud800"}'])
def test_text_that_is_not_strict_json(text):
    with pytest.raises(Invalid):
        document_from_text(text)


# --- freezing ---


def test_a_frozen_document_is_complete_and_compiles():
    make_hours()
    settings_update(changes={"pause_statuses": {"case": ["on_hold"]}, "reopening": "continue"}, by=None, now=NOW)
    sla = make_sla(document=make_document(make_item(business_hours="uk-hours")), publish=True)
    frozen = json.loads(json.dumps(sla.current.document))
    assert frozen["kpis"]["first_response_by"]["applicable_from"] == "created_on"
    assert frozen["pause_statuses"] == ["on_hold"] and frozen["pause_field"] == "status"
    assert list(frozen["schedules"]) == ["uk-hours"]
    assert (frozen["reopening"], frozen["authored"]["reopening"]) == ("continue", None)
    policy = compile_sla(frozen, records.get("case").fields, sla=sla.pk, version=1)
    assert policy.items[0].business_hours == frozen["schedules"]["uk-hours"]
    assert policy.items[0].failure_after.seconds == 3600


def test_freezing_takes_the_kpis_own_pause_rule(kpi):
    from slas.services.policy.kpis import kpi_update

    kpi_update(kpi=kpi, changes={"pause_override": True, "pause_when": GOLD}, by=None, now=NOW)
    sla = make_sla()
    assert document_freeze(sla, sla.draft)["kpis"]["first_response_by"]["pause_when"] == GOLD
