"""All addresses: the pages, the API below /api/, health for machines."""

from __future__ import annotations

from django.conf import settings
from django.contrib import admin
from django.contrib.auth.views import LogoutView
from django.urls import URLPattern, URLResolver, include, path

from sla_project import api
from sla_project.accounts.views.own import SignIn

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/", include(api.urlpatterns)),
    path("login/", SignIn.as_view(), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("", include("sla_project.operations.urls")),
    path("", include("sla_project.accounts.urls")),
    path("", include("slas.urls")),
    path("", include("cases.urls")),
    path("", include("actions.urls")),
]
if settings.ADMIN_URL:
    urlpatterns.insert(0, path(f"{settings.ADMIN_URL}/", admin.site.urls))

handler400 = "sla_project.operations.failures.bad_request"
handler403 = "sla_project.operations.failures.permission_denied"
handler404 = "sla_project.operations.failures.page_not_found"
handler500 = "sla_project.operations.failures.server_error"
