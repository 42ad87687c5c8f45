"""Can two conditions hold at once? (engine.md R28: applicable-when and success must be able to.)

Fields are taken as independent of each other; what more is known of a record type is a further condition.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Literal

from slas.domain.conditions.condition import Condition
from slas.domain.conditions.diagrams import NEVER, Diagrams
from slas.domain.conditions.space import Space
from slas.domain.conditions.steps import MAX_STEPS, Steps, TooMuch
from slas.domain.fields import FieldSet


class Unknown(Enum):
    UNKNOWN = "unknown"


UNKNOWN: Literal[Unknown.UNKNOWN] = Unknown.UNKNOWN


def satisfiable_together(
    first: Condition, second: Condition, fields: FieldSet
) -> Mapping[str, object] | Literal[Unknown.UNKNOWN] | None:
    """Values under which both hold; None if there are none; `UNKNOWN` if that was too much to find out.

    The values name only the fields that matter. They were confirmed by `evaluate`.
    """
    try:
        diagrams = Diagrams(Space((first.root, second.root), fields, Steps(10 * MAX_STEPS)))
        both = diagrams.both(diagrams.of(first.root), diagrams.of(second.root))
    except TooMuch:
        return UNKNOWN
    if both == NEVER:
        return None
    values = diagrams.example(both)
    if values is not None and first.evaluate(values) and second.evaluate(values):
        return values
    return UNKNOWN
