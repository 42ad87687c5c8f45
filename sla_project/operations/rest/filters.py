"""Filters of lists that refuse what they do not know: a misspelled filter must not answer with everything."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework.request import Request

from sla_project.operations.errors import Invalid, Problem
from sla_project.operations.rest.parsers import escape

PAGING = {"limit", "cursor", "ordering"}


class StrictFilterBackend(DjangoFilterBackend):
    """For lists only: a row that is read by its id is there, whatever the query says.

    A view whose actions on the list take parameters of their own names them in `more_parameters`.
    """

    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: Any) -> QuerySet[Any]:
        if view.detail:
            return queryset
        filterset = self.get_filterset(request, queryset, view)
        known = PAGING | getattr(view, "more_parameters", frozenset())
        known |= _parameters(filterset) if filterset is not None else set()
        unknown = sorted(set(request.query_params) - known)
        if unknown:
            message = _("This list knows no such parameter.")
            raise Invalid([Problem(f"/{escape(name[:60])}", "unknown_parameter", message) for name in unknown[:10]])
        found: QuerySet[Any] = super().filter_queryset(request, queryset, view)
        return found


def _parameters(filterset: Any) -> set[str]:
    """Names of the form's fields; those of a range stand for two parameters."""
    names: set[str] = set()
    for name, field in filterset.form.fields.items():
        suffixes = getattr(field.widget, "suffixes", None)
        names |= {f"{name}_{suffix}" if suffix else name for suffix in suffixes} if suffixes else {name}
    return names
