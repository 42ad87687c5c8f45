"""Single holidays by hand, and imports with a preview of what they would add."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from sla_project.accounts.policy import administrator_required
from sla_project.operations.clock import clock_now
from sla_project.operations.errors import Invalid, ServiceError, form_errors
from sla_project.operations.numbers import whole_number, whole_numbers
from sla_project.operations.requests import user_of
from sla_project.operations.seen import Edited
from sla_project.operations.web import error_words, form_page
from sla_project.operations.zones import time_zone_choices
from slas.domain.icalendar import CalendarDay
from slas.domain.week_text import intervals_text
from slas.forms.holidays import (
    CalendarForm,
    HolidayAddForm,
    HolidayForm,
    PublicHolidaysForm,
    chosen_days,
    day_value,
)
from slas.models import Holiday, HolidaySchedule
from slas.selectors.hours.date_previews import DatesPreview, dates_preview
from slas.selectors.hours.schedules import zone_of_holidays
from slas.services.hours import holiday_imports, holiday_rows
from slas.views.hours.holidays import after_holidays, holiday_crumbs

MOST_LEFT_OUT = 20
MOST_IN_PREVIEW = 900
"""More checkboxes than this are more fields than a request may carry."""


@administrator_required
def holiday_add(request: HttpRequest, pk: int) -> HttpResponse:
    schedule = get_object_or_404(HolidaySchedule, pk=pk)
    form = HolidayAddForm(request.POST or None, initial={"date": request.GET.get("date", "")})

    def save(values: dict[str, Any]) -> str:
        given = {name: values[name] for name in ("name", "hours", "closed")}
        by, now = user_of(request), clock_now()
        added = holiday_rows.holidays_add(schedule=schedule, dates=form.dates(), **given, by=by, now=now)
        _say_added(request, len(added))
        return after_holidays(schedule, _detail(schedule, added[0].date.year))

    context = {
        "cancel_url": _detail(schedule),
        "breadcrumbs": holiday_crumbs(schedule),
        "submit_label": _("Add"),
        "schedule": schedule,
        "preview": SimpleLazyObject(lambda: _dates_preview(schedule, form)),
    }
    title, template = _("Add a holiday"), "slas/holiday_add.html"
    if "preview" in request.POST:  # a button for pages without JavaScript, which stores nothing
        return render(request, template, {"title": title, "form": form, **context})
    return form_page(request, title=title, form=form, save=save, template=template, context=context)


@require_POST
@administrator_required
def holiday_add_preview(request: HttpRequest, pk: int) -> HttpResponse:
    """The dates that are typed, as a fragment. What cannot be read is left to the form to say."""
    schedule = get_object_or_404(HolidaySchedule, pk=pk)
    preview = _dates_preview(schedule, HolidayAddForm(request.POST))
    return render(request, "slas/_dates_preview.html", {"preview": preview})


def _dates_preview(schedule: HolidaySchedule, form: HolidayAddForm) -> DatesPreview | None:
    form.is_valid()  # reads the dates
    dates = form.dates() if form.is_bound else []
    return dates_preview(schedule, dates, clock_now()) if dates else None


@administrator_required
def holiday_edit(request: HttpRequest, pk: int, holiday: int) -> HttpResponse:
    row = get_object_or_404(Holiday.objects.select_related("schedule"), schedule=pk, pk=holiday)
    parts = {"hours": intervals_text(row.hours or ()), "closed": intervals_text(row.closed or ())}
    initial = {"date": row.date, "name": row.name, **parts}

    def save(values: dict[str, Any]) -> str:
        holiday_rows.holiday_update(holiday=row, changes=values, by=user_of(request), now=clock_now())
        return after_holidays(row.schedule, _detail(row.schedule, values["date"].year))

    return form_page(
        request,
        title=_("Edit %(name)s") % {"name": row.name},
        form=HolidayForm(request.POST or None, initial=initial),
        save=save,
        edits=Edited(row),
        message=_("The holiday is saved."),
        context={"cancel_url": _detail(row.schedule, row.date.year), "breadcrumbs": holiday_crumbs(row.schedule)},
    )


@require_POST
@administrator_required
def holiday_remove(request: HttpRequest, pk: int) -> HttpResponse:
    schedule = get_object_or_404(HolidaySchedule, pk=pk)
    ids = whole_numbers(request.POST.getlist("holiday"))
    count = holiday_rows.holidays_remove(schedule=schedule, ids=ids, by=user_of(request), now=clock_now())
    if count:
        words = ngettext("%(count)d holiday was removed.", "%(count)d holidays were removed.", count)
        messages.success(request, words % {"count": count})
    else:
        messages.info(request, _("Tick the holidays to remove first."))
    year = whole_number(request.POST.get("year", ""))
    return redirect(after_holidays(schedule, _detail(schedule, year)))


@administrator_required
def holiday_import(request: HttpRequest, pk: int) -> HttpResponse:
    """Public holidays of a country: a plain GET form whose answer is the preview."""
    schedule = get_object_or_404(HolidaySchedule, pk=pk)
    this_year = clock_now().year
    initial = {"country": "GB", "first_year": this_year, "last_year": this_year + 1}
    asked = "first_year" in request.GET
    form = PublicHolidaysForm(request.GET if asked else None, initial=initial)
    found: Mapping[date, CalendarDay] | None = None
    if asked and "regions" not in request.GET and form.is_valid():
        values = form.cleaned_data
        try:
            public = holiday_imports.public_holidays(values["country"], values["subdivision"], form.years())
            found = {day: CalendarDay(name) for day, name in public.items()}
        except Invalid as invalid:
            _at_form(form, invalid)
    context = _import_frame(schedule, form, found, "country")
    return render(request, "slas/holiday_import.html", context)


@administrator_required
def holiday_import_calendar(request: HttpRequest, pk: int) -> HttpResponse:
    """A calendar file: its POST answers with the preview and stores nothing."""
    schedule = get_object_or_404(HolidaySchedule, pk=pk)
    this_year = clock_now().year
    initial = {"first_year": this_year, "last_year": this_year + 1, "tz": zone_of_holidays(schedule)}
    form = CalendarForm(request.POST or None, request.FILES or None, initial=initial)
    found: Mapping[date, CalendarDay] | None = None
    told: dict[str, Any] = {}
    if form.is_bound and form.is_valid():
        try:
            values = form.cleaned_data
            calendar = holiday_imports.calendar_days(values["ics"], form.years(), values["tz"])
        except Invalid as invalid:
            _at_form(form, invalid, ics="file" if form.cleaned_data.get("file") else "text")
        else:
            found = calendar.days
            told = {
                "left_out": [holiday_imports.line_words(problem) for problem in calendar.left_out[:MOST_LEFT_OUT]],
                "left_out_more": max(0, len(calendar.left_out) - MOST_LEFT_OUT),
                "outside": calendar.outside,
                "converted_to": values["tz"] if any(day.closed for day in calendar.days.values()) else "",
            }
    zones = [name for name, _label in time_zone_choices()]
    context = _import_frame(schedule, form, found, "calendar") | told | {"zones": zones}
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "slas/holiday_import.html", context, status=status)


@require_POST
@administrator_required
def holiday_import_add(request: HttpRequest, pk: int) -> HttpResponse:
    """Adds what was ticked in a preview."""
    schedule = get_object_or_404(HolidaySchedule, pk=pk)
    try:
        days = chosen_days(request.POST.getlist("day"))
    except ValueError:
        messages.error(request, _("The choice cannot be read. Start the import again."))
        return redirect(_detail(schedule))
    if not days:
        messages.info(request, _("Nothing was ticked, so nothing was added."))
        return redirect(_detail(schedule))
    try:
        added = holiday_imports.chosen_import(schedule=schedule, days=days, by=user_of(request), now=clock_now())
    except ServiceError as error:
        messages.error(request, error_words(error))
        return redirect(_detail(schedule))
    _say_added(request, len(added))
    return redirect(after_holidays(schedule, _detail(schedule, min(day for day, _name, _closed in days).year)))


def _import_frame(
    schedule: HolidaySchedule, form: Any, found: Mapping[date, CalendarDay] | None, way: str
) -> dict[str, Any]:
    if found is not None and len(found) > MOST_IN_PREVIEW:
        words = _("That would be %(count)d days. Choose fewer years: at most %(most)d at once.")
        form.add_error("last_year", words % {"count": len(found), "most": MOST_IN_PREVIEW})
        found = None
    known = dict(schedule.holidays.values_list("date", "name"))
    rows = [_preview_row(day, one, known.get(day)) for day, one in (found or {}).items()]
    return {
        "title": _("Import holidays"),
        "lead": _("Days that are there already stay as they are. Imported holidays are rows that you can edit."),
        "breadcrumbs": holiday_crumbs(schedule),
        "schedule": schedule,
        "form": form,
        "way": way,
        "previewed": found is not None,
        "rows": rows,
        "new_count": sum(row["known"] is None for row in rows),
        "tabs": [
            {"label": label, "url": reverse(f"slas:{name}", args=[schedule.pk]), "active": key == way}
            for key, name, label in (
                ("country", "holiday_import", _("Public holidays")),
                ("calendar", "holiday_import_calendar", _("Calendar file")),
            )
        ],
    }


def _preview_row(day: date, found: CalendarDay, known: str | None) -> dict[str, Any]:
    closed = holiday_imports.closed_hours(found)
    value = day_value(day, found.name, closed)
    return {"date": day, "name": found.name, "closed": intervals_text(closed or ()), "value": value, "known": known}


def _at_form(form: Any, invalid: Invalid, ics: str = "") -> None:
    """A service's problems at the form's fields: /years stands at the last year, /ics at what was given."""
    places = {"years": "last_year", "ics": ics}
    for problem in invalid.problems:
        name = problem.pointer.strip("/")
        if name in places:
            form.add_error(places[name], problem.message)
        else:
            form_errors(form, Invalid([problem]))


def _say_added(request: HttpRequest, count: int) -> None:
    words = ngettext("%(count)d holiday was added.", "%(count)d holidays were added.", count)
    messages.success(request, words % {"count": count})


def _detail(schedule: HolidaySchedule, year: int | None = None) -> str:
    url = reverse("slas:holiday_schedule_detail", args=[schedule.pk])
    return f"{url}?year={year}" if year else url
