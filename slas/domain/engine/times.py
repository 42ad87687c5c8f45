"""Due times of a clock that is held up by pauses (engine.md R19, R24)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from slas.domain.engine.copying import evolve
from slas.domain.engine.state import PAUSE, Hold, Instance
from slas.domain.worktime import WorkingTime


def due_time(start: datetime, seconds: float, holds: tuple[Hold, ...], time: WorkingTime) -> tuple[datetime, float]:
    """add(start, seconds + held) and held, the working seconds of the holds that count, taken in order.

    A hold that begins after the due time reached so far does not count. A due time that would fall inside a hold is
    its end: nothing comes due while the clock stands still.
    """
    reckoned = _reckon(_Reckoned(0, time.add(start, seconds), 0), start, seconds, holds, time)
    return reckoned.due, reckoned.held


class _Reckoned(NamedTuple):
    """A due time by the first holds, `counted` of them."""

    counted: int
    due: datetime
    held: float


def _reckon(
    earlier: _Reckoned, start: datetime, seconds: float, holds: tuple[Hold, ...], time: WorkingTime
) -> _Reckoned:
    """Go on with the holds that came since."""
    counted, due, held = earlier
    while counted < len(holds) and holds[counted].start <= due:
        hold = holds[counted]
        begin = max(hold.start, start)
        if hold.end > begin:
            held += time.elapsed(begin, hold.end)
            due = max(time.add(start, seconds + held), hold.end)
        counted += 1
    return _Reckoned(counted, due, held)


class Tally(NamedTuple):
    """What an instance's holds came to so far, so that one more costs no more than the first: `dues` by the working
    seconds they are for, and the real seconds that pauses took. It holds as long as holds are only added to these.
    """

    counted: int
    paused: float
    dues: Mapping[float, _Reckoned]

    def go_on(self, instance: Instance, holds: tuple[Hold, ...], time: WorkingTime) -> Tally:
        """With the holds that came since, for the moments that the instance can still reach."""
        start, paused = instance.start, self.paused
        for hold in holds[self.counted :]:
            if hold.kind == PAUSE and hold.end > start:  # closed time is no pause
                paused += (hold.end - max(hold.start, start)).total_seconds()
        ahead = [seconds for key, seconds in instance.warnings if key not in instance.reached]
        dues = {}
        for seconds in (instance.failure, *ahead):
            earlier = self.dues.get(seconds) or _Reckoned(0, time.add(start, seconds), 0)
            dues[seconds] = _reckon(earlier, start, seconds, holds, time)
        return Tally(len(holds), paused, dues)


_NOTHING = Tally(0, 0, {})


def with_due_times(
    instance: Instance, holds: tuple[Hold, ...], time: WorkingTime, *, now: datetime | None = None
) -> Instance:
    """The instance with its failure time and its next warning computed anew.

    A warning that would not come before the failure never comes (R10); one that was reached does not move (R24).
    For a clock that runs already, `now` is the earliest that anything can come due: a warning that was past when the
    clock was born paused comes due at the resume (R18).
    """
    tally = (instance.tally or _NOTHING).go_on(instance, holds, time)
    _, failure_due, held = tally.dues[instance.failure]
    if now is not None and failure_due < now:
        failure_due = now
    warning_key, warning_due = "", None
    for key, seconds in instance.warnings:
        if key in instance.reached:
            continue
        due = tally.dues[seconds].due
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
        paused=tally.paused,
        tally=tally,
    )
