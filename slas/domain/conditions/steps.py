"""A bound on work: steps are counted, and a question that takes too many is given up."""

from __future__ import annotations

MAX_STEPS = 40_000
"""For one question; some 60 ms."""


class TooMuch(Exception):
    """The answer would take longer than it is worth."""


class Steps:
    """What is left for all questions together, and how far the present one may go."""

    def __init__(self, total: int = MAX_STEPS) -> None:
        self.left = total
        self._floor = 0

    def begin(self, most: int = MAX_STEPS) -> None:
        """The next question."""
        self._floor = max(0, self.left - most)

    def spend(self, steps: int) -> None:
        self.left -= steps
        if self.left < self._floor:
            raise TooMuch

    def affordable(self, most: int) -> int:
        """As many as that, but no more than half of what the question has left."""
        return max(0, min(most, (self.left - self._floor) // 2))
