"""A record's log as the engine's events (engine.md R1–R5)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from slas.domain.engine import Applied, Change, Deleted, Extended, LogEvent, NoSLA, Reapplied, Recalculated
from slas.models import RecordChange, TrackedRecord
from slas.records import RecordType


def load_event(row: RecordChange, record_type: RecordType) -> LogEvent:
    """A row of the log as the engine's event."""
    data: Mapping[str, Any] = row.data
    starting = not data.get("disabled")
    match row.kind:
        case RecordChange.Kind.REAPPLIED:
            return _reapplied(row, starting)
        case RecordChange.Kind.RECALCULATED:
            kpis, running_only = tuple(data.get("kpis", ())), bool(data.get("running_only"))
            return Recalculated(row.seq, row.at, kpis, starting, row.depth, running_only)
        case RecordChange.Kind.EXTENDED:
            return Extended(row.seq, row.at, data["kpi"], data["seconds"], row.depth)
        case RecordChange.Kind.DELETED:
            return Deleted(row.seq, row.at, row.depth)
    values = record_type.load({path: pair[1] for path, pair in row.fields.items()})
    return Change(row.seq, row.at, values, load_choice(data), starting, row.depth)


def _reapplied(row: RecordChange, starting: bool) -> Reapplied:
    data = row.data
    published = data.get("published_at")
    return Reapplied(
        row.seq,
        row.at,
        data["sla"],
        data["version"],
        run_actions=bool(data.get("run_actions")),
        starting=starting,
        depth=row.depth,
        published_at=datetime.fromisoformat(published) if published else None,
    )


def load_choice(data: Mapping[str, Any]) -> Applied | NoSLA | None:
    """Which SLA a row of the log decided on; None where it decided nothing."""
    choice = data.get("choice")
    if choice is None:
        return None
    if choice["sla"] is None:
        return NoSLA(choice["source"])
    return Applied(choice["sla"], choice["version"], choice["source"])


class LogReader:
    """Hands the engine the unfed events; reads the earlier ones only if a rule asks for history (R18)."""

    def __init__(self, record: TrackedRecord, record_type: RecordType) -> None:
        self._record = record
        self._record_type = record_type
        self._judged = record.judged_seq
        self._earlier: list[Change] | None = None
        self._fed: list[Change] = []

    def unfed(self) -> Iterator[LogEvent]:
        if not self._record.is_waiting:
            return
        for event in self._read(self._record.changes.filter(seq__gt=self._judged).order_by("seq")):
            if isinstance(event, Change):
                self._fed.append(event)
            yield event

    def history(self) -> list[Change]:
        if self._earlier is None:
            rows = self._record.changes.filter(seq__lte=self._judged).order_by("seq")
            self._earlier = [event for event in self._read(rows) if isinstance(event, Change)]
        return self._earlier + self._fed

    def _read(self, rows: Iterable[RecordChange]) -> Iterator[LogEvent]:
        for row in rows:
            yield load_event(row, self._record_type)
