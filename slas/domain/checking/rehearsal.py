"""Short stories told to the real engine: nothing is claimed about a record that a replay does not show."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from slas.domain.checking.subject import CheckedSLA, RecordKind
from slas.domain.engine import EMPTY, Applied, Change, Hours, Instance, Kind, RecordState, Transition, advance_until
from slas.domain.policy import SLAPolicy
from slas.domain.worktime import WorkingTime

STEP = timedelta(milliseconds=1)
VERSION = 1
_ALWAYS = Hours(None, WorkingTime.always())


class Bench:
    """The engine's view of one SLA under examination (`engine.log.Policies`): one version, hours as they are now."""

    def __init__(self, sla: CheckedSLA) -> None:
        self.lifecycle_field: str = sla.kind.lifecycle_field
        self.lifecycle: Mapping[str, str] = sla.kind.lifecycle
        self._policy = sla.policy
        self._hours = {number: Hours(number, time) for number, time in sla.hours.items()}

    def sla(self, version: int) -> SLAPolicy:
        return self._policy

    def hours_at(self, business_hours: int | None, at: datetime) -> Hours:
        return self.hours(business_hours)

    def hours(self, version: int | None) -> Hours:
        return _ALWAYS if version is None else self._hours.get(version, _ALWAYS)


def full_record(kind: RecordKind, start: str, record: Mapping[str, object], at: datetime) -> dict[str, object]:
    """An open record that counts from `at`, with these values; in all else it is as new ones are."""
    return {**kind.defaults, kind.lifecycle_field: kind.open_code, start: at, **record}


class Story:
    """One record of the SLA and what happens to it; each change comes a moment after the one before."""

    def __init__(self, sla: CheckedSLA, now: datetime) -> None:
        self.bench = Bench(sla)
        self.sla = sla
        self.at = now
        self.changes: list[Change] = []
        self.state: RecordState = EMPTY
        self.transitions: list[Transition] = []

    def born(self, kpi: str, record: Mapping[str, object]) -> Story:
        start = self.sla.policy.applicable_from[kpi]
        begins = record.get(start)
        if isinstance(begins, datetime):
            self.at = begins
        values = full_record(self.sla.kind, start, record, self.at)
        return self._feed(Change(1, self.at, values, Applied(self.sla.policy.sla, VERSION, "default")))

    def changed(self, values: Mapping[str, object]) -> Story:
        return self._feed(Change(len(self.changes) + 1, self.at + STEP, dict(values)))

    def until(self, moment: datetime) -> Story:
        self.state, told = advance_until(self.bench, self.state, (), moment, lambda: self.changes)
        self.transitions += told
        return self

    def last(self, item: str, kind: Kind) -> bool:
        """Whether the last change did this to a clock of the item."""
        numbers = {instance.number for instance in self._instances if instance.item == item}
        return any(told.kind is kind and told.instance in numbers and told.at == self.at for told in self.transitions)

    @property
    def _instances(self) -> list[Instance]:
        return [*self.state.past, *self.state.instances.values()]

    def _feed(self, change: Change) -> Story:
        self.changes.append(change)
        self.state, told = advance_until(self.bench, self.state, [change], change.at, lambda: self.changes)
        self.transitions += told
        self.at = change.at
        return self
