"""Names that mean nothing where they stand: which they are, and which may have been meant."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any

from django.utils.translation import gettext as _

from sla_project.operations.errors import Problem
from sla_project.operations.pointers import child, printable

MOST_SAID = 10
"""More are not reported: the sender has read the first ten."""
LONGEST_SAID = 60


def unknown_keys(document: Mapping[Any, Any], known: Iterable[str], *, pointer: str = "") -> list[Problem]:
    """A problem for each of the first keys that are not `known`."""
    said = unknown_names(document, known).items()
    return [Problem(child(pointer, key), "unknown_key", message) for key, message in said]


def unknown_names(given: Iterable[Any], known: Iterable[str]) -> dict[str, str]:
    """What to say of each of the first names that are not `known`, in the order in which they came."""
    known = list(known)
    unknown = [short(name) for name in given if name not in known][:MOST_SAID]
    return {name: _("“%(name)s” means nothing here.") % {"name": name} + did_you_mean(name, known) for name in unknown}


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """A sentence to append, with the space before it; "" where nothing is near."""
    near = get_close_matches(name, list(known), n=1, cutoff=0.7)
    return " " + _("Did you mean “%(name)s”?") % {"name": near[0]} if near else ""


def short(name: object) -> str:
    return printable(str(name))[:LONGEST_SAID]
