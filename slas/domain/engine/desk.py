"""The work of one event: a mutable copy of the state, and the small moves that every rule is made of.

Nothing outside this package sees a `Desk`; `fold.advance` opens one, lets the rules work on it and closes it again.
"""

from __future__ import annotations

from datetime import datetime
from operator import attrgetter

from slas.domain.engine.copying import evolve
from slas.domain.engine.log import History, Hours, Policies
from slas.domain.engine.state import CLOSED, PAUSE, Applied, Hold, Instance, Lifecycle, RecordState, Status
from slas.domain.engine.times import with_due_times
from slas.domain.engine.transitions import MAX_DEPTH, Kind, Reason, Silence, Transition
from slas.domain.policy import ItemPolicy, SLAPolicy

_by_number = attrgetter("number")


class Desk:
    """State under work at the moment `at`, and the transitions decided so far. `earlier` are the values of before."""

    __slots__ = (
        "applied", "at", "closed_at", "depth", "earlier", "history", "holds", "instances",
        "lifecycle", "next_instance", "past", "policies", "resumed", "seq", "source", "transitions", "values",
    )  # fmt: skip

    def __init__(self, policies: Policies, state: RecordState, at: datetime, history: History, depth: int = 0) -> None:
        self.policies = policies
        self.at = at
        self.history = history
        self.depth = depth
        self.earlier = state.values
        self.values = dict(state.values)
        self.lifecycle = state.lifecycle
        self.closed_at = state.closed_at
        self.applied: Applied | None = state.applied
        self.source = state.source
        self.instances = dict(state.instances)
        self.holds = dict(state.holds)
        self.next_instance = state.next_instance
        self.past = list(state.past)
        self.seq = state.judged_seq
        self.transitions: list[Transition] = []
        self.resumed: set[int] = set()  # clocks whose pause this event ended

    def close(self) -> tuple[RecordState, tuple[Transition, ...]]:
        state = RecordState(
            values=self.values,
            lifecycle=self.lifecycle,
            closed_at=self.closed_at,
            applied=self.applied,
            source=self.source,
            instances=self.instances,
            holds=self.holds,
            next_instance=self.next_instance,
            judged_seq=self.seq,
            past=tuple(self.past),
        )
        return state, tuple(self.transitions)

    # What is in force

    @property
    def policy(self) -> SLAPolicy | None:
        return self.policies.sla(self.applied.version) if self.applied else None

    def item_of(self, instance: Instance) -> ItemPolicy:
        """The item that judges a running or settled instance: that of the version it lives by (R17)."""
        return self.policies.sla(instance.version).item_by_key[instance.item]

    def hours_of(self, instance: Instance) -> Hours:
        return self.policies.hours(instance.hours)

    def clocks(self) -> list[Instance]:
        """The KPIs' clocks by number: the same order live and in a replay (R11)."""
        return sorted(self.instances.values(), key=_by_number)

    def holds_of(self, kpi: str, item: ItemPolicy) -> tuple[Hold, ...]:
        """The holds that count for a clock: closed time always, pauses only if the item allows pausing (R23, R26)."""
        holds = self.holds.get(kpi, ())
        return holds if item.allows_pausing else tuple(hold for hold in holds if hold.kind == CLOSED)

    # The moves

    def tell(
        self,
        instance: Instance,
        kind: Kind,
        reason: Reason,
        *,
        due_at: datetime | None = None,
        moment: str = "",
        silence: str = "",
        data: dict[str, object] | None = None,
    ) -> None:
        """Write a transition down. From depth 5 on it is stored without its actions (R32)."""
        depth = max(self.depth, instance.depth)
        if moment and depth >= MAX_DEPTH:
            silence = silence or Silence.DEPTH
        self.transitions.append(
            Transition(instance.number, kind, self.at, reason, due_at, moment, silence, data or {}, depth)
        )

    def put(self, instance: Instance) -> Instance:
        """Make this the KPI's clock; one that it replaces is past."""
        earlier = self.instances.get(instance.kpi)
        if earlier is not None and earlier.number != instance.number:
            self.past.append(earlier)
        self.instances[instance.kpi] = instance
        return instance

    def forget(self) -> None:
        """Leave the SLA behind: no settled result and no pause of it counts any more (R16)."""
        self.past += self.instances.values()
        self.instances.clear()
        self.holds.clear()

    def retime(self, instance: Instance) -> Instance:
        """Store a clock that runs already, with due times by its present holds; none of them is past."""
        holds = self.holds_of(instance.kpi, self.item_of(instance))
        return self.put(with_due_times(instance, holds, self.hours_of(instance).time, now=self.at))

    def hold(self, kpi: str, start: datetime, end: datetime, kind: str = PAUSE) -> None:
        if end > start:
            self.holds[kpi] = (*self.holds.get(kpi, ()), Hold(start, end, kind))

    def end(self, instance: Instance, status: Status, reason: Reason, *, at: datetime | None = None) -> Instance:
        """The last move of a clock; it keeps what reports ask of the record at that moment."""
        return self.put(
            evolve(
                instance,
                status=status,
                ended_at=at or self.at,
                end_reason=reason,
                ended_paused=instance.number in self.resumed,
                values_at_end=self.values,
            )
        )

    def cancel(self, instance: Instance, reason: Reason, **data: object) -> None:
        """End an open instance unsettled; a pause under way is closed first (R23, R24)."""
        if instance.paused_on is not None:
            instance = self.resume(instance, reason)
        ended = self.end(instance, Status.CANCELED, reason)
        self.tell(ended, Kind.CANCELED, reason, data=data)

    def cancel_all(self, reason: Reason) -> None:
        for instance in self.clocks():
            if instance.is_open:
                self.cancel(instance, reason)

    def pause(self, instance: Instance) -> None:
        paused = self.put(evolve(instance, status=Status.PAUSED, paused_on=self.at))
        self.tell(paused, Kind.PAUSED, Reason.PAUSE_RULE)

    def resume(self, instance: Instance, reason: Reason = Reason.PAUSE_ENDED) -> Instance:
        """End the pause and move what has not been reached yet (R24)."""
        assert instance.paused_on is not None
        self.hold(instance.kpi, instance.paused_on, self.at)
        self.resumed.add(instance.number)
        running = Status.NEARING_NONCOMPLIANCE if instance.reached else Status.IN_PROGRESS
        resumed = self.retime(evolve(instance, status=running, paused_on=None))
        self.tell(resumed, Kind.RESUMED, reason)
        return resumed

    @property
    def is_open(self) -> bool:
        return self.lifecycle is Lifecycle.OPEN
