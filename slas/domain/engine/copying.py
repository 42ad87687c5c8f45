"""Copies of frozen values with some fields changed: what every move of a clock makes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # the type checker knows which fields there are
    from dataclasses import replace as evolve
else:

    def evolve(value: Any, **changes: Any) -> Any:
        """`dataclasses.replace` for frozen classes without slots, many times as fast: it asks for no field by name."""
        copy = object.__new__(type(value))
        fields = copy.__dict__
        fields.update(value.__dict__)
        fields.update(changes)
        return copy


__all__ = ["evolve"]
