"""Collecting everything that is wrong with an input before refusing it once."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Protocol

from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _

from sla_project.operations.codes import code_problems
from sla_project.operations.errors import Invalid, Problem

REASON_LIMIT = 500
"""Characters of a reason that somebody gives, wherever one is asked for."""
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def reason_checked(value: object, *, required: bool = False) -> str:
    """A reason by itself, trimmed. Raises `Invalid`."""
    problems = Problems()
    reason = problems.reason(value, required=required)
    problems.raise_if_any()
    return reason


class ProblemLike(Protocol):
    """Problems of the pure core carry the same three texts."""

    @property
    def pointer(self) -> str: ...
    @property
    def code(self) -> str: ...
    @property
    def message(self) -> str: ...


class Problems:
    """A list of problems that raises itself: `Invalid` with one pointer each."""

    def __init__(self) -> None:
        self.found: list[Problem] = []

    def add(self, pointer: str, code: str, message: str) -> None:
        self.found.append(Problem(pointer, code, message))

    def extend(self, problems: Iterable[ProblemLike], prefix: str = "") -> None:
        self.found.extend(Problem(f"{prefix}{p.pointer}", p.code, p.message) for p in problems)

    def raise_if_any(self) -> None:
        if self.found:
            raise Invalid(self.found)

    # --- what every named configuration object has ---

    def text(self, value: object, pointer: str, *, longest: int, required: bool = True) -> str:
        """The trimmed text, or "" with a problem noted."""
        if not isinstance(value, str):
            self.add(pointer, "wrong_type", _("Expected a text."))
            return ""
        text = value.strip()
        if _UNPRINTABLE.search(text):
            self.add(pointer, "invalid_text", _("The text contains characters that cannot be shown."))
        elif required and not text:
            self.add(pointer, "required", _("Enter a text."))
        elif len(text) > longest:
            self.add(pointer, "too_long", _("At most %(count)d characters.") % {"count": longest})
        else:
            return text
        return ""

    def reason(self, value: object, pointer: str = "/reason", *, required: bool = False) -> str:
        """Why somebody does something, trimmed, or "" with a problem noted."""
        if required and isinstance(value, str) and not value.strip():
            self.add(pointer, "required", _("Say why; it is kept."))
            return ""
        return self.text(value, pointer, longest=REASON_LIMIT, required=required)

    def code(self, value: object, pointer: str, *, taken: QuerySet[Model] | None = None) -> str:
        """A stable name, unique among `taken`; "" with a problem noted where it cannot be one."""
        found = code_problems(value, taken, pointer=pointer)
        self.extend(found)
        return "" if found else str(value)
