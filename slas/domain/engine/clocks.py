"""Timers that come due (engine.md R10, R18, R19)."""

from __future__ import annotations

from slas.domain.engine.births import fail, near
from slas.domain.engine.copying import evolve
from slas.domain.engine.desk import Desk
from slas.domain.engine.state import Instance
from slas.domain.engine.transitions import Kind, Reason


def judge_due(desk: Desk) -> None:
    """Everything that is due at this moment: a clock begins, a warning is reached, a failure time passes."""
    for instance in desk.clocks():
        due = instance.next_due
        if due is not None and due <= desk.at:
            _run(desk, instance)


def _run(desk: Desk, instance: Instance) -> None:
    item = desk.item_of(instance)
    if not instance.begun:
        instance = desk.put(evolve(instance, begun=True))
        if item.pause_when is not None and item.pause_when.evaluate(desk.values):
            desk.pause(instance)  # pausing begins at S (R17)
            return
    if instance.failure_due is not None and instance.failure_due <= desk.at:
        fail(desk, instance, item, reason=Reason.TIME_REACHED)
    elif instance.warning_due is not None and instance.warning_due <= desk.at:
        _warn(desk, instance)


def _warn(desk: Desk, instance: Instance) -> None:
    key, due = instance.warning_key, instance.warning_due
    warned = desk.retime(near(instance, desk.at))
    desk.tell(warned, Kind.WARNED, Reason.TIME_REACHED, due_at=due, moment=key)
