"""*Why these timers*: for every item, whether it applies and what decided."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from slas.domain.conditions import Condition, Explanation, Leaf, leaf_sentence, value_text
from slas.domain.fields import FieldSet
from slas.models import SLA, KPIInstance
from slas.records import RecordType
from slas.selectors.clocks.instances import RecordView
from slas.selectors.clocks.states import StoredPolicies

WON, NOT_NEEDED, NOT_MET, NO_START = "won", "not_needed", "not_met", "no_start"


@dataclass(frozen=True)
class LeafExplained:
    """One condition with the record's actual value, in words."""

    sentence: str
    actual: str
    result: bool
    field: str = ""


@dataclass(frozen=True)
class ConditionTrace:
    """A condition, whether it holds, and each rule with its actual value."""

    sentence: str
    result: bool
    leaves: list[LeafExplained] = field(default_factory=list)


@dataclass(frozen=True)
class ItemExplained:
    """`outcome`: won, not_needed (an earlier item of the KPI won), not_met, no_start (applicable-from is empty)."""

    key: str
    name: str
    kpi: str
    outcome: str
    sentence: str
    leaves: list[LeafExplained] = field(default_factory=list)
    start_field: str = ""


@dataclass(frozen=True)
class RecordExplained:
    """Which SLA judges a record, who chose it, and what each of its items says."""

    sla: SLA | None
    version: int | None
    source: str
    items: list[ItemExplained]


def explain_record(view: RecordView) -> RecordExplained:
    """Explain a record by the values and the SLA version that judge it."""
    applied = view.state.applied
    if applied is None:
        return RecordExplained(None, None, view.record.sla_source, [])
    sla = SLA.objects.get(pk=applied.sla)
    number = sla.versions.values_list("number", flat=True).get(pk=applied.version)
    return RecordExplained(
        sla, number, applied.source, list(explain_items(view.policies, applied.version, view.state.values))
    )


def explain_items(policies: StoredPolicies, version: int, values: Mapping[str, object]) -> Iterator[ItemExplained]:
    """Every item of a version in evaluation order, by these values."""
    policy, fields = policies.sla(version), policies.record_type.fields
    words = Words(policies.record_type)
    won: set[str] = set()
    for item in policy.items:
        start_path = policy.applicable_from[item.kpi]
        explanation = item.applicable_when.explain(values)
        if item.kpi in won:
            outcome = NOT_NEEDED
        elif not explanation.result:
            outcome = NOT_MET
        else:
            won.add(item.kpi)
            outcome = WON if values.get(start_path) is not None else NO_START
        yield ItemExplained(
            key=item.key,
            name=item.name,
            kpi=policies.kpi_name(version, item.kpi),
            outcome=outcome,
            sentence=words.sentence(item.applicable_when),
            leaves=list(words.leaves(explanation)),
            start_field=fields.full_label(start_path),
        )


class Words:
    """Conditions in words, with the names behind lookups."""

    def __init__(self, record_type: RecordType) -> None:
        self._record_type = record_type
        self._labels: dict[tuple[str, Any], str] = {}

    @property
    def fields(self) -> FieldSet:
        return self._record_type.fields

    def sentence(self, condition: Condition) -> str:
        self._read_names(condition)
        return condition.sentence(self.fields, self.label_of)

    def _read_names(self, condition: Condition) -> None:
        """The names behind all lookups of a condition, with one query for each kind of record."""
        wanted: dict[str, set[int]] = {}
        for leaf in condition.leaves():
            field_ = self.fields.get(leaf.path)
            if field_ is not None and field_.lookup:
                # Rows have numbers for ids; a text names none.
                ids = {value for value in leaf.values if isinstance(value, int)}
                wanted.setdefault(field_.lookup, set()).update(ids)
        for lookup, ids in wanted.items():
            new = [pk for pk in ids if (lookup, pk) not in self._labels]
            rows = self._record_type.options(lookup).model._base_manager.in_bulk(new) if new else {}
            self._labels.update({(lookup, pk): str(rows[pk]) if pk in rows else f"#{pk}" for pk in new})

    def leaves(self, explanation: Explanation) -> Iterator[LeafExplained]:
        """Every leaf of the tree, in its order."""
        node = explanation.node
        self._read_names(Condition(node))
        if isinstance(node, Leaf):
            actual = value_text(node.type, explanation.actual, self.fields.get(node.path), self.label_of)
            sentence, label = leaf_sentence(node, self.fields, self.label_of), self.fields.full_label(node.path)
            yield LeafExplained(sentence, actual, explanation.result, label)
        for child in explanation.children:
            yield from self.leaves(child)

    def label_of(self, field_: Any, value: object) -> str | None:
        """The name of the row behind a lookup's id."""
        if not field_.lookup or value is None:
            return None
        key = (field_.lookup, value)
        if key not in self._labels:
            model = self._record_type.options(field_.lookup).model
            row = model._base_manager.filter(pk=value).first() if isinstance(value, int) else None
            self._labels[key] = str(row) if row else f"#{value}"
        return self._labels[key]


def condition_traced(words: Words, condition: Condition, values: Mapping[str, object]) -> ConditionTrace:
    explanation = condition.explain(values)
    return ConditionTrace(words.sentence(condition), explanation.result, list(words.leaves(explanation)))


def pause_words(view: RecordView, instance: KPIInstance) -> str:
    """What holds a paused clock up, by the record's values now: “Status is On hold”; empty for one that runs."""
    if instance.paused_on is None:
        return ""
    rule = view.policies.sla(instance.sla_version_id).item_by_key[instance.item_key].pause_when
    if rule is None:
        return ""
    traced = condition_traced(Words(view.record_type), rule, view.state.values)
    holding = [leaf for leaf in traced.leaves if leaf.result and leaf.actual]
    if not holding:
        return traced.sentence
    return ", ".join(_("%(field)s is %(value)s") % {"field": leaf.field, "value": leaf.actual} for leaf in holding)
