"""Pages of SLA KPIs."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from sla_project.accounts.policy import administrator_required, can_configure, signed_in
from sla_project.operations.clock import clock_now
from sla_project.operations.requests import user_of
from sla_project.operations.seen import Edited
from sla_project.operations.web import Column, command_view, empty_list, form_page, list_page, verb_view
from slas import records
from slas.filters import KPIPageFilter
from slas.forms.condition_fields import condition_assets
from slas.forms.kpis import KPIForm
from slas.models import KPI
from slas.selectors.policy.reading import kpis
from slas.selectors.policy.sentences import DocumentWords
from slas.selectors.policy.usage import uses_of_kpi
from slas.services.policy import kpis as services

TONES = {"active": "good", "inactive": "neutral"}


@signed_in
def kpi_list(request: HttpRequest) -> HttpResponse:
    def row(kpi: KPI) -> list[dict[str, Any]]:
        record_type = records.get(kpi.record_type)
        return [
            {"text": kpi.name, "url": reverse("slas:kpi_detail", args=[kpi.pk]), "sub": kpi.code},
            {"badge": kpi.get_state_display(), "tone": TONES[kpi.state]},
            {"text": record_type.plural},
            {"text": record_type.fields.full_label(kpi.applicable_from)},
            {"text": _("Its own rule") if kpi.pause_override else _("Pause statuses")},
        ]

    new = {"label": _("New KPI"), "url": reverse("slas:kpi_new"), "icon": "plus", "primary": True}
    return list_page(
        request,
        title=_("KPIs"),
        queryset=kpis(),
        columns=[
            Column(_("Name"), "name"),
            Column(_("State"), "state"),
            Column(_("Measures"), "record_type"),
            Column(_("Applicable from")),
            Column(_("Pauses by")),
        ],
        row=row,
        filterset=KPIPageFilter,
        context={
            "lead": _("What is measured: each KPI counts from one time of a record."),
            "actions": [new] if can_configure(request.user) else [],
            "empty": empty_list(
                "target",
                _("No KPI yet"),
                _("Begin with “Resolve by”, counted from when a case was created. SLA templates bring theirs."),
                new if can_configure(request.user) else None,
            ),
        },
    )


@signed_in
def kpi_detail(request: HttpRequest, pk: int) -> HttpResponse:
    kpi = get_object_or_404(KPI, pk=pk)
    record_type = records.get(kpi.record_type)
    words = DocumentWords(kpi.record_type)
    pause = words.condition(kpi.pause_when) if kpi.pause_override else words.usual_pause(words.pause_rules.statuses)
    facts = [
        {"label": _("Code"), "value": kpi.code},
        {"label": _("Measures"), "value": record_type.plural},
        {"label": _("Applicable from"), "value": record_type.fields.full_label(kpi.applicable_from)},
        {"label": _("Pauses when"), "value": pause},
        {"label": _("Changed"), "time": kpi.modified_at},
    ]
    context = {
        "title": kpi.name,
        "lead": kpi.description,
        "breadcrumbs": [{"label": _("KPIs"), "url": reverse("slas:kpi_list")}],
        "kpi": kpi,
        "tone": TONES[kpi.state],
        "facts": facts,
        "uses": uses_of_kpi(kpi),
        "instances_url": f"{reverse('slas:kpi_instance_list')}?kpi={kpi.code}&record_type={kpi.record_type}",
        "may_configure": can_configure(request.user),
    }
    return render(request, "slas/kpi_detail.html", context)


@administrator_required
def kpi_new(request: HttpRequest) -> HttpResponse:
    def save(values: dict[str, Any]) -> str:
        kpi = services.kpi_create(**values, by=user_of(request), now=clock_now())
        return reverse("slas:kpi_detail", args=[kpi.pk])

    return form_page(
        request,
        title=_("New KPI"),
        form=KPIForm(request.POST or None),
        save=save,
        template="slas/kpi_edit.html",
        message=_("The KPI is created. Activate it to use it in an SLA."),
        context={
            "condition_assets": condition_assets(*(one.name for one in records.all())),
            "cancel_url": reverse("slas:kpi_list"),
            "breadcrumbs": [{"label": _("KPIs"), "url": reverse("slas:kpi_list")}],
        },
    )


@administrator_required
def kpi_edit(request: HttpRequest, pk: int) -> HttpResponse:
    kpi = get_object_or_404(KPI, pk=pk)
    detail = reverse("slas:kpi_detail", args=[pk])

    def save(values: dict[str, Any]) -> str:
        services.kpi_update(kpi=kpi, changes=values, by=user_of(request), now=clock_now())
        return detail

    return form_page(
        request,
        title=_("Edit %(name)s") % {"name": kpi.name},
        form=KPIForm(request.POST or None, instance=get_object_or_404(KPI, pk=pk)),
        save=save,
        edits=Edited(kpi),
        template="slas/kpi_edit.html",
        message=_("The KPI is saved."),
        context={
            "condition_assets": condition_assets(kpi.record_type),
            "cancel_url": detail,
            "breadcrumbs": [
                {"label": _("KPIs"), "url": reverse("slas:kpi_list")},
                {"label": kpi.name, "url": detail},
            ],
            "form_note": _("A pause rule counts for an SLA from its next publication on."),
        },
    )


COMMANDS = {
    "activate": (services.kpi_activate, gettext_lazy("The KPI is active.")),
    "deactivate": (services.kpi_deactivate, gettext_lazy("The KPI is inactive.")),
}


@require_POST
@administrator_required
def kpi_command(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    kpi = get_object_or_404(KPI, pk=pk)
    return verb_view(request, COMMANDS, verb, to=reverse("slas:kpi_detail", args=[pk]), kpi=kpi)


@require_POST
@administrator_required
def kpi_clone(request: HttpRequest, pk: int) -> HttpResponse:
    clone = services.kpi_clone(kpi=get_object_or_404(KPI, pk=pk), by=user_of(request), now=clock_now())
    messages.success(request, _("An inactive copy. Give it a name of its own."))
    return redirect("slas:kpi_edit", pk=clone.pk)


@require_POST
@administrator_required
def kpi_delete(request: HttpRequest, pk: int) -> HttpResponse:
    kpi = get_object_or_404(KPI, pk=pk)

    def act() -> str:
        services.kpi_delete(kpi=kpi, by=user_of(request), now=clock_now())
        return _("“%(name)s” is deleted.") % {"name": kpi.name}

    back = reverse("slas:kpi_detail", args=[pk])
    return command_view(request, act=act, to=back, then=reverse("slas:kpi_list"))
