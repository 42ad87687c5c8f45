"""An empty installation: every page says what to do first, and what is filtered away is not called missing."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from slas.filters import kpi_choices
from slas.models import KPI
from slas.services.policy.slas import sla_create
from slas.tests.policy.builders import NOW, make_kpi, make_sla
from slas.tests.web.pages import text_of, url

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
FIRST = {
    "slas:sla_list": ("No SLA yet", "slas:sla_starters"),
    "slas:kpi_list": ("No KPI yet", "slas:kpi_new"),
    "slas:business_hours_list": ("No business hours yet", "slas:business_hours_new"),
    "slas:holiday_schedule_list": ("No holiday schedule yet", "slas:holiday_schedule_new"),
    "cases:customer_list": ("No customer yet", "cases:customer_create"),
    "cases:product_list": ("No product yet", "cases:product_create"),
    "cases:entitlement_list": ("No entitlement yet", "cases:entitlement_create"),
}


@pytest.mark.parametrize("name", FIRST)
def test_an_empty_list_leads_to_the_first_row(admin: Client, name: str) -> None:
    heading, first = FIRST[name]
    answer = admin.get(reverse(name))
    page = answer.content.decode()
    assert heading in page and "0–0 of 0" not in page
    assert f'<a class="btn btn-primary" href="{reverse(first)}">' in page.partition("empty-heading")[2]


def test_who_may_not_configure_gets_no_button(agent: Client) -> None:
    page = agent.get(url("kpi_list")).content.decode()
    assert "No KPI yet" in page and url("kpi_new") not in page


def test_what_is_filtered_away_is_not_called_missing(admin: Client) -> None:
    make_kpi()
    answer = admin.get(url("kpi_list"), {"q": "nothing of the kind"})
    assert "Nothing fits" in text_of(answer) and "No KPI yet" not in text_of(answer)
    assert f'href="{url("kpi_list")}">Clear the filters' in answer.content.decode()


def test_the_dashboard_leads_to_the_templates_until_an_sla_is_published(admin: Client, agent: Client) -> None:
    page = admin.get(url("dashboard"))
    assert "No SLA is published yet" in text_of(page) and url("sla_starters") in page.content.decode()
    assert url("sla_starters") not in agent.get(url("dashboard")).content.decode()
    make_kpi()
    make_sla(publish=True)
    assert "Nothing needs attention" in text_of(admin.get(url("dashboard")))


def test_an_item_without_kpis_to_choose_from_says_so(admin: Client) -> None:
    sla = sla_create(code="new", name="New", record_type="case", by=None, now=NOW)
    address = f"{url('sla_edit', sla.pk)}?item=new"
    page = admin.get(address)
    assert "There is no active KPI for cases yet. New KPI" in text_of(page)
    make_kpi(active=False)
    assert "New KPI · Inactive ones" in text_of(admin.get(address))
    KPI.objects.update(state=KPI.State.ACTIVE)
    assert "There is no active KPI" not in text_of(admin.get(address))


def test_kpis_of_one_name_are_told_apart(db: None) -> None:
    make_kpi()
    make_kpi("resolve_by", name="Resolve by")
    make_kpi("incident-resolve", name="Resolve by")
    assert kpi_choices() == [
        ("first_response_by", "First response by"),
        ("resolve_by", "Resolve by (resolve_by)"),
        ("incident-resolve", "Resolve by (incident-resolve)"),
    ]
