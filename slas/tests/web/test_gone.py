"""A published SLA outlives fields and choices of the code: records are judged, people are told (engine.md R6)."""

from __future__ import annotations

import copy

import pytest
from django.urls import reverse

from cases.services import case_create
from slas.models import SLA, SLAVersion, TrackedRecord
from slas.services.policy.slas import sla_deactivate, sla_set_default
from slas.tests.policy.builders import NOW, make_item, make_kpi, make_sla

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def old(clock) -> SLA:
    """Its current version is as it was published when cases still had a region and a platinum level."""
    clock.set(NOW)
    make_kpi()
    northern = make_item(key="north", name="North")
    sla = sla_set_default(
        sla=make_sla(document={"items": [northern, make_item(key="rest")]}, publish=True), by=None, now=NOW
    )
    document = copy.deepcopy(sla.current.document)
    document["items"][0]["applicable_when"] = {"all": [{"field": "region", "op": "is", "value": "north"}]}
    levels = ["platinum", "gold"]
    document["items"][1]["applicable_when"] = {"all": [{"field": "service_level", "op": "in", "value": levels}]}
    document["authored"]["items"][0]["applicable_when"] = document["items"][0]["applicable_when"]
    version = SLAVersion.objects.create(sla=sla, number=2, effective_at=NOW, document=document)
    SLA.objects.filter(pk=sla.pk).update(current=version)
    return SLA.objects.get(pk=sla.pk)


def test_records_are_judged_by_what_is_left(old):
    """engine.md R6, R12: the rule about the region holds for nobody, the other one as before; no record is dead."""
    case_create(title="Cannot sign in", service_level="gold", by=None, now=NOW)
    record = TrackedRecord.objects.get()
    assert (record.attempts, record.is_waiting) == (0, False)
    assert record.instances.get().item_key == "rest"


@pytest.mark.parametrize("name", ["sla_detail", "monitor"])
def test_pages_name_what_is_gone(old, admin, name):
    url = reverse("slas:sla_detail", args=[old.pk]) if name == "sla_detail" else reverse("slas:monitor")
    shown = admin.get(url).content.decode()
    assert "There is no field “region”." in shown
    assert "has no choice “platinum” any more." in shown
    assert reverse("slas:sla_version", args=[old.pk, 2]) in shown


def test_a_case_says_why_all_the_same(old, admin):
    case = case_create(title="Cannot sign in", service_level="gold", by=None, now=NOW)
    shown = admin.get(reverse("cases:case_detail", args=[case.pk])).content.decode()
    assert "region (no longer a field) is “north”" in shown


def test_a_version_that_judges_nothing_any_more_is_not_named(old, admin):
    sla_deactivate(sla=old, by=None, now=NOW)
    assert admin.get(reverse("slas:monitor")).context["gone"] == []


def test_whole_slas_are_not_named(admin, clock):
    make_kpi()
    make_sla(publish=True)
    assert admin.get(reverse("slas:monitor")).context["gone"] == []
