"""Cases under the support contract: services, engine and selectors together."""

from __future__ import annotations

import pytest

from cases import services
from cases.models import Case
from cases.tests.builders import (
    NOW,
    judge,
    make_activity,
    make_activity_sla,
    make_case,
    make_customer,
    make_entitlement,
    make_support_sla,
)
from sla_project.operations.errors import Invalid
from slas.selectors.clocks.explanations import explain_record
from slas.selectors.clocks.instances import record_of, record_view
from slas.services.flow.choosing import AUTOMATIC, NO_SLA
from slas.services.policy.settings import service_settings_update

pytestmark = pytest.mark.django_db


def timers(case: Case, now) -> dict[str, str]:
    return {row.kpi.code: row.status for row in record_view(record_of(case), now).instances}


def test_a_gold_case_starts_two_timers(clock):
    make_support_sla()
    case = make_case()
    judge(case)
    assert timers(case, clock.now) == {"first_response_by": "in_progress", "resolve_by": "in_progress"}


@pytest.mark.parametrize("off", [{"slas_disabled": True}, {"disabled_record_types": ["case"]}])
def test_where_slas_are_switched_off_nothing_starts_and_what_runs_goes_on(clock, off):
    """R15."""
    make_support_sla()
    running = make_case()
    judge(running)
    service_settings_update(changes=off, by=None, now=NOW)
    late = make_case()
    services.case_update(case=running, title="Still counted", by=None, now=NOW)
    judge(late)
    judge(running)
    assert timers(late, clock.now) == {}
    assert timers(running, clock.now) == {"first_response_by": "in_progress", "resolve_by": "in_progress"}


def test_a_record_type_without_slas_leaves_the_others_theirs(clock):
    make_support_sla()
    service_settings_update(changes={"disabled_record_types": ["activity"]}, by=None, now=NOW)
    case = make_case()
    judge(case)
    assert len(timers(case, clock.now)) == 2


def test_a_reply_meets_the_first_response(clock):
    make_support_sla()
    case = make_case()
    services.case_reply(case=case, text="Hello", by=None, now=clock.advance(600))
    judge(case)
    assert timers(case, clock.now)["first_response_by"] == "succeeded"


def test_resolving_meets_resolve_by_and_leaves_the_rest_unmet(clock):
    make_support_sla()
    case = make_case()
    services.case_resolve(case=case, by=None, now=clock.advance(600))
    judge(case)
    assert timers(case, clock.now) == {"first_response_by": "canceled", "resolve_by": "succeeded"}


def test_on_hold_pauses(clock):
    make_support_sla()
    case = make_case()
    services.case_update(case=case, status="on_hold", by=None, now=clock.advance(60))
    judge(case)
    assert set(timers(case, clock.now).values()) == {"paused"}


def test_another_service_level_takes_the_other_items(clock):
    make_support_sla()
    case = make_case()
    judge(case)
    services.case_update(case=case, service_level="bronze", by=None, now=clock.advance(60))
    judge(case)
    view = record_view(record_of(case), clock.now)
    assert [row.item_name for row in view.instances] == ["Bronze – First response by", "Bronze – Resolve by"]


def test_the_entitlements_sla_beats_the_default(clock):
    make_support_sla()
    other = make_support_sla_twin()
    entitlement = make_entitlement(make_customer(), sla=other)
    case = make_case(customer=entitlement.customer)
    judge(case)
    record = record_of(case)
    assert (record.sla, record.sla_source) == (other, "entitlement")


def make_support_sla_twin():
    from slas.models import SLA
    from slas.services.policy.slas import sla_create, sla_publish

    document = SLA.objects.get().current.document
    items = [{key: document["items"][0][key] for key in ("name", "kpi", "applicable_when", "success_when", "moments")}]
    sla = sla_create(code="special", name="Special", record_type="case", document={"items": items}, by=None, now=NOW)
    sla_publish(sla=sla, by=None, now=NOW)
    sla.refresh_from_db()
    return sla


def test_no_sla_by_hand_and_back_to_automatic(clock):
    sla = make_support_sla()
    case = make_case()
    judge(case)
    services.case_apply_sla(case=case, sla=NO_SLA, by=None, now=clock.advance(60))
    judge(case)
    assert record_of(case).sla_source == "hand_none"
    services.case_apply_sla(case=case, sla=AUTOMATIC, by=None, now=clock.advance(60))
    judge(case)
    assert (record_of(case).sla, record_of(case).sla_source) == (sla, "default")


def test_an_sla_for_other_records_is_refused(clock):
    sla = make_activity_sla()
    with pytest.raises(Invalid) as caught:
        make_case(sla=sla)
    assert caught.value.problems[0].pointer == "/sla"


def test_a_page_counts_waiting_changes_before_any_worker_ran(clock):
    make_support_sla()
    case = make_case()
    view = record_view(record_of(case), clock.now)
    assert view.is_updating and len(view.instances) == 2


def test_the_explanation_names_what_failed_with_its_value(clock):
    make_support_sla()
    case = make_case(service_level="silver")
    judge(case)
    explained = explain_record(record_view(record_of(case), clock.now))
    outcomes = [item.outcome for item in explained.items]
    assert outcomes == ["not_met", "not_met", "won", "won", "not_needed", "not_needed"]
    assert explained.items[0].leaves[0].actual == "Silver"


def test_a_customers_new_name_reaches_the_open_case(clock):
    customer = make_customer()
    case = make_case(customer=customer)
    judge(case)
    services.customer_update(customer=customer, name="Northwind Ltd", by=None, now=clock.advance(60))
    from slas.models import RelatedChange
    from slas.services.flow.related import related_deliver

    for delivery in RelatedChange.objects.all():
        related_deliver(delivery_id=delivery.pk)
    assert record_of(case).changes.last().fields["customer.name"] == ["Northwind Traders", "Northwind Ltd"]


def test_an_activity_has_timers_of_its_own(clock):
    make_activity_sla()
    activity = make_activity(case=make_case())
    judge(activity)
    services.activity_complete(activity=activity, by=None, now=clock.advance(3600))
    judge(activity)
    (row,) = record_view(record_of(activity), clock.now).instances
    assert row.status == "succeeded"
