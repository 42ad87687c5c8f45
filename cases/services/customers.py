"""Customers and their contacts."""

from __future__ import annotations

from datetime import datetime
from typing import TypedDict, Unpack

from cases.models import Contact, Customer
from cases.services.related import check, related_create, related_delete, related_update
from sla_project.accounts.models import User


class CustomerValues(TypedDict, total=False):
    name: str
    code: str
    service_level: str
    email: str


class ContactValues(TypedDict, total=False):
    customer: Customer
    name: str
    email: str
    phone: str


def customer_create(*, by: User | None, now: datetime, **values: Unpack[CustomerValues]) -> Customer:
    check(Customer, {"name": "", **values})
    return related_create(model=Customer, values=values, by=by, now=now)


def customer_update(
    *, customer: Customer, by: User | None, now: datetime, via: str = "web", **changes: Unpack[CustomerValues]
) -> Customer:
    """Open cases see the change at once (R3); a changed service level is for new cases, not for open ones."""
    check(Customer, changes)
    return related_update(obj=customer, changes=changes, by=by, now=now, via=via)


def customer_set_active(
    *, customer: Customer, is_active: bool, by: User | None, now: datetime, via: str = "web"
) -> Customer:
    """An inactive customer keeps its cases; nobody can choose it for another."""
    action = "activate" if is_active else "deactivate"
    return related_update(obj=customer, changes={"is_active": is_active}, by=by, now=now, via=via, action=action)


def customer_delete(*, customer: Customer, by: User | None, now: datetime) -> None:
    related_delete(obj=customer, by=by, now=now)


def contact_create(*, by: User | None, now: datetime, **values: Unpack[ContactValues]) -> Contact:
    check(Contact, {"name": "", **values}, required=("customer",))
    return related_create(model=Contact, values=values, by=by, now=now)


def contact_update(
    *, contact: Contact, by: User | None, now: datetime, via: str = "web", **changes: Unpack[ContactValues]
) -> Contact:
    """A contact with cases stays with its customer: the cases would belong to two."""
    moved = "customer" in changes and changes["customer"] != contact.customer
    check(Contact, changes, refuse={"customer": moved and contact.cases.exists()})
    return related_update(obj=contact, changes=changes, by=by, now=now, via=via)


def contact_set_active(
    *, contact: Contact, is_active: bool, by: User | None, now: datetime, via: str = "web"
) -> Contact:
    action = "activate" if is_active else "deactivate"
    return related_update(obj=contact, changes={"is_active": is_active}, by=by, now=now, via=via, action=action)


def contact_delete(*, contact: Contact, by: User | None, now: datetime) -> None:
    related_delete(obj=contact, by=by, now=now)
