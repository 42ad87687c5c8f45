"""Who works at the demo's desk, and for whom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.hashers import make_password

from cases.models import Contact, Customer, Entitlement, Product
from cases.services import (
    contact_create,
    customer_create,
    entitlement_activate,
    entitlement_create,
    entitlement_set_default,
    product_create,
)
from cases.services.entitlements import today
from sla_project.accounts.models import Team, User
from sla_project.accounts.services import team_save, user_create
from slas.models import SLA

PASSWORD = "believable-day"  # noqa: S105 - the demo's own, printed when it starts
ZONE = "Europe/London"

STAFF = {
    "dana@example.com": ("Dana Reed", "administrator"),
    "priya@example.com": ("Priya Nair", "manager"),
    "ada@example.com": ("Ada Okafor", "agent"),
    "ming@example.com": ("Ming Chen", "agent"),
    "joao@example.com": ("João Silva", "agent"),
}
CUSTOMERS = {
    "Northwind Traders": ("gold", "Erik Lund"),
    "Contoso": ("gold", "Sofia Marek"),
    "Adventure Works": ("gold", "Tom Ashby"),
    "Fabrikam": ("silver", "Lena Vogt"),
    "Litware": ("silver", "Omar Haddad"),
    "Tailspin Toys": ("silver", "Grace Lin"),
    "Proseware": ("bronze", "Nils Berg"),
    "Wide World Importers": ("bronze", "Rosa Díaz"),
}
PRODUCTS = ("Billing", "Reports", "Sign-in", "Integrations")


@dataclass
class Desk:
    """Everybody and everything that the story names."""

    staff: dict[str, User]
    team: Team
    customers: list[Customer]
    contacts: dict[int, Contact]
    products: list[Product]

    @property
    def administrator(self) -> User:
        return self.staff["dana@example.com"]

    @property
    def agents(self) -> list[User]:
        return [user for user in self.staff.values() if user.role == "agent"]


def desk_create(*, now: datetime) -> Desk:
    staff = {
        email: user_create(
            fields={"email": email, "display_name": name, "role": role, "time_zone": ZONE},
            password=None,
            by=None,
            now=now,
        )
        for email, (name, role) in STAFF.items()
    }
    User.objects.filter(email__in=staff).update(password=make_password(PASSWORD))  # hashing five times takes seconds
    dana = staff["dana@example.com"]
    team = team_save(
        team=Team(),
        changes={
            "code": "first-line",
            "name": "First line",
            "email": "first-line@example.com",
            "lead": staff["priya@example.com"],
        },
        members=staff.values(),
        by=dana,
        now=now,
    )
    customers, contacts = [], {}
    for name, (level, person) in CUSTOMERS.items():
        customer = customer_create(name=name, service_level=level, by=dana, now=now)
        email = f"{person.split()[0].lower()}@{name.split()[0].lower()}.example"
        contacts[customer.pk] = contact_create(customer=customer, name=person, email=email, by=dana, now=now)
        customers.append(customer)
    products = [product_create(name=name, code=name.lower(), by=dana, now=now) for name in PRODUCTS]
    return Desk(staff, team, customers, contacts, products)


def entitlements_create(*, desk: Desk, sla: SLA, now: datetime) -> None:
    """The gold customers are entitled to the support contract by name; the others get it as the default."""
    first = today(now)
    for customer in desk.customers:
        if customer.service_level != "gold":
            continue
        entitlement: Entitlement = entitlement_create(
            name=f"{customer.name} support",
            customer=customer,
            sla=sla,
            start_date=first,
            end_date=first + timedelta(days=365),
            by=desk.administrator,
            now=now,
        )
        entitlement = entitlement_activate(entitlement=entitlement, by=desk.administrator, now=now)
        entitlement_set_default(entitlement=entitlement, by=desk.administrator, now=now)
