"""Pages of cases: the queue, the case itself, creating and editing."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases import filters, forms, selectors, services
from cases.models import Case
from cases.selectors import pausing_statuses
from cases.views.queue import PRIORITY_TONES, queue_page
from cases.views.record_page import case_context, timers_context
from sla_project.accounts.policy import can_configure, case_worker_required, signed_in
from sla_project.operations.clock import clock_now
from sla_project.operations.requests import user_of
from sla_project.operations.web import Cell, Column, csv_asked, form_page, list_csv

STATE_TONES = {"active": "info", "resolved": "good", "canceled": "neutral"}

COLUMNS = [
    Column(gettext_lazy("Time left"), first=True),
    Column(gettext_lazy("Case"), order="pk"),
    Column(gettext_lazy("Customer"), order="customer__name_folded"),
    Column(gettext_lazy("Priority")),
    Column(gettext_lazy("Status"), order="status"),
    Column(gettext_lazy("Owner"), order="owner__display_name"),
    Column(gettext_lazy("Opened"), order="opened_on"),
]
FILE_HEAD = (
    *("number", "title", "customer", "service_level", "type", "channel", "priority"),
    *("state", "status", "owner", "team", "first_response_sent", "is_escalated", "opened", "resolved"),
)
SHOWN_FILTERS = ("q", "state", "status", "priority", "service_level", "owner", "whose", "team", "due")


@signed_in
def case_list(request: HttpRequest) -> HttpResponseBase:
    if csv_asked(request):
        return list_csv(
            request,
            name="cases",
            queryset=selectors.case_rows(),
            columns=COLUMNS,
            head=FILE_HEAD,
            row=_line,
            filterset=filters.CaseFilter,
        )
    meant = selectors.numbered(request.GET["q"]) if set(request.GET) == {"q"} else None
    if meant is not None:  # the bar at the top, which asks for nothing else
        return redirect(meant)
    return queue_page(
        request,
        has_file=True,
        queryset=selectors.case_rows(),
        filterset=filters.CaseFilter,
        shown_filters=SHOWN_FILTERS,
        open_states={"state": "active"},
        columns=COLUMNS,
        row=_row,
        context={
            "title": _("Cases"),
            "actions": [{"label": _("New case"), "url": reverse("cases:case_create"), "icon": "plus", "primary": True}],
            "empty": {
                "icon": "ticket",
                "heading": _("No case fits"),
                "text": _("Nothing is open here, or the filters leave nothing."),
                "action_url": reverse("cases:case_create"),
                "action_label": _("New case"),
            },
        },
    )


def _row(case: Case) -> list[Cell]:
    customer = case.customer
    return [
        {"text": case.title, "url": case.get_absolute_url(), "sub": case.number},
        {
            "text": customer.name if customer else None,
            "url": reverse("cases:customer_detail", args=[customer.pk]) if customer else "",
            "sub": case.get_service_level_display(),
        },
        {"badge": case.get_priority_display(), "tone": PRIORITY_TONES[case.priority]},
        {"badge": case.get_status_display(), "tone": STATE_TONES[case.state]},
        {"text": str(case.owner) if case.owner else None, "sub": str(case.team) if case.team else ""},
        {"time": case.opened_on},
    ]


def _line(case: Case) -> list[Any]:
    customer, owner, team = (str(one) if one else "" for one in (case.customer, case.owner, case.team))
    return [
        *(case.number, case.title, customer, case.service_level, case.type, case.channel, case.priority),
        *(case.state, case.status, owner, team, case.first_response_sent, case.is_escalated),
        *(case.opened_on, case.resolved_on),
    ]


@signed_in
def case_detail(request: HttpRequest, pk: int) -> HttpResponse:
    case = get_object_or_404(selectors.case_rows(), pk=pk)
    may_erase = can_configure(request.user) and not case.is_open
    context = {**case_context(case, now=clock_now()), "may_erase": may_erase, "may_hold": bool(pausing_statuses())}
    return render(request, "cases/case_detail.html", context)


@signed_in
def case_timers(request: HttpRequest, pk: int) -> HttpResponse:
    """The part of the page that changes by itself; asked for every minute and when a timer changes its state."""
    case = get_object_or_404(selectors.case_rows(), pk=pk)
    return render(request, "cases/_timers.html", timers_context(case, now=clock_now()))


@case_worker_required
def case_create(request: HttpRequest) -> HttpResponse:
    form = forms.CaseForm(request.POST or None, initial=_initial(request))
    forms.only_active(form, None)

    def save(values: dict[str, Any]) -> str:
        given = {name: value for name, value in values.items() if value is not None and value != ""}
        case = services.case_create(by=user_of(request), now=clock_now(), **given)
        return case.get_absolute_url()

    return form_page(
        request,
        title=_("New case"),
        form=form,
        save=save,
        message=_("The case is open."),
        context={
            "submit_label": _("Open case"),
            "cancel_url": reverse("cases:case_list"),
            "breadcrumbs": [{"label": _("Cases"), "url": reverse("cases:case_list")}],
        },
    )


def _initial(request: HttpRequest) -> dict[str, Any]:
    """A link may name the customer; who opens a case owns it until told otherwise."""
    return {
        "customer": request.GET.get("customer", ""),
        "owner": request.user.pk,
        "channel": "phone",
        "type": "question",
        "priority": "normal",
    }


@case_worker_required
def case_edit(request: HttpRequest, pk: int) -> HttpResponse:
    case = get_object_or_404(Case, pk=pk)
    form = forms.CaseEditForm(request.POST or None, initial=forms.initial_of(case, forms.CASE_EDIT_FIELDS))
    forms.only_active(form, case)
    forms.remember_initial(form)

    def save(values: dict[str, Any]) -> str:
        changes = forms.changed_values(form)
        services.case_update(case=case, by=user_of(request), now=clock_now(), **changes)
        return case.get_absolute_url()

    return form_page(
        request,
        title=_("Edit %(number)s") % {"number": case.number},
        form=form,
        save=save,
        message=_("The case is saved."),
        context={
            "cancel_url": case.get_absolute_url(),
            "breadcrumbs": [
                {"label": _("Cases"), "url": reverse("cases:case_list")},
                {"label": case.number, "url": case.get_absolute_url()},
            ],
        },
    )
