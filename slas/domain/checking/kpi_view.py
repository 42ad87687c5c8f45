"""The items of one KPI as sets of records: where each applies, wins, succeeds and pauses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from slas.domain.checking.subject import CheckedItem, CheckedSLA
from slas.domain.conditions import Leaf, Node
from slas.domain.conditions.diagrams import ALWAYS_TRUE, NEVER, Diagram, Diagrams
from slas.domain.conditions.space import Space
from slas.domain.conditions.steps import Steps
from slas.domain.engine.state import Lifecycle
from slas.domain.fields import FieldType, Operator


class KPIView:
    """`open`: records whose clock may run; `live`: also those in the change that resolves them (R25).

    What no condition asks about is left out, so that examples name only what matters. Where all items together are
    too much, a view of one item `alone` still answers what concerns only that item.
    """

    def __init__(self, sla: CheckedSLA, kpi: str, steps: Steps, alone: CheckedItem | None = None) -> None:
        self.sla = sla
        self.kpi = kpi
        self.items = sla.of_kpi(kpi) if alone is None else (alone,)
        self.start = sla.policy.applicable_from[kpi]
        asked = _with_lifecycle(frozenset().union(*map(_paths_of, self.items)), sla)
        self.facts = sla.kind.facts_about(asked)
        space = Space(self._roots(asked), sla.kind.fields, steps)
        self.spend = steps.spend
        self.diagrams = Diagrams(space, sla.kind.defaults)
        self.possible = self.diagrams.all_of(self.diagrams.of(fact.root) for fact in self.facts)
        self.open = self._within(asked, Lifecycle.OPEN)
        self.live = self._within(asked, Lifecycle.OPEN, Lifecycle.RESOLVED)
        self.applies = {item.key: self.diagrams.of(item.policy.applicable_when.root) for item in self.items}
        self.wins: dict[str, Diagram] = {}
        self.taken = NEVER
        for item in self.items:
            self.wins[item.key] = self.diagrams.without(self.applies[item.key], self.taken)
            self.taken = self.diagrams.either(self.taken, self.applies[item.key])

    def success(self, item: CheckedItem) -> Diagram:
        return self.diagrams.of(item.policy.success_when.root)

    def pause(self, item: CheckedItem) -> Diagram:
        """Where the item's clock stands still; nowhere for one that never pauses."""
        rule = item.policy.pause_when
        return NEVER if rule is None else self.diagrams.of(rule.root)

    def before(self, item: CheckedItem) -> tuple[CheckedItem, ...]:
        return self.items[: self.items.index(item)]

    def winner(self, record: Mapping[str, object]) -> CheckedItem | None:
        """As the engine chooses (R17)."""
        found = self.sla.policy.winner(self.kpi, self.filled(record))
        return next((item for item in self.items if found is not None and item.key == found.key), None)

    def filled(self, record: Mapping[str, object]) -> dict[str, object]:
        """An example with all that a new record has besides."""
        return {**self.sla.kind.defaults, **record}

    def example(self, records: Diagram) -> dict[str, object] | None:
        """One of these records, naming only what makes it one; the rest is as in any new record.

        Of what only success and pauses ask about, that goes for all that is as in a new record.
        """
        d = self.diagrams
        found = d.example(records)
        if found is None:
            return None
        choosing = frozenset().union(*(item.policy.applicable_when.paths for item in self.items))
        for path, value in self.sla.kind.defaults.items():
            if path in found and found[path] == value:
                fewer = {other: each for other, each in found.items() if other != path}
                if path not in choosing or d.implies(d.both(d.box(d.space.bits_of(fewer)), self.open), records):
                    found = fewer
        return found

    def tied_to(self, paths: frozenset[str]) -> frozenset[str]:
        """The fields that a change of these may have to change as well, such as the state with the status."""
        tied = set(paths)
        for fact in self.facts:
            if fact.paths & paths:
                tied |= fact.paths
        return frozenset(tied)

    def _roots(self, asked: frozenset[str]) -> Sequence[Node]:
        roots: list[Node] = [root for item in self.items for root in _roots_of(item)]
        roots += [fact.root for fact in self.facts]
        roots += self._set_or_not()
        if self.sla.kind.lifecycle_field in asked:
            roots += [self._states(Lifecycle.OPEN), self._states(Lifecycle.OPEN, Lifecycle.RESOLVED)]
        if self.start in asked:
            roots.append(self._started)
        return roots

    def _set_or_not(self) -> list[Leaf]:
        """Whether a field is set is always told apart, so that gaps can be said in words."""
        fields = self.sla.kind.fields
        paths = sorted(frozenset().union(*(item.policy.applicable_when.paths for item in self.items)))
        return [Leaf(path, fields[path].type, Operator.IS_SET) for path in paths if path in fields]

    def _states(self, *states: Lifecycle) -> Leaf:
        return self.sla.kind.in_states(*states)

    @property
    def _started(self) -> Leaf:
        return Leaf(self.start, FieldType.DATETIME, Operator.IS_SET)

    def _within(self, asked: frozenset[str], *states: Lifecycle) -> Diagram:
        found = self.possible
        if self.sla.kind.lifecycle_field in asked:
            found = self.diagrams.both(found, self.diagrams.of(self._states(*states)))
        started = self.diagrams.of(self._started) if self.start in asked else ALWAYS_TRUE
        return self.diagrams.both(found, started)


def _with_lifecycle(asked: frozenset[str], sla: CheckedSLA) -> frozenset[str]:
    """The state counts where a field that is asked about is tied to it, as the status is."""
    lifecycle = sla.kind.lifecycle_field
    tied = any(lifecycle in fact.paths and fact.paths - {lifecycle} & asked for fact in sla.kind.facts)
    return asked | {lifecycle} if tied else asked


def _roots_of(item: CheckedItem) -> list[Node]:
    rules = [item.policy.applicable_when, item.policy.success_when, item.policy.pause_when]
    return [rule.root for rule in rules if rule is not None]


def _paths_of(item: CheckedItem) -> frozenset[str]:
    paths = item.policy.applicable_when.paths | item.policy.success_when.paths
    return paths if item.policy.pause_when is None else paths | item.policy.pause_when.paths
