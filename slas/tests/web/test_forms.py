"""Forms: what is typed is kept when it is wrong, and nobody overwrites unseen."""

from __future__ import annotations

import json

import pytest
from django.urls import reverse

from slas.models import KPI, SLA
from slas.services.policy.slas import sla_update_draft
from slas.tests.policy.builders import NOW, make_item, make_kpi

pytestmark = pytest.mark.django_db


def edit_url(sla: SLA) -> str:
    return reverse("slas:sla_edit_document", args=[sla.pk])


def test_an_sla_from_nothing_to_published(admin, clock):
    make_kpi()
    created = {"name": "Gold support", "code": "gold", "record_type": "case", "description": ""}
    assert admin.post(reverse("slas:sla_new"), created).status_code == 302
    sla = SLA.objects.get()
    document = json.dumps({"items": [make_item()]})
    response = admin.post(edit_url(sla), {"document": document, "revision": sla.draft_revision})
    assert response.status_code == 302
    sla.refresh_from_db()
    publish = {"reason": "First", "reach": "new", "revision": sla.draft_revision}
    assert admin.post(reverse("slas:sla_publish", args=[sla.pk]), publish).status_code == 302
    sla.refresh_from_db()
    assert (sla.state, sla.current.reason) == ("active", "First")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"items": [', "not valid JSON"),
        ('{"items": {}}', "/items"),
        (json.dumps({"items": [make_item(kpi="nope")]}), "/items/0/kpi"),
        ('{"items": ' + "[" * 500 + "]" * 500 + "}", "nested more than"),
    ],
)
def test_a_wrong_document_keeps_its_text(sla, admin, text, words):
    response = admin.post(edit_url(sla), {"document": text, "revision": sla.draft_revision})
    assert response.status_code == 422
    assert words in response.content.decode()
    assert response.context["form"]["document"].value() == text


def test_of_two_editors_neither_loses_the_text(sla, admin):
    seen = sla.draft_revision
    theirs = {"items": [make_item(name="Their name")]}
    sla_update_draft(sla=sla, document=theirs, expected_revision=seen, by=None, now=NOW)
    mine = json.dumps({"items": [make_item(name="My name")]})
    response = admin.post(edit_url(sla), {"document": mine, "revision": seen})
    assert response.status_code == 409
    assert "Their name" in response.content.decode() and "My name" in response.content.decode()
    again = {"document": mine, "revision": response.context["form"]["revision"].value()}
    assert admin.post(edit_url(sla), again).status_code == 302
    sla.refresh_from_db()
    assert sla.draft["items"][0]["name"] == "My name"


def test_a_kpi_is_made_and_its_rule_edited(admin, clock):
    values = {"name": "Resolve by", "code": "resolve_by", "record_type": "case", "applicable_from": "created_on"}
    assert admin.post(reverse("slas:kpi_new"), values).status_code == 302
    kpi = KPI.objects.get()
    rule = {"all": [{"field": "status", "op": "is", "value": "on_hold"}]}
    edited = {"name": "Resolve", "pause_override": "on", "pause_when": json.dumps(rule)}
    assert admin.post(reverse("slas:kpi_edit", args=[kpi.pk]), edited).status_code == 302
    kpi.refresh_from_db()
    assert (kpi.name, kpi.pause_when) == ("Resolve", rule)
    assert admin.post(reverse("slas:kpi_edit", args=[kpi.pk]), edited | {"pause_override": ""}).status_code == 302
    kpi.refresh_from_db()
    assert (kpi.pause_override, kpi.pause_when) == (False, None)


def test_a_new_kpi_is_paused_by_a_rule_on_the_record_type_that_is_chosen(admin, clock):
    rule = {"all": [{"field": "priority", "op": "is", "value": "low"}]}
    given = {
        "name": "Call back", "code": "call_back", "record_type": "activity", "applicable_from": "created_on",
        "pause_override": "on", "pause_when": json.dumps(rule),
    }  # fmt: skip
    assert admin.post(reverse("slas:kpi_new"), given).status_code == 302
    assert KPI.objects.get().pause_when == rule
    elsewhere = given | {"code": "other", "record_type": "case", "applicable_from": "due_at"}
    errors = admin.post(reverse("slas:kpi_new"), elsewhere).context["form"].errors
    assert errors == {"applicable_from": ["There is no such field."]}


@pytest.mark.parametrize("rule", ["", '{"all": []}', '{"all": ['])
def test_a_rule_that_says_nothing_is_refused(admin, clock, rule):
    kpi = make_kpi()
    edited = {"name": "Resolve", "pause_override": "on", "pause_when": rule}
    response = admin.post(reverse("slas:kpi_edit", args=[kpi.pk]), edited)
    assert response.status_code == 422 and response.context["form"].errors["pause_when"]


def test_a_wrong_pause_rule_is_said_at_its_field(admin, clock):
    kpi = make_kpi()
    rule = '{"all": [{"field": "nope", "op": "is", "value": 1}]}'
    edited = {"name": "Resolve", "pause_override": "on", "pause_when": rule}
    response = admin.post(reverse("slas:kpi_edit", args=[kpi.pk]), edited)
    assert response.status_code == 422 and "There is no field" in response.content.decode()
