"""Erasing a closed or deleted case (`engine.md` R27)."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from cases import forms, services
from sla_project.accounts.policy import administrator_required
from sla_project.operations.clock import clock_now
from sla_project.operations.requests import user_of
from sla_project.operations.web import form_page
from slas.models import TrackedRecord


@administrator_required
def case_erase(request: HttpRequest, pk: int) -> HttpResponse:
    """`pk` is the case's, which may be deleted already: its log is not."""
    record = get_object_or_404(TrackedRecord, record_type="case", object_id=pk)
    is_gone = record.deleted_at is not None
    back = reverse("cases:case_list") if is_gone else reverse("cases:case_detail", args=[pk])

    def save(values: dict[str, Any]) -> str:
        services.case_erase(record=record, by=user_of(request), now=clock_now(), **values)
        return back

    return form_page(
        request,
        title=_("Erase %(number)s") % {"number": record.number},
        form=forms.EraseForm(request.POST or None),
        save=save,
        message=_("Erased: nothing personal is left in %(number)s.") % {"number": record.number},
        context={
            "submit_label": _("Erase for good"),
            "cancel_url": back,
            "danger": True,
            "form_note": _(
                "Title, texts and contact of the case and its activities are emptied, in their logs and in the mails "
                "about them. Number, times, customer and timers stay. This cannot be undone."
            ),
            "lead": record.label,
            "breadcrumbs": [{"label": _("Cases"), "url": reverse("cases:case_list")}],
        },
    )
