"""What the page of the audit log can be narrowed by."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from sla_project.accounts.models import User
from sla_project.operations.audit import action_words, type_label
from sla_project.operations.filter_fields import DayFilter
from sla_project.operations.models import AuditEntry

DATE = forms.DateInput(attrs={"type": "date"})
DAY = timedelta(days=1)
Entries = QuerySet[AuditEntry]


def type_choices() -> list[tuple[str, str]]:
    found = AuditEntry.objects.order_by().values_list("object_type", flat=True).distinct()
    return sorted(((name, type_label(name)) for name in found), key=lambda choice: choice[1])


def action_choices() -> list[tuple[str, str]]:
    found = AuditEntry.objects.order_by().values_list("action", "object_type").distinct()
    words = {name: f"{type_label(object_type)}: {action_words(name)}" for name, object_type in sorted(found)}
    return sorted(words.items(), key=lambda choice: choice[1])


class AuditPageFilter(django_filters.FilterSet):
    """`object_id` comes with a link from the object's own page."""

    q = django_filters.CharFilter(method="search", label=_("Search"))
    object_type = django_filters.ChoiceFilter(choices=type_choices, label=_("About"), empty_label=_("Everything"))
    action = django_filters.ChoiceFilter(choices=action_choices, label=_("Action"), empty_label=_("All"))
    by = django_filters.ModelChoiceFilter(
        queryset=User.objects.order_by("display_name", "pk"),
        label=_("By"),
        empty_label=_("Everybody"),
        null_label=_("The system"),
    )
    since = DayFilter(method="from_day", label=_("Since"), widget=DATE)
    until = DayFilter(method="to_day", label=_("Until"), widget=DATE)
    object_id = django_filters.CharFilter(widget=forms.HiddenInput)

    class Meta:
        model = AuditEntry
        fields = ()

    def search(self, queryset: Entries, name: str, value: str) -> Entries:
        return queryset.filter(Q(object_label__icontains=value) | Q(reason__icontains=value))

    def from_day(self, queryset: Entries, name: str, value: Any) -> Entries:
        return queryset.filter(at__gte=_midnight(value)) if value else queryset

    def to_day(self, queryset: Entries, name: str, value: Any) -> Entries:
        return queryset.filter(at__lt=_midnight(value + DAY)) if value else queryset


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=timezone.get_current_timezone())
