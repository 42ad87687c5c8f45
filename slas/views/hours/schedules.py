"""Pages of business hours: list, week and compute panel, year, versions, commands."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from sla_project.accounts.policy import administrator_required, can_configure, signed_in
from sla_project.operations.clock import clock_now
from sla_project.operations.requests import user_of
from sla_project.operations.web import Column, command_view, empty_list, list_page, verb_view
from slas.domain.week_text import intervals_text
from slas.domain.worktime import WorkingTimeRangeError
from slas.forms.schedules import ComputeForm
from slas.models import BusinessHours
from slas.selectors.forecasts.hours_recalculations import stale_timers
from slas.selectors.hours.computations import Computation, Question, computation
from slas.selectors.hours.schedule_words import version_rows, week_words
from slas.selectors.hours.schedules import business_hours, schedule_version_at
from slas.selectors.hours.week_previews import week_preview
from slas.selectors.hours.year_calendars import calendar_of_hours, year_asked
from slas.selectors.policy.usage import uses_of_hours
from slas.services.hours import schedules as services

TONES = {"active": "good", "inactive": "neutral"}


@signed_in
def business_hours_list(request: HttpRequest) -> HttpResponse:
    def row(hours: BusinessHours) -> list[dict[str, Any]]:
        observed = hours.holiday_schedule
        return [
            {
                "text": hours.name,
                "url": reverse("slas:business_hours_detail", args=[hours.pk]),
                "sub": hours.code,
            },
            {"badge": hours.get_state_display(), "tone": TONES[hours.state]},
            {"text": hours.tz},
            {"text": week_words(hours.week)},
            {"text": observed.name if observed else _("No holidays")},
            {"text": hours.version},  # type: ignore[attr-defined]  # annotated
        ]

    new = {
        "label": _("New business hours"),
        "url": reverse("slas:business_hours_new"),
        "icon": "plus",
        "primary": True,
    }
    return list_page(
        request,
        title=_("Business hours"),
        queryset=business_hours(),
        columns=[
            Column(_("Name"), "name"),
            Column(_("State"), "state"),
            Column(_("Time zone"), "tz"),
            Column(_("Week")),
            Column(_("Observes")),
            Column(_("Version"), num=True),
        ],
        row=row,
        context={
            "lead": _("When the clock runs. An SLA without business hours counts around the clock."),
            "actions": [new] if can_configure(request.user) else [],
            "empty": empty_list(
                "clock",
                _("No business hours yet"),
                _("Say on which days and from when to when people work, and in which time zone."),
                new if can_configure(request.user) else None,
            ),
        },
    )


@signed_in
def business_hours_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """The week, who uses it, and a panel that computes."""
    hours, now = get_object_or_404(business_hours(), pk=pk), clock_now()
    version = schedule_version_at(hours, now)
    start = timezone.localtime(now).replace(second=0, microsecond=0)
    asked = "start" in request.GET
    form = ComputeForm(request.GET if asked else None, initial={"start": start, "duration": "4h 30m"})
    context = hours_frame(request, hours, "detail") | {
        "preview": week_preview(version.document, now),
        "overrides": [(date.fromisoformat(day), intervals_text(own)) for day, own in hours.overrides.items()],
        "uses": uses_of_hours(hours),
        **_stale(hours, now),
        "form": form,
        "answer": _compute(hours, form) if asked else None,
    }
    return render(request, "slas/business_hours_detail.html", context)


def _compute(hours: BusinessHours, form: ComputeForm) -> Computation | None:
    """What the panel answers, by the version in force now."""
    if not form.is_valid():
        return None
    values = form.cleaned_data
    question = Question(values["start"], end=values["end"], duration=values["duration"])
    try:
        return computation(schedule_version_at(hours, clock_now()), question)
    except WorkingTimeRangeError as error:
        form.add_error(None, str(error))
        return None


@signed_in
def business_hours_year(request: HttpRequest, pk: int) -> HttpResponse:
    """Twelve months: open, shorter and closed days by the version in force now."""
    hours, now = get_object_or_404(business_hours(), pk=pk), clock_now()
    today = timezone.localdate(now)
    year = year_asked(request.GET.get("year", ""), today.year)
    observed = hours.holiday_schedule
    holidays = observed.holidays.filter(date__year=year) if observed else ()
    document = schedule_version_at(hours, now).document
    context = hours_frame(request, hours, "year") | {
        "year": calendar_of_hours(document, holidays, year, today),
        "show_special": True,
    }
    return render(request, "slas/business_hours_year.html", context)


@signed_in
def business_hours_versions(request: HttpRequest, pk: int) -> HttpResponse:
    """Who changed what when; each version with the open timers that count by it."""
    hours = get_object_or_404(business_hours(), pk=pk)
    context = hours_frame(request, hours, "versions") | {
        "rows": version_rows(hours),
        **_stale(hours, clock_now()),
    }
    return render(request, "slas/business_hours_versions.html", context)


def _stale(hours: BusinessHours, now: datetime) -> dict[str, Any]:
    """What `_stale_timers.html` shows."""
    recalculate = reverse("slas:business_hours_recalculate", args=[hours.pk])
    return {"stale": stale_timers([hours], now), "recalculate_url": recalculate}


COMMANDS = {
    "activate": (services.business_hours_activate, gettext_lazy("The business hours are active.")),
    "deactivate": (services.business_hours_deactivate, gettext_lazy("The business hours are inactive.")),
}


@require_POST
@administrator_required
def business_hours_command(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    hours = get_object_or_404(BusinessHours, pk=pk)
    return verb_view(request, COMMANDS, verb, to=reverse("slas:business_hours_detail", args=[pk]), business_hours=hours)


@require_POST
@administrator_required
def business_hours_clone(request: HttpRequest, pk: int) -> HttpResponse:
    hours = get_object_or_404(BusinessHours.objects.select_related("holiday_schedule"), pk=pk)
    clone = services.business_hours_clone(business_hours=hours, by=user_of(request), now=clock_now())
    messages.success(request, _("A copy that nobody uses yet. Give it a name of its own."))
    return redirect("slas:business_hours_edit", pk=clone.pk)


@require_POST
@administrator_required
def business_hours_delete(request: HttpRequest, pk: int) -> HttpResponse:
    hours = get_object_or_404(BusinessHours, pk=pk)

    def act() -> str:
        services.business_hours_delete(business_hours=hours, by=user_of(request), now=clock_now())
        return _("“%(name)s” are deleted.") % {"name": hours.name}

    return command_view(
        request, act=act, to=reverse("slas:business_hours_detail", args=[pk]), then=reverse("slas:business_hours_list")
    )


TABS = (
    ("detail", gettext_lazy("Week")),
    ("year", gettext_lazy("Year")),
    ("versions", gettext_lazy("Versions")),
)


def hours_frame(request: HttpRequest, hours: BusinessHours, shown: str) -> dict[str, Any]:
    """What all pages of business hours show around their own content."""
    tabs = [
        {"label": label, "url": reverse(f"slas:business_hours_{name}", args=[hours.pk]), "active": name == shown}
        for name, label in TABS
    ]
    return {
        "title": hours.name,
        "lead": hours.description,
        "breadcrumbs": hours_crumbs(),
        "hours": hours,
        "tone": TONES[hours.state],
        "tabs": tabs,
        "may_configure": can_configure(request.user),
    }


def hours_crumbs(*above: BusinessHours) -> list[dict[str, str]]:
    crumbs = [{"label": _("Business hours"), "url": reverse("slas:business_hours_list")}]
    return crumbs + [
        {"label": hours.name, "url": reverse("slas:business_hours_detail", args=[hours.pk])} for hours in above
    ]
