"""Who uses an email template or a reusable action: a port, filled by the apps whose documents name them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from sla_project.operations.errors import NotPossible

TEMPLATE, ACTION = "template", "action"
"""The keys by which documents name them."""


@dataclass(frozen=True)
class Use:
    """One user: its name, what of it in words, its page, and whether it would be stuck without what it names."""

    label: str
    detail: str
    url: str
    is_current: bool


Finder = Callable[[str, str], Sequence[Use]]
"""`TEMPLATE` or `ACTION`, and the code → who names it now."""

_finders: list[Finder] = []


def register(finder: Finder) -> None:
    if finder not in _finders:
        _finders.append(finder)


def uses(key: str, code: str) -> list[Use]:
    return [use for finder in _finders for use in finder(key, code)]


def refuse_if_used(key: str, code: str) -> None:
    """What is active names it: it could be neither published again nor activated."""
    users = sorted({use.label for use in uses(key, code) if use.is_current})
    if users:
        names = ", ".join(f"“{user}”" for user in users)
        raise NotPossible(_("Used by %(names)s. Deactivate or change that first.") % {"names": names}, code="in_use")
