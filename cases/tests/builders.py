"""A small support desk to test with: people, a customer, and its SLA by service level."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from cases import services
from cases.models import Activity, Case, Contact, Customer, Entitlement
from sla_project.accounts.models import ApiToken, Team, User
from sla_project.operations.models import OrganisationSettings
from slas.models import SLA
from slas.selectors.clocks.instances import record_of
from slas.services.flow.judging import record_advance
from slas.services.policy.kpis import kpi_activate, kpi_create
from slas.services.policy.slas import sla_create, sla_publish, sla_set_default

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LEVELS = {"gold": (1, 4), "silver": (2, 24), "bronze": (4, 48)}
"""Service level → hours until first response and until resolution."""


def make_user(email: str = "agent@desk.example", role: str = "agent", **given: Any) -> User:
    return User.objects.create_user(email, "long enough 1", display_name=email.split("@")[0], role=role, **given)


def make_token(user: User, scope: str = "write") -> str:
    plain = ApiToken.plaintext_new()
    ApiToken.objects.create(
        user=user, name="test", prefix=plain[:8], key_hash=ApiToken.hash_of(plain), scope=scope, created_at=NOW
    )
    return plain


def make_team(code: str = "first-line", **given: Any) -> Team:
    return Team.objects.create(**{"code": code, "name": code.capitalize(), "email": f"{code}@desk.example"} | given)


def make_customer(name: str = "Northwind Traders", **given: Any) -> Customer:
    return services.customer_create(by=None, now=NOW, **{"name": name, "service_level": "gold"} | given)


def make_contact(customer: Customer, name: str = "Nora Wind", **given: Any) -> Contact:
    values = {"email": "nora@northwind.example"} | given
    return services.contact_create(by=None, now=NOW, customer=customer, name=name, **values)


def make_entitlement(customer: Customer, *, sla: SLA | None = None, default: bool = True) -> Entitlement:
    """An active one, for this year."""
    entitlement = services.entitlement_create(
        name=f"{customer.name} 2026",
        customer=customer,
        sla=sla,
        start_date=date(2026, 1, 1),
        end_date=date(2026, 12, 31),
        by=None,
        now=NOW,
    )
    entitlement = services.entitlement_activate(entitlement=entitlement, by=None, now=NOW)
    if default:
        entitlement = services.entitlement_set_default(entitlement=entitlement, by=None, now=NOW)
    return entitlement


def make_case(title: str = "Invoices export fails with 500", *, now: datetime = NOW, **given: Any) -> Case:
    return services.case_create(by=None, now=now, **{"title": title, "service_level": "gold"} | given)


def make_activity(subject: str = "Call back", *, now: datetime = NOW, **given: Any) -> Activity:
    return services.activity_create(by=None, now=now, **{"subject": subject} | given)


def judge(obj: Case | Activity) -> None:
    """What a worker does after the commit; tests that roll back have none."""
    record_advance(record_id=record_of(obj).pk)


def set_pause_statuses(**statuses: list[str]) -> None:
    """The statuses that pause, by record type."""
    OrganisationSettings.objects.update_or_create(pk=1, defaults={"pause_statuses": statuses})


def make_support_sla(code: str = "support-contract", *, default: bool = True) -> SLA:
    """Six items: Gold, Silver, Bronze × first response and resolution. On hold pauses."""
    set_pause_statuses(case=["on_hold", "waiting_for_customer"])
    for kpi_code, name in (("first_response_by", "First response by"), ("resolve_by", "Resolve by")):
        kpi = kpi_create(code=kpi_code, name=name, record_type="case", applicable_from="created_on", by=None, now=NOW)
        kpi_activate(kpi=kpi, by=None, now=NOW)
    items = [
        item
        for level, (respond, resolve) in LEVELS.items()
        for item in (
            _item(level, "first_response_by", respond, "first_response_sent", True),
            _item(level, "resolve_by", resolve, "state", "resolved"),
        )
    ]
    sla = sla_create(
        code=code, name="Support contract", record_type="case", document={"items": items}, by=None, now=NOW
    )
    sla_publish(sla=sla, by=None, now=NOW)
    sla.refresh_from_db()
    if default:
        sla_set_default(sla=sla, by=None, now=NOW)
    return sla


def _item(level: str, kpi: str, hours: int, field: str, value: object) -> dict[str, Any]:
    name = "First response by" if kpi == "first_response_by" else "Resolve by"
    return {
        "name": f"{level.capitalize()} – {name}",
        "kpi": kpi,
        "applicable_when": {"all": [{"field": "service_level", "op": "is", "value": level}]},
        "success_when": {"all": [{"field": field, "op": "is", "value": value}]},
        "pause": {"allowed": True, "when": None},
        "moments": [
            {"kind": "warning", "after": {"amount": hours * 45, "unit": "minutes"}, "actions": []},
            {"kind": "failure", "after": {"amount": hours, "unit": "hours"}, "actions": []},
        ],
    }


def make_activity_sla() -> SLA:
    """Every activity is done within two hours."""
    kpi = kpi_create(
        code="done_by", name="Done by", record_type="activity", applicable_from="created_on", by=None, now=NOW
    )
    kpi_activate(kpi=kpi, by=None, now=NOW)
    item = {
        "name": "Done within two hours",
        "kpi": "done_by",
        "applicable_when": {"all": []},
        "success_when": {"all": [{"field": "state", "op": "is", "value": "completed"}]},
        "moments": [{"kind": "failure", "after": {"amount": 2, "unit": "hours"}, "actions": []}],
    }
    sla = sla_create(code="tasks", name="Tasks", record_type="activity", document={"items": [item]}, by=None, now=NOW)
    sla_publish(sla=sla, by=None, now=NOW)
    sla.refresh_from_db()
    sla_set_default(sla=sla, by=None, now=NOW)
    return sla
