"""Codes: stable names of configuration, which the API and other installations know it by; and those that other systems
have given to customers, products and teams."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _

from sla_project.operations.errors import Invalid, Problem

M = TypeVar("M", bound=Model)
TRIES = 20
LONGEST_CODE = 64
_CODE = re.compile(r"[a-z0-9](?:[a-z0-9_-]*[a-z0-9])?")


def code_problems(code: object, taken: QuerySet[Any] | None = None, *, pointer: str = "/code") -> list[Problem]:
    """What is wrong with a new code; it must not be among those of `taken`."""
    if not isinstance(code, str) or len(code) > LONGEST_CODE or not _CODE.fullmatch(code):
        message = _("A code has up to %(count)d lower case letters, digits, hyphens and underscores.")
        return [Problem(pointer, "invalid_code", message % {"count": LONGEST_CODE})]
    if taken is not None and taken.filter(code=code).exists():
        return [Problem(pointer, "unique", _("This code is taken."))]
    return []


def foreign_code(code: str) -> None:
    """A validator: “K.1000/DE” and “Müller 7” are kept as the other system writes them, what cannot be seen is not."""
    if not code.isprintable() or code != code.strip():
        message = _("Use letters, digits, signs and spaces within; no line breaks and nothing that cannot be seen.")
        raise ValidationError(message, code="invalid_code")


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
