"""Customers, contacts, products and entitlements."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from cases import filters, services
from cases.api.base import DocumentViewSet
from cases.api.serializers import (
    ContactSerializer,
    CustomerSerializer,
    EntitlementSerializer,
    ProductSerializer,
)
from cases.models import Contact, Customer, Entitlement, Product
from sla_project.accounts.policy import Configure
from sla_project.operations.clock import clock_now
from sla_project.operations.requests import user_of
from sla_project.operations.rest.writes import no_body


class RelatedViewSet(DocumentViewSet):
    """What cases point at: it is deactivated rather than deleted once something uses it."""

    ordering_fields = ("id", "name_folded")

    def call(self, service: Callable[..., Any], **values: Any) -> Any:
        """A service for this request's user. `via` reaches the log of the open cases that see the change."""
        return service(by=user_of(self.request), now=clock_now(), via="api", **values)


class CustomerViewSet(RelatedViewSet):
    queryset = Customer.objects.all()
    serializer_class = CustomerSerializer
    filterset_class = filters.CustomerFilter

    def write_new(self, values: Mapping[str, Any], *, now: datetime) -> Customer:
        return services.customer_create(by=user_of(self.request), now=now, **values)

    def write_changes(self, obj: Customer, values: Mapping[str, Any], *, now: datetime) -> Customer:
        return services.customer_update(customer=obj, by=user_of(self.request), now=now, via="api", **values)

    def remove(self, obj: Customer, *, now: datetime) -> None:
        services.customer_delete(customer=obj, by=user_of(self.request), now=now)

    @no_body
    @action(detail=True, methods=["post"])
    def activate(self, request: Request, pk: str) -> Response:
        return self.answer(self.call(services.customer_set_active, customer=self.get_object(), is_active=True))

    @no_body
    @action(detail=True, methods=["post"])
    def deactivate(self, request: Request, pk: str) -> Response:
        return self.answer(self.call(services.customer_set_active, customer=self.get_object(), is_active=False))


class ContactViewSet(RelatedViewSet):
    queryset = Contact.objects.select_related("customer")
    serializer_class = ContactSerializer
    filterset_class = filters.ContactFilter

    def write_new(self, values: Mapping[str, Any], *, now: datetime) -> Contact:
        return services.contact_create(by=user_of(self.request), now=now, **values)

    def write_changes(self, obj: Contact, values: Mapping[str, Any], *, now: datetime) -> Contact:
        return services.contact_update(contact=obj, by=user_of(self.request), now=now, via="api", **values)

    def remove(self, obj: Contact, *, now: datetime) -> None:
        services.contact_delete(contact=obj, by=user_of(self.request), now=now)

    @no_body
    @action(detail=True, methods=["post"])
    def activate(self, request: Request, pk: str) -> Response:
        return self.answer(self.call(services.contact_set_active, contact=self.get_object(), is_active=True))

    @no_body
    @action(detail=True, methods=["post"])
    def deactivate(self, request: Request, pk: str) -> Response:
        return self.answer(self.call(services.contact_set_active, contact=self.get_object(), is_active=False))


class ProductViewSet(RelatedViewSet):
    permission_classes = [Configure]
    queryset = Product.objects.all()
    serializer_class = ProductSerializer
    filterset_class = filters.ProductFilter

    def write_new(self, values: Mapping[str, Any], *, now: datetime) -> Product:
        return services.product_create(by=user_of(self.request), now=now, **values)

    def write_changes(self, obj: Product, values: Mapping[str, Any], *, now: datetime) -> Product:
        return services.product_update(product=obj, by=user_of(self.request), now=now, via="api", **values)

    def remove(self, obj: Product, *, now: datetime) -> None:
        services.product_delete(product=obj, by=user_of(self.request), now=now)

    @no_body
    @action(detail=True, methods=["post"])
    def activate(self, request: Request, pk: str) -> Response:
        return self.answer(self.call(services.product_set_active, product=self.get_object(), is_active=True))

    @no_body
    @action(detail=True, methods=["post"])
    def deactivate(self, request: Request, pk: str) -> Response:
        return self.answer(self.call(services.product_set_active, product=self.get_object(), is_active=False))


class EntitlementViewSet(RelatedViewSet):
    permission_classes = [Configure]
    queryset = Entitlement.objects.select_related("customer", "sla")
    serializer_class = EntitlementSerializer
    filterset_class = filters.EntitlementFilter
    ordering_fields = ("id", "name_folded", "start_date", "end_date")

    def write_new(self, values: Mapping[str, Any], *, now: datetime) -> Entitlement:
        return services.entitlement_create(by=user_of(self.request), now=now, **values)

    def write_changes(self, obj: Entitlement, values: Mapping[str, Any], *, now: datetime) -> Entitlement:
        return services.entitlement_update(entitlement=obj, by=user_of(self.request), now=now, via="api", **values)

    def remove(self, obj: Entitlement, *, now: datetime) -> None:
        services.entitlement_delete(entitlement=obj, by=user_of(self.request), now=now)

    def _command(self, service: Callable[..., Any]) -> Response:
        return self.answer(self.call(service, entitlement=self.get_object()))

    @no_body
    @action(detail=True, methods=["post"])
    def activate(self, request: Request, pk: str) -> Response:
        return self._command(services.entitlement_activate)

    @no_body
    @action(detail=True, methods=["post"])
    def deactivate(self, request: Request, pk: str) -> Response:
        return self._command(services.entitlement_deactivate)

    @no_body
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str) -> Response:
        return self._command(services.entitlement_cancel)

    @no_body
    @action(detail=True, methods=["post"], url_path="set-default")
    def set_default(self, request: Request, pk: str) -> Response:
        return self._command(services.entitlement_set_default)
