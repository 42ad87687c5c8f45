"""The form field: JSON in, a normalised condition out, and errors that say where in the tree."""

from __future__ import annotations

import json

import pytest
from django import forms
from django.template.loader import render_to_string

from cases.tests.builders import make_customer
from slas.forms.condition_fields import OPTIONS_ON_PAGE, ConditionField, condition_assets

GOLD = {"field": "service_level", "op": "is", "value": "gold"}


class ConditionForm(forms.Form):
    condition = ConditionField("case", about={"sla": 7, "kpi": ""}, follow={"kpi": "item-kpi"})


def form_of(document: object) -> ConditionForm:
    text = document if isinstance(document, str) else json.dumps(document)
    return ConditionForm({"condition": text})


def errors_of(document: object) -> list[str]:
    form = form_of(document)
    assert not form.is_valid()
    return form.errors["condition"]


@pytest.mark.parametrize("empty", ["", "  ", "null", "{}", '{"all": []}'])
def test_nothing_is_always(empty):
    form = form_of(empty)
    assert form.is_valid()
    assert form.cleaned_data["condition"] == {"all": []}


def test_a_document_is_normalised():
    form = form_of({"any": [{"value": ["high", "high"], "op": "in", "field": "priority"}]})
    assert form.is_valid()
    assert form.cleaned_data["condition"] == {"any": [{"field": "priority", "op": "in", "value": ["high"]}]}


@pytest.mark.parametrize(
    ("document", "error"),
    [
        ({"all": [GOLD, {"any": [{"field": None}]}]}, "Rule 2.1: Choose a field."),
        ({"all": [{"any": []}]}, "Group 1: “Any” of nothing is never true; add a rule or remove the group."),
        (
            {"all": [{"field": "priority", "op": "in", "value": ["high", "no"]}]},
            "Rule 1, value 2: Priority has no such choice.",
        ),
        ({"any": []}, "“Any” of nothing is never true; add a rule or remove the group."),
        ("[1]", "Expected an object: a group or a rule."),
    ],
)
def test_errors_say_where(document, error):
    assert errors_of(document)[0] == error


@pytest.mark.parametrize("text", ["{", '{"all": [}', "[" * 100_000, "9" * 5000, '{"all": [' * 300])
def test_text_that_is_not_json_is_an_error_of_the_field_and_stays(text):
    form = form_of(text)
    assert not form.is_valid()
    assert form["condition"].value() == text


def test_a_required_condition_says_something():
    class Required(forms.Form):
        condition = ConditionField("case", required=True)

    assert not Required({"condition": '{"all": []}'}).is_valid()
    assert Required({"condition": json.dumps(GOLD)}).is_valid()


def test_the_widget_is_a_labelled_textarea_inside_the_builder():
    html = str(form_of({"all": [GOLD]})["condition"])
    assert html.startswith("<condition-builder")
    assert 'data-record-type="case"' in html
    assert 'data-sla="7"' in html
    assert "data-kpi" not in html
    assert 'data-follow="kpi=item-kpi"' in html
    assert 'data-preview="/conditions/preview/"' in html
    assert '<textarea name="condition"' in html
    assert "maxlength" not in html


def test_initial_is_shown_as_readable_json_and_counts_as_unchanged():
    form = ConditionForm({"condition": json.dumps({"all": [GOLD]})}, initial={"condition": {"all": [GOLD]}})
    assert form["condition"].initial == {"all": [GOLD]}
    assert '\n  "all"' in ConditionForm(initial={"condition": {"all": [GOLD]}})["condition"].as_widget().replace(
        "&quot;", '"'
    )
    assert not form.has_changed()


def test_script_in_a_value_stays_text():
    html = str(form_of({"all": [{"field": "title", "op": "is", "value": "</textarea><script>"}]})["condition"])
    assert "<script>" not in html


# --- what the builder knows ---


def test_assets_hold_fields_by_group_without_those_of_the_system(db):
    assets = condition_assets("case", "activity")
    groups = dict(assets["records"]["case"])
    assert list(groups) == ["Case", "Customer", "Contact", "Product", "Entitlement"]
    paths = [field["path"] for fields in groups.values() for field in fields]
    assert "customer.service_level" in paths
    assert "resolved_on" not in paths
    assert {"path": "customer.name", "label": "Customer › Name", "type": "text"} in groups["Customer"]
    assert ["gt", "is after"] in assets["operators"]["datetime"]
    assert "activity" in assets["records"]


def test_only_active_records_are_offered(db):
    customer = make_customer("Northwind")
    make_customer("Gone", is_active=False)
    assert condition_assets("case")["options"]["customer"] == [[customer.pk, "Northwind"]]


def test_many_records_are_searched_rather_than_listed(db):
    for number in range(OPTIONS_ON_PAGE + 1):
        make_customer(f"Customer {number}")
    assert condition_assets("case")["options"]["customer"] is None


def test_assets_take_one_query_for_each_kind_of_record(db, django_assert_num_queries):
    with django_assert_num_queries(7):
        condition_assets("case")


def test_assets_are_data_that_a_strict_policy_allows(db):
    html = render_to_string("slas/_condition_assets.html", {"condition_assets": condition_assets("case")})
    assert '<script id="condition-assets" type="application/json">' in html
    assert html.count("<script") == 2
