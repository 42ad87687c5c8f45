"""A saved report as a mail: a small table, and the link to the page that has the rest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from sla_project.operations.errors import Invalid
from slas.models import SavedReport
from slas.selectors.reports.compliance import Figures, Group, group_choices
from slas.selectors.reports.questions import Question, answer, question_parse
from slas.selectors.reports.tables import percent_words, working_words

LINES = 25
LABEL_WIDTH = 32


@dataclass(frozen=True)
class ReportMail:
    subject: str
    text: str
    html: str


def recipients_of(report: SavedReport) -> list[tuple[str, str]]:
    """Name and address of everybody who gets it, each address once; people who have left are passed over."""
    found = [(user.display_name, user.email) for user in report.users.filter(is_active=True).order_by("pk")]
    found += [("", address) for address in report.addresses]
    once: dict[str, tuple[str, str]] = {}
    for name, email in found:
        once.setdefault(email.lower(), (name, email))
    return list(once.values())


def report_url(query: Mapping[str, str]) -> str:
    """The address of the report's page with this question."""
    return f"{reverse('slas:compliance_report')}?{urlencode(query)}"


def report_mail(report: SavedReport, *, asked_at: datetime, now: datetime) -> ReportMail:
    """The report as of `now`, for the period as seen from `asked_at`, in the active time zone.

    A question that can no longer be answered is told as such: silence would look like a report without news.
    """
    context: dict[str, Any] = {"report": report}
    try:
        question = question_parse(report.query, now=asked_at)
    except Invalid as error:
        context["problems"] = [problem.message for problem in error.problems]
        subject = _("%(name)s: the report cannot be made") % {"name": report.name}
        context["url"] = f"{settings.PUBLIC_URL}{reverse('slas:saved_report_detail', args=[report.pk])}"
        return _rendered(subject, context)
    found = answer(question, now=now)
    # The address names the days that were counted, so that the page shows the same when it is opened later.
    moved = {name: value for name, value in report.query.items() if name not in ("period", "since", "until")}
    counted = {**moved, **question.list_query} if question.since or question.until else report.query
    context |= {
        "url": settings.PUBLIC_URL + report_url(counted),
        "period": period_words(question),
        "group_label": dict(group_choices())[question.group_by],
        "heads": [_("Finished"), _("Met"), _("Median"), _("90% in"), _("Breached now")],
        "lines": [(_label(group), _cells(group.figures)) for group in found.groups[:LINES]],
        "left_out": max(0, len(found.groups) - LINES),
        "total": (_("All"), _cells(found.total)),
        "closed_paused": found.total.closed_paused,
        "worked": percent_words(found.total.worked_attainment),
    }
    percent = percent_words(found.total.attainment)
    return _rendered(_("%(name)s: %(percent)s met") % {"name": report.name, "percent": percent}, context)


def period_words(question: Question) -> str:
    """*1 Nov 2026 – 30 Nov 2026*, *Since 1 Nov 2026*, or that it is about everything."""
    since = date_format(question.since, "j M Y") if question.since else ""
    until = date_format(question.until, "j M Y") if question.until else ""
    if since and until:
        return f"{since} – {until}"
    if since:
        return _("Since %(day)s") % {"day": since}
    return _("Until %(day)s") % {"day": until} if until else _("All times")


def _label(group: Group) -> str:
    return f"{group.label} ({group.sub})" if group.sub else group.label


def _cells(figures: Figures) -> list[str]:
    return [
        str(figures.finished),
        percent_words(figures.attainment),
        working_words(figures.median),
        working_words(figures.p90),
        str(figures.breached),
    ]


def _rendered(subject: str, context: Mapping[str, Any]) -> ReportMail:
    text = render_to_string("slas/mail/compliance.txt", {**context, "label_width": LABEL_WIDTH})
    html = render_to_string("slas/mail/compliance.html", context)
    return ReportMail(subject, text.strip() + "\n", html)
