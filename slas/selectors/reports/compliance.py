"""The compliance report: how well SLAs were kept in a period, by SLA, KPI, item, month or a registered dimension.

All measures are the lists that `instance_lists.shown` knows, so that every number leads to exactly its rows. The
queries are as many for a year as for a day: one for the counts, one for the times, one or two for names.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Max, QuerySet
from django.db.models.functions import TruncMonth
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from slas.models import KPI, SLA, KPIInstance
from slas.selectors.clocks.instance_lists import paused_longer, shown
from slas.selectors.reports.dimensions import NOT_SET, dimension_value, dimensions

MEASURES = ("finished", "met", "missed", "late", "closed_paused", "closed_unmet", "open", "breached")
ROWS_READ_AT_ONCE = 5000
PERCENTILES = {"median": 50, "p90": 90}
GROUPS = {"sla": _("SLA"), "kpi": _("KPI"), "item": _("SLA item"), "month": _("Month")}

Key = tuple[Any, ...]


@dataclass(frozen=True)
class Figures:
    """What was counted of some clocks.

    Times are working seconds from the start to the success, over the `measured` ones: all that ended and were
    completed, in time or late. Who asks how long an answer takes means every answer, not only the good ones. What
    was never met (`never_met`) has no such time; what runs or was canceled has none either.
    `met_closed_paused` are those of `closed_paused` that count as met.
    """

    finished: int = 0
    met: int = 0
    missed: int = 0
    late: int = 0
    closed_paused: int = 0
    met_closed_paused: int = 0
    closed_unmet: int = 0
    paused_long: int = 0
    open: int = 0
    breached: int = 0
    measured: int = 0
    median: float | None = None
    p90: float | None = None

    @property
    def never_met(self) -> int:
        """Missed, and not met since: finished without a time."""
        return self.missed - self.late

    @property
    def attainment(self) -> float | None:
        """Percent of the finished ones that were met."""
        return 100 * self.met / self.finished if self.finished else None

    @property
    def worked_attainment(self) -> float | None:
        """The same without those that were closed while paused."""
        finished = self.finished - self.met_closed_paused
        return 100 * (self.met - self.met_closed_paused) / finished if finished else None


@dataclass(frozen=True)
class Group:
    """One line. `query` are the parameters that narrow a list to its instances; `sub` is what its label is part of."""

    key: str
    label: str
    figures: Figures
    query: Mapping[str, str] = field(default_factory=dict)
    sub: str = ""


@dataclass(frozen=True)
class Compliance:
    group_by: str
    groups: list[Group]
    total: Figures


def group_choices() -> list[tuple[str, str]]:
    """What a report can be grouped by."""
    return [(name, str(label)) for name, label in GROUPS.items()] + [
        (name, one.label) for name, one in dimensions().items()
    ]


def compliance(found: QuerySet[KPIInstance], *, group_by: str, pause_limit: timedelta, now: datetime) -> Compliance:
    """Report on these instances, which a filter has narrowed to a period and whatever else was asked."""
    found = found.order_by()
    keyed, names = _keyed(found, group_by)
    counted = _counts(keyed, names, pause_limit, now)
    times = _times(keyed, names)
    total = _sum(counted.values()) | percentiles([time for some in times.values() for time in some])
    for key, some in times.items():
        counted[key] |= percentiles(some)
    groups = _named(group_by, {key: Figures(**numbers) for key, numbers in counted.items()})
    return Compliance(group_by, groups, Figures(**total))


def _keyed(found: QuerySet[KPIInstance], group_by: str) -> tuple[QuerySet[KPIInstance], tuple[str, ...]]:
    """The instances with what they are grouped by, and under which names they have it."""
    match group_by:
        case "sla":
            return found, ("sla_id",)
        case "kpi":
            return found, ("kpi_id",)
        case "item":
            return found, ("sla_id", "item_key")
        case "month":
            return found.annotate(group_month=TruncMonth("ended_at")), ("group_month",)
    return found.annotate(group_value=dimension_value(group_by)), ("group_value",)


def _counts(
    keyed: QuerySet[KPIInstance], names: tuple[str, ...], pause_limit: timedelta, now: datetime
) -> dict[Key, dict[str, Any]]:
    measures = {name: Count("pk", filter=shown(name, now)) for name in MEASURES}
    measures["met_closed_paused"] = Count("pk", filter=shown("closed_paused", now) & shown("met", now))
    measures["paused_long"] = Count("pk", filter=paused_longer(pause_limit, now))
    rows = keyed.values(*names).annotate(**{f"n_{name}": count for name, count in measures.items()})
    return {tuple(row[name] for name in names): {name: row[f"n_{name}"] for name in measures} for row in rows}


def _times(keyed: QuerySet[KPIInstance], names: tuple[str, ...]) -> dict[Key, list[float]]:
    """How long each clock that was met took, by group. Read one by one: both databases rank a hundred thousand rows
    more slowly than Python sorts them.
    """
    met = keyed.filter(used_seconds__isnull=False).values_list(*names, "used_seconds")
    found: dict[Key, list[float]] = {}
    for *key, used in met.iterator(chunk_size=ROWS_READ_AT_ONCE):
        found.setdefault(tuple(key), []).append(used)
    return found


def percentiles(times: list[float]) -> dict[str, Any]:
    """By nearest rank: the smallest time that so many percent did not exceed, which some clock really took."""
    ordered = sorted(times)
    ranks = {name: -(-percent * len(ordered) // 100) for name, percent in PERCENTILES.items()}
    return {"measured": len(ordered)} | {name: ordered[rank - 1] if ordered else None for name, rank in ranks.items()}


def _sum(counted: Iterable[Mapping[str, int]]) -> dict[str, int]:
    total: dict[str, int] = {}
    for numbers in counted:
        for name, number in numbers.items():
            total[name] = total.get(name, 0) + number
    return total


def _named(group_by: str, figures: Mapping[Key, Figures]) -> list[Group]:
    match group_by:
        case "sla":
            return _slas(figures)
        case "kpi":
            return _kpis(figures)
        case "item":
            return _items(figures)
        case "month":
            return _months(figures)
    names = dimensions()[group_by].names(value for (value,) in figures if value is not None)
    groups = [
        Group(value or NOT_SET, names[value] if value else str(_("Not set")), numbers, {group_by: value or NOT_SET})
        for (value,), numbers in figures.items()
    ]
    return sorted(groups, key=lambda group: (group.key == NOT_SET, group.label.casefold()))


def _slas(figures: Mapping[Key, Figures]) -> list[Group]:
    slas = SLA.objects.filter(pk__in=[pk for (pk,) in figures]).order_by("name", "pk")
    return [Group(sla.code, sla.name, figures[(sla.pk,)], {"sla": sla.code}) for sla in slas]


def _kpis(figures: Mapping[Key, Figures]) -> list[Group]:
    kpis = KPI.objects.filter(pk__in=[pk for (pk,) in figures]).order_by("record_type", "name", "pk")
    return [
        Group(kpi.code, kpi.name, figures[(kpi.pk,)], {"kpi": kpi.code, "record_type": kpi.record_type}) for kpi in kpis
    ]


def _items(figures: Mapping[Key, Figures]) -> list[Group]:
    """An item keeps its key through all versions; its name is that of its latest clock."""
    slas = SLA.objects.in_bulk({sla for sla, _item in figures})
    newest = KPIInstance.objects.filter(sla__in=slas).order_by().values("sla_id", "item_key").annotate(newest=Max("id"))
    rows = KPIInstance.objects.filter(pk__in=newest.values("newest")).values_list("sla_id", "item_key", "item_name")
    latest = {(sla, key): name for sla, key, name in rows}
    groups = [
        Group(
            f"{slas[sla].code}:{key}",
            latest[(sla, key)],
            numbers,
            {"sla": slas[sla].code, "item": key},
            sub=slas[sla].name,
        )
        for (sla, key), numbers in figures.items()
    ]
    return sorted(groups, key=lambda group: (group.sub.casefold(), group.label.casefold()))


def _months(figures: Mapping[Key, Figures]) -> list[Group]:
    """By the month in which the clocks ended; those that run come last, in a line of their own."""
    groups = []
    for (moment,), numbers in sorted(figures.items(), key=lambda each: (each[0][0] is None, each[0][0])):
        if moment is None:
            groups.append(Group("open", str(_("Still open")), numbers, {"open": "true"}))
            continue
        first = timezone.localtime(moment).date()
        last = (first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
        query = {"since": first.isoformat(), "until": last.isoformat(), "open": "false"}
        groups.append(Group(f"{first:%Y-%m}", date_format(first, "M Y"), numbers, query))
    return groups
