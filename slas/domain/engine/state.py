"""What the fold carries from event to event: the state of one record (engine.md R4, R17)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from slas.domain.engine.times import Tally


class Lifecycle(StrEnum):
    OPEN = "open"
    RESOLVED = "resolved"
    CANCELED = "canceled"


class Status(StrEnum):
    IN_PROGRESS = "in_progress"
    NEARING_NONCOMPLIANCE = "nearing_noncompliance"
    NONCOMPLIANT = "noncompliant"
    PAUSED = "paused"
    SUCCEEDED = "succeeded"
    CANCELED = "canceled"


PAUSE = "pause"
CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Hold:
    """A stretch in which a KPI's clock stood still: a pause, or the time that the record was closed (R23, R26)."""

    start: datetime
    end: datetime
    kind: str = PAUSE


@dataclass(frozen=True, slots=True)
class Applied:
    """Which SLA version judges the record, and who chose it (R14)."""

    sla: int
    version: int
    source: str


@dataclass(frozen=True)
class Instance:
    """One clock. `start` is S; `field_start` is what the applicable-from field held when it started (they differ after
    a restart, R21). `warnings` and `failure` are working seconds, `extended` those in `failure` that people added
    (R5), `held` those of the holds that moved the failure time. `warning_due` is the next warning that can still be
    reached. Both due times are those of before a current pause, so they mean nothing while paused. No slots, so that
    `copying.evolve` is cheap.

    For reports only: `paused` are the real seconds of its finished pauses, `ended_paused` says that the event that
    ended it also ended a pause, and `values_at_end` are the record's values then (None once loaded from a row).
    `tally` only saves work (`times.with_due_times`); a clock loaded from a row makes a new one.
    """

    number: int
    kpi: str
    sla: int
    version: int
    item: str
    started_at: datetime
    start: datetime
    field_start: datetime
    hours: int | None
    warnings: tuple[tuple[str, float], ...]
    failure: float
    extended: float = 0
    status: Status = Status.IN_PROGRESS
    begun: bool = True
    reached: tuple[str, ...] = ()
    nearing_at: datetime | None = None
    warning_key: str = ""
    warning_due: datetime | None = None
    failure_due: datetime | None = None
    held: float = 0
    paused: float = 0
    paused_on: datetime | None = None
    ended_at: datetime | None = None
    end_reason: str = ""
    ended_paused: bool = False
    values_at_end: Mapping[str, object] | None = field(default=None, compare=False)
    tally: Tally | None = field(default=None, compare=False, repr=False)
    late_success_at: datetime | None = None
    previous: int | None = None
    round: int = 1
    depth: int = 0

    @property
    def is_open(self) -> bool:
        return self.ended_at is None

    @property
    def is_settled(self) -> bool:
        """It has decided its KPI for this round (R22)."""
        return self.status is Status.SUCCEEDED or self.status is Status.NONCOMPLIANT

    @property
    def next_due(self) -> datetime | None:
        """When the clock itself makes something happen next; None while paused or ended."""
        if self.ended_at is not None or self.paused_on is not None:
            return None
        if not self.begun:
            return self.start  # nothing is due before S
        return self.warning_due or self.failure_due  # a warning that would not come first never comes


@dataclass(frozen=True)
class RecordState:
    """One record after `judged_seq`. `instances` holds the latest clock per KPI under the applied SLA only;
    `past` are clocks that others replaced since the state was loaded, for whoever stores them.
    """

    values: Mapping[str, object] = field(default_factory=dict)
    lifecycle: Lifecycle | None = None
    closed_at: datetime | None = None
    applied: Applied | None = None
    source: str = ""
    instances: Mapping[str, Instance] = field(default_factory=dict)
    holds: Mapping[str, tuple[Hold, ...]] = field(default_factory=dict)
    next_instance: int = 1
    judged_seq: int = 0
    past: tuple[Instance, ...] = ()

    @property
    def next_due(self) -> datetime | None:
        """The earliest moment at which a timer of the record comes due (R9)."""
        earliest: datetime | None = None
        for instance in self.instances.values():
            due = instance.next_due
            if due is not None and (earliest is None or due < earliest):
                earliest = due
        return earliest

    @property
    def queue_at(self) -> datetime | None:
        """Earliest failure time among clocks that run, or failed and are still unmet (R34)."""
        if self.lifecycle is not Lifecycle.OPEN:
            return None
        dues = [
            instance.failure_due
            for instance in self.instances.values()
            if instance.failure_due is not None
            and (
                (instance.is_open and instance.paused_on is None)
                or (instance.status is Status.NONCOMPLIANT and instance.late_success_at is None)
            )
        ]
        return min(dues, default=None)
