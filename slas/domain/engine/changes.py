"""Judging a change, in the order of engine.md R10: lifecycle, SLA, start and items, success, pauses."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from slas.domain.engine.births import start, succeed
from slas.domain.engine.copying import evolve
from slas.domain.engine.desk import Desk
from slas.domain.engine.log import Change, NoSLA, Policies
from slas.domain.engine.reopening import go_on, reopen, was_closed
from slas.domain.engine.state import Applied, Instance, Lifecycle, Status
from slas.domain.engine.transitions import Kind, Reason
from slas.domain.policy import ItemPolicy, SLAPolicy


def judge_change(desk: Desk, change: Change) -> None:
    """Judge a change that can make a difference; `fold.advance` has seen to the others (R13)."""
    before = desk.lifecycle
    desk.values.update(change.values)
    after = Lifecycle(desk.policies.lifecycle[str(desk.values[desk.policies.lifecycle_field])])
    if before in (None, Lifecycle.OPEN):
        _judge_open(desk, change, after, moved=before is not after)
    elif after is Lifecycle.OPEN:
        desk.lifecycle = after
        choose(desk, change)
        reopen(desk, starting=change.starting)
        judge_success(desk)
        judge_pauses(desk)
        desk.closed_at = None
    else:
        desk.lifecycle = after
        choose(desk, change)


def is_relevant(policies: Policies, applied: Applied | None, instances: Iterable[Instance], change: Change) -> bool:
    """Whether a change can make a difference (R13): it decides on the SLA, or touches a path that decides something."""
    if change.choice is not None or policies.lifecycle_field in change.values:
        return True
    asked = None
    if applied is not None:
        asked = applied.version
        if not policies.sla(asked).paths.isdisjoint(change.values):
            return True
    for instance in instances:
        if instance.version != asked and not policies.sla(instance.version).paths.isdisjoint(change.values):
            return True
    return False


def _judge_open(desk: Desk, change: Change, after: Lifecycle, *, moved: bool) -> None:
    """A change of a record that was open until now, or that is being born."""
    if after is Lifecycle.CANCELED:  # R25: canceling cancels before success is judged
        desk.cancel_all(Reason.RECORD_CANCELED)
        choose(desk, change)
        desk.lifecycle, desk.closed_at = after, desk.at
        return
    resolving = after is Lifecycle.RESOLVED
    desk.lifecycle = Lifecycle.OPEN  # R25: a resolving change is judged as if the record were still open
    choose(desk, change)
    if resolving:
        end_pauses(desk)
    judge_items(desk, starting=change.starting, lifecycle_moved=moved, resolving=resolving)
    judge_success(desk)
    if resolving:
        desk.cancel_all(Reason.RESOLVED_UNMET)
        desk.lifecycle, desk.closed_at = after, desk.at
    else:
        judge_pauses(desk)


def choose(desk: Desk, change: Change) -> None:
    """R16: another SLA cancels the open clocks of the previous one and starts afresh, without their pauses."""
    choice = change.choice
    if choice is None:
        return
    desk.source = choice.source
    if isinstance(choice, NoSLA):
        if desk.applied is not None:
            desk.cancel_all(Reason.SLA_REMOVED)
        desk.forget()
        desk.applied = None
        return
    if desk.applied is not None and desk.applied.sla == choice.sla:  # R14: publishing never re-decides
        desk.applied = replace(desk.applied, source=choice.source)
        return
    desk.cancel_all(Reason.SLA_CHANGED)
    desk.forget()
    desk.applied = choice


def judge_items(desk: Desk, *, starting: bool = True, lifecycle_moved: bool = False, resolving: bool = False) -> None:
    """R17, R20–R22: for every KPI, does the right item run from the right moment?"""
    policy = desk.policy
    if policy is None:
        return
    for kpi in policy.kpis:
        winner = policy.winner(kpi, desk.values)
        current = desk.instances.get(kpi)
        if current is not None and current.is_open:
            _judge_running(desk, policy, current, winner, starting=starting, resolving=resolving)
        elif winner is None or not starting or desk.values.get(policy.applicable_from[kpi]) is None:
            continue
        elif current is not None and was_closed(current):
            go_on(desk, winner, current, resolving=resolving)
        elif current is None or not current.is_settled:
            start(desk, winner, reason=Reason.ITEM_MATCHED, previous=current, resolving=resolving)
        elif policy.recalculate_on_terminal and not lifecycle_moved:
            _judge_settled(desk, policy, current, winner)


def _judge_running(
    desk: Desk, policy: SLAPolicy, current: Instance, winner: ItemPolicy | None, *, starting: bool, resolving: bool
) -> None:
    start_value = desk.values.get(policy.applicable_from[current.kpi])
    if winner is None:
        desk.cancel(current, Reason.NO_ITEM)
    elif start_value is None:
        desk.cancel(current, Reason.START_EMPTIED)
    elif not starting:  # R15: while SLAs are disabled, running instances go on and nothing starts
        return
    elif winner.key != current.item or start_value != current.field_start:
        reason = Reason.ITEM_CHANGED if winner.key != current.item else Reason.START_CHANGED
        desk.cancel(current, reason, to_item=winner.key)
        start(desk, winner, reason=reason, previous=desk.instances[current.kpi], resolving=resolving)


def _judge_settled(desk: Desk, policy: SLAPolicy, current: Instance, winner: ItemPolicy) -> None:
    """*Recalculate on terminal status*: this change makes another item win, or undoes the success (R22).

    What was so before the change does not count: a result that reopening kept stays kept.
    """
    if winner.key != current.item:
        if winner is not policy.winner(current.kpi, desk.earlier):
            start(desk, winner, reason=Reason.ITEM_CHANGED, previous=current)
    elif current.status is Status.SUCCEEDED:
        success = desk.item_of(current).success_when
        if success.evaluate(desk.earlier) and not success.evaluate(desk.values):
            start(desk, winner, reason=Reason.SUCCESS_UNDONE, previous=current)


def judge_success(desk: Desk) -> None:
    """R24: a success while paused is on time; the pause is closed first. R22: a failed one may still be met late."""
    for instance in desk.clocks():
        watching = instance.status is Status.NONCOMPLIANT and instance.late_success_at is None
        if not instance.is_open and not watching:
            continue
        item = desk.item_of(instance)
        if not item.success_when.evaluate(desk.values):
            continue
        if watching:
            late = desk.put(evolve(instance, late_success_at=desk.at))
            desk.tell(late, Kind.LATE_SUCCESS, Reason.CRITERIA_MET, due_at=instance.failure_due)
            continue
        if instance.paused_on is not None:
            instance = desk.resume(instance, Reason.CRITERIA_MET)
        succeed(desk, instance, item)


def judge_pauses(desk: Desk) -> None:
    """R23: each clock by its own rule; pausing begins at S at the earliest (R17)."""
    for instance in desk.clocks():
        if not instance.is_open or not instance.begun:
            continue
        rule = desk.item_of(instance).pause_when
        holds = rule is not None and rule.evaluate(desk.values)
        if holds and instance.paused_on is None:
            desk.pause(instance)
        elif not holds and instance.paused_on is not None:
            desk.resume(instance)


def end_pauses(desk: Desk) -> None:
    """Resolving ends every pause before anything is judged (R25)."""
    for instance in desk.clocks():
        if instance.paused_on is not None:
            desk.resume(instance, Reason.PAUSE_ENDED)
