"""Who uses an email template: a port, filled by the apps whose documents name templates."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Use:
    """One user of a template: its name, what of it in words, and its page."""

    label: str
    detail: str
    url: str


Finder = Callable[[str], Sequence[Use]]
"""Code of a template → who names it now."""

_finders: list[Finder] = []


def register(finder: Finder) -> None:
    if finder not in _finders:
        _finders.append(finder)


def uses_of_template(code: str) -> list[Use]:
    return [use for finder in _finders for use in finder(code)]
