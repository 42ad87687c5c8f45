"""An SLA document in words: what a person reads who does not read JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from actions.services import action_words
from sla_project.operations.errors import Problem
from slas import records
from slas.domain.conditions import ConditionError, parse_frozen
from slas.domain.durations import Duration
from slas.selectors.clocks.explanations import Words
from slas.selectors.policy import shared

KINDS = {
    "warning": (gettext_lazy("Warning"), "alert-triangle", "warn"),
    "failure": (gettext_lazy("Failure"), "flame", "bad"),
    "success": (gettext_lazy("Success"), "circle-check", "good"),
}


@dataclass(frozen=True)
class MomentWords:
    """A warning, the failure or the success, with its actions in order."""

    kind: str
    label: str
    icon: str
    tone: str
    after: str
    actions: list[str]


@dataclass(frozen=True)
class ItemWords:
    """One item as the page shows it. `findings` are what the checker has to say about it."""

    number: int
    key: str
    name: str
    kpi: str
    applies: str
    succeeds: str
    hours: str
    pause: str
    moments: list[MomentWords]
    refusals: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)

    @property
    def clock(self) -> str:
        """*warn 45 min, fail 1 h*."""
        times = [f"{moment.label.lower()} {moment.after}" for moment in self.moments if moment.after]
        return ", ".join(times)


@dataclass(frozen=True)
class PauseRules:
    """What pauses an item without a rule of its own: its KPI's rule, if that has one, else these statuses."""

    kpis: Mapping[str, Mapping[str, Any] | None]
    statuses: Sequence[str]


class DocumentWords:
    """Says documents of one record type; reads KPIs and hours once."""

    def __init__(self, record_type: str) -> None:
        self.record_type = records.get(record_type)
        self.words = Words(self.record_type)
        self.kpis = {kpi.code: kpi.name for kpi in shared.kpis(record_type)}
        self.hours = {hours.code: hours.name for hours in shared.business_hours()}

    @shared.read_together()
    def items(
        self,
        document: Mapping[str, Any],
        refusals: Sequence[Problem] | None = None,
        warnings: Sequence[Problem] | None = None,
        *,
        frozen: Mapping[str, Any] | None = None,
    ) -> list[ItemWords]:
        """`frozen`: the version whose KPIs and pause statuses count; without it those of now."""
        rules = _pause_rules(frozen) if frozen else self.pause_rules
        return [
            self.item(item, document, index, _of_item(refusals, index), _of_item(warnings, index), rules)
            for index, item in enumerate(document["items"])
        ]

    def item(
        self,
        item: Mapping[str, Any],
        document: Mapping[str, Any],
        index: int,
        refusals: list[Problem],
        warnings: list[Problem],
        rules: PauseRules,
    ) -> ItemWords:
        return ItemWords(
            number=index + 1,
            key=item["key"],
            name=item["name"],
            kpi=self.kpis.get(item["kpi"], item["kpi"]),
            applies=self.condition(item["applicable_when"]),
            succeeds=self.condition(item["success_when"]),
            hours=self.hours_words(item["business_hours"] or document["business_hours"]),
            pause=self.pause_in_force(item, rules),
            moments=[self.moment(moment) for moment in item["moments"]],
            refusals=refusals,
            warnings=warnings,
        )

    def condition(self, document: Mapping[str, Any] | None) -> str:
        try:
            condition, _gone = parse_frozen(document, self.record_type.fields)
            return self.words.sentence(condition)
        except ConditionError as error:
            return _("No longer readable: %(problem)s") % {"problem": error.problems[0].message}

    def hours_words(self, code: str | None) -> str:
        return self.hours.get(code, code) if code else _("24 × 7")

    def pause(self, pause: Mapping[str, Any]) -> str:
        if not pause["allowed"]:
            return _("Never pauses")
        if pause["when"] is None:
            return _("By the KPI's rule, else the pause statuses")
        return self.condition(pause["when"])

    def pause_in_force(self, item: Mapping[str, Any], rules: PauseRules) -> str:
        """What pauses the item: its own rule, else its KPI's, else the statuses, of which there may be none (R23)."""
        if not item["pause"]["allowed"] or item["pause"]["when"] is not None:
            return self.pause(item["pause"])
        of_kpi = rules.kpis.get(item["kpi"])
        if of_kpi is not None:
            return _("%(rule)s (the KPI's rule)") % {"rule": self.condition(of_kpi)}
        return self.usual_pause(rules.statuses)

    def usual_pause(self, statuses: Sequence[str]) -> str:
        """*Status is On hold (settings)*, or that no status pauses."""
        if not statuses:
            return _("Never: the settings name no status that pauses")
        how = {"op": "in", "value": list(statuses)} if len(statuses) > 1 else {"op": "is", "value": statuses[0]}
        rule = {"field": self.record_type.pause_field, **how}
        return _("%(rule)s (settings)") % {"rule": self.condition({"all": [rule]})}

    @property
    def pause_rules(self) -> PauseRules:
        """As they are now, and would be published."""
        name = self.record_type.name
        kpis = {kpi.code: kpi.pause_when if kpi.pause_override else None for kpi in shared.kpis(name)}
        return PauseRules(kpis, shared.settings().pause_statuses.get(name, []))

    def moment(self, moment: Mapping[str, Any]) -> MomentWords:
        label, icon, tone = KINDS[moment["kind"]]
        after = Duration.parse_document(moment["after"]).words() if moment.get("after") else ""
        actions = [action_words(action, target_type=self.record_type.name) for action in moment["actions"]]
        return MomentWords(moment["kind"], str(label), icon, tone, after, actions)


def _pause_rules(frozen: Mapping[str, Any]) -> PauseRules:
    kpis = {code: kpi.get("pause_when") for code, kpi in frozen["kpis"].items()}
    return PauseRules(kpis, frozen.get("pause_statuses") or [])


def _of_item(problems: Sequence[Problem] | None, index: int) -> list[Problem]:
    prefix = f"/items/{index}"
    return [
        problem for problem in problems or () if problem.pointer == prefix or problem.pointer.startswith(f"{prefix}/")
    ]
