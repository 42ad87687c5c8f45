"""One filter set per list, for its page and for the API alike."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases import choices, selectors
from cases.lookup_fields import LookupFilter
from cases.models import Activity, Case, Contact, Customer, Entitlement, Product
from sla_project.accounts.models import Team, User
from sla_project.operations.clock import clock_now
from sla_project.operations.filter_fields import MomentFilter, YesNoFilter
from slas.condition_links import ConditionFilter
from slas.domain.fields import fold
from slas.models import SLA
from slas.selectors.clocks.instance_lists import in_status

ANY = _("Any")
CONDITION = _("Condition as JSON, as items have it")
WHOSE_CHOICES = [("mine", _("Mine")), ("nobody", _("Nobody's"))]
DUE_CHOICES = [
    ("breached", _("Breached")),
    ("nearing", _("Nearing noncompliance")),
    ("next_hour", _("Due in the next hour")),
    ("today", _("Due today")),
    ("paused", _("Paused")),
]


class RecordFilter(django_filters.FilterSet):
    """What lists of tracked records share: the clock, the queue, owner and team. Each has a `search` of its own."""

    q = django_filters.CharFilter(label=_("Search"), method="search")
    owner = LookupFilter(label=_("Owner"), queryset=User.objects.all())
    whose = django_filters.ChoiceFilter(empty_label=ANY, label=_("Whose"), choices=WHOSE_CHOICES, method="by_whose")
    team = django_filters.ModelChoiceFilter(empty_label=ANY, label=_("Team"), queryset=Team.objects.all())
    sla = django_filters.CharFilter(label=_("SLA code, or none"), method="under_sla")
    due = django_filters.ChoiceFilter(empty_label=ANY, label=_("Time left"), choices=DUE_CHOICES, method="by_due")
    due_after = MomentFilter(label=_("Next failure time from"), field_name="queue_at", lookup_expr="gte")
    due_before = MomentFilter(label=_("Next failure time before"), field_name="queue_at", lookup_expr="lt")
    created_after = MomentFilter(label=_("Created from"), field_name="created_on", lookup_expr="gte")
    created_before = MomentFilter(label=_("Created before"), field_name="created_on", lookup_expr="lt")
    modified_after = MomentFilter(
        label=_("Modified from; ordered by modified_on, what another system has still to read"),
        field_name="modified_on",
        lookup_expr="gte",
    )
    modified_before = MomentFilter(label=_("Modified before"), field_name="modified_on", lookup_expr="lt")

    def under_sla(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return selectors.under_sla(queryset, queryset.model, value)

    def by_whose(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return whose(queryset, value, me=self.request.user.pk if self.request else None)

    def by_due(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return due_range(queryset, value, now=clock_now())


def whose(queryset: QuerySet[Any], name: str, *, me: int | None) -> QuerySet[Any]:
    """A chip of the queue: what is the reader's own, or nobody's. A team may have it all the same."""
    return queryset.filter(owner=me) if name == "mine" else queryset.filter(owner=None)


def due_range(queryset: QuerySet[Any], name: str, *, now: datetime) -> QuerySet[Any]:
    """A chip of the queue: a range over stored times (`engine.md` R34). *Today* ends at the reader's midnight."""
    if name == "breached":
        return queryset.filter(queue_at__lt=now)
    if name == "nearing":
        return selectors.with_instance(queryset, queryset.model, in_status("nearing_noncompliance", now))
    if name == "paused":
        return selectors.with_instance(queryset, queryset.model, in_status("paused", now))
    end = now + timedelta(hours=1) if name == "next_hour" else end_of_day(now)
    return queryset.filter(queue_at__gte=now, queue_at__lt=end)


def end_of_day(now: datetime) -> datetime:
    """The next midnight in the active time zone."""
    zone = timezone.get_current_timezone()
    tomorrow = now.astimezone(zone).date() + timedelta(days=1)
    return datetime(tomorrow.year, tomorrow.month, tomorrow.day, tzinfo=zone)


class CaseFilter(RecordFilter):
    condition = ConditionFilter("case", label=CONDITION)
    state = django_filters.ChoiceFilter(empty_label=ANY, label=_("State"), choices=choices.CaseState.choices)
    status = django_filters.ChoiceFilter(empty_label=ANY, label=_("Status"), choices=choices.CaseStatus.choices)
    priority = django_filters.ChoiceFilter(empty_label=ANY, label=_("Priority"), choices=choices.Priority.choices)
    service_level = django_filters.ChoiceFilter(
        empty_label=ANY, label=_("Service level"), choices=choices.ServiceLevel.choices
    )
    customer = LookupFilter(label=_("Customer"), queryset=Customer.objects.all())

    class Meta:
        model = Case
        fields = ["type", "channel", "contact", "product", "entitlement", "source", "external_number"]

    def search(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return selectors.search_cases(queryset, value)


class ActivityFilter(RecordFilter):
    condition = ConditionFilter("activity", label=CONDITION)
    state = django_filters.ChoiceFilter(empty_label=ANY, label=_("State"), choices=choices.ActivityState.choices)
    status = django_filters.ChoiceFilter(empty_label=ANY, label=_("Status"), choices=choices.ActivityStatus.choices)
    priority = django_filters.ChoiceFilter(empty_label=ANY, label=_("Priority"), choices=choices.Priority.choices)
    case = LookupFilter(label=_("Case"), queryset=Case.objects.all())

    class Meta:
        model = Activity
        fields: list[str] = []

    def search(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return selectors.search_activities(queryset, value)


class NamedFilter(django_filters.FilterSet):
    """Lists of what has a name: search in it by `fold`."""

    q = django_filters.CharFilter(label=_("Search"), method="search")

    def search(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return queryset.filter(name_folded__contains=fold(value.strip()))


class CustomerFilter(NamedFilter):
    service_level = django_filters.ChoiceFilter(
        empty_label=ANY, label=_("Service level"), choices=choices.ServiceLevel.choices
    )
    is_active = YesNoFilter(label=_("Active"))

    class Meta:
        model = Customer
        fields = ["code"]


class ContactFilter(NamedFilter):
    is_active = YesNoFilter(label=_("Active"))

    class Meta:
        model = Contact
        fields = ["customer", "email", "is_active"]


class ProductFilter(NamedFilter):
    is_active = YesNoFilter(label=_("Active"))

    class Meta:
        model = Product
        fields = ["code", "is_active"]


class EntitlementFilter(NamedFilter):
    customer = LookupFilter(label=_("Customer"), queryset=Customer.objects.all())
    sla = django_filters.ModelChoiceFilter(
        empty_label=ANY, label=_("SLA"), queryset=SLA.objects.filter(record_type="case")
    )
    state = django_filters.ChoiceFilter(empty_label=ANY, label=_("State"), choices=choices.EntitlementState.choices)
    is_default = YesNoFilter(label=_("Default"))

    class Meta:
        model = Entitlement
        fields = ["customer", "sla", "state", "is_default"]
