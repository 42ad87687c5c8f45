"""The commands on one clock: recalculate it, give it more time. Each says first what it would do, and asks why."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from sla_project.accounts.policy import timers_adjuster_required
from sla_project.operations.clock import clock_now
from sla_project.operations.requests import user_of
from sla_project.operations.web import form_page
from slas.forms.adjusting import ExtendForm, RecalculateForm
from slas.models import KPIInstance, RecordChange
from slas.selectors.clocks.instance_lists import kpi_instances
from slas.selectors.clocks.instances import record_view
from slas.selectors.clocks.timers import Timers
from slas.selectors.forecasts.instance_recalculations import instance_recalculation_forecast
from slas.services.clocks import adjusting


@timers_adjuster_required
def kpi_instance_extend(request: HttpRequest, pk: int) -> HttpResponse:
    instance = get_object_or_404(kpi_instances(), pk=pk)

    def save(values: dict[str, Any]) -> str:
        adjusting.instance_extend(
            instance=instance, by=user_of(request), source=RecordChange.Source.WEB, now=clock_now(), **values
        )
        return _page(instance)

    return form_page(
        request,
        title=_("More time for “%(kpi)s”") % {"kpi": instance.kpi.name},
        form=ExtendForm(request.POST or None),
        save=save,
        message=_("The timer has more time now."),
        template="slas/kpi_instance_adjust.html",
        context=_frame(instance, _("Give more time")),
    )


@timers_adjuster_required
def kpi_instance_recalculate(request: HttpRequest, pk: int) -> HttpResponse:
    """Afterwards the page of the clock that counts then, which may be another one."""
    instance = get_object_or_404(kpi_instances(), pk=pk)

    def save(values: dict[str, Any]) -> str:
        adjusting.instance_recalculate(
            instance=instance, by=user_of(request), source=RecordChange.Source.WEB, now=clock_now(), **values
        )
        latest = instance.record.instances.filter(kpi=instance.kpi_id, is_current=True).first()
        return _page(latest or instance)

    frame = _frame(instance, _("Recalculate"))
    if instance.is_current and instance.record.lifecycle == "open":
        after = instance_recalculation_forecast(instance, clock_now()).after
        frame |= {"forecast": True, "after": after and _card(_("Recalculated"), after, frame["timers"])}
    return form_page(
        request,
        title=_("Recalculate “%(kpi)s”") % {"kpi": instance.kpi.name},
        form=RecalculateForm(request.POST or None),
        save=save,
        message=_("The KPI was judged anew."),
        template="slas/kpi_instance_adjust.html",
        context=frame,
    )


def _page(instance: KPIInstance) -> str:
    return reverse("slas:kpi_instance_detail", args=[instance.pk])


def _frame(instance: KPIInstance, label: str) -> dict[str, Any]:
    """What both pages show: the clock as it is, the way back, and how the button is called."""
    record, timers = instance.record, Timers(clock_now())
    view = record_view(record, timers.now)
    now = next((row for row in (*view.instances, *view.earlier) if row.number == instance.number), instance)
    return {
        "lead": _("For %(record)s") % {"record": record},
        "breadcrumbs": [
            {"label": _("KPI instances"), "url": reverse("slas:kpi_instance_list")},
            {"label": instance.item_name, "url": _page(instance)},
        ],
        "timers": timers,
        "before": _card(_("Now"), now, timers),
        "submit_label": label,
        "cancel_url": _page(instance),
    }


def _card(name: str, row: KPIInstance, timers: Timers) -> dict[str, Any]:
    timer = timers.of(row)
    return {"name": name, "timer": timer, "progress": timer.progress, "due": timer.due}
