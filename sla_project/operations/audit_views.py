"""Pages of the audit log: who changed what, and each change field by field."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from sla_project.accounts.policy import manager_required
from sla_project.operations.audit import action_words, differences, object_url, type_label
from sla_project.operations.audit_filters import AuditPageFilter
from sla_project.operations.models import AuditEntry
from sla_project.operations.web import Cell, Column, csv_asked, csv_url, list_csv, list_page

FIELDS_NAMED = 4
FILE_HEAD = (
    *("id", "at", "by", "action", "object_type", "object_id", "object", "reason"),
    *("field", "before", "after"),
)
COLUMNS = (
    Column(gettext_lazy("When"), "at"),
    Column(gettext_lazy("Who"), "by__display_name"),
    Column(gettext_lazy("What"), first=True),
    Column(gettext_lazy("Changed")),
    Column(gettext_lazy("Reason")),
)


@manager_required
def audit_list(request: HttpRequest) -> HttpResponseBase:
    entries = AuditEntry.objects.select_related("by")
    if csv_asked(request):
        return list_csv(
            request,
            name="audit-log",
            queryset=entries,
            columns=COLUMNS,
            head=FILE_HEAD,
            row=_line,
            filterset=AuditPageFilter,
        )
    return list_page(
        request,
        title=_("Audit log"),
        queryset=entries,
        columns=COLUMNS,
        row=_row,
        filterset=AuditPageFilter,
        context={
            "lead": _("Every change of the configuration: who, what, when and why. Entries are never changed."),
            "csv_url": csv_url(request),
            "empty": {"icon": "history", "heading": _("No entry fits"), "text": _("Changes appear here at once.")},
        },
    )


def _row(entry: AuditEntry) -> list[Cell]:
    words = _("%(type)s %(action)s") % {"type": type_label(entry.object_type), "action": action_words(entry.action)}
    return [
        {"time": entry.at},
        {"text": str(entry.by or _("The system"))},
        {"text": entry.object_label, "url": reverse("operations:audit_detail", args=[entry.pk]), "sub": words},
        {"text": _fields_words(entry)},
        {"text": entry.reason[:120] or "–"},
    ]


def _fields_words(entry: AuditEntry) -> str:
    """The first fields that changed, and how many more did."""
    paths = [one.words for one in differences(entry.before, entry.after)]
    if entry.before is None or not paths:
        return "–"
    named = ", ".join(paths[:FIELDS_NAMED])
    more = len(paths) - FIELDS_NAMED
    if more <= 0:
        return named
    return ngettext("%(fields)s and %(more)d more", "%(fields)s and %(more)d more", more) % {
        "fields": named,
        "more": more,
    }


def _line(entry: AuditEntry) -> list[Any]:
    found = differences(entry.before, entry.after)
    return [
        *(entry.pk, entry.at, entry.by.email if entry.by else "", entry.action, entry.object_type, entry.object_id),
        *(entry.object_label, entry.reason),
        *("\n".join(getattr(one, side) for one in found) for side in ("path", "before", "after")),
    ]


@manager_required
def audit_detail(request: HttpRequest, pk: int) -> HttpResponse:
    entry = get_object_or_404(AuditEntry.objects.select_related("by"), pk=pk)
    url = object_url(entry)
    history = f"{reverse('operations:audit_list')}?" + urlencode(
        {"object_type": entry.object_type, "object_id": entry.object_id}
    )
    context = {
        "title": _("%(type)s %(action)s")
        % {
            "type": type_label(entry.object_type),
            "action": action_words(entry.action),
        },
        "lead": entry.object_label,
        "breadcrumbs": [{"label": _("Audit log"), "url": reverse("operations:audit_list")}],
        "entry": entry,
        "differences": differences(entry.before, entry.after),
        "history": history,
        "facts": [
            {"label": _("Object"), "value": entry.object_label, "url": url},
            {"label": _("When"), "time": entry.at},
            {"label": _("Who"), "value": str(entry.by or _("The system"))},
            {"label": _("Action"), "value": action_words(entry.action)},
            {"label": _("Reason"), "value": entry.reason or "–"},
        ],
    }
    return render(request, "operations/audit_detail.html", context)
