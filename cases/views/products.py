"""Pages of products: what cases are about. Administrators write, as over the API."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from cases import filters, forms, services
from cases.models import Case, Product
from cases.related_forms import PRODUCT_FIELDS, ProductForm
from sla_project.accounts.policy import administrator_required, can_configure, signed_in
from sla_project.operations.clock import clock_now
from sla_project.operations.requests import user_of
from sla_project.operations.seen import Edited
from sla_project.operations.web import Cell, Column, command_view, empty_list, form_page, list_page

COLUMNS = [
    Column(gettext_lazy("Product"), order="name_folded", first=True),
    Column(gettext_lazy("Code"), order="code"),
    Column(gettext_lazy("State")),
]
CASES_SHOWN = 10

# Verb → whether it is active then, and what is said when it is done.
PRODUCT_COMMANDS = {
    "activate": (True, gettext_lazy("The product is active.")),
    "deactivate": (False, gettext_lazy("The product is inactive.")),
}


def _url(product: Product) -> str:
    return reverse("cases:product_detail", args=[product.pk])


def _crumbs(*products: Product) -> list[dict[str, str]]:
    first = {"label": _("Products"), "url": reverse("cases:product_list")}
    return [first, *({"label": each.name, "url": _url(each)} for each in products)]


def _state(product: Product) -> Cell:
    if product.is_active:
        return {"badge": _("Active"), "tone": "good"}
    return {"badge": _("Inactive"), "tone": "neutral"}


@signed_in
def product_list(request: HttpRequest) -> HttpResponse:
    def row(product: Product) -> list[Cell]:
        return [{"text": product.name, "url": _url(product)}, {"text": product.code}, _state(product)]

    new = {"label": _("New product"), "url": reverse("cases:product_create"), "icon": "plus", "primary": True}
    return list_page(
        request,
        title=_("Products"),
        queryset=Product.objects.all(),
        columns=COLUMNS,
        row=row,
        filterset=filters.ProductFilter,
        context={
            "lead": _("What cases are about. Items of an SLA can ask for the product."),
            "actions": [new] if can_configure(request.user) else [],
            "empty": empty_list(
                "tag",
                _("No product yet"),
                _("A case may say which product it is about."),
                new if can_configure(request.user) else None,
            ),
        },
    )


@signed_in
def product_detail(request: HttpRequest, pk: int) -> HttpResponse:
    product = get_object_or_404(Product, pk=pk)
    cases = Case.objects.filter(product=product)
    context = {
        "title": product.name,
        "breadcrumbs": _crumbs(),
        "product": product,
        "facts": [{"label": _("Code"), "value": product.code}, {"label": _("State"), **_state(product)}],
        "cases": cases.order_by("-pk")[:CASES_SHOWN],
        "case_count": cases.count(),
        "may_configure": can_configure(request.user),
    }
    return render(request, "cases/product_detail.html", context)


@administrator_required
def product_create(request: HttpRequest) -> HttpResponse:
    def save(values: dict[str, Any]) -> str:
        return _url(services.product_create(by=user_of(request), now=clock_now(), **values))

    return form_page(
        request,
        title=_("New product"),
        form=ProductForm(request.POST or None),
        save=save,
        message=_("The product is saved."),
        context={"cancel_url": reverse("cases:product_list"), "breadcrumbs": _crumbs()},
    )


@administrator_required
def product_edit(request: HttpRequest, pk: int) -> HttpResponse:
    product = get_object_or_404(Product, pk=pk)

    def save(values: dict[str, Any]) -> str:
        services.product_update(product=product, by=user_of(request), now=clock_now(), **values)
        return _url(product)

    return form_page(
        request,
        title=_("Edit %(name)s") % {"name": product.name},
        form=ProductForm(request.POST or None, initial=forms.initial_of(product, PRODUCT_FIELDS)),
        save=save,
        edits=Edited(product),
        message=_("The product is saved."),
        context={"cancel_url": _url(product), "breadcrumbs": _crumbs(product)},
    )


@require_POST
@administrator_required
def product_command(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    if verb not in PRODUCT_COMMANDS:
        raise Http404
    is_active, done = PRODUCT_COMMANDS[verb]
    product = get_object_or_404(Product, pk=pk)

    def act() -> str:
        services.product_set_active(product=product, is_active=is_active, by=user_of(request), now=clock_now())
        return str(done)

    return command_view(request, act=act, to=_url(product))
