"""The demo's agreements: the Support Contract Customer SLA, and one for activities."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from actions.services import email_template_activate, email_template_create
from sla_project.accounts.models import User
from sla_project.operations.services import settings_update
from slas.models import SLA
from slas.services.hours.holiday_imports import holiday_import
from slas.services.hours.holidays import holiday_schedule_create
from slas.services.hours.schedules import business_hours_create
from slas.services.policy.kpis import kpi_activate, kpi_create
from slas.services.policy.slas import sla_create, sla_publish, sla_set_default

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri")
RESPONDED = {"all": [{"field": "first_response_sent", "op": "is", "value": True}]}
RESOLVED = {"all": [{"field": "state", "op": "is", "value": "resolved"}]}
ESCALATE = {"kind": "update_record", "target": "record", "set": {"is_escalated": True}}

# Level: (response: warning, failure), (resolution: warning, failure), hours. Seed 004 gives the failure times.
LEVELS: dict[str, tuple[tuple[Any, Any], tuple[Any, Any], str | None]] = {
    "gold": (((45, "minutes"), (1, "hours")), ((3, "hours"), (4, "hours")), None),
    "silver": (((90, "minutes"), (2, "hours")), ((6, "hours"), (1, "business_days")), "uk-hours"),
    "bronze": (((3, "hours"), (4, "hours")), ((12, "hours"), (2, "business_days")), "uk-hours"),
}
TEMPLATES = {
    "response-due-soon": (
        "First response due soon",
        "{{ case.number }}: first response due soon",
        '{{ recipient.name|default:"Hello" }},\n\n“{{ case.title }}” from {{ case.customer.name }} still waits for an '
        'answer. It is due at {{ instance.failure_time|date:"D j M H:i" }} UTC.\n\n{{ organisation.name }}',
    ),
    "response-missed": (
        "First response missed",
        "{{ case.number }}: first response missed",
        "“{{ case.title }}” from {{ case.customer.name }} was to be answered by "
        '{{ instance.failure_time|date:"D j M H:i" }} UTC. It is now escalated.',
    ),
    "resolve-due-soon": (
        "Resolution due soon",
        "{{ case.number }}: resolution due soon",
        "“{{ case.title }}” from {{ case.customer.name }} is due at "
        '{{ instance.failure_time|date:"D j M H:i" }} UTC under {{ sla.name }}.',
    ),
    "resolve-missed": (
        "Resolution missed",
        "{{ case.number }}: resolution missed",
        "“{{ case.title }}” from {{ case.customer.name }} was due at "
        '{{ instance.failure_time|date:"D j M H:i" }} UTC under {{ sla.name }}. Please call the customer.',
    ),
}


def policies_create(*, by: User, now: datetime) -> SLA:
    """Everything that the day needs, published. Returns the support contract."""
    settings_update(
        changes={
            "name": "Northern Support",
            "time_zone": "Europe/London",
            "pause_statuses": {"case": ["on_hold", "waiting_for_customer"], "activity": ["waiting"]},
        },
        by=by,
        now=now,
    )
    for code, (name, subject, body) in TEMPLATES.items():
        template = email_template_create(
            code=code, name=name, target_type="case", subject=subject, body=body, by=by, now=now
        )
        email_template_activate(template=template, by=by, now=now)
    _hours(by, now)
    _kpi("first_response_by", "First response by", "case", "opened_on", by, now)
    _kpi("resolve_by", "Resolve by", "case", "opened_on", by, now)
    _kpi("complete_by", "Complete by", "activity", "created_on", by, now)
    _publish("activities", "Activity follow-up", "activity", activity_document(), by, now)
    contract = support_contract_document()
    return _publish("support-contract", "Support Contract Customer SLA", "case", contract, by, now)


def _hours(by: User, now: datetime) -> None:
    holidays = holiday_schedule_create(code="england", name="England, bank holidays", by=by, now=now)
    holiday_import(schedule=holidays, country="GB", subdivision="ENG", years=[now.year, now.year + 1], by=by, now=now)
    business_hours_create(
        code="uk-hours",
        name="UK business hours",
        tz="Europe/London",
        week={day: [["09:00", "17:00"]] for day in WEEKDAYS},
        holiday_schedule=holidays,
        by=by,
        now=now,
    )


def _kpi(code: str, name: str, record_type: str, applicable_from: str, by: User, now: datetime) -> None:
    kpi = kpi_create(code=code, name=name, record_type=record_type, applicable_from=applicable_from, by=by, now=now)
    kpi_activate(kpi=kpi, by=by, now=now)


def _publish(code: str, name: str, record_type: str, document: dict[str, Any], by: User, now: datetime) -> SLA:
    sla = sla_create(code=code, name=name, record_type=record_type, document=document, by=by, now=now)
    sla_publish(sla=sla, reason="First version", by=by, now=now)
    sla.refresh_from_db()
    return sla_set_default(sla=sla, by=by, now=now)


def support_contract_document() -> dict[str, Any]:
    """Seed 004: Gold, Silver and Bronze × first response and resolution, six items."""
    items = []
    for level, (response, resolution, hours) in LEVELS.items():
        items.append(_item(level, "first-response", "First response by", "first_response_by", response, hours))
        items.append(_item(level, "resolve", "Resolve by", "resolve_by", resolution, hours))
    return {"items": items}


def _item(level: str, key: str, name: str, kpi: str, times: tuple[Any, Any], hours: str | None) -> dict[str, Any]:
    warning, failure = times
    short = "response" if kpi == "first_response_by" else "resolve"
    return {
        "key": f"{level}-{key}",
        "name": f"{level.title()} – {name}",
        "kpi": kpi,
        "applicable_when": {"all": [{"field": "service_level", "op": "is", "value": level}]},
        "success_when": RESPONDED if short == "response" else RESOLVED,
        "business_hours": hours,
        # A first response cannot wait for the customer; a resolution can.
        "pause": {"allowed": short == "resolve", "when": None},
        "moments": [
            {
                "key": "warning",
                "kind": "warning",
                "after": _after(warning),
                "actions": [{"kind": "send_email", "to": ["owner"], "template": f"{short}-due-soon"}],
            },
            {
                "key": "failure",
                "kind": "failure",
                "after": _after(failure),
                "actions": [
                    {"kind": "send_email", "to": ["lead"], "template": f"{short}-missed"},
                    ESCALATE,
                ],
            },
            {"key": "success", "kind": "success", "actions": []},
        ],
    }


def _after(time: tuple[int, str]) -> dict[str, Any]:
    return {"amount": time[0], "unit": time[1]}


def activity_document() -> dict[str, Any]:
    return {
        "items": [
            {
                "key": "follow-up",
                "name": "Follow-up done",
                "kpi": "complete_by",
                "applicable_when": {},
                "success_when": {"all": [{"field": "state", "op": "is", "value": "completed"}]},
                "business_hours": "uk-hours",
                "pause": {"allowed": True, "when": None},
                "moments": [
                    {"key": "warning", "kind": "warning", "after": _after((6, "hours")), "actions": []},
                    {"key": "failure", "kind": "failure", "after": _after((1, "business_days")), "actions": []},
                ],
            }
        ]
    }
