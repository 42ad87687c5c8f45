"""An SLA as code: the document with everything that it needs, by codes instead of ids.

The same entries are what an import compares, so that exporting and importing changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from actions.models import Action, EmailTemplate
from actions.services import REUSABLE
from slas import records
from slas.models import KPI, SLA, BusinessHours, HolidaySchedule
from slas.selectors.conditions.portable import with_keys
from slas.selectors.hours.schedules import holiday_document
from slas.selectors.policy.reading import editable_document, hours_named, published_document

FORMAT = 1
MARK = "sla_console"

Entry = dict[str, Any]


def sla_bundle(sla: SLA, *, draft: bool = False) -> Entry:
    """The published version (or the draft) and the KPIs, hours, holidays, actions and mail texts it names."""
    document = editable_document(sla) if draft else published_document(sla)
    codes = {item["kpi"] for item in document["items"]}
    hours = BusinessHours.objects.filter(code__in=hours_named(document)).select_related("holiday_schedule")
    hours = hours.order_by("code")
    written = list(_actions(document))
    named = {action["action"] for action in written if action["kind"] == REUSABLE}
    reusable = Action.objects.filter(code__in=named).order_by("code")
    written += [action.document for action in reusable]
    templates = {action["template"] for action in written if action.get("template")}
    observed = [each.holiday_schedule_id for each in hours if each.holiday_schedule_id is not None]
    schedules = HolidaySchedule.objects.filter(pk__in=observed).prefetch_related("holidays").order_by("code")
    kpis = KPI.objects.filter(record_type=sla.record_type, code__in=codes).order_by("code")
    return {
        MARK: FORMAT,
        "sla": sla_entry(sla, document),
        "kpis": [kpi_entry(each) for each in kpis],
        "business_hours": [business_hours_entry(each) for each in hours],
        "holiday_schedules": [holiday_schedule_entry(each) for each in schedules],
        "email_templates": [
            email_template_entry(each) for each in EmailTemplate.objects.filter(code__in=templates).order_by("code")
        ],
        "actions": [action_entry(each) for each in reusable],
    }


def sla_entry(sla: SLA, document: Mapping[str, Any]) -> Entry:
    record_type = records.get(sla.record_type)
    return {
        "code": sla.code,
        "name": sla.name,
        "description": sla.description,
        "record_type": sla.record_type,
        **document,
        "items": [_portable_item(item, record_type) for item in document["items"]],
    }


def kpi_entry(kpi: KPI) -> Entry:
    return {
        "code": kpi.code,
        "name": kpi.name,
        "description": kpi.description,
        "record_type": kpi.record_type,
        "applicable_from": kpi.applicable_from,
        "pause_override": kpi.pause_override,
        "pause_when": with_keys(kpi.pause_when, records.get(kpi.record_type)),
    }


def business_hours_entry(hours: BusinessHours) -> Entry:
    return {
        "code": hours.code,
        "name": hours.name,
        "description": hours.description,
        "tz": hours.tz,
        "week": hours.week,
        "overrides": hours.overrides,
        "holiday_schedule": hours.holiday_schedule.code if hours.holiday_schedule else None,
    }


def holiday_schedule_entry(schedule: HolidaySchedule) -> Entry:
    return {
        "code": schedule.code,
        "name": schedule.name,
        "description": schedule.description,
        "holidays": [holiday_document(each) for each in schedule.holidays.all()],
    }


def email_template_entry(template: EmailTemplate) -> Entry:
    return {
        "code": template.code,
        "name": template.name,
        "target_type": template.target_type,
        "subject": template.subject,
        "body": template.body,
    }


def action_entry(action: Action) -> Entry:
    return {
        "code": action.code,
        "name": action.name,
        "target_type": action.target_type,
        "document": action.document,
    }


def _portable_item(item: Mapping[str, Any], record_type: records.RecordType) -> Entry:
    pause = item["pause"]
    return {
        **item,
        "applicable_when": with_keys(item["applicable_when"], record_type),
        "success_when": with_keys(item["success_when"], record_type),
        "pause": {**pause, "when": with_keys(pause["when"], record_type)},
    }


def _actions(document: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for item in document["items"]:
        for moment in item["moments"]:
            yield from moment["actions"]
