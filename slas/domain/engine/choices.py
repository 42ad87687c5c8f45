"""Judging the choices that people log about a record: re-applied, recalculated, extended, deleted (engine.md R5)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from slas.domain.engine.births import start
from slas.domain.engine.changes import judge_pauses, judge_success
from slas.domain.engine.copying import evolve
from slas.domain.engine.desk import Desk
from slas.domain.engine.log import Extended, Reapplied, Recalculated
from slas.domain.engine.state import Instance
from slas.domain.engine.times import due_time
from slas.domain.engine.transitions import Kind, Reason
from slas.domain.policy import ItemPolicy


def judge_reapplied(desk: Desk, event: Reapplied) -> None:
    """R29: the record moves to the new version; a clock whose item and terms are unchanged runs on under it.

    Where nothing may start (R15), a clock with other terms runs on under its old version instead of being replaced.
    """
    if desk.applied is None or desk.applied.sla != event.sla:
        return
    desk.applied = replace(desk.applied, version=event.version)
    if not desk.is_open:
        return
    policy = desk.policies.sla(event.version)
    silent_until = None if event.run_actions else event.published_at or event.at
    for kpi in dict.fromkeys((*policy.kpis, *(clock.kpi for clock in desk.clocks()))):
        current = desk.instances.get(kpi)
        if current is not None and current.is_settled:
            continue
        winner = policy.winner(kpi, desk.values)
        start_value = desk.values.get(policy.applicable_from[kpi]) if winner else None
        if winner is None or start_value is None:
            if current is not None and current.is_open:
                desk.cancel(current, Reason.NO_ITEM if winner is None else Reason.START_EMPTIED)
        elif current is not None and current.is_open:
            _reapply_running(desk, current, winner, start_value, silent_until, starting=event.starting)
        elif event.starting:
            start(desk, winner, reason=Reason.REAPPLIED, previous=current, silent_until=silent_until)
    judge_success(desk)
    judge_pauses(desk)


def _reapply_running(
    desk: Desk,
    current: Instance,
    winner: ItemPolicy,
    start_value: object,
    silent_until: datetime | None,
    *,
    starting: bool,
) -> None:
    assert desk.applied is not None
    if start_value == current.field_start and winner.has_terms_of(desk.item_of(current)):
        if current.version != desk.applied.version:
            moved = desk.put(evolve(current, version=desk.applied.version))
            desk.tell(moved, Kind.VERSION_MOVED, Reason.REAPPLIED)
        return
    if not starting:
        return
    desk.cancel(current, Reason.REAPPLIED, to_item=winner.key)
    start(desk, winner, reason=Reason.REAPPLIED, previous=desk.instances[current.kpi], silent_until=silent_until)


def judge_recalculated(desk: Desk, event: Recalculated) -> None:
    """Judge the named KPIs anew, settled ones too unless only running ones are meant, with the hours in force (R22).

    A recalculation replaces clocks and does nothing else, so it does nothing where none may start (R15). A warning
    that was reached stays reached, and so silent, unless the new hours put it into the future.
    """
    policy = desk.policy
    if policy is None or not desk.is_open or not event.starting:
        return
    for kpi in event.kpis or policy.kpis:
        winner = policy.winner(kpi, desk.values)
        start_value = desk.values.get(policy.applicable_from[kpi]) if winner else None
        if winner is None or start_value is None:
            continue
        current = desk.instances.get(kpi)
        reached: tuple[str, ...] = ()
        if current is not None and current.is_open:
            if _is_same_clock(desk, current, winner, start_value):
                continue
            desk.cancel(current, Reason.RECALCULATED, to_item=winner.key)
            current = desk.instances[kpi]
            if winner.key == current.item and start_value == current.field_start:
                reached = _past_warnings(desk, current, winner)
        elif event.running_only:
            continue
        start(desk, winner, reason=Reason.RECALCULATED, previous=current, reached=reached)
    judge_success(desk)
    judge_pauses(desk)


def _is_same_clock(desk: Desk, current: Instance, winner: ItemPolicy, start_value: object) -> bool:
    """Recalculating an open clock whose item, terms, S and hours are what they were would change nothing.

    Terms differ where the clock runs on under an older version, which a re-application without starting left behind.
    """
    hours = desk.policies.hours_at(winner.business_hours, desk.at)
    same_terms = winner.has_terms_of(desk.item_of(current))
    return same_terms and start_value == current.field_start and hours.version == current.hours


def _past_warnings(desk: Desk, current: Instance, item: ItemPolicy) -> tuple[str, ...]:
    """Warnings that the clock has reached and that lie in the past by the hours in force now, too."""
    time = desk.policies.hours_at(item.business_hours, desk.at).time
    holds = desk.holds_of(current.kpi, item)
    return tuple(
        moment.key
        for moment in item.warnings
        if moment.key in current.reached
        and due_time(current.start, moment.after.working_seconds(current.start, time), holds, time)[0] <= desk.at
    )


def judge_extended(desk: Desk, event: Extended) -> None:
    """More working time for a running clock; its warnings stay where they are.

    The clocks that replace it under this SLA are given the time too (`births.start`).
    """
    current = desk.instances.get(event.kpi)
    if current is None or not current.is_open:
        return
    longer = evolve(current, failure=current.failure + event.seconds, extended=current.extended + event.seconds)
    if current.paused_on is not None:  # R24: while paused there is no due time to speak of
        desk.tell(desk.put(longer), Kind.EXTENDED, Reason.BY_HAND, data={"seconds": event.seconds, "from": None})
        return
    extended = desk.retime(longer)
    assert current.failure_due is not None
    data = {"seconds": event.seconds, "from": current.failure_due.isoformat()}
    desk.tell(extended, Kind.EXTENDED, Reason.BY_HAND, due_at=extended.failure_due, data=data)
