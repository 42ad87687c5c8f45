"""What can be wrong with a schedule, or with a question put to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault of a schedule document. `pointer` is a JSON pointer (RFC 6901) to the place of the fault."""

    pointer: str
    code: str
    message: str


class ScheduleError(ValueError):
    """The document describes no usable schedule; `problems` lists every fault that was found."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = list(problems)
        super().__init__("; ".join(f"{p.pointer or '/'}: {p.message}" for p in self.problems))


class NaiveDatetimeError(ValueError):
    """A datetime without a time zone is no instant, so nothing can be counted from it."""


class WorkingTimeRangeError(ValueError):
    """The answer lies outside the calendar, which ends with the year 9999."""
