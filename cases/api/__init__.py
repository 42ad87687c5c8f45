"""The REST resources of this app: thin doors to the same services as the pages."""

from __future__ import annotations

from rest_framework.routers import BaseRouter

from cases.api.activities import ActivityViewSet
from cases.api.cases import CaseViewSet
from cases.api.customers import ContactViewSet, CustomerViewSet, EntitlementViewSet, ProductViewSet


def register(router: BaseRouter) -> None:
    router.register("cases", CaseViewSet, basename="case")
    router.register("activities", ActivityViewSet, basename="activity")
    router.register("customers", CustomerViewSet, basename="customer")
    router.register("contacts", ContactViewSet, basename="contact")
    router.register("products", ProductViewSet, basename="product")
    router.register("entitlements", EntitlementViewSet, basename="entitlement")
