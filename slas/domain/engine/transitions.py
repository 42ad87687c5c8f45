"""What the engine decides: transitions, each a row in the end (engine.md R17–R27)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Kind(StrEnum):
    STARTED = "started"
    WARNED = "warned"
    FAILED = "failed"
    SUCCEEDED = "succeeded"
    PAUSED = "paused"
    RESUMED = "resumed"
    CANCELED = "canceled"
    LATE_SUCCESS = "late_success"
    VERSION_MOVED = "version_moved"
    EXTENDED = "extended"


class Reason(StrEnum):
    """Why it happened; worded for people by the outer layers."""

    ITEM_MATCHED = "item_matched"
    ITEM_CHANGED = "item_changed"
    NO_ITEM = "no_item"
    START_CHANGED = "start_changed"
    START_EMPTIED = "start_emptied"
    SLA_CHANGED = "sla_changed"
    SLA_REMOVED = "sla_removed"
    RESOLVED_UNMET = "resolved_unmet"
    RECORD_CANCELED = "record_canceled"
    RECORD_DELETED = "record_deleted"
    REAPPLIED = "reapplied"
    RECALCULATED = "recalculated"
    CONTINUED = "continued"
    RESTARTED = "restarted"
    SUCCESS_UNDONE = "success_undone"
    CRITERIA_MET = "criteria_met"
    BORN_LATE = "born_late"
    TIME_REACHED = "time_reached"
    PAUSE_RULE = "pause_rule"
    PAUSE_ENDED = "pause_ended"
    BY_HAND = "by_hand"


class Silence(StrEnum):
    """Why the actions of a transition do not run."""

    DEPTH = "depth"
    REAPPLIED = "reapplied"


CLOSING_REASONS = frozenset({Reason.RESOLVED_UNMET, Reason.RECORD_CANCELED})
MAX_DEPTH = 5


@dataclass(frozen=True, slots=True)
class Transition:
    """One thing that happened to one instance. `due_at` is the computed time; `moment` names the item's moment whose
    actions it causes, and `silence` says why these do not run.
    """

    instance: int
    kind: Kind
    at: datetime
    reason: Reason
    due_at: datetime | None = None
    moment: str = ""
    silence: str = ""
    data: Mapping[str, object] = field(default_factory=dict)
    depth: int = 0
