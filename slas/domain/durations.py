"""Lengths of time as people give them: `{"amount": 2, "unit": "business_days"}` or `1h 30m` (engine.md R19).

A duration keeps the unit it was given in. All units but business days are a fixed number of working seconds;
business days become working seconds only when a clock starts, since they depend on the hours.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from slas.domain.worktime import WorkingTime


class Unit(StrEnum):
    SECONDS = "seconds"
    MINUTES = "minutes"
    HOURS = "hours"
    DAYS = "days"
    BUSINESS_DAYS = "business_days"


SECONDS_PER_UNIT = {Unit.SECONDS: 1, Unit.MINUTES: 60, Unit.HOURS: 3600, Unit.DAYS: 86400}
LONGEST_SECONDS = 10 * 366 * 86400
LONGEST_BUSINESS_DAYS = 2600

_WORDS = {
    Unit.SECONDS: ("second", "seconds"),
    Unit.MINUTES: ("min", "min"),
    Unit.HOURS: ("h", "h"),
    Unit.DAYS: ("day", "days"),
    Unit.BUSINESS_DAYS: ("business day", "business days"),
}
_SPELLINGS = {
    "s": Unit.SECONDS, "sec": Unit.SECONDS, "second": Unit.SECONDS, "seconds": Unit.SECONDS,
    "m": Unit.MINUTES, "min": Unit.MINUTES, "minute": Unit.MINUTES, "minutes": Unit.MINUTES,
    "h": Unit.HOURS, "hour": Unit.HOURS, "hours": Unit.HOURS,
    "d": Unit.DAYS, "day": Unit.DAYS, "days": Unit.DAYS,
    "bd": Unit.BUSINESS_DAYS, "business day": Unit.BUSINESS_DAYS, "business days": Unit.BUSINESS_DAYS,
}  # fmt: skip
_PART = re.compile(r"\s*(\d{1,9})\s*([a-z]+(?: days?)?)\s*", re.ASCII)


class DurationError(ValueError):
    """Not a duration; the message says why, in words for the person who typed it."""

    def __init__(self, message: str, code: str = "invalid_duration") -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Duration:
    """A positive whole amount of one unit."""

    amount: int
    unit: Unit

    @classmethod
    def parse_document(cls, document: object) -> Duration:
        """Read `{"amount": 45, "unit": "minutes"}`; keys that reading adds (`iso8601`, `seconds`) are ignored."""
        if not isinstance(document, Mapping):
            raise DurationError('A duration looks like {"amount": 45, "unit": "minutes"}.')
        unknown = set(document) - {"amount", "unit", "iso8601", "seconds"}
        if unknown:
            raise DurationError(f"A duration has no “{sorted(map(str, unknown))[0]}”.", "unknown_key")
        amount, unit = document.get("amount"), document.get("unit")
        if isinstance(amount, bool) or not isinstance(amount, int):
            raise DurationError("The amount must be a whole number.", "invalid_amount")
        if not isinstance(unit, str) or unit not in set(Unit):
            raise DurationError(f"The unit must be one of {', '.join(Unit)}.", "unknown_unit")
        return cls._checked(amount, Unit(unit))

    @classmethod
    def parse_text(cls, text: str) -> Duration:
        """Read `45m`, `1h 30m`, `2 business days`. Several parts add up in the smallest unit given."""
        position, parts = 0, []
        cleaned = " ".join(text.split()).lower()  # also what a page pastes between number and unit
        while position < len(cleaned):
            match = _PART.match(cleaned, position)
            unit = _SPELLINGS.get(match[2]) if match else None
            if match is None or unit is None:
                raise DurationError("Write a duration like 45m, 1h 30m or 2 business days.")
            parts.append((int(match[1]), unit))
            position = match.end()
        if not parts:
            raise DurationError("Write a duration like 45m, 1h 30m or 2 business days.")
        if len(parts) == 1:
            return cls._checked(*parts[0])
        if any(unit is Unit.BUSINESS_DAYS for _, unit in parts):
            raise DurationError("Business days cannot be mixed with other units.")
        smallest = min((unit for _, unit in parts), key=SECONDS_PER_UNIT.__getitem__)
        seconds = sum(amount * SECONDS_PER_UNIT[unit] for amount, unit in parts)
        return cls._checked(seconds // SECONDS_PER_UNIT[smallest], smallest)

    @classmethod
    def _checked(cls, amount: int, unit: Unit) -> Duration:
        if amount <= 0:
            raise DurationError("The time must be more than zero.", "not_positive")
        longest = LONGEST_BUSINESS_DAYS if unit is Unit.BUSINESS_DAYS else LONGEST_SECONDS // SECONDS_PER_UNIT[unit]
        if amount > longest:
            raise DurationError(f"At most {longest:,} {_WORDS[unit][1]}.", "too_long")
        return cls(amount, unit)

    @property
    def seconds(self) -> int | None:
        """Working seconds; None for business days, whose length depends on the hours."""
        return None if self.unit is Unit.BUSINESS_DAYS else self.amount * SECONDS_PER_UNIT[self.unit]

    def working_seconds(self, start: datetime, hours: WorkingTime) -> float:
        """Working seconds of this duration for a clock that starts at `start` (R19)."""
        if self.seconds is not None:
            return self.seconds
        return hours.elapsed(start, hours.add_business_days(start, self.amount))

    def to_document(self) -> dict[str, object]:
        """For reading: adds `iso8601` and `seconds` where the length does not depend on hours."""
        document: dict[str, object] = {"amount": self.amount, "unit": self.unit.value}
        if self.seconds is not None:
            document |= {"iso8601": self.iso8601, "seconds": self.seconds}
        return document

    @property
    def iso8601(self) -> str | None:
        letter = {Unit.SECONDS: "S", Unit.MINUTES: "M", Unit.HOURS: "H"}.get(self.unit)
        if letter:
            return f"PT{self.amount}{letter}"
        return f"P{self.amount}D" if self.unit is Unit.DAYS else None

    def words(self) -> str:
        """`45 min`, `1 h`, `2 business days`."""
        return f"{self.amount} {_WORDS[self.unit][self.amount != 1]}"
