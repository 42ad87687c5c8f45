"""Pages of an SLA's published versions: who, when, why, what changed; any two of them compared."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _

from sla_project.accounts.policy import signed_in
from slas.forms.publishing import CompareForm
from slas.models import SLA
from slas.selectors.forecasts.publications import reapplications
from slas.selectors.policy import reading
from slas.selectors.policy.diffs import DocumentDiff, document_diff
from slas.selectors.policy.sentences import DocumentWords
from slas.views.policy.frame import sla_frame, sla_get

ON_A_PAGE = 20


@signed_in
def sla_versions(request: HttpRequest, pk: int) -> HttpResponse:
    sla = sla_get(pk)
    page = Paginator(reading.sla_versions(sla), ON_A_PAGE).get_page(request.GET.get("page"))
    shown = list(page.object_list)
    before = list(sla.versions.filter(number=shown[-1].number - 1)) if shown else []
    words = DocumentWords(sla.record_type)
    changes = {
        newer.number: document_diff(words, older.document, newer.document).summary()
        for newer, older in pairwise([*shown, *before])
    }
    context = {
        "page": page,
        "versions": [(version, changes.get(version.number, _("the first version"))) for version in shown],
        "jobs": reapplications(sla).select_related("created_by")[:5],
    }
    return render(request, "slas/sla_versions.html", {**sla_frame(request, sla, "versions"), **context})


@signed_in
def sla_version(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    sla = sla_get(pk)
    version = get_object_or_404(reading.sla_versions(sla), number=number)
    words = DocumentWords(sla.record_type)
    previous = sla.versions.filter(number=number - 1).first()
    context = {
        "version": version,
        "previous": previous,
        "diff": document_diff(words, previous.document, version.document) if previous else None,
        "items": words.items(reading.authored_document(version), frozen=version.document),
        "document": version.document,
    }
    return render(request, "slas/sla_version.html", {**sla_frame(request, sla, "versions"), **context})


@signed_in
def sla_diff(request: HttpRequest, pk: int) -> HttpResponse:
    """Any two versions; with a draft also that, compared as written, since it is not frozen yet."""
    sla = sla_get(pk)
    numbers = [str(number) for number in sla.versions.order_by("-number").values_list("number", flat=True)]
    choices = [(number, _("Version %(number)s") % {"number": number}) for number in numbers]
    if sla.draft is not None:
        choices.insert(0, (CompareForm.DRAFT, _("Draft")))
    sides = [choice for choice, _label in choices]
    usual = {"before": sides[min(1, len(sides) - 1)], "after": sides[0]}
    asked = {name: request.GET[name] for name in usual if name in request.GET}
    form = CompareForm({**usual, **asked}, choices=choices)
    diff = _diff(sla, form.cleaned_data) if form.is_valid() else None
    return render(request, "slas/sla_diff.html", {**sla_frame(request, sla, "versions"), "form": form, "diff": diff})


def _diff(sla: SLA, sides: Mapping[str, Any]) -> DocumentDiff:
    documents = {
        str(version.number): version.document
        for version in sla.versions.filter(number__in=[side for side in sides.values() if side.isdecimal()])
    }
    if CompareForm.DRAFT in sides.values():
        documents = {number: document["authored"] for number, document in documents.items()}
        documents[CompareForm.DRAFT] = reading.editable_document(sla)
    return document_diff(DocumentWords(sla.record_type), documents[sides["before"]], documents[sides["after"]])
