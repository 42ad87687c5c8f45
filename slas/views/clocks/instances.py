"""The page of one KPI instance: the clock, its history, and how its times were worked out."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _

from sla_project.accounts.policy import can_adjust_timers, signed_in
from sla_project.operations.clock import clock_now
from sla_project.operations.times import words_of_duration
from slas import records
from slas.models import KPIInstance
from slas.selectors.clocks.instance_lists import kpi_instances, title_of
from slas.selectors.clocks.instances import record_view
from slas.selectors.clocks.timers import Timers, due_label, failure_due
from slas.selectors.clocks.working_out import working_out
from slas.wording import END_REASONS, event_words


@signed_in
def kpi_instance_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """As it is now: what no worker has judged yet counts (engine.md R33)."""
    stored = get_object_or_404(kpi_instances(), pk=pk)
    timers = Timers(clock_now())
    view = record_view(stored.record, timers.now)
    rows = {one.number: one for one in (*view.earlier, *view.instances)}
    instance = rows.get(stored.number, stored)
    record, timer = stored.record, timers.of(instance)
    record_url = records.get(record.record_type).url(record.object_id)
    title = _("%(kpi)s – %(record)s") % {"kpi": stored.kpi.name, "record": record.number or record}
    context = {
        "title": title,
        "lead": title_of(record),
        "breadcrumbs": [{"label": _("KPI instances"), "url": reverse("slas:kpi_instance_list")}],
        "instance": instance,
        "record_url": record_url,
        "card": {
            "name": instance.item_name,
            "timer": timer,
            "progress": timer.progress,
            "due": timer.due,
            "due_label": due_label(instance, timers.now),
        },
        "facts": _facts(instance, stored, record_url, now=timers.now),
        "working": working_out(view, instance),
        "server_now": view.now,
        "events": [(event, event_words(event)) for event in view.events if event.instance.number == stored.number],
        "is_updating": view.is_updating,
        "may_extend": can_adjust_timers(request.user) and instance.is_open,
        "may_recalculate": can_adjust_timers(request.user) and instance.is_current and record.lifecycle == "open",
    }
    return render(request, "slas/kpi_instance_detail.html", context)


def _facts(instance: KPIInstance, stored: KPIInstance, record_url: str, *, now: datetime) -> list[dict[str, Any]]:
    version, extended = stored.schedule_version, instance.terms["extended"]
    facts: list[dict[str, Any]] = [
        {"label": _("Record"), "value": str(stored.record.number or stored.record), "url": record_url},
        {
            "label": _("SLA"),
            "value": f"{stored.sla.name}, {_('version')} {stored.sla_version.number}",
            "url": reverse("slas:sla_version", args=[stored.sla_id, stored.sla_version.number]),
        },
        {"label": _("Item"), "value": instance.item_name},
        {"label": _("Counts from"), "time": instance.applicable_from_value},
        {"label": _("Started"), "time": instance.started_at},
        {"label": _("Hours"), "value": str(version) if version else _("24 × 7")},
        {"label": _("Warning"), "time": instance.warning_at},
        {"label": due_label(instance, now), "time": None if instance.paused_on else failure_due(instance)},
        {"label": _("Time given by hand"), "value": words_of_duration(extended) if extended else ""},
        {"label": _("Paused since"), "time": instance.paused_on},
        {"label": _("Ended"), "time": instance.ended_at},
        {"label": _("Why"), "value": END_REASONS.get(instance.end_reason, "")},
        {"label": _("Met late"), "time": instance.late_success_at},
    ]
    return [fact for fact in facts if fact.get("time") or fact.get("value")]
