"""Pages of activities."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from cases import filters, forms, selectors, services
from cases.models import Activity
from cases.views.case_commands import applied_words, chosen_sla
from cases.views.queue import PRIORITY_TONES, queue_page
from cases.views.record_page import activity_context, timers_context
from sla_project.accounts.policy import case_worker_required, signed_in
from sla_project.operations.clock import clock_now
from sla_project.operations.requests import user_of
from sla_project.operations.web import Cell, Column, command_view, form_page

STATE_TONES = {"open": "info", "completed": "good", "canceled": "neutral"}
COLUMNS = [
    Column(gettext_lazy("Time left"), first=True),
    Column(gettext_lazy("Activity"), order="pk"),
    Column(gettext_lazy("Case"), order="case"),
    Column(gettext_lazy("Priority")),
    Column(gettext_lazy("Status"), order="status"),
    Column(gettext_lazy("Owner"), order="owner__display_name"),
    Column(gettext_lazy("Due"), order="due_at"),
]
SHOWN_FILTERS = ("q", "state", "status", "priority", "owner", "whose", "team", "due")


@signed_in
def activity_list(request: HttpRequest) -> HttpResponse:
    new = reverse("cases:activity_create")
    return queue_page(
        request,
        queryset=selectors.activity_rows(),
        filterset=filters.ActivityFilter,
        shown_filters=SHOWN_FILTERS,
        open_states={"state": "open"},
        columns=COLUMNS,
        row=_row,
        context={
            "title": _("Activities"),
            "actions": [{"label": _("New activity"), "url": new, "icon": "plus", "primary": True}],
            "empty": {
                "icon": "checklist",
                "heading": _("No activity fits"),
                "text": _("Nothing is open here, or the filters leave nothing."),
                "action_url": new,
                "action_label": _("New activity"),
            },
        },
    )


def _row(activity: Activity) -> list[Cell]:
    case = activity.case
    return [
        {"text": activity.subject, "url": activity.get_absolute_url(), "sub": activity.number},
        {"text": case.number, "url": case.get_absolute_url(), "sub": case.title} if case else {"text": None},
        {"badge": activity.get_priority_display(), "tone": PRIORITY_TONES[activity.priority]},
        {"badge": activity.get_status_display(), "tone": STATE_TONES[activity.state]},
        {
            "text": str(activity.owner) if activity.owner else None,
            "sub": str(activity.team) if activity.team else "",
        },
        {"time": activity.due_at} if activity.due_at else {"text": None},
    ]


@signed_in
def activity_detail(request: HttpRequest, pk: int) -> HttpResponse:
    activity = get_object_or_404(selectors.activity_rows(), pk=pk)
    return render(request, "cases/activity_detail.html", activity_context(activity, now=clock_now()))


@signed_in
def activity_timers(request: HttpRequest, pk: int) -> HttpResponse:
    activity = get_object_or_404(selectors.activity_rows(), pk=pk)
    return render(request, "cases/_timers.html", timers_context(activity, now=clock_now()))


def _crumbs(*activities: Activity) -> list[dict[str, str]]:
    first = {"label": _("Activities"), "url": reverse("cases:activity_list")}
    return [first, *({"label": each.number, "url": each.get_absolute_url()} for each in activities)]


@case_worker_required
def activity_create(request: HttpRequest) -> HttpResponse:
    initial = {"case": request.GET.get("case", ""), "owner": user_of(request).pk, "priority": "normal"}
    form = forms.ActivityForm(request.POST or None, initial=initial)
    forms.only_active(form, None)

    def save(values: dict[str, Any]) -> str:
        return services.activity_create(by=user_of(request), now=clock_now(), **values).get_absolute_url()

    return form_page(
        request,
        title=_("New activity"),
        form=form,
        save=save,
        message=_("The activity is saved."),
        context={"cancel_url": reverse("cases:activity_list"), "breadcrumbs": _crumbs()},
    )


@case_worker_required
def activity_edit(request: HttpRequest, pk: int) -> HttpResponse:
    activity = get_object_or_404(Activity, pk=pk)
    names = [*forms.ACTIVITY_FIELDS, "status"] if activity.is_open else forms.ACTIVITY_FIELDS
    form_class = forms.ActivityEditForm if activity.is_open else forms.ActivityForm
    form = form_class(request.POST or None, initial=forms.initial_of(activity, names))
    forms.only_active(form, activity)
    forms.remember_initial(form)

    def save(values: dict[str, Any]) -> str:
        changes = forms.changed_values(form)
        services.activity_update(activity=activity, by=user_of(request), now=clock_now(), **changes)
        return activity.get_absolute_url()

    return form_page(
        request,
        title=_("Edit %(number)s") % {"number": activity.number},
        form=form,
        save=save,
        message=_("The activity is saved."),
        context={"cancel_url": activity.get_absolute_url(), "breadcrumbs": _crumbs(activity)},
    )


def _closed(request: HttpRequest, activity: Activity) -> HttpResponse:
    """Instead of the form of a command that would be refused afterwards."""
    state = activity.get_state_display().lower()
    messages.error(request, _("This activity is %(state)s. Reopen it first.") % {"state": state})
    return redirect(activity)


@case_worker_required
def activity_complete(request: HttpRequest, pk: int) -> HttpResponse:
    activity = get_object_or_404(Activity, pk=pk)
    if not activity.is_open and request.method != "POST":
        return _closed(request, activity)

    def save(values: dict[str, Any]) -> str:
        services.activity_complete(activity=activity, by=user_of(request), now=clock_now(), **values)
        return activity.get_absolute_url()

    return form_page(
        request,
        title=_("Complete %(number)s") % {"number": activity.number},
        form=forms.CompleteForm(request.POST or None, initial={"duration_minutes": activity.duration_minutes}),
        save=save,
        message=_("The activity is completed."),
        context={
            "lead": activity.subject,
            "submit_label": _("Complete activity"),
            "cancel_url": activity.get_absolute_url(),
            "breadcrumbs": _crumbs(activity),
        },
    )


@require_POST
@case_worker_required
def activity_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    activity = get_object_or_404(Activity, pk=pk)

    def act() -> str:
        services.activity_cancel(activity=activity, by=user_of(request), now=clock_now())
        return _("The activity is canceled.")

    return command_view(request, act=act, to=activity.get_absolute_url())


@require_POST
@case_worker_required
def activity_reactivate(request: HttpRequest, pk: int) -> HttpResponse:
    activity = get_object_or_404(Activity, pk=pk)

    def act() -> str:
        services.activity_reactivate(activity=activity, by=user_of(request), now=clock_now())
        return _("The activity is open again.")

    return command_view(request, act=act, to=activity.get_absolute_url())


@case_worker_required
def activity_apply_sla(request: HttpRequest, pk: int) -> HttpResponse:
    activity = get_object_or_404(Activity, pk=pk)
    if not activity.is_open and request.method != "POST":
        return _closed(request, activity)

    def save(values: dict[str, Any]) -> str:
        sla = chosen_sla(values["sla"])
        services.activity_apply_sla(activity=activity, sla=sla, by=user_of(request), now=clock_now())
        messages.success(request, applied_words(sla))
        return activity.get_absolute_url()

    return form_page(
        request,
        title=_("Apply an SLA to %(number)s") % {"number": activity.number},
        form=forms.ApplySLAForm(request.POST or None, record_type="activity"),
        save=save,
        context={
            "lead": activity.subject,
            "submit_label": _("Apply SLA"),
            "cancel_url": activity.get_absolute_url(),
            "breadcrumbs": _crumbs(activity),
        },
    )
