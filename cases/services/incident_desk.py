"""The “Incident desk” SLA, under which imported incident logs are judged; the demo has it too."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from cases.choices import Priority
from sla_project.accounts.models import User
from sla_project.operations.errors import NotPossible
from slas.models import KPI, SLA, BusinessHours
from slas.services.hours.schedules import business_hours_create
from slas.services.policy.kpis import kpi_activate, kpi_create
from slas.services.policy.slas import sla_create, sla_publish

SLA_CODE = "incident-desk"
KPI_CODE = "incident-resolve"
HOURS_CODE = "incident-desk-hours"
WORKING_HOURS = {Priority.URGENT: 4, Priority.HIGH: 8, Priority.NORMAL: 30, Priority.LOW: 50}
WARNING_SHARE = 0.75


@transaction.atomic
def incident_desk_ensure(*, by: User | None, now: datetime) -> SLA:
    """The active SLA, made and published with its KPI and hours if it is missing. Raises `NotPossible`."""
    sla = SLA.objects.filter(code=SLA_CODE).first()
    if sla is None:
        _kpi_ensure(by, now)
        _hours_ensure(by, now)
        sla = sla_create(
            code=SLA_CODE,
            name="Incident desk",
            description="Incidents are resolved within 4, 8, 30 or 50 working hours, by priority.",
            record_type="case",
            document=incident_desk_document(),
            by=by,
            now=now,
        )
        sla_publish(sla=sla, by=by, now=now)
        sla.refresh_from_db()
    if sla.state != SLA.State.ACTIVE:
        raise NotPossible(_("The SLA “%(sla)s” is not active.") % {"sla": sla})
    return sla


def incident_desk_document() -> dict[str, Any]:
    """Resolve by, for each priority; only waiting for the customer stops the clock."""
    return {
        "items": [_item(priority, hours) for priority, hours in WORKING_HOURS.items()],
        "business_hours": HOURS_CODE,
        "reopening": None,
        "recalculate_on_terminal": None,
    }


def _item(priority: Priority, hours: int) -> dict[str, Any]:
    return {
        "key": f"{priority.value}-resolve",
        "name": f"{priority.label} – Resolve by",
        "kpi": KPI_CODE,
        "applicable_when": {"all": [{"field": "priority", "op": "is", "value": priority.value}]},
        "success_when": {"all": [{"field": "state", "op": "is", "value": "resolved"}]},
        "pause": {
            "allowed": True,
            "when": {"all": [{"field": "status", "op": "is", "value": "waiting_for_customer"}]},
        },
        "moments": [
            {
                "key": "warning",
                "kind": "warning",
                "after": {"amount": int(hours * 60 * WARNING_SHARE), "unit": "minutes"},
                "actions": [],
            },
            {
                "key": "failure",
                "kind": "failure",
                "after": {"amount": hours, "unit": "hours"},
                "actions": [_failure_mail()],
            },
            {"key": "success", "kind": "success", "actions": []},
        ],
    }


def _failure_mail() -> dict[str, Any]:
    return {
        "kind": "send_email",
        "to": ["team"],
        "subject": "{{ case.number }} was not resolved in time",
        "body": "{{ case.number }} “{{ case.title }}” was to be resolved by {{ instance.failure_time }}.",
    }


def _kpi_ensure(by: User | None, now: datetime) -> None:
    kpi = KPI.objects.filter(code=KPI_CODE, record_type="case").first()
    if kpi is None:
        kpi = kpi_create(
            code=KPI_CODE,
            name="Resolve by",
            record_type="case",
            applicable_from="opened_on",
            description="An incident is resolved in time, counted from when it was opened.",
            by=by,
            now=now,
        )
    if kpi.state != KPI.State.ACTIVE:
        kpi_activate(kpi=kpi, by=by, now=now)


def _hours_ensure(by: User | None, now: datetime) -> None:
    if BusinessHours.objects.filter(code=HOURS_CODE).exists():
        return
    week = {day: [["08:00", "18:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}
    business_hours_create(
        code=HOURS_CODE, name="Incident desk, Mon–Fri 08:00–18:00 UTC", tz="UTC", week=week, by=by, now=now
    )
