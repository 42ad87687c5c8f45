"""Codes: stable names of configuration, which the API and other installations know it by."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import Model, QuerySet

from sla_project.operations.errors import Invalid

M = TypeVar("M", bound=Model)
TRIES = 20


def free_code(code: str, taken: QuerySet[Any]) -> str:
    """`uk-copy`, `uk-copy-2`, …: the first that is not among the codes of `taken`."""
    stem = f"{code[:55]}-copy"
    known = set(taken.filter(code__startswith=stem).values_list("code", flat=True))
    candidates = itertools.chain([stem], (f"{stem}-{number}" for number in itertools.count(2)))
    return next(candidate for candidate in candidates if candidate not in known)


def create_copy(create: Callable[..., M], code: str, *, of: str, taken: QuerySet[Any]) -> M:
    """`create(code=…)` under the given code, else under a free one: another if somebody takes it meanwhile."""
    if code:
        return create(code=code)
    for _attempt in range(TRIES):
        try:
            with transaction.atomic():
                return create(code=free_code(of, taken))
        except Invalid as refusal:
            if [(problem.pointer, problem.code) for problem in refusal.problems] != [("/code", "unique")]:
                raise
            last = refusal
    raise last
