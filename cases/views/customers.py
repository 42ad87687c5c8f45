"""Pages of customers and their contacts."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from cases import filters, forms, services
from cases.models import Case, Contact, Customer, Entitlement
from sla_project.accounts.policy import case_worker_required, signed_in
from sla_project.operations.clock import clock_now
from sla_project.operations.requests import user_of
from sla_project.operations.seen import Edited
from sla_project.operations.web import (
    Cell,
    Column,
    command_view,
    csv_asked,
    csv_url,
    empty_list,
    form_page,
    list_csv,
    list_page,
)

COLUMNS = [
    Column(gettext_lazy("Customer"), order="name_folded", first=True),
    Column(gettext_lazy("Service level"), order="service_level"),
    Column(gettext_lazy("Email")),
    Column(gettext_lazy("State")),
]
CASES_SHOWN = 10

# Verb → whether it is active then, and what is said when it is done.
CUSTOMER_COMMANDS = {
    "activate": (True, gettext_lazy("The customer is active.")),
    "deactivate": (False, gettext_lazy("The customer is inactive.")),
}
CONTACT_COMMANDS = {
    "activate": (True, gettext_lazy("The contact is active.")),
    "deactivate": (False, gettext_lazy("The contact is inactive.")),
}


def _url(customer: Customer) -> str:
    return reverse("cases:customer_detail", args=[customer.pk])


def _crumbs(*customers: Customer) -> list[dict[str, str]]:
    first = {"label": _("Customers"), "url": reverse("cases:customer_list")}
    return [first, *({"label": each.name, "url": _url(each)} for each in customers)]


@signed_in
def customer_list(request: HttpRequest) -> HttpResponseBase:
    def row(customer: Customer) -> list[Cell]:
        active = {"badge": _("Active"), "tone": "good"}
        inactive = {"badge": _("Inactive"), "tone": "neutral"}
        return [
            {"text": customer.name, "url": _url(customer), "sub": customer.code},
            {"text": customer.get_service_level_display() or None},
            {"text": customer.email or None},
            active if customer.is_active else inactive,
        ]

    if csv_asked(request):
        return list_csv(
            request,
            name="customers",
            queryset=Customer.objects.all(),
            columns=COLUMNS,
            head=["code", "name", "service_level", "email", "is_active"],
            row=lambda one: [one.code, one.name, one.service_level, one.email, one.is_active],
            filterset=filters.CustomerFilter,
        )
    new = {"label": _("New customer"), "url": reverse("cases:customer_create"), "icon": "plus", "primary": True}
    return list_page(
        request,
        title=_("Customers"),
        queryset=Customer.objects.all(),
        columns=COLUMNS,
        row=row,
        filterset=filters.CustomerFilter,
        context={
            "actions": [new],
            "csv_url": csv_url(request),
            "empty": empty_list(
                "building", _("No customer yet"), _("Cases are opened for customers, which have contacts."), new
            ),
        },
    )


@signed_in
def customer_detail(request: HttpRequest, pk: int) -> HttpResponse:
    customer = get_object_or_404(Customer, pk=pk)
    facts = [
        {"label": _("Code"), "value": customer.code or None},
        {"label": _("Service level"), "value": customer.get_service_level_display() or None},
        {"label": _("Email"), "value": customer.email or None},
        {
            "label": _("State"),
            "badge": _("Active") if customer.is_active else _("Inactive"),
            "tone": "good" if customer.is_active else "neutral",
        },
    ]
    cases = Case.objects.filter(customer=customer)
    context = {
        "title": customer.name,
        "breadcrumbs": _crumbs(),
        "customer": customer,
        "facts": facts,
        "contacts": customer.contacts.all(),
        "entitlements": Entitlement.objects.filter(customer=customer).select_related("sla"),
        "cases": cases.order_by("-pk")[:CASES_SHOWN],
        "case_count": cases.count(),
    }
    return render(request, "cases/customer_detail.html", context)


@case_worker_required
def customer_create(request: HttpRequest) -> HttpResponse:
    def save(values: dict[str, Any]) -> str:
        return _url(services.customer_create(by=user_of(request), now=clock_now(), **values))

    return form_page(
        request,
        title=_("New customer"),
        form=forms.CustomerForm(request.POST or None),
        save=save,
        message=_("The customer is saved."),
        context={"cancel_url": reverse("cases:customer_list"), "breadcrumbs": _crumbs()},
    )


@case_worker_required
def customer_edit(request: HttpRequest, pk: int) -> HttpResponse:
    customer = get_object_or_404(Customer, pk=pk)

    def save(values: dict[str, Any]) -> str:
        services.customer_update(customer=customer, by=user_of(request), now=clock_now(), **values)
        return _url(customer)

    return form_page(
        request,
        title=_("Edit %(name)s") % {"name": customer.name},
        form=forms.CustomerForm(request.POST or None, initial=forms.initial_of(customer, forms.CUSTOMER_FIELDS)),
        save=save,
        edits=Edited(customer),
        message=_("The customer is saved."),
        context={
            "cancel_url": _url(customer),
            "breadcrumbs": _crumbs(customer),
            "form_note": _("Open cases see the change at once; their service level stays their own."),
        },
    )


@require_POST
@case_worker_required
def customer_command(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    if verb not in CUSTOMER_COMMANDS:
        raise Http404
    is_active, done = CUSTOMER_COMMANDS[verb]
    customer = get_object_or_404(Customer, pk=pk)

    def act() -> str:
        services.customer_set_active(customer=customer, is_active=is_active, by=user_of(request), now=clock_now())
        return str(done)

    return command_view(request, act=act, to=_url(customer))


@case_worker_required
def contact_create(request: HttpRequest, pk: int) -> HttpResponse:
    customer = get_object_or_404(Customer, pk=pk)

    def save(values: dict[str, Any]) -> str:
        services.contact_create(customer=customer, by=user_of(request), now=clock_now(), **values)
        return _url(customer)

    return form_page(
        request,
        title=_("New contact of %(name)s") % {"name": customer.name},
        form=forms.ContactForm(request.POST or None),
        save=save,
        message=_("The contact is saved."),
        context={"cancel_url": _url(customer), "breadcrumbs": _crumbs(customer)},
    )


@case_worker_required
def contact_edit(request: HttpRequest, pk: int) -> HttpResponse:
    contact = get_object_or_404(Contact.objects.select_related("customer"), pk=pk)

    def save(values: dict[str, Any]) -> str:
        services.contact_update(contact=contact, by=user_of(request), now=clock_now(), **values)
        return _url(contact.customer)

    return form_page(
        request,
        title=_("Edit %(name)s") % {"name": contact.name},
        form=forms.ContactForm(request.POST or None, initial=forms.initial_of(contact, forms.CONTACT_FIELDS)),
        save=save,
        edits=Edited(contact),
        message=_("The contact is saved."),
        context={"cancel_url": _url(contact.customer), "breadcrumbs": _crumbs(contact.customer)},
    )


@require_POST
@case_worker_required
def contact_command(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    if verb not in CONTACT_COMMANDS:
        raise Http404
    is_active, done = CONTACT_COMMANDS[verb]
    contact = get_object_or_404(Contact.objects.select_related("customer"), pk=pk)

    def act() -> str:
        services.contact_set_active(contact=contact, is_active=is_active, by=user_of(request), now=clock_now())
        return str(done)

    return command_view(request, act=act, to=_url(contact.customer))
