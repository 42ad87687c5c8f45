"""How a defect is put into a clean SLA, and what it says of itself."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from slas.domain.tests.checking.clean import CODES, clean_document
from slas.domain.tests.checking.desk import all_

Document = dict[str, Any]


@dataclass(frozen=True)
class Seeded:
    """A faulty SLA: one of these codes has to be found at a pointer that begins so."""

    document: Document
    pointer: str
    codes: tuple[str, ...]
    given: dict[str, Any] = field(default_factory=dict)


Defect = Callable[[Random], Seeded]
DEFECTS: dict[str, Defect] = {}


def defect(function: Defect) -> Defect:
    DEFECTS[function.__name__] = function
    return function


def base(random: Random, *kpis: str) -> Document:
    return clean_document(random, kpis=kpis)


def index_of(document: Document, key: str) -> int:
    return next(number for number, each in enumerate(document["items"]) if each["key"] == key)


def both(*conditions: Any) -> dict[str, Any]:
    return all_(*[copy.deepcopy(each) for each in conditions if each])


def twin(each: dict[str, Any], key: str, **changes: Any) -> dict[str, Any]:
    return copy.deepcopy({**each, "key": key, "name": key.capitalize(), **changes})


def free_beside(random: Random, document: Document, target: dict[str, Any]) -> tuple[str, tuple[str, ...]]:
    """A choice field that no item of the target's KPI asks about."""
    return free_choice(random, [each["applicable_when"] for each in document["items"] if each["kpi"] == target["kpi"]])


def free_choice(random: Random, *conditions: Any) -> tuple[str, tuple[str, ...]]:
    """A choice field that these conditions do not ask about."""
    asked = str(conditions)
    free = [path for path in CODES if f"'{path}'" not in asked]
    if not free:
        raise Unsuitable
    path = random.choice(free)
    return path, CODES[path]


class Unsuitable(Exception):
    """This SLA has no room for the defect; take another."""


def at(document: Document, key: str, *path: str) -> str:
    return "/".join(["/items", str(index_of(document, key)), *path])


def seeded(name: str, seed: int) -> Seeded:
    """The first SLA from this seed on that has room for the defect."""
    for attempt in range(1_000):
        try:
            return DEFECTS[name](Random(seed * 1_000 + attempt))
        except Unsuitable:
            continue
    raise AssertionError(f"no SLA has room for {name}")
