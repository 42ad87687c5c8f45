"""What a caller may write on a case, what follows from it, and what must hold."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypedDict

from django.utils.translation import gettext as _

from cases.choices import CASE_STATUSES, CaseState, EntitlementState
from cases.models import Case, Contact, Customer, Entitlement, Product
from cases.services.folding import with_folded
from cases.services.problems import RecordProblems
from sla_project.accounts.models import Team, User
from sla_project.operations.selectors import settings_get


class CaseValues(TypedDict, total=False):
    """State and its times are not among them: they belong to the commands."""

    title: str
    description: str
    customer: Customer | None
    contact: Contact | None
    product: Product | None
    entitlement: Entitlement | None
    channel: str
    type: str
    priority: str
    service_level: str
    status: str
    owner: User | None
    team: Team | None
    first_response_sent: bool
    is_escalated: bool
    source: str
    external_number: str
    opened_on: datetime


CHOOSE_ENTITLEMENT = ("customer", "contact", "product")


def new_case(values: CaseValues, *, now: datetime) -> Case:
    """An unsaved case with everything that follows from what was given. Raises `Invalid`."""
    given: dict[str, Any] = {"title": "", "opened_on": now, **values}
    _fill_customer(given)
    customer = given.get("customer")
    if "service_level" not in given and customer is not None:
        given["service_level"] = customer.service_level
    if "entitlement" not in given and settings_get().apply_entitlement_on_create:
        given["entitlement"] = default_entitlement(customer)
    check_case(Case(), given)
    return Case(**_with_derived(given, now=now), created_on=now, modified_on=now)


def case_changes(case: Case, values: Mapping[str, Any], *, now: datetime) -> dict[str, Any]:
    """What an update of this case (read under its lock) comes to, without what stays as it is. Raises `Invalid`."""
    changes = {name: value for name, value in values.items() if getattr(case, name) != value}
    if not changes:
        return {}
    _fill_customer(changes, case)
    _follow_customer(case, changes, given=values)
    check_case(case, changes)
    return {**_with_derived(changes, now=now), "modified_on": now}


def default_entitlement(customer: Customer | None) -> Entitlement | None:
    if customer is None:
        return None
    return Entitlement.objects.filter(customer=customer, is_default=True, state=EntitlementState.ACTIVE).first()


def check_case(case: Case, values: Mapping[str, Any]) -> None:
    """Raises `Invalid` with every fault of `values`, were they written to `case`."""
    problems = RecordProblems()
    problems.check_columns(Case, values)
    problems.check_active(values)
    _check_status(problems, case, values)
    _check_belonging(problems, case, values)
    _check_external_number(problems, case, values)
    problems.raise_if_any()


def _with_derived(values: Mapping[str, Any], *, now: datetime) -> dict[str, Any]:
    derived = with_folded(Case, values)
    if "is_escalated" in values:
        derived["escalated_on"] = now if values["is_escalated"] else None
    return derived


def _fill_customer(values: dict[str, Any], case: Case | None = None) -> None:
    """A case without a customer takes that of its contact or entitlement."""
    if values.get("customer", case.customer if case else None) is not None:
        return
    for name in ("contact", "entitlement"):
        if values.get(name) is not None:
            values["customer"] = values[name].customer
            return


def _follow_customer(case: Case, changes: dict[str, Any], *, given: Mapping[str, Any]) -> None:
    """Another customer, contact or product: the entitlement follows, unless the caller names one."""
    if "entitlement" in given or not any(name in changes for name in CHOOSE_ENTITLEMENT):
        return
    customer = changes.get("customer", case.customer)
    kept = case.entitlement if case.entitlement and case.entitlement.customer == customer else None
    if settings_get().apply_entitlement_on_update:
        kept = default_entitlement(customer) or kept
    if kept != case.entitlement:
        changes["entitlement"] = kept


def _check_status(problems: RecordProblems, case: Case, values: Mapping[str, Any]) -> None:
    status = values.get("status")
    if status is not None and status not in CASE_STATUSES[CaseState(case.state)]:
        state = case.get_state_display()
        problems.add(
            "/status",
            "status_does_not_fit_state",
            _("A case that is %(state)s cannot have this status. Resolve, cancel or reactivate it instead.")
            % {"state": state.lower()},
        )


def _check_belonging(problems: RecordProblems, case: Case, values: Mapping[str, Any]) -> None:
    """Contact and entitlement belong to the case's customer; a newly chosen entitlement is active."""
    customer = values.get("customer", case.customer)
    for name, message in (
        ("contact", _("This contact belongs to another customer.")),
        ("entitlement", _("Select an active entitlement that belongs to the customer of the case.")),
    ):
        related = values.get(name, getattr(case, name))
        asked = name in values or "customer" in values
        if asked and related is not None and related.customer != customer:
            problems.add(f"/{name}", "wrong_customer", message)
    entitlement = values.get("entitlement")
    if entitlement is not None and entitlement.state != EntitlementState.ACTIVE:
        problems.add("/entitlement", "inactive", _("This entitlement is not active."))


def _check_external_number(problems: RecordProblems, case: Case, values: Mapping[str, Any]) -> None:
    if not {"source", "external_number"} & values.keys():
        return
    source = values.get("source", case.source)
    number = values.get("external_number", case.external_number)
    if bool(source) != bool(number):
        missing = "source" if number else "external_number"
        problems.add(f"/{missing}", "required", _("Source and external number are given together."))
    elif source and Case.objects.filter(source=source, external_number=number).exclude(pk=case.pk).exists():
        problems.add("/external_number", "unique", _("Another case has this number of this source."))
