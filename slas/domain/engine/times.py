"""Due times of a clock that is held up by pauses (engine.md R19, R24)."""

from __future__ import annotations

from datetime import datetime

from slas.domain.engine.copying import evolve
from slas.domain.engine.state import PAUSE, Hold, Instance
from slas.domain.worktime import WorkingTime


def due_time(start: datetime, seconds: float, holds: tuple[Hold, ...], time: WorkingTime) -> tuple[datetime, float]:
    """add(start, seconds + held) and held, the working seconds of the holds that count, taken in order.

    A hold that begins after the due time reached so far does not count. A due time that would fall inside a hold is
    its end: nothing comes due while the clock stands still.
    """
    due = time.add(start, seconds)
    held: float = 0
    for hold in holds:
        if hold.start > due:
            break
        begin = max(hold.start, start)
        if hold.end <= begin:
            continue
        held += time.elapsed(begin, hold.end)
        due = max(time.add(start, seconds + held), hold.end)
    return due, held


def paused_time(start: datetime, holds: tuple[Hold, ...]) -> float:
    """The real seconds since `start` that pauses took; closed time is no pause."""
    return sum(
        (hold.end - max(hold.start, start)).total_seconds() for hold in holds if hold.kind == PAUSE and hold.end > start
    )


def with_due_times(
    instance: Instance, holds: tuple[Hold, ...], time: WorkingTime, *, now: datetime | None = None
) -> Instance:
    """The instance with its failure time and its next warning computed anew.

    A warning that would not come before the failure never comes (R10); one that was reached does not move (R24).
    For a clock that runs already, `now` is the earliest that anything can come due: a warning that was past when the
    clock was born paused comes due at the resume (R18).
    """
    failure_due, held = due_time(instance.start, instance.failure, holds, time)
    if now is not None and failure_due < now:
        failure_due = now
    warning_key, warning_due = "", None
    for key, seconds in instance.warnings:
        if key in instance.reached:
            continue
        due, _ = due_time(instance.start, seconds, holds, time)
        if now is not None and due < now:
            due = now
        if due < failure_due and (warning_due is None or due < warning_due):
            warning_key, warning_due = key, due
    return evolve(
        instance,
        failure_due=failure_due,
        warning_key=warning_key,
        warning_due=warning_due,
        held=held,
        paused=paused_time(instance.start, holds) if holds else 0,
    )
