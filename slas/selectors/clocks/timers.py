"""Timers: what an agent sees of a clock, in words and in numbers (the parts/_timer.html partial)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from sla_project.operations.times import words_of_clock, words_of_duration, words_of_ticking
from slas import records
from slas.domain.worktime import WorkingTime
from slas.models import KPIInstance, Lifecycle
from slas.selectors.clocks.instance_lists import status_now
from slas.selectors.clocks.states import StoredPolicies

WINDOWS = 40
Status = KPIInstance.Status


@dataclass(frozen=True)
class Timer:
    """One clock at `now`. `remaining` are working seconds; `windows` the working windows until due, cut after 40."""

    state: str
    text: str
    now: datetime
    note: str = ""
    label: str = ""
    due: datetime | None = None
    warn_at: datetime | None = None
    started: datetime | None = None
    remaining: float | None = None
    windows: Sequence[tuple[datetime, datetime]] = ()
    progress: int | None = None
    is_working_time: bool = False
    """Counted by business hours, so said without days: how long a working day is differs."""
    ended: bool = False
    state_label: str = ""
    icon: str = ""


class Timers:
    """Makes timers; remembers the schedules it read, so that a list costs no query per row."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self._policies: dict[str, StoredPolicies] = {}

    def of(self, instance: KPIInstance) -> Timer:
        time = self.hours_of(instance)
        if instance.paused_on is not None:
            return self._paused(instance, time)
        if not instance.is_open:
            return self._ended(instance, time)
        return self._running(instance, time)

    def hours_of(self, instance: KPIInstance) -> WorkingTime:
        name = instance.record.record_type
        policies = self._policies.get(name)
        if policies is None:
            policies = self._policies[name] = StoredPolicies(records.get(name))
        return policies.hours(instance.schedule_version_id).time

    def _running(self, instance: KPIInstance, time: WorkingTime) -> Timer:
        due = instance.failure_at
        assert due is not None
        start = instance.applicable_from_value
        remaining = time.elapsed(max(self.now, start), due)
        windows = time.windows(max(self.now, start), due)[:WINDOWS] if due > self.now else []
        state = status_now(instance, self.now)
        return Timer(
            state=state,
            text=self._text_until(due, remaining, state, in_days=not has_hours(instance)),
            note=self._note(instance, time, due),
            label=_label(instance),
            now=self.now,
            due=due,
            warn_at=instance.warning_at,
            started=start,
            remaining=max(remaining, 0),
            windows=windows,
            progress=_progress(instance, remaining),
            is_working_time=has_hours(instance),
        )

    def _text_until(self, due: datetime, remaining: float, state: str, *, in_days: bool) -> str:
        if state == Status.NONCOMPLIANT:
            return _("%(time)s over") % {"time": words_of_ticking((self.now - due).total_seconds())}
        return _("%(time)s left") % {"time": words_of_ticking(remaining, in_days=in_days)}

    def _note(self, instance: KPIInstance, time: WorkingTime, due: datetime) -> str:
        """Why the number stands still although the clock runs: not begun, or out of hours."""
        if instance.applicable_from_value > self.now:
            begins = self._when(instance.applicable_from_value)
            return _("Not started, begins %(time)s") % {"time": begins}
        if due > self.now and not time.is_open(self.now):
            opening = time.next_opening(self.now)
            if opening is not None:
                return _("Out of hours, resumes %(time)s") % {"time": self._when(opening)}
        return ""

    def _paused(self, instance: KPIInstance, time: WorkingTime) -> Timer:
        assert instance.paused_on is not None
        remaining = time.elapsed(instance.paused_on, datetime.fromisoformat(instance.terms["failure_due"]))
        return Timer(
            state=Status.PAUSED,
            text=_("%(time)s left") % {"time": words_of_ticking(remaining, in_days=not has_hours(instance))},
            note=_("Paused since %(time)s") % {"time": self._when(instance.paused_on)},
            label=_label(instance),
            now=self.now,
            started=instance.applicable_from_value,
            remaining=max(remaining, 0),
            progress=_progress(instance, remaining),
        )

    def _ended(self, instance: KPIInstance, time: WorkingTime) -> Timer:
        due, ended = failure_due(instance), instance.ended_at
        assert ended is not None
        met = instance.late_success_at if instance.status == Status.NONCOMPLIANT else ended
        remaining = time.elapsed(met, due) if met else 0
        return Timer(
            state=instance.status,
            text=self._text_ended(instance, due, remaining),
            label=_label(instance),
            now=self.now,
            due=due,
            started=instance.applicable_from_value,
            remaining=None,
            progress=_progress(instance, remaining),
            ended=not is_watched(instance),
        )

    def _text_ended(self, instance: KPIInstance, due: datetime, remaining: float) -> str:
        if instance.status == Status.SUCCEEDED:
            return _("%(time)s to spare") % {"time": words_of_duration(remaining, in_days=not has_hours(instance))}
        if instance.status == Status.CANCELED:
            return self._when(instance.ended_at)
        if instance.late_success_at is not None:
            late = words_of_duration((instance.late_success_at - due).total_seconds())
            return _("Met %(time)s late") % {"time": late}
        if not is_watched(instance):
            return _("Never met")
        return _("%(time)s over") % {"time": words_of_ticking((self.now - due).total_seconds())}

    def _when(self, moment: datetime | None) -> str:
        return words_of_clock(moment, self.now, timezone.get_current_timezone()) if moment else ""


def failure_due(instance: KPIInstance) -> datetime:
    """The failure time that was computed last, also where the row shows none."""
    return instance.failure_at or datetime.fromisoformat(instance.terms["failure_due"])


def is_watched(instance: KPIInstance) -> bool:
    """Whether a missed clock still waits to be met late (engine.md R22): its own SLA judges it, and the record is open.

    Then it grows later by the minute; else it is a fact that stands still.
    """
    is_unmet = instance.status == Status.NONCOMPLIANT and instance.late_success_at is None
    return is_unmet and instance.is_current and instance.record.lifecycle == Lifecycle.OPEN


def due_label(instance: KPIInstance, now: datetime) -> str:
    """“Due”, or “Was due” of what is over."""
    return _("Due") if instance.is_open and failure_due(instance) > now else _("Was due")


def has_hours(instance: KPIInstance) -> bool:
    """Whether it counts working time; else it counts around the clock."""
    return instance.schedule_version_id is not None


def _progress(instance: KPIInstance, remaining: float) -> int:
    """How much of the time is used up, in percent."""
    allowed = float(instance.terms["failure"])
    return 100 if allowed <= 0 else round(100 * min(1.0, max(0.0, 1 - remaining / allowed)))


def _label(instance: KPIInstance) -> str:
    return _("%(kpi)s for %(record)s") % {
        "kpi": instance.kpi.name,
        "record": instance.record.number or instance.record,
    }
