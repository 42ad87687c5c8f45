"""Recalculating open timers after hours or holidays have changed: what would move, before it moves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sla_project.accounts.policy import administrator_required
from sla_project.operations.clock import clock_now
from sla_project.operations.errors import ServiceError
from sla_project.operations.requests import user_of
from sla_project.operations.web import error_words
from slas import records
from slas.forms.recalculations import ReasonForm
from slas.models import BusinessHours, HolidaySchedule
from slas.selectors.forecasts.hours_recalculations import Forecast, Move, hours_recalculation_forecast
from slas.services.clocks.recalculating import recalculation_start

PATIENCE = 2.0
"""Seconds that the page may spend on counting; beyond that it says how far it got."""
GLANCE = 0.5
"""The same for the question after saving, whether anything would move at all."""

OUTCOMES = {
    "late": (gettext_lazy("Breached at once"), "bad", "flame"),
    "warned": (gettext_lazy("Warned at once"), "warn", "alert-triangle"),
    "moved": (gettext_lazy("Moves"), "info", "clock"),
}


@administrator_required
def business_hours_recalculate(request: HttpRequest, pk: int) -> HttpResponse:
    hours = get_object_or_404(BusinessHours, pk=pk)
    back = reverse("slas:business_hours_detail", args=[pk])
    crumbs = [
        {"label": _("Business hours"), "url": reverse("slas:business_hours_list")},
        {"label": hours.name, "url": back},
    ]
    return _recalculate(request, [hours], back, {"breadcrumbs": crumbs})


@administrator_required
def holiday_schedule_recalculate(request: HttpRequest, pk: int) -> HttpResponse:
    """For all business hours that observe the schedule."""
    schedule = get_object_or_404(HolidaySchedule, pk=pk)
    back = reverse("slas:holiday_schedule_detail", args=[pk])
    crumbs = [
        {"label": _("Holiday schedules"), "url": reverse("slas:holiday_schedule_list")},
        {"label": schedule.name, "url": back},
    ]
    hours = list(schedule.business_hours.order_by("name"))
    return _recalculate(request, hours, back, {"breadcrumbs": crumbs})


def _recalculate(
    request: HttpRequest, hours: Sequence[BusinessHours], back: str, context: dict[str, Any]
) -> HttpResponse:
    now = clock_now()
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        return _start(request, hours, form.cleaned_data["reason"], back)
    forecast = hours_recalculation_forecast(hours, now, seconds=PATIENCE)
    shown = {
        "title": _("Recalculate running timers"),
        "lead": ", ".join(one.name for one in hours),
        "forecast": forecast,
        "moves": [_row(move) for move in forecast.moves],
        "form": form,
        "back": back,
    }
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "slas/recalculate.html", {**context, **shown}, status=status)


def _start(request: HttpRequest, hours: Sequence[BusinessHours], reason: str, back: str) -> HttpResponse:
    try:
        job = recalculation_start(hours=hours, by=user_of(request), reason=reason, now=clock_now())
    except ServiceError as error:
        messages.error(request, error_words(error))
        return redirect(back)
    return redirect("operations:job_detail", pk=job.pk)


def _row(move: Move) -> dict[str, Any]:
    words, tone, icon = OUTCOMES[move.outcome]
    record = move.record
    return {
        "move": move,
        "record": record.number or str(record),
        "url": records.get(record.record_type).url(record.object_id),
        "words": words,
        "tone": tone,
        "icon": icon,
    }


def after_change(hours: Sequence[BusinessHours], recalculate: str, to: str) -> str:
    """Where to go after hours or holidays were saved: to the recalculation if due times would move, else `to`."""
    forecast: Forecast = hours_recalculation_forecast(hours, clock_now(), seconds=GLANCE)
    return recalculate if forecast.counts["moved"] or not forecast.is_complete else to
