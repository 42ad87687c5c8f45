"""The REST API: every app's resources under /api/v1/, the schema and its reader."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path
from drf_spectacular.views import SpectacularSwaggerSplitView

import actions.api
import cases.api
import slas.api
from sla_project.accounts import api as accounts_api
from sla_project.operations import api as operations_api
from sla_project.operations.rest.entry import EntryView, SchemaView
from sla_project.operations.rest.routers import ConsoleRouter

router = ConsoleRouter()
for app_api in (accounts_api, operations_api, slas.api, cases.api, actions.api):
    app_api.register(router)

urlpatterns: list[URLPattern | URLResolver] = [
    path("", EntryView.as_view(router=router)),
    path("v1/", EntryView.as_view(router=router)),
    path("v1/", include(router.urls)),
    path("schema/", SchemaView.as_view(), name="schema"),
    path("docs/", SpectacularSwaggerSplitView.as_view(template_name="operations/api_docs.html"), name="docs"),
]
