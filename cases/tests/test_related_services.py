"""Customers, contacts and entitlements beneath the API: audit, folding, dates, numbers."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from cases import services
from cases.models import Case, Entitlement
from cases.services import numbers_take
from cases.tests.builders import NOW, make_case, make_customer, make_entitlement, make_user
from sla_project.operations.errors import Invalid, NotPossible
from sla_project.operations.models import AuditEntry

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def test_every_write_is_audited_with_before_and_after():
    user = make_user()
    customer = services.customer_create(name="Northwind", by=user, now=NOW)
    services.customer_update(customer=customer, name="Northwind Ltd", by=user, now=NOW)
    entries = AuditEntry.objects.order_by("pk").values_list("action", "by", "before", "after")
    assert list(entries) == [
        ("customer.create", user.pk, None, {"name": "Northwind"}),
        ("customer.update", user.pk, {"name": "Northwind"}, {"name": "Northwind Ltd"}),
    ]


def test_an_unchanged_save_is_no_news():
    customer = make_customer()
    services.customer_update(customer=customer, name=customer.name, by=None, now=NOW)
    assert AuditEntry.objects.count() == 1


def test_names_are_folded_for_search():
    assert make_customer("Straße GmbH").name_folded == "strasse gmbh"


def test_a_customers_new_service_level_leaves_open_cases_alone():
    customer = make_customer()
    case = services.case_create(title="x", customer=customer, by=None, now=NOW)
    services.customer_update(customer=customer, service_level="bronze", by=None, now=NOW)
    case.refresh_from_db()
    assert case.service_level == "gold"


def test_entitlements_follow_the_calendar():
    entitlement = make_entitlement(make_customer())
    assert services.entitlements_by_date(now=NOW) == 0
    assert services.entitlements_by_date(now=NOW + timedelta(days=400)) == 1
    assert Entitlement.objects.values_list("state", "is_default").get() == ("expired", False)
    assert entitlement.pk


def test_an_entitlement_that_was_activated_meanwhile_is_no_draft_any_more():
    active = make_entitlement(make_customer(), default=False)
    draft = services.entitlement_deactivate(entitlement=active, by=None, now=NOW)
    services.entitlement_activate(entitlement=draft, by=None, now=NOW)
    assert (draft.state, Entitlement.objects.get().state) == ("draft", "active")
    with pytest.raises(NotPossible):
        services.entitlement_update(entitlement=draft, name="Other", by=None, now=NOW)
    with pytest.raises(NotPossible):
        services.entitlement_delete(entitlement=draft, by=None, now=NOW)
    with pytest.raises(NotPossible):
        services.entitlement_activate(entitlement=draft, by=None, now=NOW)
    services.entitlement_cancel(entitlement=draft, by=None, now=NOW)
    with pytest.raises(NotPossible):
        services.entitlement_deactivate(entitlement=active, by=None, now=NOW)


def test_who_is_canceled_while_the_calendar_is_read_stays_canceled():
    entitlement = make_entitlement(make_customer())
    read: list[str] = []

    def cancel_after_reading(execute, sql, params, many, context):
        if read == ["read"]:
            read.append("canceled")
            services.entitlement_cancel(entitlement=entitlement, by=None, now=NOW)
        elif not read and sql.startswith("SELECT") and "cases_entitlement" in sql:
            read.append("read")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(cancel_after_reading):
        assert services.entitlements_by_date(now=NOW + timedelta(days=400)) == 0
    assert Entitlement.objects.get().state == "canceled"


def test_a_case_takes_only_an_active_entitlement():
    active = make_entitlement(make_customer())
    entitlement = services.entitlement_cancel(entitlement=active, by=None, now=NOW)
    with pytest.raises(Invalid) as caught:
        make_case(customer=entitlement.customer, entitlement=entitlement)
    assert [problem.pointer for problem in caught.value.problems] == ["/entitlement"]


def test_numbers_are_taken_in_blocks_without_gaps():
    assert numbers_take(series="CASE", count=3) == ["CASE-1001", "CASE-1002", "CASE-1003"]
    assert make_case().number == "CASE-1004"


@pytest.mark.parametrize("year", [1, 1969, 2200, 9999])
def test_times_beyond_any_desk_are_refused(year):
    with pytest.raises(Invalid) as caught:
        make_case(opened_on=datetime(year, 6, 1, tzinfo=NOW.tzinfo))
    assert caught.value.problems[0].code == "out_of_range"


@pytest.mark.parametrize(
    "columns",
    [
        {"status": "problem_solved"},
        {"state": "resolved", "status": "problem_solved"},
        {"priority": "panic"},
        {"service_level": "platinum"},
        {"is_escalated": True},
        {"source": "mail"},
        {"status": "merged", "state": "canceled"},
    ],
)
def test_the_database_itself_refuses_what_does_not_fit(columns):
    from slas.tracking import tracked_writing

    make_case()
    with pytest.raises(IntegrityError), tracked_writing(), transaction.atomic():
        Case.objects.update(**columns)
