"""What is checked: an SLA compiled as the engine would judge by it, and what is known about the records (R28)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cached_property

from slas.domain.conditions import Condition, Group, GroupKind, Leaf
from slas.domain.durations import Duration
from slas.domain.engine.state import Lifecycle
from slas.domain.fields import FieldSet, FieldType, Operator
from slas.domain.policy import ItemPolicy, SLAPolicy
from slas.domain.worktime import WorkingTime


class How(StrEnum):
    SET = "set"
    ADD = "add"
    APPEND = "append"


@dataclass(frozen=True, slots=True)
class Write:
    """An action gives a field of its record a value, adds a number to it, or appends a text."""

    path: str
    value: object
    how: How = How.SET

    def applied(self, old: object) -> object:
        if self.how is How.ADD and isinstance(self.value, int | float):
            return (old if isinstance(old, int | float) else 0) + self.value
        if self.how is How.APPEND:
            return f"{old}\n{self.value}" if old else self.value
        return self.value


@dataclass(frozen=True)
class Create:
    """An action creates a record of an SLA-enabled type; `values` are those it is born with."""

    record_type: str
    values: Mapping[str, object] = field(default_factory=dict)


Effect = Write | Create


@dataclass(frozen=True)
class Act:
    """One action of a moment of an item, as far as it changes records."""

    item: str
    moment: str
    pointer: str
    effects: tuple[Effect, ...]


@dataclass(frozen=True)
class RecordKind:
    """A record type. `facts` hold for every record of it; `defaults` is what a new one has unless told otherwise.

    `lifecycle` maps the codes of `lifecycle_field` to open, resolved or canceled (R25).
    """

    name: str
    fields: FieldSet
    lifecycle_field: str
    lifecycle: Mapping[str, str]
    facts: tuple[Condition, ...] = ()
    defaults: Mapping[str, object] = field(default_factory=dict)

    def in_states(self, *states: Lifecycle) -> Leaf:
        """The leaf that asks whether a record is in one of these states."""
        codes = tuple(code for code, state in self.lifecycle.items() if state in states)
        return Leaf(self.lifecycle_field, FieldType.CHOICE, Operator.IN, codes)

    @property
    def open_code(self) -> str:
        return next(code for code, state in self.lifecycle.items() if state == Lifecycle.OPEN)

    def facts_about(self, paths: frozenset[str]) -> tuple[Condition, ...]:
        """The facts that speak of nothing but these fields."""
        return tuple(fact for fact in self.facts if fact.paths <= paths)


def is_set(path: str, fields: FieldSet) -> Condition:
    """The fact that a field always has a value."""
    return Condition(Group(GroupKind.ALL, (Leaf(path, fields[path].type, Operator.IS_SET),)))


@dataclass(frozen=True)
class CheckedMoment:
    """A warning or the failure of an item, as it is written."""

    key: str
    kind: str
    after: Duration
    pointer: str


@dataclass(frozen=True)
class CheckedItem:
    """An item under examination, with its place in the document. `pause_pointer` is where its pause rule is written."""

    policy: ItemPolicy
    pointer: str
    pause_pointer: str
    moments: tuple[CheckedMoment, ...]
    acts: tuple[Act, ...] = ()

    @property
    def owns_pause_rule(self) -> bool:
        """Its rule is written in the item, not inherited from the KPI or the statuses."""
        return self.pause_pointer.endswith("/when")

    @property
    def key(self) -> str:
        return self.policy.key

    @property
    def name(self) -> str:
        return self.policy.name

    @property
    def failure(self) -> CheckedMoment:
        return next(moment for moment in self.moments if moment.kind == "failure")

    @property
    def warnings(self) -> tuple[CheckedMoment, ...]:
        return tuple(moment for moment in self.moments if moment.kind == "warning")


@dataclass(frozen=True)
class CheckedSLA:
    """The SLA, its records, and the hours by their id. `often` are the fields that change often."""

    kind: RecordKind
    policy: SLAPolicy
    items: tuple[CheckedItem, ...]
    hours: Mapping[int, WorkingTime] = field(default_factory=dict)
    often: frozenset[str] = frozenset()
    neighbours: Mapping[str, CheckedSLA] = field(default_factory=dict)
    """The SLAs that records of other types live by, as far as actions create such records."""

    def of_kpi(self, kpi: str) -> tuple[CheckedItem, ...]:
        return tuple(item for item in self.items if item.policy.kpi == kpi)

    def hours_of(self, item: CheckedItem) -> WorkingTime | None:
        """None: around the clock."""
        hours = item.policy.business_hours
        return None if hours is None else self.hours.get(hours)

    @cached_property
    def acts_by_moment(self) -> Mapping[tuple[str, str], tuple[Act, ...]]:
        found: dict[tuple[str, str], tuple[Act, ...]] = {}
        for item in self.items:
            for act in item.acts:
                found[act.item, act.moment] = (*found.get((act.item, act.moment), ()), act)
        return found


@dataclass(frozen=True)
class Finding:
    """One fault or doubt, as a code with data; outer layers word it.

    `pointer` leads into the document, `item` is the key of the item ("" for the SLA). `witness` is a record for which
    the engine does what the finding says.
    """

    code: str
    pointer: str
    item: str = ""
    refused: bool = False
    data: Mapping[str, object] = field(default_factory=dict)
    witness: Mapping[str, object] | None = None


@dataclass(frozen=True)
class Examination:
    """All that was found. `limited`: KPIs and conditions whose examination was cut short, by pointer."""

    findings: tuple[Finding, ...]
    limited: tuple[str, ...] = ()
    at: datetime | None = None
