"""What the validators of all kinds share: known keys, required keys, one problem list per document."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NoReturn

from django.utils.translation import gettext as _

from actions.kinds.base import Document
from actions.targets import Target
from sla_project.operations.errors import Invalid, Problem
from sla_project.operations.pointers import child
from sla_project.operations.unknown import unknown_keys


def refuse(pointer: str, code: str, message: str) -> NoReturn:
    raise Invalid([Problem(pointer, code, message)])


def check_keys(document: Document, *, allowed: Iterable[str], pointer: str) -> None:
    problems = unknown_keys(document, ["kind", *allowed], pointer=pointer)
    if problems:
        raise Invalid(problems)


def text_of(document: Document, key: str, *, pointer: str) -> str:
    """A required, non-empty text without placeholders: a code, a role, an address."""
    value = document.get(key)
    if not isinstance(value, str) or not value.strip():
        refuse(child(pointer, key), "required", _("This must be a text."))
    return value.strip()


def unsupported(target: Target, pointer: str) -> NoReturn:
    message = _("%(type)s does not offer this kind of action.") % {"type": target.label}
    refuse(child(pointer, "kind"), "unsupported", message)
