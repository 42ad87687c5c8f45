"""The engine: a pure fold over a record's log (engine.md R8–R29). No clock, no database, no Django."""

from slas.domain.engine.changes import is_relevant
from slas.domain.engine.fold import EMPTY, advance, advance_until, replay
from slas.domain.engine.log import (
    Change,
    Deleted,
    Due,
    Extended,
    Hours,
    LogEvent,
    NoSLA,
    Policies,
    Reapplied,
    Recalculated,
)
from slas.domain.engine.state import Applied, Hold, Instance, Lifecycle, RecordState, Status
from slas.domain.engine.transitions import MAX_DEPTH, Kind, Reason, Silence, Transition

__all__ = [
    "EMPTY", "MAX_DEPTH", "Applied", "Change", "Deleted", "Due", "Extended", "Hold", "Hours", "Instance", "Kind",
    "Lifecycle", "LogEvent", "NoSLA", "Policies", "Reapplied", "Reason", "Recalculated", "RecordState", "Silence",
    "Status", "Transition", "advance", "advance_until", "is_relevant", "replay",
]  # fmt: skip
