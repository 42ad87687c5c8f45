"""The engine: `advance(state, event) → (state, transitions)`, and `replay`, the fold over a whole log (R10, R11).

For a fixed log any batches and any lateness give the same result: what happens depends on the events and the moments
computed from them, never on when somebody looks.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from slas.domain.engine.changes import is_relevant, judge_change
from slas.domain.engine.choices import judge_extended, judge_reapplied, judge_recalculated
from slas.domain.engine.clocks import judge_due
from slas.domain.engine.copying import evolve
from slas.domain.engine.desk import Desk
from slas.domain.engine.log import (
    Change,
    Deleted,
    Due,
    Event,
    Extended,
    History,
    LogEvent,
    Policies,
    Reapplied,
    Recalculated,
)
from slas.domain.engine.state import Lifecycle, RecordState
from slas.domain.engine.transitions import Reason, Transition

EMPTY = RecordState()


def advance(
    policies: Policies, state: RecordState, event: Event, history: History
) -> tuple[RecordState, tuple[Transition, ...]]:
    """Judge one event. Timers due before it must have been fed already (`advance_until` and `replay` see to it)."""
    if isinstance(event, Change) and _is_irrelevant(policies, state, event):
        return evolve(state, values={**state.values, **event.values}, judged_seq=event.seq), ()
    desk = Desk(policies, state, event.at, history, depth=0 if isinstance(event, Due) else event.depth)
    if not isinstance(event, Due):
        desk.seq = event.seq
    match event:
        case Due():
            judge_due(desk)
        case Change():
            judge_change(desk, event)
        case Reapplied():
            judge_reapplied(desk, event)
        case Recalculated():
            judge_recalculated(desk, event)
        case Extended():
            judge_extended(desk, event)
        case Deleted():
            desk.cancel_all(Reason.RECORD_DELETED)
            desk.lifecycle, desk.closed_at = Lifecycle.CANCELED, desk.at
    return desk.close()


def _is_irrelevant(policies: Policies, state: RecordState, change: Change) -> bool:
    """R13; the first change of a record always counts."""
    return state.lifecycle is not None and not is_relevant(policies, state.applied, state.instances.values(), change)


def advance_until(
    policies: Policies, state: RecordState, events: Iterable[LogEvent], until: datetime, history: History
) -> tuple[RecordState, list[Transition]]:
    """Feed `events` (in order of seq) and every timer due before `until`, in time order (R8, R10).

    A timer due at d is fed before the first event later than d; an event at d itself comes first.
    """
    transitions: list[Transition] = []
    due = state.next_due
    for event in events:
        before = state
        if due is not None and due < event.at:
            state = _run_clock(policies, state, event.at, history, transitions)
        state, decided = advance(policies, state, event, history)
        transitions += decided
        if state.instances is not before.instances:  # most changes move no clock (R13)
            due = state.next_due
    return _run_clock(policies, state, until, history, transitions), transitions


def _run_clock(
    policies: Policies, state: RecordState, before: datetime, history: History, transitions: list[Transition]
) -> RecordState:
    while (due := state.next_due) is not None and due < before:
        state, decided = advance(policies, state, Due(due), history)
        transitions += decided
    return state


def replay(policies: Policies, log: Sequence[LogEvent], until: datetime) -> tuple[RecordState, list[Transition]]:
    """The fold over a whole log: by R11 it gives what was stored live."""
    fed: list[Change] = []

    def events() -> Iterable[LogEvent]:
        for event in log:
            if isinstance(event, Change):
                fed.append(event)
            yield event

    return advance_until(policies, EMPTY, events(), until, lambda: fed)
