"""What an SLA's actions set off, rehearsed: the engine judges, and every action that comes due is carried out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from slas.domain.checking.rehearsal import STEP, VERSION, Bench, full_record
from slas.domain.checking.subject import Act, CheckedSLA, Effect, Write
from slas.domain.engine import (
    EMPTY,
    MAX_DEPTH,
    Applied,
    Change,
    Due,
    Instance,
    RecordState,
    Silence,
    Transition,
    advance,
    advance_until,
)
from slas.domain.worktime import WorkingTimeRangeError

MAX_EVENTS = 150
EVENT_STEPS = 100
MAX_BORN = 3
"""Records born at one depth; more would do the same."""
TICK = timedelta(microseconds=1)
_NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Link:
    """A moment of an item came due and one of its actions ran."""

    record_type: str
    item: str
    item_name: str
    moment: str
    act: Act
    effect: Effect
    depth: int


@dataclass
class _Record:
    """One record of the rehearsal, with its log; `cause` is the link that made it (none: it was there before)."""

    sla: CheckedSLA
    bench: Bench
    depth: int = 0
    state: RecordState = EMPTY
    changes: list[Change] = field(default_factory=list)
    causes: dict[int, Link] = field(default_factory=dict)


class ChainReaction:
    """Records that make each other change. Ends when nothing is due, after `MAX_EVENTS`, or when depth stops it.

    Each event counts as `EVENT_STEPS`, told to `spend`.
    """

    def __init__(self, sla: CheckedSLA, now: datetime, spend: Callable[[int], None]) -> None:
        self.slas = {sla.kind.name: sla, **sla.neighbours}
        self.now = now
        self.spend = spend
        self.records: list[_Record] = []
        self.events = 0
        self.links: list[tuple[Link, Link | None]] = []
        self.loop: tuple[Link, ...] = ()

    def run(self, kpi: str, record: Mapping[str, object], met: Mapping[str, object]) -> tuple[Link, ...]:
        """The links of the loop that a record with these values gets into; empty where all comes to rest.

        `met`, if any, are given to it a moment after its birth, so that what success does is seen too.
        """
        for values in ({}, met) if met else ({},):
            loop = self._go(kpi, record, values)
            if loop:
                return loop
        return ()

    def first_step(self, kpi: str, record: Mapping[str, object], act: Act) -> list[Transition]:
        """What follows on the record itself when its clock comes due and this action runs alone."""
        sla = next(iter(self.slas.values()))
        only = _Record(sla, Bench(sla))
        told: list[Transition] = []
        begins = self._begin(only, kpi, record)
        while self.events < MAX_EVENTS and (due := only.state.next_due) is not None:
            self._count()
            only.state, transitions = advance(only.bench, only.state, Due(due), lambda: only.changes)
            hit = [one for one in transitions if one.moment == act.moment and self._item_of(only, one) == act.item]
            if hit:
                values = self._written(only, act)
                change = Change(len(only.changes) + 1, max(due, begins) + TICK, values, depth=1)
                only.changes.append(change)
                only.state, told_now = advance(only.bench, only.state, change, lambda: only.changes)
                told += told_now
                break
        return told

    # --- the run ---

    def _count(self) -> None:
        self.events += 1
        self.spend(EVENT_STEPS)

    def _go(self, kpi: str, record: Mapping[str, object], met: Mapping[str, object]) -> tuple[Link, ...]:
        sla = next(iter(self.slas.values()))
        first = _Record(sla, Bench(sla))
        self.records, self.events, self.links, self.loop = [first], 0, [], ()
        values = full_record(sla.kind, sla.policy.applicable_from[kpi], record, self.now)
        with suppress(WorkingTimeRangeError):
            self._feed(first, values, self.now, None)
            if met:
                self._feed(first, met, self.now + STEP, None)
            while self.events < MAX_EVENTS and not self.loop and self._next_due():
                pass
        return self.loop

    def _next_due(self) -> bool:
        """Lets the earliest timer of all records come due; False where none runs."""
        record = min(self.records, key=lambda each: each.state.next_due or _NEVER)
        due = record.state.next_due
        if due is None:
            return False
        self._count()
        record.state, told = advance(record.bench, record.state, Due(due), lambda: record.changes)
        self._act_on(record, told)
        return True

    def _begin(self, record: _Record, kpi: str, values: Mapping[str, object]) -> datetime:
        full = full_record(record.sla.kind, record.sla.policy.applicable_from[kpi], values, self.now)
        change = Change(1, self.now, full, Applied(record.sla.policy.sla, VERSION, "default"))
        record.changes.append(change)
        record.state, _told = advance_until(record.bench, EMPTY, [change], self.now, lambda: record.changes)
        return self.now

    def _feed(self, record: _Record, values: Mapping[str, object], at: datetime, cause: Link | None) -> None:
        self._count()
        seq = len(record.changes) + 1
        choice = Applied(record.sla.policy.sla, VERSION, "default") if seq == 1 else None
        last = record.changes[-1].at if record.changes else None
        at = at if last is None or at > last else last + TICK
        depth = cause.depth + 1 if cause else 0
        change = Change(seq, at, dict(values), choice, depth=depth)
        record.changes.append(change)
        if cause:
            record.causes[seq] = cause
        record.state, told = advance_until(record.bench, record.state, [change], at, lambda: record.changes)
        self._act_on(record, told, cause)

    def _act_on(
        self, record: _Record, told: list[Transition] | tuple[Transition, ...], cause: Link | None = None
    ) -> None:
        """Runs the actions of what happened, one change per action, each a little later (R30, R32)."""
        for transition in told:
            item = self._item_of(record, transition)
            acts = record.sla.acts_by_moment.get((item, transition.moment), ()) if transition.moment else ()
            for act in acts:
                for effect in act.effects:
                    if self.loop or self.events >= MAX_EVENTS:
                        return
                    name = record.sla.policy.item_by_key[item].name
                    link = Link(record.sla.kind.name, item, name, transition.moment, act, effect, transition.depth)
                    self.links.append((link, self._origin(record, transition, cause)))
                    if transition.silence == Silence.DEPTH:
                        self._close(link)
                        break
                    self._carry_out(record, effect, transition, link)

    def _carry_out(self, record: _Record, effect: Effect, transition: Transition, link: Link) -> None:
        at = max(transition.at, record.changes[-1].at) + TICK
        if isinstance(effect, Write):
            old = record.state.values.get(effect.path)
            new = effect.applied(old)
            if new != old:
                self._feed(record, {effect.path: new}, at, link)
            return
        sla = self.slas.get(effect.record_type)
        siblings = sum(1 for each in self.records if each.depth == link.depth + 1)
        if sla is None or siblings >= MAX_BORN:
            return
        born = _Record(sla, Bench(sla), link.depth + 1)
        self.records.append(born)
        starts = dict.fromkeys(sla.policy.applicable_from.values(), at)
        values = {sla.kind.lifecycle_field: sla.kind.open_code, **starts, **sla.kind.defaults, **effect.values}
        self._feed(born, values, at, link)

    def _origin(self, record: _Record, transition: Transition, cause: Link | None) -> Link | None:
        """The link that made the clock start or the change come that this transition answers."""
        if cause is not None:
            return cause
        started = next((each.started_at for each in self._clocks(record) if each.number == transition.instance), None)
        for change in reversed(record.changes):
            if change.at == started:
                return record.causes.get(change.seq)
        return None

    def _close(self, last: Link) -> None:
        """Walks back from what depth stopped to the same moment of the same item before: that is the loop."""
        chain = [last]
        origins = {id(link): origin for link, origin in self.links}
        while (origin := origins.get(id(chain[-1]))) is not None and len(chain) <= MAX_DEPTH + 1:
            chain.append(origin)
            if (origin.record_type, origin.item, origin.moment) == (last.record_type, last.item, last.moment):
                self.loop = tuple(reversed(chain[1:]))
                return

    def _item_of(self, record: _Record, transition: Transition) -> str:
        return next((each.item for each in self._clocks(record) if each.number == transition.instance), "")

    def _clocks(self, record: _Record) -> list[Instance]:
        return [*record.state.past, *record.state.instances.values()]

    def _written(self, record: _Record, act: Act) -> dict[str, object]:
        values: dict[str, object] = {}
        for effect in act.effects:
            if isinstance(effect, Write):
                values[effect.path] = effect.applied(record.state.values.get(effect.path))
        return values
