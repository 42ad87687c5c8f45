"""What a reopened record does with the clocks of its earlier life (engine.md R26)."""

from __future__ import annotations

from slas.domain.engine.births import start
from slas.domain.engine.desk import Desk
from slas.domain.engine.state import CLOSED, Instance, Status
from slas.domain.engine.transitions import CLOSING_REASONS, Reason
from slas.domain.policy import ItemPolicy, SLAPolicy

KEEP, CONTINUE, RESTART, AFRESH = "keep", "continue", "restart", "afresh"


def reopen(desk: Desk, *, starting: bool) -> None:
    """Go through the KPIs of the record's SLA; the closed time ends now."""
    policy = desk.policy
    if policy is None:
        return
    for kpi in policy.kpis:
        earlier = desk.instances.get(kpi)
        how = _treatment(desk, policy, earlier)
        if how == CONTINUE and desk.closed_at is not None:
            # Also for a clock that cannot go on yet: it did not run while the record was closed.
            desk.hold(kpi, desk.closed_at, desk.at, CLOSED)
        winner = policy.winner(kpi, desk.values)
        if winner is None or not starting or desk.values.get(policy.applicable_from[kpi]) is None:
            continue
        if how == CONTINUE:
            assert earlier is not None
            go_on(desk, winner, earlier)
        elif how == RESTART:
            start(desk, winner, reason=Reason.RESTARTED, previous=earlier, start_at=desk.at)
        elif how == AFRESH:
            start(desk, winner, reason=Reason.ITEM_MATCHED, previous=earlier)


def was_closed(earlier: Instance) -> bool:
    """Canceled by closing the record, so that it goes on when the record is open again."""
    return earlier.status is Status.CANCELED and earlier.end_reason in CLOSING_REASONS


def go_on(desk: Desk, winner: ItemPolicy, earlier: Instance, *, resolving: bool = False) -> None:
    """The same S, the closed time held, and what this item warned of before stays silent."""
    reached = earlier.reached if winner.key == earlier.item else ()
    start(desk, winner, reason=Reason.CONTINUED, previous=earlier, reached=reached, resolving=resolving)


def _treatment(desk: Desk, policy: SLAPolicy, earlier: Instance | None) -> str:
    if earlier is None:
        return AFRESH
    if earlier.status is Status.CANCELED:
        return CONTINUE if was_closed(earlier) else AFRESH
    if policy.reopening == KEEP or desk.item_of(earlier).success_when.evaluate(desk.values):
        return KEEP
    if policy.reopening == RESTART:
        return RESTART
    return CONTINUE if earlier.status is Status.SUCCEEDED else KEEP
