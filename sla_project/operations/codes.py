"""Codes: stable names of configuration, which the API and other installations know it by."""

from __future__ import annotations

import itertools
from typing import Any

from django.db.models import QuerySet


def free_code(code: str, taken: QuerySet[Any]) -> str:
    """`uk-copy`, `uk-copy-2`, …: the first that is not among the codes of `taken`."""
    stem = f"{code[:55]}-copy"
    known = set(taken.filter(code__startswith=stem).values_list("code", flat=True))
    candidates = itertools.chain([stem], (f"{stem}-{number}" for number in itertools.count(2)))
    return next(candidate for candidate in candidates if candidate not in known)
