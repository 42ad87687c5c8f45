"""What each finding claims, tried on its witness with the engine; written without the checker's own machinery."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from slas.domain.checking import CheckedItem, CheckedSLA, Finding
from slas.domain.checking.rehearsal import Bench
from slas.domain.engine import Applied, Change, Instance, Kind, RecordState, Silence, Transition, replay
from slas.domain.tests.checking.desk import NOW

Claim = Callable[[CheckedSLA, CheckedItem, Mapping[str, Any]], bool]
LATER = timedelta(microseconds=500)
CLAIMS: dict[str, Claim] = {}


def claim(*codes: str) -> Callable[[Claim], Claim]:
    def register(function: Claim) -> Claim:
        CLAIMS.update(dict.fromkeys(codes, function))
        return function

    return register


def holds(sla: CheckedSLA, finding: Finding) -> bool:
    """Whether the engine shows on the witness what the finding says of it."""
    assert finding.witness is not None
    if finding.code == "gap":
        return _is_gap(sla, finding)
    checked = next(item for item in sla.items if item.key == finding.item)
    return CLAIMS[finding.code](sla, checked, finding.witness)


def full(sla: CheckedSLA, item: CheckedItem, witness: Mapping[str, Any]) -> dict[str, Any]:
    start = sla.policy.applicable_from[item.policy.kpi]
    return {**sla.kind.defaults, start: NOW, **witness}


def told(
    sla: CheckedSLA, item: CheckedItem, *values: Mapping[str, Any], until: datetime | None = None
) -> tuple[RecordState, list[Transition]]:
    born = values[0][sla.policy.applicable_from[item.policy.kpi]]
    log = [
        Change(seq, born + LATER * (seq - 1), each, Applied(0, 1, "default") if seq == 1 else None)
        for seq, each in enumerate(values, 1)
    ]
    return replay(Bench(sla), log, until or log[-1].at)


def clocks(state: RecordState, item: CheckedItem) -> list[Instance]:
    return [each for each in (*state.past, *state.instances.values()) if each.item == item.key]


def happened(state: RecordState, transitions: list[Transition], item: CheckedItem, kind: Kind) -> bool:
    numbers = {each.number for each in clocks(state, item)}
    return any(each.kind is kind and each.instance in numbers for each in transitions)


def _is_gap(sla: CheckedSLA, finding: Finding) -> bool:
    item = sla.of_kpi(str(finding.data["kpi"]))[0]
    state, _transitions = told(sla, item, full(sla, item, finding.witness))
    return str(finding.data["kpi"]) not in state.instances


@claim("never_applies", "duplicate_item")
def goes_to_another(sla: CheckedSLA, item: CheckedItem, witness: Mapping[str, Any]) -> bool:
    record = full(sla, item, witness)
    state, _transitions = told(sla, item, record)
    return item.policy.applicable_when.evaluate(record) and state.instances[item.policy.kpi].item != item.key


@claim("never_succeeds", "success_may_hand_over", "never_pauses", "pause_may_end_item")
def is_not_the_items_own(sla: CheckedSLA, item: CheckedItem, witness: Mapping[str, Any]) -> bool:
    """The criteria (or the pause rule) hold, and the item is not the one that would say so."""
    record = full(sla, item, witness)
    winner = sla.policy.winner(item.policy.kpi, record)
    rules = [item.policy.success_when, item.policy.pause_when]
    return (winner is None or winner.key != item.key) and any(rule and rule.evaluate(record) for rule in rules)


@claim("succeeds_at_once")
def succeeds_when_born(sla: CheckedSLA, item: CheckedItem, witness: Mapping[str, Any]) -> bool:
    return happened(*told(sla, item, full(sla, item, witness)), item, Kind.SUCCEEDED)


@claim("always_paused", "paused_at_start")
def paused_when_born(sla: CheckedSLA, item: CheckedItem, witness: Mapping[str, Any]) -> bool:
    state, _transitions = told(sla, item, full(sla, item, witness))
    return any(each.paused_on is not None for each in clocks(state, item))


@claim("warning_not_before_failure", "warning_may_be_late")
def fails_without_warning(sla: CheckedSLA, item: CheckedItem, witness: Mapping[str, Any]) -> bool:
    """With one warning in the item, none comes before the failure."""
    record = full(sla, item, witness)
    due = clocks(told(sla, item, record)[0], item)[0].failure_due
    state, transitions = told(sla, item, record, until=due + timedelta(seconds=1))
    return happened(state, transitions, item, Kind.FAILED) and not happened(state, transitions, item, Kind.WARNED)


@claim("target_far")
def fails_after_a_year(sla: CheckedSLA, item: CheckedItem, witness: Mapping[str, Any]) -> bool:
    clock = clocks(told(sla, item, full(sla, item, witness))[0], item)[0]
    return clock.failure_due is not None and clock.failure_due - clock.start > timedelta(days=366)


@claim("hours_closed")
def does_not_open(sla: CheckedSLA, item: CheckedItem, witness: Mapping[str, Any]) -> bool:
    clock = clocks(told(sla, item, full(sla, item, witness))[0], item)[0]
    hours = sla.hours_of(item)
    return hours is not None and not hours.windows(clock.start, clock.start + timedelta(days=14))


@claim("action_loop")
def depth_stops_it(sla: CheckedSLA, item: CheckedItem, witness: Mapping[str, Any]) -> bool:
    """A small runtime of its own: every action is carried out at once, until the depth silences one (R32)."""
    records: list[list[Change]] = [[Change(1, NOW, full(sla, item, witness), Applied(0, 1, "default"))]]
    done: set[tuple[int, int, int]] = set()
    for _round in range(60):
        for number, log in enumerate(records):
            state, transitions = replay(Bench(sla), log, NOW + timedelta(days=2000))
            for place, each in enumerate(transitions):
                if each.silence == Silence.DEPTH:
                    return True
                key = next(c.item for c in (*state.past, *state.instances.values()) if c.number == each.instance)
                fresh = [act for act in sla.acts_by_moment.get((key, each.moment), ()) if each.moment]
                if not fresh or (number, place, 0) in done:
                    continue
                done.add((number, place, 0))
                for act in fresh:
                    _carry_out(sla, act.effects, records, number, each)
                break
    return False


def _carry_out(sla: CheckedSLA, effects: Any, records: list[list[Change]], number: int, cause: Transition) -> None:
    for effect in effects:
        log = records[number]
        if hasattr(effect, "path"):
            old: dict[str, Any] = {}
            for change in log:
                old.update(change.values)
            at = max(cause.at, log[-1].at) + timedelta(microseconds=1)
            new = effect.applied(old.get(effect.path))
            if new != old.get(effect.path):
                log.append(Change(len(log) + 1, at, {effect.path: new}, depth=cause.depth + 1))
        elif len(records) < 8:
            at = cause.at + timedelta(microseconds=1)
            starts = dict.fromkeys(sla.policy.applicable_from.values(), at)
            values = {**sla.kind.defaults, **starts, **effect.values}
            records.append([Change(1, at, values, Applied(0, 1, "default"), depth=cause.depth + 1)])


@claim("action_meets_success")
def warning_is_success(sla: CheckedSLA, item: CheckedItem, witness: Mapping[str, Any]) -> bool:
    record = full(sla, item, witness)
    state, _transitions = told(sla, item, record)
    warned = clocks(state, item)[0].warning_due
    written = {
        effect.path: effect.value
        for act in item.acts
        for effect in act.effects
        if act.moment == "warning" and hasattr(effect, "path")
    }
    log = [
        Change(1, NOW, record, Applied(0, 1, "default")),
        Change(2, warned + timedelta(microseconds=1), written, depth=1),
    ]
    state, transitions = replay(Bench(sla), log, log[-1].at)
    return happened(state, transitions, item, Kind.WARNED) and happened(state, transitions, item, Kind.SUCCEEDED)
