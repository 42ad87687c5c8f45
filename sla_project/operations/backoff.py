"""How long something that failed waits for its next try: half a second, doubling (engine.md R12)."""

from __future__ import annotations

from datetime import timedelta

FIRST = timedelta(seconds=0.5)
GIVEN_UP_AFTER = 8
"""Failures in a row after which a record, a run or a job is given up. Mails are given up by time."""


def delay(attempts: int, *, longest: timedelta) -> timedelta:
    """`attempts` so far, the failed one included."""
    doublings = min(max(attempts, 1) - 1, 20)
    return min(FIRST * 2**doublings, longest)
