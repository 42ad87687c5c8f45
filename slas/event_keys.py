"""Under which key `actions` knows a KPI event that causes runs: the same for the same event in every replay."""

from __future__ import annotations

KPI_EVENT = "kpi-event"
"""The kind of cause, which `slas.causes` registers."""


def cause_key(record_id: int, event_number: int) -> str:
    """`<tracked record>-<number of the event in it>`."""
    return f"{record_id}-{event_number}"


def event_of(key: str) -> tuple[int, int]:
    """The id of the tracked record, and the number of the event in it."""
    record_id, _dash, number = key.partition("-")
    return int(record_id), int(number)
