"""Random KPI instances of two SLAs, two KPIs and both record types, written as rows: reports read nothing else."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any

from django.contrib.contenttypes.models import ContentType

from cases.models import Activity, Case, Customer
from cases.services import customer_create
from sla_project.accounts.models import User
from slas.models import KPI, SLA, KPIInstance, TrackedRecord
from slas.tests.policy.builders import NOW, make_kpi, make_sla

PRIORITIES = ["low", "normal", "high", "urgent", None]


def make_policies() -> tuple[list[SLA], list[KPI]]:
    kpis = [make_kpi(), make_kpi("resolve_by", name="Resolve by"), make_kpi("do_by", record_type="activity")]
    return [make_sla("gold", publish=True), make_sla("silver", publish=True)], kpis


def make_people() -> tuple[list[Customer], list[User]]:
    customers = [customer_create(name=name, by=None, now=NOW) for name in ("Northwind", "Contoso")]
    users = [User.objects.create_user(email=f"u{n}@example.com", display_name=f"Agent {n}") for n in range(2)]
    return customers, users


def make_instances(seed: int, count: int) -> list[KPIInstance]:
    chance = random.Random(seed)
    slas, kpis = make_policies()
    customers, users = make_people()
    rows = []
    for number in range(count):
        kpi = chance.choice(kpis)
        values = _values(chance, kpi.record_type, customers, users)
        record = _record(number, kpi.record_type, values, chance.choice(["open", "open", "resolved"]))
        rows.append(_instance(chance, record, kpi, chance.choice(slas), values))
    return KPIInstance.objects.bulk_create(rows)


def _values(chance: random.Random, record_type: str, customers: list[Customer], users: list[User]) -> dict[str, Any]:
    customer, owner = chance.choice([None, *customers]), chance.choice([None, *users])
    prefix = "case." if record_type == "activity" else ""
    return {
        "priority": chance.choice(PRIORITIES),
        f"{prefix}service_level": chance.choice(["gold", "silver", ""]),
        f"{prefix}customer": customer.pk if customer else None,
        "owner": owner.pk if owner else None,
    }


def _record(number: int, record_type: str, values: dict[str, Any], lifecycle: str) -> TrackedRecord:
    model = Case if record_type == "case" else Activity
    return TrackedRecord.objects.create(
        record_type=record_type,
        content_type=ContentType.objects.get_for_model(model),
        object_id=10_000 + number,
        number=f"R-{number}",
        label=f"Record {number}",
        lifecycle=lifecycle,
        values=values,
    )


def _instance(chance: random.Random, record: TrackedRecord, kpi: KPI, sla: SLA, values: dict[str, Any]) -> KPIInstance:
    ended_at = datetime(2025, 11, 1, tzinfo=UTC) + timedelta(seconds=chance.randrange(130 * 86400))
    status = chance.choice(["succeeded", "succeeded", "noncompliant", "canceled", "in_progress", "paused"])
    is_open = status in ("in_progress", "paused")
    late = status == "noncompliant" and chance.random() < 0.5
    prefix = "case." if record.record_type == "activity" else ""
    at_end = {"priority": chance.choice(PRIORITIES), "agent": values["owner"], "customer": values[f"{prefix}customer"]}
    met = status == "succeeded" or late
    return KPIInstance(
        record=record,
        number=1,
        kpi=kpi,
        sla=sla,
        sla_version=sla.versions.get(),
        item_key=chance.choice(["a", "b"]),
        item_name="Item",
        status=status,
        started_at=ended_at - timedelta(days=3),
        applicable_from_value=ended_at - timedelta(days=3),
        terms={"warnings": [], "failure": 3600.0, "begun": True, "failure_due": ended_at.isoformat()},
        failure_at=None if status == "paused" else ended_at + timedelta(hours=chance.randrange(-5, 5)),
        paused_on=ended_at if status == "paused" else None,
        paused_seconds=chance.choice([0, 0, 3600.0, 90_000.0]),
        ended_at=None if is_open else ended_at,
        end_reason=chance.choice(["resolved_unmet", "record_canceled"]) if status == "canceled" else "",
        late_success_at=ended_at + timedelta(days=1) if late else None,
        ended_paused=not is_open and chance.random() < 0.3,
        used_seconds=float(chance.choice([0, 5, 60, 61, 3600, 86_400])) if met else None,
        dimensions={} if is_open else {name: str(value) for name, value in at_end.items() if value is not None},
    )
