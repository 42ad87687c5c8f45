"""What beat rings for this app."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.conf import settings

from cases.models import Entitlement
from cases.services import customer_create, customer_update, entitlement_activate, entitlement_create
from cases.tasks import entitlement_dates
from conftest import Clock
from slas.models import RelatedChange
from slas.tasks import tidy

pytestmark = pytest.mark.django_db


def test_an_entitlement_begins_and_ends_by_its_dates(clock: Clock) -> None:
    customer = customer_create(name="Contoso", service_level="gold", by=None, now=clock.now)
    entitlement = entitlement_create(
        name="Week",
        customer=customer,
        start_date=date(2026, 3, 3),
        end_date=date(2026, 3, 4),
        by=None,
        now=clock.now,
    )
    entitlement_activate(entitlement=entitlement, by=None, now=clock.now)
    states = []
    for _ in range(4):
        entitlement_dates()
        states.append(Entitlement.objects.get().state)
        clock.set(clock.now + timedelta(days=1))
    assert states == ["waiting", "active", "active", "expired"]


def test_beat_rings_it() -> None:
    assert settings.CELERY["beat_schedule"]["entitlement-dates"]["task"] == entitlement_dates.name


def test_notes_of_delivered_changes_are_removed_after_a_month(clock: Clock) -> None:
    """engine.md R3: each record's log has what came of them; what is not delivered yet stays."""
    customer = customer_create(name="Contoso", service_level="gold", by=None, now=clock.now)
    customer_update(customer=customer, name="Contoso Ltd", by=None, now=clock.now)
    customer_update(customer=customer, name="Contoso plc", by=None, now=clock.now)
    first = RelatedChange.objects.order_by("pk")[0]
    RelatedChange.objects.filter(pk=first.pk).update(delivered_at=clock.now)
    clock.set(clock.now + timedelta(days=29))
    tidy()
    assert RelatedChange.objects.count() == 2
    clock.set(clock.now + timedelta(days=2))
    tidy()
    assert RelatedChange.objects.get().pk != first.pk
