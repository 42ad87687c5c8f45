"""The draft as checked JSON: for whoever writes documents rather than forms."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from sla_project.accounts.policy import administrator_required
from sla_project.operations.clock import clock_now
from sla_project.operations.errors import Invalid, Stale, form_errors
from sla_project.operations.requests import user_of
from slas import records
from slas.forms.slas import DocumentForm, pretty
from slas.models import SLA, BusinessHours
from slas.selectors.policy import reading
from slas.services.policy import slas as services
from slas.services.policy.documents import document_from_text
from slas.views.policy.frame import sla_crumbs, sla_get


@administrator_required
def sla_edit_document(request: HttpRequest, pk: int) -> HttpResponse:
    """The draft as checked JSON. The text stays whatever is wrong with it, also when somebody was faster."""
    sla = sla_get(pk)
    initial = {"document": pretty(reading.editable_document(sla)), "revision": sla.draft_revision}
    form = DocumentForm(request.POST or None, initial=initial)
    if form.is_valid():
        try:
            services.sla_update_draft(
                sla=sla,
                document=document_from_text(form.cleaned_data["document"]),
                expected_revision=form.cleaned_data["revision"],
                by=user_of(request),
                now=clock_now(),
            )
        except Stale:
            return _conflict(request, sla_get(pk), form.cleaned_data["document"])
        except Invalid as invalid:
            form_errors(form, invalid)
        else:
            messages.success(request, _("The draft is saved. Nothing is judged by it until you publish it."))
            return redirect("slas:sla_detail", pk=pk)
    status = 422 if form.is_bound else 200
    return render(request, "slas/sla_edit_document.html", _edit_context(sla, form), status=status)


def _conflict(request: HttpRequest, sla: SLA, text: str) -> HttpResponse:
    """Both texts; saving again replaces theirs knowingly."""
    form = DocumentForm(initial={"document": text, "revision": sla.draft_revision})
    theirs = pretty(reading.editable_document(sla))
    context = {**_edit_context(sla, form), "theirs": theirs}
    return render(request, "slas/sla_edit_document.html", context, status=409)


def _edit_context(sla: SLA, form: DocumentForm) -> dict[str, Any]:
    return {
        "title": _("Edit %(name)s") % {"name": sla.name},
        "breadcrumbs": sla_crumbs(sla),
        "sla": sla,
        "form": form,
        "cancel_url": reverse("slas:sla_detail", args=[sla.pk]),
        "kpis": reading.kpis().filter(record_type=sla.record_type),
        "hours": BusinessHours.objects.order_by("name"),
        "field_groups": records.get(sla.record_type).fields.groups(),
    }
