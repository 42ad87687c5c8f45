"""The REST resources of this app: thin doors to the services."""

from __future__ import annotations

from rest_framework.routers import BaseRouter

from actions.api.actions import ActionViewSet
from actions.api.runs import ActionRunViewSet, MessageViewSet
from actions.api.templates import EmailTemplateViewSet


def register(router: BaseRouter) -> None:
    router.register("actions", ActionViewSet, basename="action")
    router.register("email-templates", EmailTemplateViewSet, basename="email-template")
    router.register("action-runs", ActionRunViewSet, basename="action-run")
    router.register("messages", MessageViewSet, basename="message")
