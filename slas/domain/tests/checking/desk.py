"""A help desk for the checker's tests: what is known of its cases, and short ways to write SLAs."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from slas.domain.checking import CheckedSLA, Create, Examination, How, RecordKind, Write, checked_sla, examine, is_set
from slas.domain.checking.subject import Effect
from slas.domain.conditions import parse
from slas.domain.fields import Choice, Field, FieldSet, FieldType
from slas.domain.worktime import WorkingTime

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri")


def choice(path: str, label: str, *codes: str, volatile: bool = False) -> Field:
    choices = tuple(Choice(code, code.replace("_", " ").capitalize()) for code in codes)
    return Field(path, label, FieldType.CHOICE, choices=choices, volatile=volatile)


OPEN = ("new", "in_progress", "on_hold", "waiting")
CLOSED = ("solved", "answered")
FIELDS = FieldSet(
    [
        Field("title", "Title", FieldType.TEXT),
        choice("state", "State", "active", "resolved", "canceled"),
        choice("status", "Status", *OPEN, *CLOSED, "withdrawn", volatile=True),
        choice("priority", "Priority", "low", "normal", "high", "urgent"),
        choice("service_level", "Service level", "gold", "silver", "bronze"),
        choice("channel", "Channel", "phone", "email", "web"),
        Field("responded", "First response sent", FieldType.BOOLEAN),
        Field("escalated", "Escalated", FieldType.BOOLEAN),
        Field("customer", "Customer", FieldType.LOOKUP, lookup="customer"),
        choice("customer.tier", "Tier", "a", "b", "c"),
        Field("seats", "Seats", FieldType.INTEGER),
        Field("value", "Contract value", FieldType.DECIMAL),
        Field("opened_on", "Opened on", FieldType.DATETIME),
        Field("escalated_on", "Escalated on", FieldType.DATETIME),
        Field("contract_end", "Contract ends", FieldType.DATETIME),
    ],
    label="Case",
)


def leaf(field: str, op: str, value: object = None) -> dict[str, Any]:
    return {"field": field, "op": op} | ({} if value is None else {"value": value})


def all_(*members: Any) -> dict[str, Any]:
    return {"all": list(members)}


def any_(*members: Any) -> dict[str, Any]:
    return {"any": list(members)}


def none_(*members: Any) -> dict[str, Any]:
    return {"none": list(members)}


FACTS = (
    *(
        is_set(path, FIELDS)
        for path in ("title", "state", "status", "priority", "responded", "escalated", "opened_on", "channel")
    ),
    parse(
        any_(
            all_(leaf("state", "is", "active"), leaf("status", "in", list(OPEN))),
            all_(leaf("state", "is", "resolved"), leaf("status", "in", list(CLOSED))),
            all_(leaf("state", "is", "canceled"), leaf("status", "is", "withdrawn")),
        ),
        FIELDS,
    ),
    parse(any_(leaf("customer", "is_set"), leaf("customer.tier", "is_not_set")), FIELDS),
)
KIND = RecordKind(
    name="case",
    fields=FIELDS,
    lifecycle_field="state",
    lifecycle={"active": "open", "resolved": "resolved", "canceled": "canceled"},
    facts=FACTS,
    defaults={
        "state": "active",
        "status": "new",
        "priority": "normal",
        "channel": "web",
        "responded": False,
        "escalated": False,
    },
)


def week(*days: str, opens: str = "09:00", closes: str = "17:00", **more: Any) -> WorkingTime:
    return WorkingTime.from_dict({"tz": "UTC", "week": {day: [[opens, closes]] for day in days}, **more})


CLOSED_MONTH = {"holidays": [f"2026-03-{day:02d}" for day in range(1, 32)]}
HOURS = {
    "office": week(*WEEKDAYS),
    "saturdays": week("sat", opens="10:00", closes="11:00"),
    "short fridays": WorkingTime.from_dict(
        {"tz": "UTC", "week": {day: [["09:00", "12:00" if day == "fri" else "17:00"]] for day in WEEKDAYS}}
    ),
    "closed": week(*WEEKDAYS, **CLOSED_MONTH),
}
SCHEDULES = {name: number for number, name in enumerate(HOURS, 1)}
RESOLVED = all_(leaf("state", "is", "resolved"))
RESPONDED = all_(leaf("responded", "is", True))
KPIS = {
    "respond": {"id": 1, "name": "First response by", "applicable_from": "opened_on", "pause_when": None},
    "resolve": {"id": 2, "name": "Resolve by", "applicable_from": "opened_on", "pause_when": None},
    "escalate": {"id": 3, "name": "Escalation by", "applicable_from": "escalated_on", "pause_when": None},
}


def after(amount: int, unit: str = "minutes") -> dict[str, Any]:
    return {"amount": amount, "unit": unit}


def item(key: str = "first", when: Any = None, **given: Any) -> dict[str, Any]:
    """An item that warns after 45 minutes and fails after an hour."""
    warn, fail = given.pop("warn", after(45)), given.pop("fail", after(60))
    acts: Mapping[str, list[Any]] = given.pop("acts", {})
    moments = [{"key": "warning", "kind": "warning", "after": warn, "actions": list(acts.get("warning", ()))}]
    moments = moments if warn else []
    return copy.deepcopy(
        {
            "key": key,
            "name": key.replace("-", " ").capitalize(),
            "kpi": "resolve",
            "applicable_when": when or {},
            "success_when": RESOLVED,
            "business_hours": None,
            "pause": {"allowed": True, "when": None},
            "moments": [
                *moments,
                {"key": "failure", "kind": "failure", "after": fail, "actions": list(acts.get("failure", ()))},
                {"key": "success", "kind": "success", "actions": list(acts.get("success", ()))},
            ],
            **given,
        }
    )


def document(*items: Mapping[str, Any], **settings: Any) -> dict[str, Any]:
    return {
        "items": list(items),
        "kpis": copy.deepcopy(KPIS),
        "pause_field": "status",
        "pause_statuses": ["on_hold", "waiting"],
        "schedules": SCHEDULES,
        "business_hours": None,
        **settings,
    }


def sets(**values: Any) -> dict[str, Any]:
    """An action that updates its record."""
    return {"kind": "update_record", "set": values}


def creates(**values: Any) -> dict[str, Any]:
    """An action that creates another record of the same kind."""
    return {"kind": "create_record", "type": "case", "set": values}


def effects_of(action: Mapping[str, Any]) -> tuple[Effect, ...]:
    if action["kind"] == "create_record":
        return (Create(action["type"], FIELDS.load_values(action["set"])),)
    written = FIELDS.load_values(action.get("set", {}))
    added = tuple(Write(path, value, How.ADD) for path, value in action.get("increment", {}).items())
    return (*(Write(path, value) for path, value in written.items()), *added)


def subject(written: Mapping[str, Any], **given: Any) -> CheckedSLA:
    hours = {SCHEDULES[name]: time for name, time in HOURS.items()}
    often = given.pop("often", frozenset({"status"}))
    return checked_sla(written, KIND, effects_of=effects_of, hours=hours, often=often, **given)


def examined(*items: Mapping[str, Any], **settings: Any) -> Examination:
    return examine(subject(document(*items, **settings)), NOW)


def found(*items: Mapping[str, Any], **settings: Any) -> list[tuple[str, str]]:
    """Pointer and code of everything found."""
    return [(finding.pointer, finding.code) for finding in examined(*items, **settings).findings]
