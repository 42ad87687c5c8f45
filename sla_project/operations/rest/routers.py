"""The router of the API: every view it registers honours `Idempotency-Key`, is strict and tells where to read
what it made."""

from __future__ import annotations

from typing import Any

from django.urls import URLPattern, path
from rest_framework.routers import SimpleRouter
from rest_framework.views import APIView
from rest_framework.viewsets import ViewSetMixin

from sla_project.operations.rest.created import LocatedCreations
from sla_project.operations.rest.idempotency import IdempotentPosts
from sla_project.operations.rest.writes import StrictRequests

ID = "[0-9]{1,18}"
"""What a column holds. `int()` alone would also take “+1”, and “1” with a line break behind it."""


class ConsoleRouter(SimpleRouter):
    def __init__(self) -> None:
        super().__init__()
        self.single_urls: list[URLPattern] = []

    def register(self, prefix: str, viewset: type[ViewSetMixin], basename: str | None = None) -> None:
        super().register(prefix, mannered(viewset), basename)

    def register_single(self, prefix: str, view: type[APIView]) -> None:
        """A resource of which there is one, such as `settings/`."""
        self.single_urls.append(path(f"{prefix}/", mannered(view).as_view(), name=prefix))

    def list_names(self) -> dict[str, str]:
        """Prefix → name of the address, of all that a plain GET reads."""
        lists = {prefix: f"{base}-list" for prefix, viewset, base in self.registry if hasattr(viewset, "list")}
        views: Any = {url.name: url.callback for url in self.single_urls if url.name}
        singles = {name: name for name, view in views.items() if hasattr(view.cls, "get")}
        return dict(sorted((singles | lists).items()))

    def get_urls(self) -> list[Any]:
        return [*self.single_urls, *super().get_urls()]


def mannered(view: type[Any]) -> type[Any]:
    """The same view, with its name and words, and the manners that all have."""
    lookup = getattr(view, "lookup_value_regex", ID)
    names = {"__doc__": view.__doc__, "__module__": view.__module__, "lookup_value_regex": lookup}
    return type(view.__name__, (IdempotentPosts, StrictRequests, LocatedCreations, view), names)
