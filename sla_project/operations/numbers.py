"""Whole numbers as addresses and forms carry them: as text that anybody can write."""

from __future__ import annotations

from collections.abc import Iterable

LARGEST = 2**63 - 1
"""What a column of the database holds; SQLite cannot even be asked for more."""


def whole_number(text: str, *, largest: int = LARGEST) -> int | None:
    """The number that a text is; None where it is none, negative, or above `largest`."""
    if not (text.isascii() and text.isdecimal() and len(text) <= len(str(LARGEST))):
        return None
    number = int(text)
    return number if number <= largest else None


def whole_numbers(texts: Iterable[str]) -> list[int]:
    """Those of the texts that are numbers."""
    return [number for text in texts if (number := whole_number(text)) is not None]
