"""The laws of the fold over random histories (engine.md R8–R11, R13, R17–R24, R34)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from slas.domain.engine import (
    EMPTY,
    MAX_DEPTH,
    Change,
    Instance,
    Kind,
    Lifecycle,
    LogEvent,
    RecordState,
    Silence,
    Status,
    Transition,
    advance,
    advance_until,
    replay,
)
from slas.domain.engine.log import Due, Event
from slas.domain.engine.state import CLOSED
from slas.domain.engine.times import due_time
from slas.domain.tests.engine.histories import History, World, histories

OPEN = {Status.IN_PROGRESS, Status.NEARING_NONCOMPLIANCE, Status.PAUSED}
ENDS = {Kind.SUCCEEDED, Kind.FAILED, Kind.CANCELED}


def judged(history: History) -> Iterator[tuple[Event, RecordState, tuple[Transition, ...]]]:
    """The fold one step at a time: each event or due timer with what it led to."""
    state, fed = EMPTY, list[Change]()
    for event in (*history.log, None):
        before = event.at if event else history.until
        while (due := state.next_due) is not None and due < before:
            state, decided = advance(history.world, state, Due(due), lambda: fed)
            yield Due(due), state, decided
        if event is not None:
            if isinstance(event, Change):
                fed.append(event)
            state, decided = advance(history.world, state, event, lambda: fed)
            yield event, state, decided


def every_instance(state: RecordState) -> dict[int, Instance]:
    return {each.number: each for each in (*state.past, *state.instances.values())}


def as_loaded(state: RecordState, *, backwards: bool) -> RecordState:
    """What a pass finds in the database: no clocks of before and no tallies, mappings in any order."""
    items = [(kpi, replace(instance, tally=None)) for kpi, instance in state.instances.items()]
    return replace(state, past=(), instances=dict(reversed(items) if backwards else items))


# R11


@dataclass(frozen=True)
class Look:
    """Somebody looks: `events` more have been recorded, and it is `share` of the way to the next one."""

    events: int
    share: float
    backwards: bool


@dataclass
class Reader:
    """Hands events over one by one; the history never shows more than was handed over."""

    changes: list[Change] = field(default_factory=list)

    def read(self, events: Iterable[LogEvent]) -> Iterator[LogEvent]:
        for event in events:
            if isinstance(event, Change):
                self.changes.append(event)
            yield event


looks = st.lists(st.builds(Look, st.integers(0, 4), st.sampled_from([0.0, 0.5, 1.0]), st.booleans()), max_size=8)


@given(histories(), looks)
@settings(max_examples=100)
def test_any_batches_and_any_lateness_give_what_replay_gives(history: History, looks: list[Look]) -> None:
    """engine.md R8, R11: fed in pieces, with the clock looked at whenever, and loaded anew in between."""
    whole, told = replay(history.world, history.log, history.until)
    state, seen, known = EMPTY, list[Transition](), dict[int, Instance]()
    fed, reader = 0, Reader()
    for look in (*looks, Look(len(history.log), 1, True)):
        batch = history.log[fed : fed + look.events]
        fed += len(batch)
        earliest = history.log[fed - 1].at if fed else history.log[0].at
        latest = history.log[fed].at if fed < len(history.log) else history.until
        until = earliest + (latest - earliest) * look.share
        loaded = as_loaded(state, backwards=look.backwards)
        state, decided = advance_until(history.world, loaded, reader.read(batch), until, lambda: reader.changes)
        seen += decided
        known |= every_instance(state)
    assert seen == told
    assert known == every_instance(whole)
    assert as_loaded(state, backwards=False) == as_loaded(whole, backwards=False)


@given(histories())
@settings(max_examples=30)
def test_replay_is_the_fold_step_by_step(history: History) -> None:
    """engine.md R10, R11: events in order, timers before the first later event."""
    steps = list(judged(history))
    state, told = replay(history.world, history.log, history.until)
    assert state == steps[-1][1]
    assert told == [transition for _, _, decided in steps for transition in decided]


@given(histories(), st.lists(st.integers(1, 9), max_size=4))
@settings(max_examples=30)
def test_irrelevant_changes_change_nothing(history: History, places: list[int]) -> None:
    """engine.md R13: the title is in no condition; changes of it may stand anywhere."""
    state, told = replay(history.world, history.log, history.until)
    log: list[LogEvent] = list(history.log)
    for place in places:
        index = min(place, len(log))
        log.insert(index, Change(0, log[index - 1].at, {"title": "Something else"}))
    log = [replace(event, seq=seq) for seq, event in enumerate(log, 1)]
    also, told_too = replay(history.world, log, history.until)
    assert told_too == told
    assert every_instance(also) == every_instance(state)
    assert also.holds == state.holds


# What always holds


@given(histories())
@settings(max_examples=100)
def test_what_holds_after_every_step(history: History) -> None:
    """engine.md R9, R17–R26, R34: at every moment of every history."""
    for event, state, _ in judged(history):
        instances = every_instance(state)
        assert sorted(instances) == list(range(1, state.next_instance))
        for instance in instances.values():
            assert (instance.ended_at is None) is (instance.status in OPEN)
            assert (instance.paused_on is not None) is (instance.status is Status.PAUSED)
            assert instance.held >= 0
        assert all(not instance.is_open for instance in state.past)
        if state.lifecycle is not Lifecycle.OPEN:
            assert not any(instance.is_open for instance in instances.values())
        assert state.next_due is None or state.next_due >= event.at
        check_due_times(history.world, state)
        check_holds(state)
        check_queue(state)


def check_holds(state: RecordState) -> None:
    """engine.md R19, R23: pauses are taken in order, so they are kept in order."""
    for holds in state.holds.values():
        assert all(hold.start < hold.end for hold in holds)
        assert all(earlier.end <= later.start for earlier, later in pairwise(holds))


def check_due_times(world: World, state: RecordState) -> None:
    """engine.md R19, R24: a running clock's due time follows from its holds, and no working time is lost by them."""
    for instance in state.instances.values():
        if not instance.is_open or instance.paused_on is not None:
            continue
        time = world.hours(instance.hours).time
        holds = state.holds.get(instance.kpi, ())
        if not world.sla(instance.version).item_by_key[instance.item].allows_pausing:
            holds = tuple(hold for hold in holds if hold.kind == CLOSED)
        assert (instance.failure_due, instance.held) == due_time(instance.start, instance.failure, holds, time)
        assert instance.failure_due is not None
        worked = time.elapsed(instance.start, instance.failure_due) - instance.held
        assert abs(worked - instance.failure) < 1e-5
        terms = world.sla(instance.version).item_by_key[instance.item].failure_after
        assert instance.failure == terms.working_seconds(instance.start, time) + instance.extended
        assert instance.warning_due is None or instance.warning_due < instance.failure_due


def check_queue(state: RecordState) -> None:
    """engine.md R34, and R9 for the wake time."""
    running = [each for each in state.instances.values() if each.is_open and each.paused_on is None]
    unmet = [
        each for each in state.instances.values() if each.status is Status.NONCOMPLIANT and each.late_success_at is None
    ]
    queued = [*running, *unmet] if state.lifecycle is Lifecycle.OPEN else []
    assert state.queue_at == min((each.failure_due for each in queued if each.failure_due), default=None)
    moments = [
        moment
        for each in running
        for moment in (each.failure_due, each.warning_due, None if each.begun else each.start)
        if moment is not None
    ]
    assert state.next_due == min(moments, default=None)


@given(histories())
@settings(max_examples=60)
def test_what_every_story_has_in_common(history: History) -> None:
    """engine.md R18, R22, R32: what is told of a clock."""
    _, told = replay(history.world, history.log, history.until)
    assert all(earlier.at <= later.at for earlier, later in pairwise(told))
    for number in {each.instance for each in told}:
        own = [each for each in told if each.instance == number]
        assert own[0].kind is Kind.STARTED
        ends = [index for index, each in enumerate(own) if each.kind in ENDS]
        assert len(ends) <= 1
        if ends:
            assert {each.kind for each in own[ends[0] + 1 :]} <= {Kind.LATE_SUCCESS}
        warned = [each.moment for each in own if each.kind is Kind.WARNED]
        assert len(warned) == len(set(warned))
        kinds = [each.kind for each in own if each.kind in (Kind.PAUSED, Kind.RESUMED)]
        assert kinds == [Kind.PAUSED, Kind.RESUMED] * (len(kinds) // 2) + [Kind.PAUSED] * (len(kinds) % 2)
    for each in told:
        if each.moment:
            assert (each.depth >= MAX_DEPTH) <= (each.silence != "")
            assert each.silence != Silence.DEPTH or each.depth >= MAX_DEPTH


@given(histories())
@settings(max_examples=30)
def test_looking_later_adds_only_what_comes_due(history: History) -> None:
    """engine.md R11: what was told up to a moment stays told."""
    _, told = replay(history.world, history.log, history.until)
    _, later = replay(history.world, history.log, history.until + timedelta(days=3))
    assert later[: len(told)] == told
    assert {each.kind for each in later[len(told) :]} <= {Kind.WARNED, Kind.FAILED, Kind.PAUSED}
