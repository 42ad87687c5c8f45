"""Filters of lists that refuse what they do not know: a misspelled filter must not answer with everything."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.db.models import QuerySet
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework.request import Request

from sla_project.operations.rest.writes import PAGING, check_parameters, handler_of, parameters_of

SEVERAL = (forms.MultipleChoiceField, forms.ModelMultipleChoiceField)


class StrictFilterBackend(DjangoFilterBackend):
    """For lists only: a row that is read by its id is there, whatever the query says."""

    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: Any) -> QuerySet[Any]:
        if view.detail:
            return queryset
        filterset = self.get_filterset(request, queryset, view)
        fields: Mapping[str, forms.Field] = filterset.form.fields if filterset is not None else {}
        several = {name for name, field in fields.items() if isinstance(field, SEVERAL)}
        check_parameters(request, PAGING | parameters_of(handler_of(view)) | set(fields), several)
        found: QuerySet[Any] = super().filter_queryset(request, queryset, view)
        return found
