"""Waiting after a failure: half a second, doubling, and never longer than the caller says (engine.md R12)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sla_project.operations import backoff

TEN_MINUTES = timedelta(minutes=10)


@pytest.mark.parametrize(("attempts", "seconds"), [(0, 0.5), (1, 0.5), (2, 1), (3, 2), (8, 64), (11, 512), (12, 600)])
def test_it_doubles_up_to_the_longest(attempts: int, seconds: float) -> None:
    assert backoff.delay(attempts, longest=TEN_MINUTES) == timedelta(seconds=seconds)


def test_any_number_of_attempts_can_be_counted() -> None:
    """A mail is tried for 48 hours, however many attempts that makes."""
    assert backoff.delay(100_000, longest=TEN_MINUTES) == TEN_MINUTES
