"""Saved reports: the list, one of them with its mailings, and the forms."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from sla_project.accounts.policy import manager_required
from sla_project.operations.clock import clock_now
from sla_project.operations.requests import user_of
from sla_project.operations.seen import Edited
from sla_project.operations.web import Column, command_view, form_page, list_page
from slas.forms.reports import SavedReportForm
from slas.models import SavedReport
from slas.selectors.reports.mails import recipients_of, report_url
from slas.selectors.reports.words import QuestionWords
from slas.services.reports import saved_reports as services

MAILINGS_SHOWN = 30


@manager_required
def saved_report_list(request: HttpRequest) -> HttpResponse:
    words = QuestionWords(SavedReport.objects.values_list("query", flat=True))

    def row(report: SavedReport) -> list[dict[str, Any]]:
        return [
            {"text": report.name, "url": reverse("slas:saved_report_detail", args=[report.pk])},
            {"text": words.of(report.query), "url": open_url(report)},
            {"text": _mailed_words(report)},
            {"time": report.next_mail_at} if report.next_mail_at else {"text": "–"},
            {"text": str(report.created_by or "–")},
        ]

    compliance = {"label": _("Compliance report"), "url": reverse("slas:compliance_report"), "icon": "chart-bar"}
    return list_page(
        request,
        title=_("Reports"),
        queryset=SavedReport.objects.select_related("created_by").prefetch_related("users"),
        columns=[
            Column(_("Name"), "name", first=True),
            Column(_("Shows")),
            Column(_("Mailed")),
            Column(_("Next mail"), "next_mail_at"),
            Column(_("Made by"), "created_by__display_name"),
        ],
        row=row,
        context={
            "lead": _("Questions to the compliance report that somebody asks every week."),
            "actions": [{**compliance, "primary": True}],
            "empty": {
                "icon": "chart-bar",
                "heading": _("No saved report yet"),
                "text": _("Open the compliance report, choose what it shows, then “Save and mail”."),
                "action_url": compliance["url"],
                "action_label": compliance["label"],
            },
        },
    )


def open_url(report: SavedReport) -> str:
    return f"{report_url(report.query)}&{urlencode({'saved': report.pk})}"


def _mailed_words(report: SavedReport) -> str:
    if report.weekday is None:
        return _("Not mailed")
    count = len(report.users.all()) + len(report.addresses)
    to = ngettext("%(count)d recipient", "%(count)d recipients", count) % {"count": count}
    values = {"day": report.get_weekday_display(), "hour": f"{report.hour:02d}:00", "to": to}
    return _("Every %(day)s at %(hour)s, %(to)s") % values


@manager_required
def saved_report_detail(request: HttpRequest, pk: int) -> HttpResponse:
    report = get_object_or_404(SavedReport.objects.select_related("created_by"), pk=pk)
    context = {
        "title": report.name,
        "lead": QuestionWords([report.query]).of(report.query),
        "breadcrumbs": [_up()],
        "report": report,
        "open_url": open_url(report),
        "recipients": recipients_of(report),
        "mailings": report.mailings.select_related("by")[:MAILINGS_SHOWN],
        "facts": [
            {"label": _("Mailed"), "value": _mailed_words(report)},
            {"label": _("Next mail"), "time": report.next_mail_at, "value": "–"},
            {"label": _("Made by"), "value": str(report.created_by or "–")},
            {"label": _("Made"), "time": report.created_at},
            {"label": _("Changed"), "time": report.modified_at},
        ],
    }
    return render(request, "slas/saved_report_detail.html", context)


def _up() -> dict[str, str]:
    return {"label": _("Reports"), "url": reverse("slas:saved_report_list")}


@manager_required
def saved_report_new(request: HttpRequest) -> HttpResponse:
    """Reached from the report's page, whose question the address carries."""
    asked = request.GET.dict()
    form = SavedReportForm(request.POST or None, initial={"query": urlencode(asked), "users": [request.user.pk]})

    def save(values: dict[str, Any]) -> str:
        report = services.saved_report_create(by=user_of(request), now=clock_now(), **values)
        return reverse("slas:saved_report_detail", args=[report.pk])

    return form_page(
        request,
        title=_("Save a report"),
        form=form,
        save=save,
        message=_("The report is saved."),
        context=_form_context(form, asked, cancel=report_url(asked)),
    )


@manager_required
def saved_report_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """With parameters in the address, these take the place of its question."""
    report = get_object_or_404(SavedReport, pk=pk)
    asked = request.GET.dict() or report.query
    initial = SavedReportForm.initial_of(report) | {"query": urlencode(asked)}
    form = SavedReportForm(request.POST or None, initial=initial)
    here = reverse("slas:saved_report_detail", args=[pk])

    def save(values: dict[str, Any]) -> str:
        services.saved_report_update(report=report, by=user_of(request), now=clock_now(), **values)
        return here

    return form_page(
        request,
        title=_("Change “%(name)s”") % {"name": report.name},
        form=form,
        save=save,
        edits=Edited(report, services.report_etag),
        message=_("The report is saved."),
        context=_form_context(form, asked, cancel=here),
    )


def _form_context(form: SavedReportForm, asked: Mapping[str, str], *, cancel: str) -> dict[str, Any]:
    return {
        "breadcrumbs": [_up()],
        "form_note": _("It shows: %(question)s.") % {"question": QuestionWords([asked]).of(asked)},
        "cancel_url": cancel,
    }


@require_POST
@manager_required
def saved_report_send(request: HttpRequest, pk: int) -> HttpResponse:
    report = get_object_or_404(SavedReport, pk=pk)

    def act() -> str:
        mailing = services.saved_report_send(report=report, by=user_of(request), now=clock_now())
        count = len(mailing.recipients)
        return ngettext("%(count)d mail is on its way.", "%(count)d mails are on their way.", count) % {"count": count}

    return command_view(request, act=act, to=reverse("slas:saved_report_detail", args=[pk]))


@require_POST
@manager_required
def saved_report_delete(request: HttpRequest, pk: int) -> HttpResponse:
    report = get_object_or_404(SavedReport, pk=pk)

    def act() -> str:
        services.saved_report_delete(report=report, by=user_of(request), now=clock_now())
        return _("“%(name)s” is deleted. Mails that were sent stay in the outbox.") % {"name": report.name}

    return command_view(request, act=act, to=reverse("slas:saved_report_list"))
