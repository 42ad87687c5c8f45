"""Policies to test with: a case KPI, hours, and the smallest SLA that can be published."""

from __future__ import annotations

import copy
from datetime import UTC, datetime
from typing import Any

from slas.models import KPI, SLA, BusinessHours
from slas.services.hours.schedules import business_hours_create
from slas.services.policy.kpis import kpi_activate, kpi_create
from slas.services.policy.slas import sla_create, sla_publish

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
WEEK = {day: [["09:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}

GOLD = {"all": [{"field": "service_level", "op": "is", "value": "gold"}]}
SENT = {"all": [{"field": "first_response_sent", "op": "is", "value": True}]}


def make_kpi(code: str = "first_response_by", *, active: bool = True, **given: Any) -> KPI:
    values = {"name": "First response by", "record_type": "case", "applicable_from": "created_on"}
    kpi = kpi_create(code=code, **(values | given), by=None, now=NOW)
    return kpi_activate(kpi=kpi, by=None, now=NOW) if active else kpi


def make_hours(code: str = "uk-hours", **given: Any) -> BusinessHours:
    values = {"name": "UK hours", "tz": "Europe/London", "week": copy.deepcopy(WEEK)}
    return business_hours_create(code=code, **(values | given), by=None, now=NOW)


def duration(amount: int, unit: str = "minutes") -> dict[str, Any]:
    return {"amount": amount, "unit": unit}


def make_item(**given: Any) -> dict[str, Any]:
    item = {
        "name": "Gold – First response by",
        "kpi": "first_response_by",
        "applicable_when": GOLD,
        "success_when": SENT,
        "moments": [
            {"kind": "warning", "after": duration(45), "actions": []},
            {"kind": "failure", "after": duration(1, "hours"), "actions": []},
        ],
    }
    return copy.deepcopy(item | given)


def make_document(*items: dict[str, Any], **given: Any) -> dict[str, Any]:
    return {"items": list(items) or [make_item()], **given}


def make_sla(code: str = "support", *, document: dict[str, Any] | None = None, publish: bool = False) -> SLA:
    """A draft; with `publish` an active SLA. The KPI must exist."""
    sla = sla_create(
        code=code,
        name=code.capitalize(),
        record_type="case",
        document=document or make_document(),
        by=None,
        now=NOW,
    )
    if publish:
        sla_publish(sla=sla, by=None, now=NOW)
        sla.refresh_from_db()
    return sla
