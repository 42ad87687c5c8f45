"""A published SLA version, compiled for the engine (engine.md R6, R17, R23).

The frozen document is complete: everything that judging needs is in it, except the schedule versions, which are
looked up by the moment (`business_hours` here is the id of the hours, not of a version).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from slas.domain.conditions import Condition, Problem, parse_frozen
from slas.domain.durations import Duration
from slas.domain.fields import FieldSet


@dataclass(frozen=True, slots=True)
class WarningMoment:
    key: str
    after: Duration


@dataclass(frozen=True)
class ItemPolicy:
    """One SLA item. `pause_when` is the rule that counts (item, else KPI, else statuses); None never pauses.

    `allows_pausing` without a rule still takes over the pauses of the items before it (R23).
    """

    key: str
    name: str
    kpi: str
    applicable_when: Condition
    success_when: Condition
    allows_pausing: bool
    pause_when: Condition | None
    business_hours: int | None
    warnings: tuple[WarningMoment, ...]
    failure_key: str
    failure_after: Duration
    success_key: str

    def has_terms_of(self, other: ItemPolicy) -> bool:
        """A running clock of `other` may go on as one of this item (R29)."""
        return (
            self.key == other.key
            and self.kpi == other.kpi
            and self.business_hours == other.business_hours
            and self._lengths() == other._lengths()
            and self.allows_pausing == other.allows_pausing
            and self.pause_when == other.pause_when
        )

    def _lengths(self) -> tuple[object, ...]:
        """60 minutes are 1 hour; business days equal only business days."""
        return (
            self.failure_after.seconds or self.failure_after,
            *((warning.key, warning.after.seconds or warning.after) for warning in self.warnings),
        )


@dataclass(frozen=True)
class SLAPolicy:
    """All items of one SLA version in evaluation order. `gone` is what it names that the record type no longer has."""

    sla: int
    version: int
    items: tuple[ItemPolicy, ...]
    applicable_from: Mapping[str, str]
    kpi_ids: Mapping[str, int]
    reopening: str
    recalculate_on_terminal: bool
    item_by_key: Mapping[str, ItemPolicy] = field(default_factory=dict)
    gone: tuple[Problem, ...] = ()

    @cached_property
    def kpis(self) -> tuple[str, ...]:
        """KPI codes in the order in which items name them first."""
        return tuple(dict.fromkeys(item.kpi for item in self.items))

    @cached_property
    def items_by_kpi(self) -> Mapping[str, tuple[ItemPolicy, ...]]:
        return {kpi: tuple(item for item in self.items if item.kpi == kpi) for kpi in self.kpis}

    @cached_property
    def paths(self) -> frozenset[str]:
        """Paths whose change can make a difference under this version (R13), lifecycle apart."""
        found = {self.applicable_from[kpi] for kpi in self.kpis}
        for item in self.items:
            found |= item.applicable_when.paths | item.success_when.paths
            if item.pause_when is not None:
                found |= item.pause_when.paths
        return frozenset(found)

    def winner(self, kpi: str, values: Mapping[str, object]) -> ItemPolicy | None:
        """The first item of the KPI whose applicable-when holds (R17)."""
        for item in self.items_by_kpi.get(kpi, ()):
            if item.applicable_when.evaluate(values):
                return item
        return None


def compile_sla(document: Mapping[str, Any], fields: FieldSet, *, sla: int, version: int) -> SLAPolicy:
    """Compile a frozen document. It was validated when it was published, so errors here are programming errors.

    What the code has lost since is no error: see `SLAPolicy.gone`. A KPI whose applicable-from is gone starts nothing.
    """
    compiler = _Compiler(document, fields)
    items = tuple(compiler.item(item, f"/items/{index}") for index, item in enumerate(document["items"]))
    return SLAPolicy(
        sla=sla,
        version=version,
        items=items,
        applicable_from=compiler.applicable_from(),
        kpi_ids={code: kpi["id"] for code, kpi in document["kpis"].items()},
        reopening=document.get("reopening") or "keep",
        recalculate_on_terminal=bool(document.get("recalculate_on_terminal")),
        item_by_key={item.key: item for item in items},
        gone=tuple(dict.fromkeys(compiler.gone)),
    )


class _Compiler:
    """Compiles one document, and notes what it names that is gone."""

    def __init__(self, document: Mapping[str, Any], fields: FieldSet) -> None:
        self.document = document
        self.fields = fields
        self.gone: list[Problem] = []
        self.statuses = self._statuses_rule()

    def condition(self, document: object, pointer: str) -> Condition:
        condition, gone = parse_frozen(document, self.fields, pointer=pointer)
        self.gone += gone
        return condition

    def applicable_from(self) -> dict[str, str]:
        paths = {code: kpi["applicable_from"] for code, kpi in self.document["kpis"].items()}
        for code, path in paths.items():
            if path not in self.fields:
                message = f"There is no field “{path}” any more to count from."
                self.gone.append(Problem(f"/kpis/{code}/applicable_from", "unknown_field", message))
        return paths

    def item(self, item: Mapping[str, Any], pointer: str) -> ItemPolicy:
        moments = item["moments"]
        failure = next(moment for moment in moments if moment["kind"] == "failure")
        success = next((moment for moment in moments if moment["kind"] == "success"), None)
        hours = item.get("business_hours") or self.document.get("business_hours")
        return ItemPolicy(
            key=item["key"],
            name=item["name"],
            kpi=item["kpi"],
            applicable_when=self.condition(item.get("applicable_when"), f"{pointer}/applicable_when"),
            success_when=self.condition(item.get("success_when"), f"{pointer}/success_when"),
            allows_pausing=_allows_pausing(item),
            pause_when=self._pause_rule(item, pointer),
            business_hours=self.document["schedules"][hours] if hours else None,
            warnings=tuple(
                WarningMoment(moment["key"], Duration.parse_document(moment["after"]))
                for moment in moments
                if moment["kind"] == "warning"
            ),
            failure_key=failure["key"],
            failure_after=Duration.parse_document(failure["after"]),
            success_key=success["key"] if success else "",
        )

    def _statuses_rule(self) -> Condition | None:
        statuses = self.document.get("pause_statuses") or []
        if not statuses:
            return None
        rule = {"field": self.document["pause_field"], "op": "in", "value": list(statuses)}
        return self.condition({"all": [rule]}, "/pause_statuses")

    def _pause_rule(self, item: Mapping[str, Any], pointer: str) -> Condition | None:
        """R23: only if the item allows it; the item's rule replaces the KPI's, which replaces the statuses."""
        if not _allows_pausing(item):
            return None
        own = (item.get("pause") or {}).get("when")
        if own is not None:
            return self.condition(own, f"{pointer}/pause/when")
        of_kpi = self.document["kpis"][item["kpi"]].get("pause_when")
        if of_kpi is not None:
            return self.condition(of_kpi, f"/kpis/{item['kpi']}/pause_when")
        return self.statuses


def _allows_pausing(item: Mapping[str, Any]) -> bool:
    return bool((item.get("pause") or {}).get("allowed", True))
