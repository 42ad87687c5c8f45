"""Entitlements: what support a customer may ask for, from when to when, under which SLA."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, TypedDict, Unpack
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext as _

from cases.choices import EntitlementState
from cases.models import Customer, Entitlement
from cases.services.problems import RecordProblems
from cases.services.related import related_create, related_delete, related_update
from sla_project.accounts.models import User
from sla_project.operations.errors import NotPossible
from sla_project.operations.selectors import settings_get
from slas.models import SLA

RUNNING = (EntitlementState.WAITING, EntitlementState.ACTIVE)


class EntitlementValues(TypedDict, total=False):
    name: str
    description: str
    customer: Customer
    sla: SLA | None
    start_date: date
    end_date: date


def today(now: datetime) -> date:
    """The date in the organisation's time zone, which entitlement dates are meant in."""
    return now.astimezone(ZoneInfo(settings_get().time_zone)).date()


def entitlement_create(*, by: User | None, now: datetime, **values: Unpack[EntitlementValues]) -> Entitlement:
    _check({"name": "", "customer": None, "start_date": None, "end_date": None, **values})
    return related_create(model=Entitlement, values=values, by=by, now=now)


@transaction.atomic
def entitlement_update(
    *,
    entitlement: Entitlement,
    by: User | None,
    now: datetime,
    via: str = "web",
    **changes: Unpack[EntitlementValues],
) -> Entitlement:
    """Only a draft is edited; deactivate an active one first."""
    entitlement = _locked(entitlement)
    if entitlement.state != EntitlementState.DRAFT:
        raise NotPossible(_("Only a draft can be edited. Deactivate the entitlement first."), code="not_draft")
    dates = {"start_date": entitlement.start_date, "end_date": entitlement.end_date}
    _check({**dates, **changes}, was=entitlement)
    return related_update(obj=entitlement, changes=changes, by=by, now=now, via=via)


@transaction.atomic
def entitlement_activate(*, entitlement: Entitlement, by: User | None, now: datetime, via: str = "web") -> Entitlement:
    """Active, or waiting for its first day, or already expired: the dates decide."""
    entitlement = _locked(entitlement)
    _require(entitlement, EntitlementState.DRAFT, verb=_("activated"))
    changes = {"state": entitlement_state_on(entitlement, today(now))}
    return related_update(obj=entitlement, changes=changes, by=by, now=now, via=via, action="activate")


@transaction.atomic
def entitlement_deactivate(
    *, entitlement: Entitlement, by: User | None, now: datetime, via: str = "web"
) -> Entitlement:
    """Back to a draft, so that it can be edited; it is no longer the customer's default."""
    entitlement = _locked(entitlement)
    _require(entitlement, *RUNNING, verb=_("deactivated"))
    changes = {"state": EntitlementState.DRAFT.value, "is_default": False}
    return related_update(obj=entitlement, changes=changes, by=by, now=now, via=via, action="deactivate")


@transaction.atomic
def entitlement_cancel(*, entitlement: Entitlement, by: User | None, now: datetime, via: str = "web") -> Entitlement:
    entitlement = _locked(entitlement)
    _require(entitlement, *RUNNING, verb=_("canceled"))
    changes = {"state": EntitlementState.CANCELED.value, "is_default": False}
    return related_update(obj=entitlement, changes=changes, by=by, now=now, via=via, action="cancel")


@transaction.atomic
def entitlement_set_default(
    *, entitlement: Entitlement, by: User | None, now: datetime, via: str = "web"
) -> Entitlement:
    """The one that new cases of its customer get; it replaces the previous default."""
    customer = Entitlement.objects.filter(pk=entitlement.pk).values("customer")
    siblings = Entitlement.objects.select_for_update().filter(customer__in=customer).order_by("pk")
    locked = {each.pk: each for each in siblings}
    entitlement = locked[entitlement.pk]
    _require(entitlement, EntitlementState.ACTIVE, verb=_("made the default"))
    for other in locked.values():
        if other.is_default and other.pk != entitlement.pk:
            related_update(obj=other, changes={"is_default": False}, by=by, now=now, via=via, action="unset_default")
    return related_update(obj=entitlement, changes={"is_default": True}, by=by, now=now, via=via, action="set_default")


@transaction.atomic
def entitlement_delete(*, entitlement: Entitlement, by: User | None, now: datetime) -> None:
    entitlement = _locked(entitlement)
    _require(entitlement, EntitlementState.DRAFT, verb=_("deleted"))
    related_delete(obj=entitlement, by=by, now=now)


def entitlement_state_on(entitlement: Entitlement, day: date) -> str:
    """The state that its dates give an activated entitlement on a day."""
    if day < entitlement.start_date:
        return EntitlementState.WAITING.value
    return EntitlementState.ACTIVE.value if day <= entitlement.end_date else EntitlementState.EXPIRED.value


def entitlements_by_date(*, now: datetime) -> int:
    """Housekeeping: waiting ones whose first day has come, active ones whose last day is over. Returns how many."""
    day = today(now)
    stored = Entitlement.objects.filter(state__in=RUNNING).order_by("pk")
    late = [each for each in stored if each.state != entitlement_state_on(each, day)]
    return sum(_moved_by_date(each, day, now) for each in late)


@transaction.atomic
def _moved_by_date(entitlement: Entitlement, day: date, now: datetime) -> bool:
    """Looks again under the lock: it may have been canceled, edited or deleted since."""
    row = Entitlement.objects.select_for_update().filter(pk=entitlement.pk, state__in=RUNNING).first()
    state = entitlement_state_on(row, day) if row else ""
    if row is None or state == row.state:
        return False
    changes = {"state": state, "is_default": row.is_default and state == EntitlementState.ACTIVE}
    related_update(obj=row, changes=changes, by=None, now=now, via="system", action=state)
    return True


def _locked(entitlement: Entitlement) -> Entitlement:
    """As it is stored now; nobody else writes it until the end of the transaction."""
    return Entitlement.objects.select_for_update().get(pk=entitlement.pk)


def _require(entitlement: Entitlement, *states: EntitlementState, verb: str) -> None:
    if entitlement.state not in states:
        state = entitlement.get_state_display()
        raise NotPossible(_("An entitlement that is %(state)s cannot be %(verb)s.") % {"state": state, "verb": verb})


def _check(values: dict[str, Any], *, was: Entitlement | None = None) -> None:
    problems = RecordProblems()
    for name in ("name", "customer", "start_date", "end_date"):
        if name in values and values[name] is None:
            problems.add(f"/{name}", "required", _("This is required."))
    problems.check_columns(Entitlement, {name: value for name, value in values.items() if value is not None})
    problems.check_active(values)
    start, end = values.get("start_date"), values.get("end_date")
    if start and end and end < start:
        problems.add("/end_date", "before_start", _("The end date is before the start date."))
    sla = values.get("sla")
    if sla is not None and sla.record_type != "case":
        problems.add("/sla", "wrong_record_type", _("Only an SLA for cases can be linked to an entitlement."))
    if sla is not None and sla.state != SLA.State.ACTIVE and sla != (was and was.sla):
        problems.add("/sla", "inactive", _("%(name)s is not active.") % {"name": sla})
    problems.raise_if_any()
