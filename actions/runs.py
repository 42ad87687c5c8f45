"""What an app asks for when a moment of it has actions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

MAX_DEPTH = 5
"""A run caused at this depth is stored but never run: rules that wake each other end here (engine.md R32)."""

HISTORICAL = "historical"
REAPPLIED = "reapplied"
DEPTH = "depth"


@dataclass(frozen=True, kw_only=True)
class RunRequest:
    """All actions of one moment of one cause; a run's position is its index in `actions`.

    `actions` are published documents. `context` holds plain JSON values for placeholders. `suppressed` is
    the code of a reason to store the runs without ever running them. `at` is when the cause happened by
    its own record.
    """

    cause_kind: str
    cause_key: str
    moment: str
    actions: Sequence[Mapping[str, Any]]
    target_type: str
    target_id: int
    context: Mapping[str, Any]
    depth: int
    at: datetime
    suppressed: str = ""
