"""What a service raises when it cannot do what it was asked; the API and the pages translate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms


@dataclass(frozen=True)
class Problem:
    """One fault in the input: where (a JSON pointer such as "/items/0/name"), code and words."""

    pointer: str
    code: str
    message: str

    @property
    def sentence(self) -> str:
        """The message where nothing else tells its place."""
        return self.message


class ServiceError(Exception):
    """Base of the errors that are the caller's to solve."""


class Invalid(ServiceError):
    """The input has faults (HTTP 400)."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(f"{p.pointer}: {p.message}" for p in self.problems))


class NotPossible(ServiceError):
    """The input is fine, but not in the state that the object is in (HTTP 409)."""

    def __init__(self, message: str, code: str = "conflict") -> None:
        self.message, self.code = str(message), code
        super().__init__(self.message)


class Refused(ServiceError):
    """The user may not do this (HTTP 403)."""

    def __init__(self, message: str) -> None:
        self.message = str(message)
        super().__init__(self.message)


class Stale(ServiceError):
    """Somebody else has changed the object meanwhile (HTTP 412); `changed` says what."""

    def __init__(self, message: str, changed: Mapping[str, Any] | Sequence[str] = ()) -> None:
        self.message, self.changed = str(message), changed
        super().__init__(self.message)


def form_errors(form: forms.BaseForm, invalid: Invalid) -> None:
    """Puts each problem on the form's field of its pointer's first part, else on the form."""
    for problem in invalid.problems:
        first, _, rest = problem.pointer.lstrip("/").partition("/")
        field = first if first in form.fields else None
        place = "" if field and not rest else problem.pointer
        message = f"{place}: {problem.message}" if place else problem.message
        form.add_error(field, forms.ValidationError(message, code=problem.code))
