"""Pages of holiday schedules: list, year, history, commands."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from sla_project.accounts.policy import administrator_required, can_configure, signed_in
from sla_project.operations.clock import clock_now
from sla_project.operations.errors import Invalid
from sla_project.operations.requests import user_of
from sla_project.operations.seen import Edited
from sla_project.operations.web import Column, command_view, empty_list, form_page, list_page
from slas.forms.holidays import HolidayScheduleForm, at_lines
from slas.models import Holiday, HolidaySchedule
from slas.selectors.forecasts.hours_recalculations import stale_timers
from slas.selectors.hours.holiday_history import holiday_history
from slas.selectors.hours.schedule_words import holiday_words
from slas.selectors.hours.schedules import holiday_schedules
from slas.selectors.hours.year_calendars import calendar_of_holidays, year_asked
from slas.services.hours import holidays as services
from slas.views.hours.recalculations import after_change


@signed_in
def holiday_schedule_list(request: HttpRequest) -> HttpResponse:
    def row(schedule: HolidaySchedule) -> list[dict[str, Any]]:
        return [
            {
                "text": schedule.name,
                "url": reverse("slas:holiday_schedule_detail", args=[schedule.pk]),
                "sub": schedule.code,
            },
            {"text": schedule.holiday_count},  # type: ignore[attr-defined]  # annotated
            {"text": ", ".join(str(hours) for hours in schedule.business_hours.all()) or _("Nobody")},
            {"time": schedule.modified_at},
        ]

    new = {
        "label": _("New holiday schedule"),
        "url": reverse("slas:holiday_schedule_new"),
        "icon": "plus",
        "primary": True,
    }
    return list_page(
        request,
        title=_("Holiday schedules"),
        queryset=holiday_schedules().prefetch_related("business_hours"),
        columns=[
            Column(_("Name"), "name"),
            Column(_("Holidays"), "holiday_count", num=True),
            Column(_("Observed by")),
            Column(_("Changed"), "modified_at"),
        ],
        row=row,
        context={
            "lead": _("Days that are closed, or open for shorter, whatever the week says."),
            "actions": [new] if can_configure(request.user) else [],
            "empty": empty_list(
                "calendar-off",
                _("No holiday schedule yet"),
                _("Several business hours can observe one. Holidays are typed, or taken from a country or a calendar."),
                new if can_configure(request.user) else None,
            ),
        },
    )


@signed_in
def holiday_schedule_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One year as a calendar and as rows; the other years that have holidays are a link away."""
    schedule = get_object_or_404(holiday_schedules(), pk=pk)
    holidays = list(schedule.holidays.all())
    years = sorted({holiday.date.year for holiday in holidays})
    users, now = list(schedule.business_hours.order_by("name")), clock_now()
    today = timezone.localdate(now)
    year = year_asked(request.GET.get("year", ""), _nearest(years, today.year))
    context = {
        "title": schedule.name,
        "lead": schedule.description,
        "breadcrumbs": holiday_crumbs(),
        "schedule": schedule,
        "year": calendar_of_holidays(holidays, year, today),
        "holidays": [(one, _hours(one)) for one in holidays if one.date.year == year],
        "chips": [{"label": str(one), "url": f"?year={one}", "active": one == year} for one in years],
        "users": users,
        "stale": stale_timers(users, now),
        "recalculate_url": reverse("slas:holiday_schedule_recalculate", args=[pk]),
        "may_configure": can_configure(request.user),
    }
    return render(request, "slas/holiday_schedule_detail.html", context)


def _nearest(years: list[int], now: int) -> int:
    """This year if it has holidays, else the nearest that has."""
    return min(years, key=lambda year: abs(year - now), default=now)


def _hours(holiday: Holiday) -> str:
    words = holiday_words(holiday.hours, holiday.closed)
    return words[:1].upper() + words[1:]


@signed_in
def holiday_schedule_history(request: HttpRequest, pk: int) -> HttpResponse:
    """Who changed what when, in words."""
    schedule = get_object_or_404(holiday_schedules(), pk=pk)
    context = {
        "title": _("History of %(name)s") % {"name": schedule.name},
        "breadcrumbs": holiday_crumbs(schedule),
        "schedule": schedule,
        "rows": holiday_history(schedule),
    }
    return render(request, "slas/holiday_schedule_history.html", context)


@administrator_required
def holiday_schedule_new(request: HttpRequest) -> HttpResponse:
    def save(values: dict[str, Any]) -> str:
        try:
            schedule = services.holiday_schedule_create(**values, by=user_of(request), now=clock_now())
        except Invalid as invalid:
            raise at_lines(invalid) from None
        return reverse("slas:holiday_schedule_detail", args=[schedule.pk])

    return form_page(
        request,
        title=_("New holiday schedule"),
        form=HolidayScheduleForm(request.POST or None),
        save=save,
        message=_("The holiday schedule is created."),
        context={
            "cancel_url": reverse("slas:holiday_schedule_list"),
            "breadcrumbs": holiday_crumbs(),
            "form_note": _("Public holidays and calendar files can be imported once it is created."),
        },
    )


@administrator_required
def holiday_schedule_edit(request: HttpRequest, pk: int) -> HttpResponse:
    schedule = get_object_or_404(HolidaySchedule, pk=pk)
    detail = reverse("slas:holiday_schedule_detail", args=[pk])

    form = HolidayScheduleForm(request.POST or None, instance=get_object_or_404(HolidaySchedule, pk=pk))

    def save(values: dict[str, Any]) -> str:
        try:
            services.holiday_schedule_update(schedule=schedule, changes=values, by=user_of(request), now=clock_now())
        except Invalid as invalid:
            raise at_lines(invalid) from None
        return after_holidays(schedule, detail)

    return form_page(
        request,
        title=_("Edit %(name)s") % {"name": schedule.name},
        form=form,
        save=save,
        edits=Edited(schedule),
        message=_("The holiday schedule is saved."),
        context={
            "cancel_url": detail,
            "breadcrumbs": holiday_crumbs(schedule),
            "form_note": _("All business hours that observe it get a new version; running timers keep theirs."),
        },
    )


@require_POST
@administrator_required
def holiday_schedule_clone(request: HttpRequest, pk: int) -> HttpResponse:
    schedule = get_object_or_404(HolidaySchedule, pk=pk)
    clone = services.holiday_schedule_clone(schedule=schedule, by=user_of(request), now=clock_now())
    messages.success(request, _("A copy that nobody observes yet. Give it a name of its own."))
    return redirect("slas:holiday_schedule_edit", pk=clone.pk)


@require_POST
@administrator_required
def holiday_schedule_delete(request: HttpRequest, pk: int) -> HttpResponse:
    schedule = get_object_or_404(HolidaySchedule, pk=pk)

    def act() -> str:
        services.holiday_schedule_delete(schedule=schedule, by=user_of(request), now=clock_now())
        return _("“%(name)s” is deleted.") % {"name": schedule.name}

    return command_view(
        request,
        act=act,
        to=reverse("slas:holiday_schedule_detail", args=[pk]),
        then=reverse("slas:holiday_schedule_list"),
    )


def after_holidays(schedule: HolidaySchedule, to: str) -> str:
    """Where to go after the holidays changed: to the recalculation if due times would move, else `to`."""
    recalculate = reverse("slas:holiday_schedule_recalculate", args=[schedule.pk])
    return after_change(list(schedule.business_hours.all()), recalculate, to)


def holiday_crumbs(*above: HolidaySchedule) -> list[dict[str, str]]:
    crumbs = [{"label": _("Holiday schedules"), "url": reverse("slas:holiday_schedule_list")}]
    return crumbs + [
        {"label": one.name, "url": reverse("slas:holiday_schedule_detail", args=[one.pk])} for one in above
    ]
