"""What reports group by besides SLA, KPI, item and month: the registered dimensions of the record types.

A clock that has ended answers with what was so at its end; one that runs, with what is so now.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, CharField, F, Q, QuerySet, Value, When
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, NullIf

from sla_project.operations.numbers import whole_numbers
from slas import records
from slas.domain.fields import Field

NOT_SET = "none"
"""How addresses and the API spell that a record has no value."""
OFFERED = 500


@dataclass(frozen=True)
class Dimension:
    """One name that several record types may have, each under a path of its own."""

    name: str
    fields: tuple[tuple[records.RecordType, Field], ...]

    @property
    def label(self) -> str:
        return self.name.replace("_", " ").capitalize()

    @property
    def lookup(self) -> str:
        return self.fields[0][1].lookup or ""

    @property
    def rows(self) -> QuerySet[Any]:
        """Every record that a lookup may name, active or not: reports look back."""
        offered = self.fields[0][0].options(self.lookup)
        return offered.model._base_manager.all()

    def options(self) -> list[tuple[str, str]]:
        """What a filter offers: codes or ids with their names; of a long list the first ones by name."""
        if not self.lookup:
            return list(self._choices().items())
        found = [(str(row.pk), str(row)) for row in self.rows.order_by("pk")[:OFFERED]]
        return sorted(found, key=lambda option: option[1].casefold())

    def names(self, values: Iterable[str]) -> dict[str, str]:
        """The names behind some values."""
        wanted = list(values)
        if not self.lookup:
            known = self._choices()
            return {value: known.get(value, value) for value in wanted}
        ids = whole_numbers(wanted)
        found = {str(row.pk): str(row) for row in self.rows.filter(pk__in=ids)}
        return {value: found.get(value, value) for value in wanted}

    def _choices(self) -> dict[str, str]:
        return {choice.code: str(choice.label) for _record_type, field in self.fields for choice in field.choices}


def dimensions() -> dict[str, Dimension]:
    """All of them by name, in the order in which they were registered."""
    found: dict[str, list[tuple[records.RecordType, Field]]] = {}
    for record_type in records.all():
        for name, path in record_type.dimensions.items():
            found.setdefault(name, []).append((record_type, record_type.fields[path]))
    return {name: Dimension(name, tuple(fields)) for name, fields in found.items()}


def dimension_value(name: str) -> Case:
    """The value as text, for queries of KPI instances; null where the record has none."""
    running = [
        When(record__record_type=record_type.name, then=_text("record__values", record_type.dimensions[name]))
        for record_type in records.all()
        if name in record_type.dimensions
    ]
    ended = When(ended_at__isnull=False, then=_text("dimensions", name))
    return Case(ended, *running, default=None, output_field=CharField())


def having(name: str, value: str) -> tuple[dict[str, Any], Q]:
    """An annotation and the condition on it that select the instances with this value."""
    alias = f"of_{name}"
    condition = Q(**{f"{alias}__isnull": True}) if value == NOT_SET else Q(**{alias: value})
    return {alias: dimension_value(name)}, condition


def _text(column: str, key: str) -> NullIf:
    """A key of a JSON column as text. SQLite says "null" for a JSON null."""
    text = Cast(KeyTextTransform(key, F(column)), CharField())
    return NullIf(NullIf(text, Value("null")), Value(""))
