"""What lists can be narrowed by, on pages and over the API alike."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, ClassVar

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from sla_project.operations.clock import clock_now
from sla_project.operations.filter_fields import DayFilter, MomentFilter, YesNoFilter
from slas import records
from slas.models import KPI, SLA, KPIInstance, SavedReport
from slas.selectors.clocks.instance_lists import SHOWN, in_period, in_status, paused_longer, shown
from slas.selectors.reports.compliance import group_choices
from slas.selectors.reports.dimensions import NOT_SET, Dimension, dimensions, having
from slas.selectors.reports.periods import PERIODS

DATE = forms.DateInput(attrs={"type": "date"})
DAY = timedelta(days=1)
LONGEST_PAUSE = 1_000_000
"""Hours; more than a hundred years."""
Choices = list[tuple[str, str]]
Instances = QuerySet[KPIInstance]


def record_type_choices() -> Choices:
    return [(one.name, str(one.plural)) for one in records.all()]


def kpi_choices() -> Choices:
    return told_apart(dict(KPI.objects.order_by("name").values_list("code", "name")))


def sla_choices() -> Choices:
    return told_apart(dict(SLA.objects.order_by("name").values_list("code", "name")))


def told_apart(names: Mapping[str, str]) -> Choices:
    """Code → name as choices; with the code where several have one name."""
    count = Counter(names.values())
    return [(code, name if count[name] == 1 else f"{name} ({code})") for code, name in names.items()]


class KPIFilter(django_filters.FilterSet):
    record_type = django_filters.ChoiceFilter(label=_("Record type"), choices=record_type_choices, empty_label=_("All"))

    class Meta:
        model = KPI
        fields = ("code", "record_type", "state")


class SLAFilter(django_filters.FilterSet):
    record_type = django_filters.ChoiceFilter(label=_("Record type"), choices=record_type_choices, empty_label=_("All"))

    is_default = YesNoFilter(label=_("Default"))

    class Meta:
        model = SLA
        fields = ("code", "record_type", "state", "is_default")


def named(queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
    return queryset.filter(Q(name__icontains=value) | Q(code__icontains=value))


class KPIPageFilter(KPIFilter):
    """The same for a person, who knows the name and not the code; the code works in links."""

    q = django_filters.CharFilter(label=_("Name or code"), method=named)
    code = django_filters.CharFilter(widget=forms.HiddenInput)


class SLAPageFilter(SLAFilter):
    """The same for a person, who knows the name and not the code; the code works in links."""

    q = django_filters.CharFilter(label=_("Name or code"), method=named)
    code = django_filters.CharFilter(widget=forms.HiddenInput)


class SavedReportFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label=_("Search"), field_name="name", lookup_expr="icontains")
    mailed = YesNoFilter(label=_("Mailed weekly"), field_name="weekday", lookup_expr="isnull", exclude=True)

    class Meta:
        model = SavedReport
        fields = ("created_by",)


class KPIInstanceFilter(django_filters.FilterSet):
    """`record` is the record's own id and goes with `record_type`; times are inclusive.

    `status` is the status as it is now (engine.md R33); `show` are the lists behind the dashboard's numbers. Besides
    these, one can filter by every dimension that the record types register (`slas.selectors.reports.dimensions`).
    """

    kpi = django_filters.CharFilter("kpi__code", label=_("KPI (code)"))
    sla = django_filters.CharFilter("sla__code", label=_("SLA (code)"))
    item = django_filters.CharFilter("item_key", label=_("Item (key)"))
    record_type = django_filters.CharFilter("record__record_type", label=_("Record type"))
    record = django_filters.NumberFilter("record__object_id", label=_("Record id"))
    status = django_filters.MultipleChoiceFilter(
        choices=KPIInstance.Status.choices, method="by_status", label=_("Status")
    )
    show = django_filters.ChoiceFilter(choices=SHOWN, method="by_show", label=_("Show"))
    is_current: Any = YesNoFilter(label=_("The KPI's latest on its record"))
    open: Any = YesNoFilter("ended_at", lookup_expr="isnull", label=_("Open"))
    since = DayFilter(method="by_start", label=_("Ended since (date), or still open"))
    until = DayFilter(method="by_end", label=_("Ended until (date), or still open"))
    due_after: Any = MomentFilter("failure_at", lookup_expr="gte", label=_("Due from"))
    due_before: Any = MomentFilter("failure_at", lookup_expr="lte", label=_("Due until"))
    ended_after: Any = MomentFilter("ended_at", lookup_expr="gte", label=_("Ended from"))
    ended_before: Any = MomentFilter("ended_at", lookup_expr="lte", label=_("Ended until"))
    paused_longer = django_filters.NumberFilter(
        method="by_pause", min_value=0, max_value=LONGEST_PAUSE, label=_("Paused longer than (hours)")
    )

    class Meta:
        model = KPIInstance
        fields = ("is_current",)

    @classmethod
    def get_filters(cls) -> dict[str, django_filters.Filter]:
        found: dict[str, django_filters.Filter] = super().get_filters()
        return found | {name: cls.dimension_filter(one) for name, one in dimensions().items()}

    @classmethod
    def dimension_filter(cls, dimension: Dimension) -> django_filters.Filter:
        label = _("%(name)s: a code or an id, or none") % {"name": dimension.label}
        return django_filters.CharFilter(dimension.name, method="by_dimension", label=label)

    def by_status(self, queryset: Instances, name: str, statuses: list[str]) -> Instances:
        if not statuses:
            return queryset
        now = clock_now()
        wanted = in_status(statuses[0], now)
        for status in statuses[1:]:
            wanted |= in_status(status, now)
        return queryset.filter(wanted)

    def by_show(self, queryset: Instances, name: str, value: str) -> Instances:
        return queryset.filter(shown(value, clock_now())) if value else queryset

    def by_start(self, queryset: Instances, name: str, value: date | None) -> Instances:
        return queryset.filter(in_period(start_of_day(value), None)) if value else queryset

    def by_end(self, queryset: Instances, name: str, value: date | None) -> Instances:
        return queryset.filter(in_period(None, start_of_day(value + DAY))) if value else queryset

    def by_pause(self, queryset: Instances, name: str, hours: Decimal | None) -> Instances:
        if hours is None:
            return queryset
        return queryset.filter(paused_longer(timedelta(hours=float(hours)), clock_now()))

    def by_dimension(self, queryset: Instances, name: str, value: str) -> Instances:
        if not value:
            return queryset
        annotation, condition = having(name, value)
        return queryset.alias(**annotation).filter(condition)


class KPIInstancePageFilter(KPIInstanceFilter):
    """The same, with the fields that a person fills in; the others work in links."""

    more: ClassVar[tuple[str, ...]] = (
        "record_type", "service_level", "customer", "team", "channel", "due_after", "due_before", "paused_longer",
    )  # fmt: skip

    ended_after: Any = MomentFilter("ended_at", lookup_expr="gte", widget=forms.HiddenInput)
    show = django_filters.ChoiceFilter(choices=SHOWN, method="by_show", widget=forms.HiddenInput)
    open: Any = YesNoFilter("ended_at", lookup_expr="isnull", widget=forms.HiddenInput)
    item = django_filters.CharFilter("item_key", widget=forms.HiddenInput)
    kpi = django_filters.ChoiceFilter("kpi__code", label=_("KPI"), choices=kpi_choices, empty_label=_("All"))
    sla = django_filters.ChoiceFilter("sla__code", label=_("SLA"), choices=sla_choices, empty_label=_("All"))
    record_type = django_filters.ChoiceFilter(
        "record__record_type", label=_("Record type"), choices=record_type_choices, empty_label=_("All")
    )
    status = django_filters.ChoiceFilter(
        choices=KPIInstance.Status.choices, method="by_one_status", label=_("Status"), empty_label=_("All")
    )
    since = DayFilter(method="by_start", label=_("Ended since"), widget=DATE)
    until = DayFilter(method="by_end", label=_("Ended until"), widget=DATE)
    due_after: Any = DayFilter("failure_at", lookup_expr="date__gte", label=_("Due from"), widget=DATE)
    due_before: Any = DayFilter("failure_at", lookup_expr="date__lte", label=_("Due until"), widget=DATE)
    record = is_current = ended_before = None

    class Meta:
        model = KPIInstance
        fields = ()

    @classmethod
    def dimension_filter(cls, dimension: Dimension) -> django_filters.Filter:
        def choices() -> Choices:
            return [(NOT_SET, str(_("Not set"))), *dimension.options()]

        return django_filters.ChoiceFilter(
            dimension.name, method="by_dimension", label=dimension.label, choices=choices, empty_label=_("All")
        )

    def by_one_status(self, queryset: Instances, name: str, status: str) -> Instances:
        return self.by_status(queryset, name, [status] if status else [])


class ReportPageFilter(KPIInstancePageFilter):
    """What the compliance report asks; `since` and `until` make a period of one's own."""

    more: ClassVar[tuple[str, ...]] = (
        "record_type", "service_level", "customer", "team", "channel", "item", "pause_hours",
    )  # fmt: skip

    group_by = django_filters.ChoiceFilter(
        method="as_it_is", label=_("Group by"), choices=group_choices, empty_label=None
    )
    period = django_filters.ChoiceFilter(
        method="as_it_is", label=_("Period"), choices=list(PERIODS.items()), empty_label=_("From – until")
    )
    pause_hours = django_filters.NumberFilter(
        method="as_it_is", label=_("Paused too long (hours)"), min_value=1, max_value=LONGEST_PAUSE
    )
    item = django_filters.CharFilter("item_key", label=_("Item (key)"))
    status = show = open = ended_after = due_after = due_before = paused_longer = None

    class Meta:
        model = KPIInstance
        fields = ()

    @classmethod
    def get_filters(cls) -> dict[str, django_filters.Filter]:
        found = super().get_filters()
        first = ("group_by", "period", "since", "until", "sla", "kpi")
        return {name: found[name] for name in first} | found

    def as_it_is(self, queryset: Instances, name: str, value: object) -> Instances:
        """For what the report itself reads (`slas.selectors.reports.questions`)."""
        return queryset


class ReportFilter(KPIInstanceFilter):
    """The same over the API."""

    status = show = is_current = open = record = None
    ended_after = ended_before = due_after = due_before = paused_longer = None

    class Meta:
        model = KPIInstance
        fields = ()


def start_of_day(day: date) -> datetime:
    """Midnight in the active time zone."""
    return datetime.combine(day, time.min, tzinfo=timezone.get_current_timezone())
