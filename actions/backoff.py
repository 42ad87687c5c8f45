"""How long to wait after a failure: 0.5 s, doubling (engine.md R12)."""

from __future__ import annotations

from datetime import timedelta

FIRST = 0.5
RUN_LONGEST = timedelta(minutes=10)
MAIL_LONGEST = timedelta(minutes=15)
MAX_ATTEMPTS = 8
"""After so many failures a run is given up. Mails are given up by time."""


def delay(attempts: int, *, longest: timedelta) -> timedelta:
    """`attempts` so far, the failed one included."""
    doublings = min(max(attempts, 1) - 1, 20)
    return min(timedelta(seconds=FIRST * 2**doublings), longest)
