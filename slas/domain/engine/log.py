"""The events that the fold is fed: changes, choices and due timers (engine.md R1–R5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from slas.domain.engine.state import Applied
from slas.domain.policy import SLAPolicy
from slas.domain.worktime import WorkingTime


@dataclass(frozen=True, slots=True)
class NoSLA:
    """The decision that no SLA applies, by hand or because none was found (R14)."""

    source: str


@dataclass(frozen=True, slots=True)
class Change:
    """Registered values that changed; the first one is a full snapshot.

    `choice` is which SLA the change decided on (R14), None where it decided nothing. The decision is in the log
    because what it rested on — the default, an entitlement, the settings — moves on. `starting` is False where
    *Disable SLAs* was on (R15).
    """

    seq: int
    at: datetime
    values: Mapping[str, object] = field(default_factory=dict)
    choice: Applied | NoSLA | None = None
    starting: bool = True
    depth: int = 0


@dataclass(frozen=True, slots=True)
class Reapplied:
    """A publication reached the record (R29). `starting` as for a change (R15).

    `published_at`, never after `at`: what was due by then runs no actions unless `run_actions`. Without it that is all
    that is due at `at`.
    """

    seq: int
    at: datetime
    sla: int
    version: int
    run_actions: bool = False
    starting: bool = True
    depth: int = 0
    published_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Recalculated:
    """A person asked to judge the KPIs anew, with the hours in force now; no `kpis` means all (R22).

    `starting` as for a change (R15). With `running_only` settled KPIs stay as they are: what a recalculation of
    business hours asks for.
    """

    seq: int
    at: datetime
    kpis: tuple[str, ...] = ()
    starting: bool = True
    depth: int = 0
    running_only: bool = False


@dataclass(frozen=True, slots=True)
class Extended:
    """A person moved the failure time of a running clock by working seconds (R5).

    The time is given to the record and KPI under this SLA: the clocks that replace the running one have it too.
    """

    seq: int
    at: datetime
    kpi: str
    seconds: float
    depth: int = 0


@dataclass(frozen=True, slots=True)
class Deleted:
    """The record is gone (R27)."""

    seq: int
    at: datetime
    depth: int = 0


@dataclass(frozen=True, slots=True)
class Due:
    """The clock reached `at`, a moment at which some timer of the record is due."""

    at: datetime


LogEvent = Change | Reapplied | Recalculated | Extended | Deleted
Event = LogEvent | Due


@dataclass(frozen=True, slots=True)
class Hours:
    """A schedule version and its arithmetic; no version means around the clock."""

    version: int | None
    time: WorkingTime


class Policies(Protocol):
    """What was in force when. All answers are fixed by the past, so that a replay gets the same ones (R6)."""

    lifecycle_field: str
    lifecycle: Mapping[str, str]

    def sla(self, version: int) -> SLAPolicy: ...

    def hours_at(self, business_hours: int | None, at: datetime) -> Hours: ...

    def hours(self, version: int | None) -> Hours: ...


class History(Protocol):
    """The record's changes up to and including the event being judged, oldest first."""

    def __call__(self) -> list[Change]: ...
