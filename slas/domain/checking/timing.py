"""Targets beside the hours in which they count (engine.md R10, R19)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from slas.domain.checking.kpi_view import KPIView
from slas.domain.checking.rehearsal import Story, full_record
from slas.domain.checking.subject import CheckedItem, CheckedMoment, Finding
from slas.domain.conditions.diagrams import NEVER
from slas.domain.durations import Duration, Unit
from slas.domain.engine import Kind
from slas.domain.worktime import WorkingTime, WorkingTimeRangeError
from slas.domain.worktime.clock import AlwaysOpen

FAR = timedelta(days=366)
"""A failure later than this after its start is called out of reach."""
CLOSED_LONG = timedelta(days=14)
"""Hours that stay closed for longer than this are called closed."""
SAMPLED_DAYS = 28
SAMPLES_A_DAY = 4
_SAMPLE_EVERY = timedelta(days=1) / SAMPLES_A_DAY


def check_timing(view: KPIView, item: CheckedItem, now: datetime) -> Iterator[Finding]:
    """Nothing for hours that cannot be read: they are refused as such."""
    hours = view.sla.hours_of(item)
    if hours is None and item.policy.business_hours is not None:
        return
    record = _record(view, item)
    yield from _late_warnings(view, item, hours, record, now)
    yield from _doubtful_units(item, hours, now)
    if hours is None or record is None:
        return
    opening = hours.next_opening(now)
    if opening is None or opening - now > CLOSED_LONG:
        closed: dict[str, object] = {"opening": opening, "now": now}
        yield Finding("hours_closed", _hours_pointer(item), item.key, data=closed, witness=_at(view, record, now))
        return
    due = _due(hours, now, item.failure.after)
    if (due is None or due - now > FAR) and _failure_due(view, item, record, now, due):
        data: dict[str, object] = {"due": due, "after": item.failure.after.words()}
        yield Finding(
            "target_far", f"{item.failure.pointer}/after", item.key, data=data, witness=_at(view, record, now)
        )


def _hours_pointer(item: CheckedItem) -> str:
    return f"{item.pointer}/business_hours"


def _record(view: KPIView, item: CheckedItem) -> Mapping[str, object] | None:
    """One on which the item runs, does not pause and has not succeeded; None where there is none."""
    d = view.diagrams
    running = d.without(d.both(view.open, view.wins[item.key]), view.success(item))
    calm = d.without(running, view.pause(item))
    return view.example(running if calm == NEVER else calm)


def _at(view: KPIView, record: Mapping[str, object], start: datetime) -> Mapping[str, object]:
    return {**record, view.start: record.get(view.start) or start}


def _due(hours: WorkingTime, start: datetime, after: Duration) -> datetime | None:
    """None: not before the end of the calendar."""
    try:
        return hours.add(start, after.working_seconds(start, hours))
    except WorkingTimeRangeError:
        return None


def _failure_due(
    view: KPIView, item: CheckedItem, record: Mapping[str, object], now: datetime, due: datetime | None
) -> bool:
    """The engine, told of such a record now, says the same."""
    try:
        state = Story(view.sla, now).born(view.kpi, record).state
    except WorkingTimeRangeError:
        return due is None
    instance = state.instances.get(view.kpi)
    return instance is not None and instance.item == item.key and instance.failure_due == due


# --- warnings ---


def _late_warnings(
    view: KPIView, item: CheckedItem, hours: WorkingTime | None, record: Mapping[str, object] | None, now: datetime
) -> Iterator[Finding]:
    failure = item.failure
    for warning in item.warnings:
        words = {"warning": warning.after.words(), "failure": failure.after.words()}
        if _certainly_not_before(warning.after, failure.after):
            witness = None if record is None else _shown_late(view, item, warning, record, now)
            yield Finding(
                "warning_not_before_failure", f"{warning.pointer}/after", item.key, data=words, witness=witness
            )
        elif warning.after.unit is not failure.after.unit and Unit.BUSINESS_DAYS in (
            warning.after.unit,
            failure.after.unit,
        ):
            yield from _sometimes_late(view, item, warning, hours or WorkingTime.always(), record, now)


def _certainly_not_before(warning: Duration, failure: Duration) -> bool:
    """Whatever the hours; business days compare only with each other."""
    if warning.seconds is not None and failure.seconds is not None:
        return warning.seconds >= failure.seconds
    return warning.unit is failure.unit and warning.amount >= failure.amount


def _sometimes_late(
    view: KPIView,
    item: CheckedItem,
    warning: CheckedMoment,
    hours: WorkingTime,
    record: Mapping[str, object] | None,
    now: datetime,
) -> Iterator[Finding]:
    """Business days beside other units: looked at for starts over the next four weeks."""
    starts = [now + _SAMPLE_EVERY * number for number in range(SAMPLED_DAYS * SAMPLES_A_DAY)]
    late: list[datetime] = []
    for start in starts:
        warned, failed = _due(hours, start, warning.after), _due(hours, start, item.failure.after)
        if warned is not None and failed is not None and warned >= failed:
            late.append(start)
    if not late or record is None:
        return
    witness = _shown_late(view, item, warning, record, late[0])
    code = "warning_not_before_failure" if len(late) == len(starts) else "warning_may_be_late"
    data = {"warning": warning.after.words(), "failure": item.failure.after.words(), "start": late[0]}
    if witness is not None:
        yield Finding(code, f"{warning.pointer}/after", item.key, data=data, witness=witness)


def _shown_late(
    view: KPIView, item: CheckedItem, warning: CheckedMoment, record: Mapping[str, object], start: datetime
) -> Mapping[str, object] | None:
    """Replayed until after the failure, the warning is not reached: the failure comes first (R10)."""
    story = Story(view.sla, start)
    values = full_record(view.sla.kind, view.start, record, start)
    try:
        story.born(view.kpi, values)
        instance = story.state.instances.get(view.kpi)
        if instance is None or instance.item != item.key or instance.failure_due is None:
            return None
        story.until(instance.failure_due + timedelta(seconds=1))
    except WorkingTimeRangeError:
        return None
    own = [told for told in story.transitions if told.instance == instance.number]
    shown = any(told.kind is Kind.WARNED and told.moment == warning.key for told in own)
    return None if shown else _at(view, record, start)


# --- units ---


def _doubtful_units(item: CheckedItem, hours: WorkingTime | None, now: datetime) -> Iterator[Finding]:
    """Business days without business hours include weekends; a day of 24 working hours is rarely what is meant."""
    for moment in item.moments:
        after = moment.after
        pointer = f"{moment.pointer}/after"
        if after.unit is Unit.BUSINESS_DAYS and hours is None:
            yield Finding("business_days_around_the_clock", pointer, item.key, data={"after": after.words()})
        elif after.unit is Unit.DAYS and hours is not None and not isinstance(hours, AlwaysOpen):
            due = _due(hours, now, after)
            data = {"after": after.words(), "due": due, "start": now}
            yield Finding("days_of_24_hours", pointer, item.key, data=data)
