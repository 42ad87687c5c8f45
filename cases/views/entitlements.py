"""Pages of entitlements: what support a customer may ask for, and under which SLA. Administrators write."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from cases import filters, forms, services
from cases.choices import EntitlementState
from cases.models import Case, Entitlement
from cases.related_forms import ENTITLEMENT_FIELDS, EntitlementForm
from sla_project.accounts.policy import administrator_required, can_configure, signed_in
from sla_project.operations.clock import clock_now
from sla_project.operations.requests import user_of
from sla_project.operations.seen import Edited
from sla_project.operations.web import Cell, Column, command_view, empty_list, form_page, list_page, verb_view

COLUMNS = [
    Column(gettext_lazy("Entitlement"), order="name_folded", first=True),
    Column(gettext_lazy("Customer"), order="customer__name_folded"),
    Column(gettext_lazy("SLA"), order="sla__name"),
    Column(gettext_lazy("From"), order="start_date"),
    Column(gettext_lazy("Until"), order="end_date"),
    Column(gettext_lazy("State"), order="state"),
]
TONES = {EntitlementState.ACTIVE: "good", EntitlementState.WAITING: "info", EntitlementState.DRAFT: "warn"}
CASES_SHOWN = 10

# Verb → the service, and what is said when it is done.
COMMANDS: dict[str, tuple[Callable[..., Entitlement], Any]] = {
    "activate": (
        services.entitlement_activate,
        gettext_lazy("The entitlement is activated; its dates decide the rest."),
    ),
    "deactivate": (services.entitlement_deactivate, gettext_lazy("The entitlement is a draft again.")),
    "cancel": (services.entitlement_cancel, gettext_lazy("The entitlement is canceled.")),
    "set-default": (services.entitlement_set_default, gettext_lazy("New cases of the customer get this entitlement.")),
}


def _rows() -> QuerySet[Entitlement]:
    return Entitlement.objects.select_related("customer", "sla")


def _url(entitlement: Entitlement) -> str:
    return reverse("cases:entitlement_detail", args=[entitlement.pk])


def _crumbs(*entitlements: Entitlement) -> list[dict[str, str]]:
    first = {"label": _("Entitlements"), "url": reverse("cases:entitlement_list")}
    return [first, *({"label": each.name, "url": _url(each)} for each in entitlements)]


def _state(entitlement: Entitlement) -> Cell:
    tone = TONES.get(EntitlementState(entitlement.state), "neutral")
    return {"badge": entitlement.get_state_display(), "tone": tone}


@signed_in
def entitlement_list(request: HttpRequest) -> HttpResponse:
    def row(one: Entitlement) -> list[Cell]:
        customer = reverse("cases:customer_detail", args=[one.customer_id])
        return [
            {"text": one.name, "url": _url(one), "sub": _("Default of its customer") if one.is_default else ""},
            {"text": one.customer.name, "url": customer},
            {"text": one.sla.name if one.sla else _("The default SLA")},
            {"text": date_format(one.start_date)},
            {"text": date_format(one.end_date)},
            _state(one),
        ]

    new = {"label": _("New entitlement"), "url": reverse("cases:entitlement_create"), "icon": "plus", "primary": True}
    return list_page(
        request,
        title=_("Entitlements"),
        queryset=_rows(),
        columns=COLUMNS,
        row=row,
        filterset=filters.EntitlementFilter,
        context={
            "lead": _("What support a customer may ask for, from when to when, and under which SLA."),
            "actions": [new] if can_configure(request.user) else [],
            "empty": empty_list(
                "shield-check",
                _("No entitlement yet"),
                _("Without one, cases get the default SLA."),
                new if can_configure(request.user) else None,
            ),
        },
    )


@signed_in
def entitlement_detail(request: HttpRequest, pk: int) -> HttpResponse:
    entitlement = get_object_or_404(_rows(), pk=pk)
    cases = Case.objects.filter(entitlement=entitlement)
    context = {
        "title": entitlement.name,
        "breadcrumbs": _crumbs(),
        "entitlement": entitlement,
        "facts": _facts(entitlement),
        "cases": cases.order_by("-pk")[:CASES_SHOWN],
        "case_count": cases.count(),
        "may_configure": can_configure(request.user),
    }
    return render(request, "cases/entitlement_detail.html", context)


def _facts(one: Entitlement) -> list[dict[str, Any]]:
    sla = reverse("slas:sla_detail", args=[one.sla_id]) if one.sla_id else ""
    return [
        {
            "label": _("Customer"),
            "value": one.customer.name,
            "url": reverse("cases:customer_detail", args=[one.customer_id]),
        },
        {"label": _("SLA"), "value": one.sla.name if one.sla else _("The default SLA"), "url": sla},
        {"label": _("From"), "value": date_format(one.start_date)},
        {"label": _("Until"), "value": date_format(one.end_date)},
        {"label": _("State"), **_state(one)},
        {"label": _("Default"), "value": _("Yes") if one.is_default else _("No")},
    ]


@administrator_required
def entitlement_create(request: HttpRequest) -> HttpResponse:
    def save(values: dict[str, Any]) -> str:
        return _url(services.entitlement_create(by=user_of(request), now=clock_now(), **values))

    return form_page(
        request,
        title=_("New entitlement"),
        form=EntitlementForm(request.POST or None, initial={"customer": request.GET.get("customer")}),
        save=save,
        message=_("The entitlement is saved as a draft. Activate it when it is right."),
        context={"cancel_url": reverse("cases:entitlement_list"), "breadcrumbs": _crumbs()},
    )


@administrator_required
def entitlement_edit(request: HttpRequest, pk: int) -> HttpResponse:
    entitlement = get_object_or_404(_rows(), pk=pk)

    def save(values: dict[str, Any]) -> str:
        services.entitlement_update(entitlement=entitlement, by=user_of(request), now=clock_now(), **values)
        return _url(entitlement)

    initial = forms.initial_of(entitlement, ENTITLEMENT_FIELDS)
    return form_page(
        request,
        title=_("Edit %(name)s") % {"name": entitlement.name},
        form=EntitlementForm(request.POST or None, initial=initial, entitlement=entitlement),
        save=save,
        edits=Edited(entitlement),
        message=_("The entitlement is saved."),
        context={"cancel_url": _url(entitlement), "breadcrumbs": _crumbs(entitlement)},
    )


@require_POST
@administrator_required
def entitlement_delete(request: HttpRequest, pk: int) -> HttpResponse:
    """A draft that no case has; anything else is refused with a reason."""
    entitlement = get_object_or_404(_rows(), pk=pk)

    def act() -> str:
        services.entitlement_delete(entitlement=entitlement, by=user_of(request), now=clock_now())
        return _("The entitlement is deleted.")

    return command_view(request, act=act, to=_url(entitlement), then=reverse("cases:entitlement_list"))


@require_POST
@administrator_required
def entitlement_command(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    entitlement = get_object_or_404(_rows(), pk=pk)
    return verb_view(request, COMMANDS, verb, to=_url(entitlement), entitlement=entitlement)
