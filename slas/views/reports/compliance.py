"""The compliance report's page; saved reports have pages of their own (`saved_reports`)."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from sla_project.accounts.policy import manager_required
from sla_project.operations.clock import clock_now
from sla_project.operations.csv_files import csv_response
from sla_project.operations.errors import Invalid
from sla_project.operations.numbers import whole_number
from sla_project.operations.web import csv_asked, csv_url
from slas.filters import ReportPageFilter
from slas.models import KPIInstance, SavedReport
from slas.selectors.reports import tables
from slas.selectors.reports.compliance import Compliance, group_choices
from slas.selectors.reports.periods import DEFAULT_PERIOD
from slas.selectors.reports.questions import DEFAULT_GROUP, Question, answer, question_parse
from slas.selectors.reports.tables import MEASURES, percent_words, working_words

NOT_ASKED = ("format", "page", "saved")


@manager_required
def compliance_report(request: HttpRequest) -> HttpResponseBase:
    now = clock_now()
    asked = {name: str(value) for name, value in request.GET.items() if name not in NOT_ASKED}
    form = ReportPageFilter(_defaults(asked), queryset=KPIInstance.objects.none(), request=request).form
    try:
        question = question_parse(asked, now=now)
    except Invalid as error:
        problems = [f"{problem.pointer.strip('/')}: {problem.message}" for problem in error.problems]
        return _page(request, form, {"problems": problems}, status=400)
    report = answer(question, now=now)
    if csv_asked(request):
        return _file(report, question)
    return _page(request, form, _shown(request, report, question))


def _defaults(asked: dict[str, str]) -> dict[str, str]:
    """What the form shows where nothing is asked."""
    period = "" if asked.get("since") or asked.get("until") else DEFAULT_PERIOD
    return {"period": period, "group_by": DEFAULT_GROUP, **asked}


def _page(request: HttpRequest, form: Any, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    shared = {
        "title": _("Compliance report"),
        "lead": _("How well SLAs are kept, and how it is counted."),
        "breadcrumbs": [{"label": _("Reports"), "url": reverse("slas:saved_report_list")}],
        "filter_form": form,
        "filter_more": ReportPageFilter.more,
        "filter_more_used": any(request.GET.get(name) for name in ReportPageFilter.more),
        "clear_url": request.path,
    }
    return render(request, "slas/compliance_report.html", {**shared, **context}, status=status)


def _shown(request: HttpRequest, report: Compliance, question: Question) -> dict[str, Any]:
    return {
        "question": question,
        "group_label": dict(group_choices())[question.group_by],
        "measures": MEASURES,
        "lines": tables.lines(report, question),
        "total": tables.total_cells(report, question),
        "tiles": _tiles(report, question),
        "chart": tables.chart_data(report),
        "total_figures": report.total,
        "csv_url": csv_url(request),
        "save_url": f"{reverse('slas:saved_report_new')}?{urlencode(_asked(question, request))}",
        "saved": _saved(request, question),
    }


def _saved(request: HttpRequest, question: Question) -> dict[str, str] | None:
    """The saved report from which this page was opened, and the address that puts the present question into it."""
    pk = whole_number(request.GET.get("saved", ""))
    report = None if pk is None else SavedReport.objects.filter(pk=pk).first()
    if report is None:
        return None
    edit = reverse("slas:saved_report_edit", args=[report.pk])
    return {"name": report.name, "url": f"{edit}?{urlencode(_asked(question, request))}"}


def _asked(question: Question, request: HttpRequest) -> dict[str, str]:
    own = {"group_by": question.group_by, "pause_hours": str(question.pause_hours)}
    dates = {"period": question.period} if question.period else {}
    given = {name: request.GET[name] for name in ("since", "until") if not dates and request.GET.get(name)}
    return {**question.filters, **own, **dates, **given}


def _tiles(report: Compliance, question: Question) -> list[dict[str, Any]]:
    total = report.total
    by_name = {measure.name: measure for measure in MEASURES}

    def url(name: str) -> str:
        return tables.measure_url(by_name[name], question, question.list_query)

    met = _("%(met)d of %(finished)d met") % {"met": total.met, "finished": total.finished}
    worked = percent_words(total.worked_attainment)
    without = _("%(percent)s without what was closed while paused") % {"percent": worked}
    times = _("%(time)s for 90%% of the %(count)d that were met, in time or late")
    times %= {"time": working_words(total.p90), "count": total.measured}
    return [
        _tile("good", "circle-check", percent_words(total.attainment), met, without, url("finished")),
        _tile("pause", "player-pause", total.closed_paused, _("closed while paused"), "", url("closed_paused")),
        _tile("run", "hourglass", working_words(total.median), _("median working time"), times, url("median")),
        _tile("bad", "flame", total.breached, _("breached now"), "", url("breached")),
    ]


def _tile(tone: str, icon: str, number: Any, label: str, note: str, url: str) -> dict[str, Any]:
    return {"tone": tone, "icon": icon, "number": number, "label": label, "note": note, "url": url}


def _file(report: Compliance, question: Question) -> HttpResponseBase:
    rows = [tables.file_row(group.label, group.sub, group.figures) for group in report.groups]
    rows.append(tables.file_row(_("All"), "", report.total))
    head = tables.file_head(dict(group_choices())[question.group_by])
    return csv_response(f"compliance-by-{question.group_by}", head, rows)
