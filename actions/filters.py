"""One filter set per list, for its page and for the API alike."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from actions import kinds, targets
from actions.models import Action, ActionRun, EmailTemplate, Message
from sla_project.operations.filter_fields import MomentFilter, YesNoFilter


def _kinds() -> list[tuple[str, Any]]:
    return [(kind.name, kind.label) for kind in kinds.KINDS.values()]


def _targets() -> list[tuple[str, Any]]:
    return [(target.name, target.label) for target in targets.all_targets()]


class ActionRunFilter(django_filters.FilterSet):
    state = django_filters.MultipleChoiceFilter(label=_("State"), choices=ActionRun.State.choices)
    kind = django_filters.ChoiceFilter(empty_label=_("Any"), label=_("Action"), choices=_kinds)
    target_type = django_filters.ChoiceFilter(empty_label=_("Any"), label=_("For"), choices=_targets)
    target_id = django_filters.NumberFilter(label=_("Record id"), min_value=0, max_value=2**63 - 1)
    number = django_filters.CharFilter(label=_("Number"), method="by_number")
    cause_kind = django_filters.CharFilter(label=_("Kind of cause"))
    cause_key = django_filters.CharFilter(label=_("Cause"))
    created_after: Any = MomentFilter(label=_("Created from"), field_name="created_at", lookup_expr="gte")
    created_before: Any = MomentFilter(label=_("Created before"), field_name="created_at", lookup_expr="lt")

    class Meta:
        model = ActionRun
        fields: tuple[str, ...] = ()

    def by_number(self, queryset: QuerySet[ActionRun], name: str, value: str) -> QuerySet[ActionRun]:
        """Of the records with this number, whatever their type."""
        found = Q(pk__in=[])
        for target in targets.all_targets():
            id = target.find(value) if target.find else None
            found |= Q(target_type=target.name, target_id=id) if id is not None else Q(pk__in=[])
        return queryset.filter(found)


class MessageFilter(django_filters.FilterSet):
    state = django_filters.MultipleChoiceFilter(label=_("State"), choices=Message.State.choices)
    to_email = django_filters.CharFilter(label=_("Recipient"), lookup_expr="iexact")
    run = django_filters.NumberFilter(label=_("Action run"), min_value=0, max_value=2**63 - 1)
    is_held_back = YesNoFilter(label=_("Held back"))
    message_id = django_filters.CharFilter(label=_("Message-ID"))
    q = django_filters.CharFilter(label=_("Search"), method="search")

    class Meta:
        model = Message
        fields: tuple[str, ...] = ()

    def search(self, queryset: QuerySet[Message], name: str, value: str) -> QuerySet[Message]:
        return queryset.filter(Q(subject__icontains=value) | Q(to_email__icontains=value) | Q(to_name__icontains=value))


class EmailTemplateFilter(django_filters.FilterSet):
    code = django_filters.CharFilter(label=_("Code"))
    state = django_filters.ChoiceFilter(empty_label=_("Any"), label=_("State"), choices=EmailTemplate.State.choices)
    target_type = django_filters.ChoiceFilter(empty_label=_("Any"), label=_("For"), choices=_targets)
    q = django_filters.CharFilter(label=_("Search"), method="search")

    class Meta:
        model = EmailTemplate
        fields: tuple[str, ...] = ()

    def search(self, queryset: QuerySet[EmailTemplate], name: str, value: str) -> QuerySet[EmailTemplate]:
        return queryset.filter(Q(name__icontains=value) | Q(code__icontains=value) | Q(subject__icontains=value))


class ActionFilter(django_filters.FilterSet):
    code = django_filters.CharFilter(label=_("Code"))
    state = django_filters.ChoiceFilter(empty_label=_("Any"), label=_("State"), choices=Action.State.choices)
    target_type = django_filters.ChoiceFilter(empty_label=_("Any"), label=_("For"), choices=_targets)

    class Meta:
        model = Action
        fields: tuple[str, ...] = ()
