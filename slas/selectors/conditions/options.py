"""Records that a condition may name: active ones to choose from, and the names of any that are named already."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from slas.records import RecordType


@dataclass(frozen=True)
class Option:
    id: int
    label: str
    is_active: bool


def options_find(record_type: RecordType, lookup: str, text: str, *, limit: int) -> list[Option]:
    """Active records in which the text occurs, as the registry searches them; without a text simply the first."""
    text = text.strip()
    rows = record_type.search(lookup, text) if text else record_type.options(lookup)
    return [Option(row.pk, str(row), True) for row in rows[:limit]]


def options_named(record_type: RecordType, lookup: str, ids: Sequence[int]) -> list[Option]:
    """The records with these ids, active or not; those that are gone are left out."""
    offered = record_type.options(lookup)
    active = set(offered.filter(pk__in=ids).values_list("pk", flat=True))
    rows = offered.model._base_manager.filter(pk__in=ids)
    return [Option(row.pk, str(row), row.pk in active) for row in rows]
