"""Customers and teams that an event log names: found by their code or made, many at a time."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction

from cases.importing.rows import Named
from cases.models import Customer
from cases.services.imported_cases import Name
from sla_project.accounts.models import Team
from slas.domain.fields import fold
from slas.services.importing.inserting import rows_insert

_PLAIN = re.compile(r"[a-z0-9_-]{1,24}")


class NameBook:
    """Remembers what it found or made, so that each is looked up once per import."""

    def __init__(self, source: str) -> None:
        self.source = source
        self._known: dict[str, set[str]] = {"customer": set(), "team": set()}

    @transaction.atomic
    def learn(self, rows: Iterable[Mapping[str, Any]]) -> list[Name]:
        """Find or make what these rows name and no rows before did, in the order of their first appearance."""
        wanted: dict[str, dict[str, Named]] = {"customer": {}, "team": {}}
        for values in rows:
            for field, found in wanted.items():
                named = values.get(field)
                if named is not None and named.key not in self._known[field]:
                    found[named.key] = named
        customers = self._learn("customer", Customer, wanted["customer"])
        return customers + self._learn("team", Team, wanted["team"])

    def _learn(self, field: str, model: type[Customer] | type[Team], wanted: Mapping[str, Named]) -> list[Name]:
        if not wanted:
            return []
        codes = {self.code(named.key): named for named in wanted.values()}
        stored = {row.code: row for row in model._default_manager.filter(code__in=list(codes))}
        missing = [_new(model, code, named.name) for code, named in codes.items() if code not in stored]
        rows_insert(missing)
        stored.update((row.code, row) for row in missing)
        self._known[field].update(wanted)
        return [(field, named.key, stored[code]) for code, named in codes.items()]

    def code(self, key: str) -> str:
        """A code that two different words never share: the word itself, or where it is no code, its hash."""
        plain = _PLAIN.fullmatch(key) is not None
        return f"{self.source}-{key if plain else 'x' + hashlib.sha256(key.encode()).hexdigest()[:24]}"


def _new(model: type[Customer] | type[Team], code: str, name: str) -> Customer | Team:
    if issubclass(model, Customer):
        return Customer(code=code, name=name, name_folded=fold(name))
    return Team(code=code, name=name)
