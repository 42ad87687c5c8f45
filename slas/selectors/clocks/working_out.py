"""*How it was worked out*: what one clock was given, which hours counted and which did not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.formats import date_format

from slas.domain.engine import Hold
from slas.domain.engine.state import CLOSED
from slas.domain.policy import ItemPolicy
from slas.domain.worktime import WorkingTime
from slas.models import KPIEvent, KPIInstance
from slas.selectors.clocks.explanations import ConditionTrace, Words, condition_traced
from slas.selectors.clocks.instances import RecordView
from slas.selectors.clocks.timers import failure_due
from slas.selectors.hours.counted_days import Window, day_windows

LINES_SHOWN = 31


@dataclass(frozen=True)
class Line:
    """A stretch of one day that counted, or a hold (`why`: pause or closed) with the working seconds it cost."""

    window: Window
    why: str = ""

    @property
    def span(self) -> str:
        """*09:00–17:00*; a hold may end on another day: *16:00 – 9 Nov 10:00*."""
        window = self.window
        if not self.why or window.start.date() == window.end.date():
            return window.span
        return f"{date_format(window.start, 'H:i')} – {date_format(window.end, 'j M H:i')}"


@dataclass(frozen=True)
class WorkingOut:
    """`allowed`, `warnings` and `counted` are working seconds; `until` is where the counting in `lines` ends: the
    failure time, or the start of the pause that goes on.
    """

    start_field: str
    allowed: float
    warnings: Sequence[float]
    zone: str
    until: datetime
    counted: float
    lines: Sequence[Line]
    lines_left: int
    applies: str
    success: ConditionTrace
    pause: ConditionTrace | None

    @property
    def until_there(self) -> str:
        """`until` in the zone of the hours, where that is not the reader's."""
        if self.zone == timezone.get_current_timezone_name():
            return ""
        return f"{date_format(self.until.astimezone(ZoneInfo(self.zone)), 'D j M H:i')} {self.zone}"


def working_out(view: RecordView, instance: KPIInstance) -> WorkingOut:
    """Explain one clock of a record by the terms that it runs under."""
    policy = view.policies.sla(instance.sla_version_id)
    item, fields = policy.item_by_key[instance.item_key], view.record_type.fields
    hours = view.policies.hours(instance.schedule_version_id).time
    until = instance.paused_on or failure_due(instance)
    # Round the clock has no zone of its own: days are the reader's then.
    own = instance.schedule_version_id is not None
    zone = ZoneInfo(str(hours.to_dict()["tz"])) if own else timezone.get_current_timezone()
    lines = list(_lines(hours, instance.applicable_from_value, until, _holds(view, instance, item), zone))
    words, values = Words(view.record_type), view.state.values
    return WorkingOut(
        start_field=fields.full_label(policy.applicable_from[item.kpi]),
        allowed=float(instance.terms["failure"]),
        warnings=[float(seconds) for _key, seconds in instance.terms["warnings"]],
        zone=str(zone),
        until=until,
        counted=sum(line.window.seconds for line in lines if not line.why),
        lines=lines[:LINES_SHOWN],
        lines_left=max(0, len(lines) - LINES_SHOWN),
        applies=words.sentence(item.applicable_when),
        success=condition_traced(words, item.success_when, values),
        pause=condition_traced(words, item.pause_when, values) if item.pause_when is not None else None,
    )


def _holds(view: RecordView, instance: KPIInstance, item: ItemPolicy) -> Sequence[Hold]:
    """What stood still for this clock, its predecessors' pauses included. Those of an SLA that was left are forgotten
    (R16), and then its own events tell."""
    applied = view.state.applied
    if applied is not None and applied.sla == instance.sla_id:
        holds: Sequence[Hold] = view.state.holds.get(item.kpi, ())
    else:
        holds = list(_told_pauses(view.events, instance))
    end = instance.ended_at or view.now
    return [hold for hold in holds if hold.start < end and (item.allows_pausing or hold.kind == CLOSED)]


def _told_pauses(events: Sequence[KPIEvent], instance: KPIInstance) -> Iterator[Hold]:
    since: datetime | None = None
    for event in events:
        if event.instance.number != instance.number:
            continue
        if event.kind == KPIEvent.Kind.PAUSED:
            since = event.at
        elif event.kind == KPIEvent.Kind.RESUMED and since is not None:
            yield Hold(since, event.at)
            since = None


def _lines(hours: WorkingTime, start: datetime, until: datetime, holds: Sequence[Hold], zone: tzinfo) -> Iterator[Line]:
    """In order; the totals go on from line to line."""
    at, total = start, 0.0
    for hold in holds:
        begin, end = max(hold.start, at), min(hold.end, until)
        if begin >= end:
            continue
        for line in _counted(hours, at, begin, zone, total):
            total = line.window.total
            yield line
        held = Window(begin.astimezone(zone), end.astimezone(zone), hours.elapsed(begin, end), total)
        yield Line(held, hold.kind)
        at = end
    yield from _counted(hours, at, until, zone, total)


def _counted(hours: WorkingTime, start: datetime, end: datetime, zone: tzinfo, before: float) -> Iterator[Line]:
    for window in day_windows(hours, start, end, zone):
        yield Line(replace(window, total=before + window.total))
