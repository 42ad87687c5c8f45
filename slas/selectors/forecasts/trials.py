"""*Try on a case*: what a version or a draft would do with these values, by the engine itself.

A record with the given values is born at the earliest of its applicable-from times and judged until the moment asked
for. Nothing is stored: the events live in memory only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from actions.previews import ActionPreview
from slas.domain.conditions.frozen import parse_frozen
from slas.domain.engine import EMPTY, Applied, Change, Instance, Kind, RecordState, Transition, advance_until
from slas.domain.engine.times import due_time
from slas.domain.policy import ItemPolicy
from slas.domain.worktime import WorkingTime
from slas.models import KPI, KPIInstance, ScheduleVersion
from slas.records import RecordType
from slas.selectors.clocks.explanations import (
    WON,
    ConditionTrace,
    ItemExplained,
    Words,
    condition_traced,
    explain_items,
)
from slas.selectors.clocks.states import StoredPolicies
from slas.selectors.hours.counted_days import Window, day_windows
from slas.selectors.policy.sentences import KINDS

DAYS_SHOWN = 31
Previews = Callable[[RecordState, Instance, str], Sequence[ActionPreview]]
"""(state, clock, key of a moment) → what its actions would do."""


@dataclass(frozen=True)
class Trial:
    """What is tried: values by registered path, under a version, judged until a moment."""

    policies: StoredPolicies
    sla: int
    version: int
    values: Mapping[str, object]
    at: datetime


@dataclass(frozen=True)
class MomentTrace:
    """A warning, the failure or the success. `reached` is when it came to be, if it did by the moment asked for."""

    key: str
    kind: str
    label: str
    icon: str
    tone: str
    due: datetime | None
    reached: datetime | None
    actions: Sequence[ActionPreview] = ()


@dataclass(frozen=True)
class ClockTrace:
    """The clock that the winner starts. `working_seconds` until failure; `windows` where they are counted."""

    start: datetime
    status: str
    hours: str
    zone: str
    working_seconds: float
    warning_due: datetime | None
    failure_due: datetime
    moments: list[MomentTrace]
    windows: list[Window]
    windows_left: int
    success: ConditionTrace
    pause: ConditionTrace | None


@dataclass(frozen=True)
class KPITrace:
    """One KPI: which item won and why the others did not; no clock if none won or applicable-from is empty."""

    code: str
    name: str
    start_field: str
    start: datetime | None
    items: list[ItemExplained]
    winner: ItemExplained | None
    clock: ClockTrace | None
    stored: KPIInstance | None = None
    """What judges the real record at present, if there is one."""

    @property
    def differs(self) -> bool:
        """Whether the real record is judged by another item, or to another failure time."""
        if self.stored is None or self.clock is None:
            return self.stored is not None or self.clock is not None
        return self.stored.item_key != (self.winner.key if self.winner else "") or (
            self.stored.failure_at is not None and self.stored.failure_at != self.clock.failure_due
        )


@dataclass(frozen=True)
class Trace:
    """The whole answer. `lifecycle` is open, resolved or canceled."""

    trial: Trial
    lifecycle: str
    kpis: list[KPITrace]
    transitions: list[Transition]


def document_paths(document: Mapping[str, Any], record_type: RecordType) -> list[str]:
    """The fields that a document reads, frozen or not, in the order of the registry, system fields apart."""
    codes = {item["kpi"] for item in document["items"]}
    conditions = [item[name] for item in document["items"] for name in ("applicable_when", "success_when")]
    conditions += [item["pause"]["when"] for item in document["items"]]
    read = {record_type.lifecycle_field, record_type.pause_field}
    for kpi in KPI.objects.filter(record_type=record_type.name, code__in=codes):
        read.add(kpi.applicable_from)
        conditions.append(kpi.pause_when)
    for condition in conditions:
        if condition is not None:
            read |= parse_frozen(condition, record_type.fields)[0].paths
    return [path for path, field_ in record_type.fields.items() if path in read and not field_.system]


def trace(trial: Trial, previews: Previews, stored: Mapping[str, KPIInstance] | None = None) -> Trace:
    """Judge the trial and say why. `stored` are a real record's current instances by KPI."""
    policy = trial.policies.sla(trial.version)
    state, transitions = _judge(trial)
    explained = list(explain_items(trial.policies, trial.version, trial.values))
    of_kpi = {item.key: item.kpi for item in policy.items}
    kpis = []
    for kpi in policy.kpis:
        items = [item for item in explained if of_kpi[item.key] == kpi]
        start = trial.values.get(policy.applicable_from[kpi])
        clock = state.instances.get(kpi)
        kpis.append(
            KPITrace(
                code=kpi,
                name=trial.policies.kpi_name(trial.version, kpi),
                start_field=items[0].start_field,
                start=start if isinstance(start, datetime) else None,
                items=items,
                winner=next((item for item in items if item.outcome == WON), None),
                clock=_clock(trial, state, clock, transitions, previews) if clock else None,
                stored=(stored or {}).get(kpi),
            )
        )
    return Trace(trial, state.lifecycle.value if state.lifecycle else "", kpis, transitions)


def _judge(trial: Trial) -> tuple[RecordState, list[Transition]]:
    policy = trial.policies.sla(trial.version)
    starts = [trial.values.get(path) for path in policy.applicable_from.values()]
    born = min([trial.at, *(start for start in starts if isinstance(start, datetime))])
    change = Change(1, born, trial.values, Applied(trial.sla, trial.version, "hand"))
    return advance_until(trial.policies, EMPTY, [change], trial.at, lambda: [change])


def _clock(
    trial: Trial, state: RecordState, clock: Instance, transitions: Sequence[Transition], previews: Previews
) -> ClockTrace:
    item = trial.policies.sla(trial.version).item_by_key[clock.item]
    hours = trial.policies.hours(clock.hours).time
    moments = list(_moments(item, clock, hours, state, transitions, previews))
    failure_due = due_time(clock.start, clock.failure, (), hours)[0]
    windows = list(day_windows(hours, clock.start, failure_due))
    words = Words(trial.policies.record_type)
    return ClockTrace(
        start=clock.start,
        status=clock.status.value,
        hours=_hours_name(clock.hours),
        zone=str(hours.to_dict()["tz"]),
        working_seconds=clock.failure,
        warning_due=min((moment.due for moment in moments if moment.kind == "warning" and moment.due), default=None),
        failure_due=failure_due,
        moments=moments,
        windows=windows[:DAYS_SHOWN],
        windows_left=max(0, len(windows) - DAYS_SHOWN),
        success=condition_traced(words, item.success_when, trial.values),
        pause=condition_traced(words, item.pause_when, trial.values) if item.pause_when is not None else None,
    )


def _moments(
    item: ItemPolicy,
    clock: Instance,
    hours: WorkingTime,
    state: RecordState,
    transitions: Sequence[Transition],
    previews: Previews,
) -> Iterator[MomentTrace]:
    """In the order in which they come due; the success, which has no due time, last."""
    reached = {told.moment: told.at for told in transitions if told.instance == clock.number and told.moment}
    met = next((told.at for told in transitions if told.instance == clock.number and told.kind is Kind.SUCCEEDED), None)
    due = [("warning", key, seconds) for key, seconds in sorted(clock.warnings, key=lambda warning: warning[1])]
    for kind, key, seconds in [*due, ("failure", item.failure_key, clock.failure)]:
        at = due_time(clock.start, seconds, (), hours)[0]
        yield _moment(kind, key, at, reached.get(key), previews(state, clock, key))
    actions = previews(state, clock, item.success_key) if item.success_key else ()
    yield _moment("success", item.success_key, None, met, actions)


def _moment(
    kind: str, key: str, due: datetime | None, reached: datetime | None, actions: Sequence[ActionPreview]
) -> MomentTrace:
    label, icon, tone = KINDS[kind]
    return MomentTrace(key, kind, str(label), icon, tone, due, reached, actions)


def _hours_name(version: int | None) -> str:
    if version is None:
        return _("24 × 7")
    found = ScheduleVersion.objects.select_related("business_hours").get(pk=version)
    return _("%(hours)s, version %(number)d") % {"hours": found.business_hours, "number": found.number}
