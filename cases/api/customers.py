"""Customers, contacts, products and entitlements."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from cases import filters, services
from cases.api.serializers import (
    ContactSerializer,
    CustomerSerializer,
    EntitlementSerializer,
    ProductSerializer,
)
from cases.models import Contact, Customer, Entitlement, Product
from sla_project.accounts.policy import Configure, WorkCases
from sla_project.operations.rest.documents import DocumentViewSet
from sla_project.operations.rest.writes import no_body


class RelatedViewSet(DocumentViewSet):
    """What cases point at: it is deactivated rather than deleted once something uses it.

    `via` reaches the log of the open cases that see a change.
    """

    permission_classes = [WorkCases]
    ordering_fields = ("id", "name_folded")


class CustomerViewSet(RelatedViewSet):
    noun = "customer"
    queryset = Customer.objects.all()
    serializer_class = CustomerSerializer
    filterset_class = filters.CustomerFilter

    def write_new(self, values: Mapping[str, Any]) -> Any:
        return self.call(services.customer_create, **values)

    def write_changes(self, obj: Customer, values: Mapping[str, Any]) -> None:
        self.call(services.customer_update, customer=obj, via="api", **values)

    def remove(self, obj: Customer) -> None:
        self.call(services.customer_delete, customer=obj)

    @no_body
    @action(detail=True, methods=["post"])
    def activate(self, request: Request, pk: str) -> Response:
        return self.command(services.customer_set_active, is_active=True, via="api")

    @no_body
    @action(detail=True, methods=["post"])
    def deactivate(self, request: Request, pk: str) -> Response:
        return self.command(services.customer_set_active, is_active=False, via="api")


class ContactViewSet(RelatedViewSet):
    noun = "contact"
    queryset = Contact.objects.select_related("customer")
    serializer_class = ContactSerializer
    filterset_class = filters.ContactFilter

    def write_new(self, values: Mapping[str, Any]) -> Any:
        return self.call(services.contact_create, **values)

    def write_changes(self, obj: Contact, values: Mapping[str, Any]) -> None:
        self.call(services.contact_update, contact=obj, via="api", **values)

    def remove(self, obj: Contact) -> None:
        self.call(services.contact_delete, contact=obj)

    @no_body
    @action(detail=True, methods=["post"])
    def activate(self, request: Request, pk: str) -> Response:
        return self.command(services.contact_set_active, is_active=True, via="api")

    @no_body
    @action(detail=True, methods=["post"])
    def deactivate(self, request: Request, pk: str) -> Response:
        return self.command(services.contact_set_active, is_active=False, via="api")


class ProductViewSet(RelatedViewSet):
    permission_classes = [Configure]
    noun = "product"
    queryset = Product.objects.all()
    serializer_class = ProductSerializer
    filterset_class = filters.ProductFilter

    def write_new(self, values: Mapping[str, Any]) -> Any:
        return self.call(services.product_create, **values)

    def write_changes(self, obj: Product, values: Mapping[str, Any]) -> None:
        self.call(services.product_update, product=obj, via="api", **values)

    def remove(self, obj: Product) -> None:
        self.call(services.product_delete, product=obj)

    @no_body
    @action(detail=True, methods=["post"])
    def activate(self, request: Request, pk: str) -> Response:
        return self.command(services.product_set_active, is_active=True, via="api")

    @no_body
    @action(detail=True, methods=["post"])
    def deactivate(self, request: Request, pk: str) -> Response:
        return self.command(services.product_set_active, is_active=False, via="api")


class EntitlementViewSet(RelatedViewSet):
    permission_classes = [Configure]
    noun = "entitlement"
    queryset = Entitlement.objects.select_related("customer", "sla")
    serializer_class = EntitlementSerializer
    filterset_class = filters.EntitlementFilter
    ordering_fields = ("id", "name_folded", "start_date", "end_date")

    def write_new(self, values: Mapping[str, Any]) -> Any:
        return self.call(services.entitlement_create, **values)

    def write_changes(self, obj: Entitlement, values: Mapping[str, Any]) -> None:
        self.call(services.entitlement_update, entitlement=obj, via="api", **values)

    def remove(self, obj: Entitlement) -> None:
        self.call(services.entitlement_delete, entitlement=obj)

    @no_body
    @action(detail=True, methods=["post"])
    def activate(self, request: Request, pk: str) -> Response:
        return self.command(services.entitlement_activate, via="api")

    @no_body
    @action(detail=True, methods=["post"])
    def deactivate(self, request: Request, pk: str) -> Response:
        return self.command(services.entitlement_deactivate, via="api")

    @no_body
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str) -> Response:
        return self.command(services.entitlement_cancel, via="api")

    @no_body
    @action(detail=True, methods=["post"], url_path="set-default")
    def set_default(self, request: Request, pk: str) -> Response:
        return self.command(services.entitlement_set_default, via="api")
