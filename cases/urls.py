"""Addresses of this app's pages."""

from __future__ import annotations

from django.urls import path

from cases.views import activities, case_commands, cases, customers, entitlements, erasing, lookups, products

app_name = "cases"
urlpatterns = [
    path("lookups/<slug:lookup>/", lookups.lookup, name="lookup"),
    path("cases/", cases.case_list, name="case_list"),
    path("cases/new/", cases.case_create, name="case_create"),
    path("cases/<int:pk>/", cases.case_detail, name="case_detail"),
    path("cases/<int:pk>/edit/", cases.case_edit, name="case_edit"),
    path("cases/<int:pk>/timers/", cases.case_timers, name="case_timers"),
    path("cases/<int:pk>/status/", case_commands.case_status, name="case_status"),
    path("cases/<int:pk>/erase/", erasing.case_erase, name="case_erase"),
    path("cases/<int:pk>/hold/", case_commands.case_hold, name="case_hold"),
    path("cases/<int:pk>/escalate/", case_commands.case_escalate, name="case_escalate"),
    path("cases/<int:pk>/take/", case_commands.case_take, name="case_take"),
    path("cases/<int:pk>/reply/", case_commands.case_reply, name="case_reply"),
    path("cases/<int:pk>/resolve/", case_commands.case_resolve, name="case_resolve"),
    path("cases/<int:pk>/cancel/", case_commands.case_cancel, name="case_cancel"),
    path("cases/<int:pk>/reactivate/", case_commands.case_reactivate, name="case_reactivate"),
    path("cases/<int:pk>/assign/", case_commands.case_assign, name="case_assign"),
    path("cases/<int:pk>/merge/", case_commands.case_merge, name="case_merge"),
    path("cases/<int:pk>/apply-sla/", case_commands.case_apply_sla, name="case_apply_sla"),
    path("activities/", activities.activity_list, name="activity_list"),
    path("activities/new/", activities.activity_create, name="activity_create"),
    path("activities/<int:pk>/", activities.activity_detail, name="activity_detail"),
    path("activities/<int:pk>/edit/", activities.activity_edit, name="activity_edit"),
    path("activities/<int:pk>/timers/", activities.activity_timers, name="activity_timers"),
    path("activities/<int:pk>/complete/", activities.activity_complete, name="activity_complete"),
    path("activities/<int:pk>/cancel/", activities.activity_cancel, name="activity_cancel"),
    path("activities/<int:pk>/reactivate/", activities.activity_reactivate, name="activity_reactivate"),
    path("activities/<int:pk>/apply-sla/", activities.activity_apply_sla, name="activity_apply_sla"),
    path("customers/", customers.customer_list, name="customer_list"),
    path("customers/new/", customers.customer_create, name="customer_create"),
    path("customers/<int:pk>/", customers.customer_detail, name="customer_detail"),
    path("customers/<int:pk>/edit/", customers.customer_edit, name="customer_edit"),
    path("customers/<int:pk>/<slug:verb>/", customers.customer_command, name="customer_command"),
    path("customers/<int:pk>/contacts/new/", customers.contact_create, name="contact_create"),
    path("contacts/<int:pk>/edit/", customers.contact_edit, name="contact_edit"),
    path("contacts/<int:pk>/<slug:verb>/", customers.contact_command, name="contact_command"),
    path("products/", products.product_list, name="product_list"),
    path("products/new/", products.product_create, name="product_create"),
    path("products/<int:pk>/", products.product_detail, name="product_detail"),
    path("products/<int:pk>/edit/", products.product_edit, name="product_edit"),
    path("products/<int:pk>/<slug:verb>/", products.product_command, name="product_command"),
    path("entitlements/", entitlements.entitlement_list, name="entitlement_list"),
    path("entitlements/new/", entitlements.entitlement_create, name="entitlement_create"),
    path("entitlements/<int:pk>/", entitlements.entitlement_detail, name="entitlement_detail"),
    path("entitlements/<int:pk>/edit/", entitlements.entitlement_edit, name="entitlement_edit"),
    path("entitlements/<int:pk>/delete/", entitlements.entitlement_delete, name="entitlement_delete"),
    path("entitlements/<int:pk>/<slug:verb>/", entitlements.entitlement_command, name="entitlement_command"),
]
