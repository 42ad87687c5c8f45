"""The editor of business hours, with the preview of what is typed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from sla_project.accounts.policy import administrator_required
from sla_project.operations.clock import clock_now
from sla_project.operations.errors import Invalid
from sla_project.operations.requests import user_of
from sla_project.operations.seen import Edited
from sla_project.operations.selectors import settings_get
from sla_project.operations.web import form_page
from sla_project.operations.zones import time_zone_choices
from slas.domain.worktime import ScheduleError, WorkingTime
from slas.forms.schedules import BusinessHoursForm, at_days
from slas.models import BusinessHours
from slas.selectors.hours.week_previews import WeekPreview, week_preview
from slas.services.hours import schedules as services
from slas.views.hours.recalculations import after_change
from slas.views.hours.schedules import hours_crumbs

TEMPLATE = "slas/business_hours_edit.html"


@administrator_required
def business_hours_new(request: HttpRequest) -> HttpResponse:
    form = _form(request, BusinessHours(tz=settings_get().time_zone))

    def save(values: dict[str, Any]) -> str:
        try:
            hours = services.business_hours_create(**form.changes(values), by=user_of(request), now=clock_now())
        except Invalid as invalid:
            raise at_days(invalid) from None
        return reverse("slas:business_hours_detail", args=[hours.pk])

    context = {"cancel_url": reverse("slas:business_hours_list"), "breadcrumbs": hours_crumbs()}
    return _page(request, form, save, _("New business hours"), _("The business hours are created."), context)


@administrator_required
def business_hours_edit(request: HttpRequest, pk: int) -> HttpResponse:
    hours = get_object_or_404(BusinessHours.objects.select_related("holiday_schedule"), pk=pk)
    form = _form(request, get_object_or_404(BusinessHours, pk=pk))
    detail = reverse("slas:business_hours_detail", args=[pk])

    def save(values: dict[str, Any]) -> str:
        changes, by, now = form.changes(values), user_of(request), clock_now()
        try:
            services.business_hours_update(business_hours=hours, changes=changes, by=by, now=now)
        except Invalid as invalid:
            raise at_days(invalid) from None
        return after_change([hours], reverse("slas:business_hours_recalculate", args=[pk]), detail)

    context = {
        "cancel_url": detail,
        "breadcrumbs": hours_crumbs(hours),
        "form_note": _(
            "A change of what is open makes a new version. Timers that run keep theirs until you recalculate them; "
            "you are asked after saving."
        ),
    }
    title = _("Edit %(name)s") % {"name": hours.name}
    edits = Edited(hours, lock=services.business_hours_locked)
    return _page(request, form, save, title, _("The business hours are saved."), context, edits)


@require_POST
@administrator_required
def business_hours_preview(request: HttpRequest) -> HttpResponse:
    """The week as it is typed, as a fragment. What cannot be read is left to the form to say."""
    form = BusinessHoursForm(request.POST, instance=BusinessHours())
    return render(request, "slas/_week_preview.html", {"preview": _preview(form)})


def _form(request: HttpRequest, hours: BusinessHours) -> BusinessHoursForm:
    form = BusinessHoursForm(request.POST or None, instance=hours)
    return form.with_lines_copied() if "copy" in request.POST else form


def _page(
    request: HttpRequest,
    form: BusinessHoursForm,
    save: Callable[[Any], str],
    title: str,
    message: str,
    context: dict[str, Any],
    edits: Edited | None = None,
) -> HttpResponse:
    shown = {**context, "preview": _preview(form), "zones": [name for name, _label in time_zone_choices()]}
    if edits is not None:
        edits.add_to(form)
    if {"copy", "preview"} & request.POST.keys():  # buttons that change the page, and store nothing
        return render(request, TEMPLATE, {"title": title, "form": form, **shown})
    return form_page(
        request, title=title, form=form, save=save, edits=edits, message=message, template=TEMPLATE, context=shown
    )


def _preview(form: BusinessHoursForm) -> WeekPreview | None:
    """By what is typed, else by what the form starts from; None while it cannot be read."""
    if not form.is_bound:
        start = {name: field.get_bound_field(form, name).initial for name, field in form.fields.items()}
        form = BusinessHoursForm(start, instance=form.instance)
    form.is_valid()  # reads the week
    document = {"tz": str(form.data.get("tz") or "UTC").strip(), "week": form.week}
    try:
        return week_preview(WorkingTime.from_dict(document).to_dict(), clock_now())
    except ScheduleError:
        return None
