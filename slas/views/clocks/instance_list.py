"""The list of KPI instances with live timers, as a page and as a file."""

from __future__ import annotations

from typing import Any

from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sla_project.accounts.policy import signed_in
from sla_project.operations.clock import clock_now
from sla_project.operations.web import Column, csv_asked, csv_url, list_csv, list_page, query_with
from slas import records
from slas.filters import KPIInstancePageFilter
from slas.models import KPIInstance
from slas.selectors.clocks.instance_lists import CHIPS, SHOWN, kpi_instances, status_now, title_of
from slas.selectors.clocks.timers import Timers, failure_due
from slas.selectors.reports.dimensions import dimensions
from slas.selectors.reports.tables import working_words

COLUMNS = (
    Column(gettext_lazy("Time left"), first=True),
    Column(gettext_lazy("Record"), "record__number"),
    Column(gettext_lazy("KPI"), "kpi__name"),
    Column(gettext_lazy("SLA"), "sla__name"),
    Column(gettext_lazy("Due"), "failure_at"),
    Column(gettext_lazy("Ended"), "over_at"),
    Column(gettext_lazy("Time used"), "used_seconds", num=True),
)
FILE_HEAD = (
    "record", "record_type", "title", "kpi", "sla", "sla_version", "item", "status", "counts_from", "started",
    "warning", "failure", "ended", "end_reason", "met_late", "working_seconds_used", "working_seconds_held",
    "paused_seconds", "closed_while_paused",
)  # fmt: skip


@signed_in
def kpi_instance_list(request: HttpRequest) -> HttpResponseBase:
    timers = Timers(clock_now())
    rows = kpi_instances().annotate(over_at=Coalesce("late_success_at", "ended_at")).order_by("-pk")
    if csv_asked(request):
        return _file(request, rows, timers)

    def row(instance: KPIInstance) -> list[dict[str, Any]]:
        record = instance.record
        over_at = instance.late_success_at or instance.ended_at
        return [
            {"timer": timers.of(instance)},
            {
                "text": record.number or str(record),
                "url": records.get(record.record_type).url(record.object_id),
                "sub": _("Updating") if record.is_waiting else title_of(record),
            },
            {
                "text": instance.kpi.name,
                "url": reverse("slas:kpi_instance_detail", args=[instance.pk]),
                "sub": instance.item_name,
            },
            {
                "text": instance.sla.name,
                "url": reverse("slas:sla_detail", args=[instance.sla_id]),
                "sub": _("Version %(number)d") % {"number": instance.sla_version.number},
            },
            {"time": failure_due(instance)},
            {"time": over_at} if over_at else {"text": "–"},
            {"text": working_words(instance.used_seconds), "sub": _("was paused") if instance.ended_paused else ""},
        ]

    return list_page(
        request,
        title=_("KPI instances"),
        queryset=rows,
        columns=COLUMNS,
        row=row,
        filterset=KPIInstancePageFilter,
        context={
            "lead": _("Every clock that was ever started, with its status as it is now."),
            "chips": _chips(request),
            "csv_url": csv_url(request),
            "empty": {
                "icon": "hourglass",
                "heading": _("No KPI instance fits"),
                "text": _("A clock starts when an item of a record's SLA applies."),
            },
        },
    )


def _chips(request: HttpRequest) -> list[dict[str, Any]]:
    """They keep what else is filtered."""
    asked, labels = request.GET.get("show", ""), dict(SHOWN)
    shown = CHIPS if asked in CHIPS or not asked else (*CHIPS, asked)
    chips = [{"label": _("All"), "url": query_with(request.GET, show=None, page=None), "active": not asked}]
    return chips + [
        {"label": labels[name], "url": query_with(request.GET, show=name, page=None), "active": asked == name}
        for name in shown
        if name in labels
    ]


def _file(request: HttpRequest, rows: Any, timers: Timers) -> HttpResponseBase:
    names = list(dimensions())

    def row(instance: KPIInstance) -> list[Any]:
        record = instance.record
        return [
            *(record.number or record.object_id, record.record_type, title_of(record), instance.kpi.code),
            *(instance.sla.code, instance.sla_version.number, instance.item_name, status_now(instance, timers.now)),
            *(instance.applicable_from_value, instance.started_at, instance.warning_at, instance.failure_at),
            *(instance.ended_at, instance.end_reason, instance.late_success_at, instance.used_seconds),
            *(instance.held_seconds, instance.paused_seconds, instance.ended_paused),
            *(_dimension(instance, name) for name in names),
        ]

    return list_csv(
        request,
        name="kpi-instances",
        queryset=rows,
        columns=COLUMNS,
        head=[*FILE_HEAD, *names],
        row=row,
        filterset=KPIInstancePageFilter,
    )


def _dimension(instance: KPIInstance, name: str) -> Any:
    """As `slas.selectors.reports.dimensions` has it: of the end, or of now."""
    if instance.ended_at is not None:
        return instance.dimensions.get(name)
    return instance.record.values.get(records.get(instance.record.record_type).dimensions.get(name, ""))
