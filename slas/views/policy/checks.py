"""*Check*: what publishing would refuse and what is doubtful, item by item, with examples to try."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy

from sla_project.accounts.policy import signed_in
from sla_project.operations.clock import clock_now
from slas.models import SLA
from slas.selectors.policy import reading
from slas.services.checking.documents import CheckResult, Finding, document_check
from slas.views.policy.frame import shows_draft, sla_frame, sla_get

PLACES = {
    "applicable_when": gettext_lazy("Applies when"),
    "success_when": gettext_lazy("Succeeds when"),
    "pause": gettext_lazy("Pauses"),
    "business_hours": gettext_lazy("Business hours"),
    "kpi": gettext_lazy("KPI"),
    "after": gettext_lazy("Times"),
    "actions": gettext_lazy("Actions"),
}


@dataclass(frozen=True)
class Row:
    """One finding with where it is, and the address that tries its example ("" where there is none)."""

    finding: Finding
    place: Any
    try_url: str


@dataclass(frozen=True)
class Group:
    """The findings of one item, or with number 0 of the SLA as a whole."""

    number: int
    key: str
    name: str
    rows: list[Row]


@signed_in
def sla_check(request: HttpRequest, pk: int) -> HttpResponse:
    """The draft where the reader sees drafts first, else the published version."""
    sla = sla_get(pk)
    show_draft = shows_draft(request, sla)
    document = reading.editable_document(sla) if show_draft else reading.published_document(sla)
    check = document_check(document, record_type=sla.record_type, now=clock_now())
    context = {
        "check": check,
        "groups": _groups(sla, document["items"], check, show_draft=show_draft),
        "show_draft": show_draft,
    }
    return render(request, "slas/sla_check.html", {**sla_frame(request, sla, "check"), **context})


def _groups(sla: SLA, items: Sequence[dict[str, Any]], check: CheckResult, *, show_draft: bool) -> list[Group]:
    """What concerns the whole SLA comes first, then the items with findings in evaluation order."""
    keys = [(0, "", ""), *((number, item["key"], item["name"]) for number, item in enumerate(items, 1))]
    groups = [
        Group(number, key, name, [_row(sla, finding, show_draft=show_draft) for finding in check.of_item(key)])
        for number, key, name in keys
    ]
    return [group for group in groups if group.rows]


def _row(sla: SLA, finding: Finding, *, show_draft: bool) -> Row:
    parts = finding.pointer.split("/")
    place = next((PLACES[part] for part in reversed(parts) if part in PLACES), "")
    if finding.record is None:
        return Row(finding, place, "")
    asked = {"values": json.dumps(finding.record)}
    if show_draft:
        asked["version"] = "draft"
    return Row(finding, place, f"{reverse('slas:sla_try', args=[sla.pk])}?{urlencode(asked)}")
