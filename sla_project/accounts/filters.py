"""What the lists of people and teams can be narrowed by."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from sla_project.accounts.models import Role, Team, User
from sla_project.operations.filter_fields import YesNoFilter


class PersonFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label=_("Name or email"), method="search")
    role = django_filters.ChoiceFilter(label=_("Role"), choices=Role.choices, empty_label=_("All"))
    teams = django_filters.ModelChoiceFilter(label=_("Team"), queryset=Team.objects.all(), empty_label=_("All"))
    is_active = YesNoFilter(label=_("Active"))

    class Meta:
        model = User
        fields = ("q", "role", "teams", "is_active")

    def search(self, queryset: QuerySet[User], name: str, value: str) -> QuerySet[Any]:
        return queryset.filter(Q(display_name__icontains=value) | Q(email__icontains=value))


class UserFilter(PersonFilter):
    """Over the API also by the exact address, which is how another system knows a person."""

    email = django_filters.CharFilter(lookup_expr="iexact")


class TeamFilter(django_filters.FilterSet):
    members = django_filters.ModelChoiceFilter(queryset=User.objects.all())

    class Meta:
        model = Team
        fields = ("code", "members")
