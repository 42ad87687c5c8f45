"""How imported incidents did under their SLA: one line per case, and counts over them (docs/import.md)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from django.contrib.contenttypes.models import ContentType

from cases.choices import Priority
from cases.models import Case
from slas.models import KPIInstance, SLAVersion

CHUNK = 500


@dataclass(frozen=True, slots=True)
class CaseLine:
    """One case under one KPI, by the KPI's latest clock. Without any clock all but number and priority is empty."""

    number: str
    kpi: str
    priority: str
    status: str
    failure_at: datetime | None
    ended_at: datetime | None


Counts = Mapping[tuple[str, str, str], int]


def report_lines(*, source: str, now: datetime) -> Iterator[CaseLine]:
    """By the other system's number. A clock whose failure time has passed reads *Noncompliant* (engine.md R33)."""
    priorities = _JudgedPriorities()
    cases = Case.objects.filter(source=source).order_by("external_number", "pk")
    rows = cases.values_list("pk", "external_number", "priority").iterator(chunk_size=CHUNK)
    while chunk := list(islice(rows, CHUNK)):
        clocks = _clocks([pk for pk, _number, _priority in chunk])
        for pk, number, priority in chunk:
            if pk not in clocks:
                yield CaseLine(number, "", priority, "", None, None)
            for clock in clocks.get(pk, ()):
                judged = priorities.of(clock["sla_version_id"], clock["item_key"]) or priority
                yield _line(number, judged, clock, now)


def report_counts(lines: Iterable[CaseLine]) -> Counts:
    """How many cases by KPI, priority and status; urgent first."""
    counts = Counter((line.kpi, line.priority, line.status) for line in lines)
    rank = {str(code): place for place, code in enumerate(reversed(Priority.values))}
    return {key: counts[key] for key in sorted(counts, key=lambda key: (key[0], rank[key[1]], key[2]))}


def _clocks(case_ids: Sequence[int]) -> dict[int, list[Mapping[str, Any]]]:
    content_type = ContentType.objects.get_for_model(Case)
    clocks = KPIInstance.objects.filter(
        record__content_type=content_type, record__object_id__in=case_ids, is_current=True
    )
    found: dict[int, list[Mapping[str, Any]]] = {}
    for clock in clocks.order_by("kpi__code").values(
        "record__object_id", "kpi__name", "sla_version_id", "item_key", "status", "failure_at", "ended_at"
    ):
        found.setdefault(clock["record__object_id"], []).append(clock)
    return found


def _line(number: str, priority: str, clock: Mapping[str, Any], now: datetime) -> CaseLine:
    status, failure_at = clock["status"], clock["failure_at"]
    if clock["ended_at"] is None and failure_at is not None and failure_at < now:
        status = KPIInstance.Status.NONCOMPLIANT.value
    return CaseLine(number, clock["kpi__name"], priority, status, failure_at, clock["ended_at"])


class _JudgedPriorities:
    """The priority that an SLA item is for, where its condition names one: what the case was judged by.

    A settled clock keeps its item when the case's priority changes afterwards (engine.md R22).
    """

    def __init__(self) -> None:
        self._versions: dict[int, dict[str, str]] = {}

    def of(self, version: int, item: str) -> str:
        if version not in self._versions:
            document = SLAVersion.objects.values_list("document", flat=True).get(pk=version)
            self._versions[version] = {each["key"]: _priority_named(each) for each in document["items"]}
        return self._versions[version].get(item, "")


def _priority_named(item: Mapping[str, Any]) -> str:
    leaves = (item.get("applicable_when") or {}).get("all") or []
    named = [leaf["value"] for leaf in leaves if leaf.get("field") == "priority" and leaf.get("op") == "is"]
    return str(named[0]) if len(named) == 1 else ""
