"""Pages say what pauses an item as it will be: nobody waits for a pause that no rule and no status brings (R23)."""

from __future__ import annotations

import pytest

from cases.tests.builders import set_pause_statuses
from slas.models import SLA
from slas.services.policy.kpis import kpi_update
from slas.services.policy.slas import sla_update_draft
from slas.tests.policy.builders import NOW, make_document, make_item, make_kpi, make_sla
from slas.tests.web.pages import text_of, url

pytestmark = pytest.mark.django_db
NO_STATUS = "Never: the settings name no status that pauses"
WAITING = {"all": [{"field": "status", "op": "is", "value": "waiting_for_customer"}]}


@pytest.fixture
def draft(admin, clock) -> SLA:
    clock.set(NOW)
    make_kpi()
    return make_sla()


def test_an_item_that_no_status_pauses_says_never(admin, draft) -> None:
    assert NO_STATUS in text_of(admin.get(url("sla_detail", draft.pk)))
    editor = text_of(admin.get(url("sla_edit", draft.pk)))
    assert "As usual: by the KPI's rule, else never: the settings name no status that pauses" in editor


def test_the_kpi_says_so_too(admin, draft) -> None:
    kpi = make_kpi("other")
    assert NO_STATUS in text_of(admin.get(url("kpi_detail", kpi.pk)))
    set_pause_statuses(case=["on_hold"])
    assert "Status is On hold (settings)" in text_of(admin.get(url("kpi_detail", kpi.pk)))


def test_it_names_the_statuses_of_the_settings(admin, draft) -> None:
    set_pause_statuses(case=["on_hold", "waiting_for_customer"])
    assert "Status is one of On hold or Waiting for customer (settings)" in text_of(
        admin.get(url("sla_detail", draft.pk))
    )
    editor = text_of(admin.get(url("sla_edit", draft.pk)))
    assert "else while the status is On hold, Waiting for customer" in editor


def test_the_rule_of_the_kpi_comes_before_them(admin, draft) -> None:
    set_pause_statuses(case=["on_hold"])
    kpi_update(kpi=make_kpi("paused_by"), changes={"pause_override": True, "pause_when": WAITING}, by=None, now=NOW)
    document = make_document(make_item(kpi="paused_by"))
    sla_update_draft(sla=draft, document=document, expected_revision=None, by=None, now=NOW)
    shown = text_of(admin.get(url("sla_detail", draft.pk)))
    assert "Status is Waiting for customer (the KPI's rule)" in shown and "On hold" not in shown


def test_a_version_says_what_it_was_published_with(admin, clock) -> None:
    """engine.md R6: the settings of later do not count for it."""
    clock.set(NOW)
    make_kpi()
    set_pause_statuses(case=["on_hold"])
    sla = make_sla(publish=True)
    set_pause_statuses(case=[])
    for page in (url("sla_detail", sla.pk), url("sla_version", sla.pk, 1)):
        assert "Status is On hold (settings)" in text_of(admin.get(page)), page
