"""What the validators of all kinds share: known keys, required keys, one problem list per document."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NoReturn

from django.utils.translation import gettext as _

from actions.kinds.base import Document
from actions.targets import Target
from sla_project.operations.errors import Invalid, Problem


def refuse(pointer: str, code: str, message: str) -> NoReturn:
    raise Invalid([Problem(pointer, code, message)])


def check_keys(document: Document, *, allowed: Iterable[str], pointer: str) -> None:
    known = {"kind", *allowed}
    unknown = [key for key in document if key not in known]
    if unknown:
        raise Invalid(
            [
                Problem(child(pointer, key), "unknown_key", _("“%(key)s” is not known here.") % {"key": key})
                for key in unknown
            ]
        )


def text_of(document: Document, key: str, *, pointer: str) -> str:
    """A required, non-empty text without placeholders: a code, a role, an address."""
    value = document.get(key)
    if not isinstance(value, str) or not value.strip():
        refuse(child(pointer, key), "required", _("This must be a text."))
    return value.strip()


def child(pointer: str, key: str | int) -> str:
    """RFC 6901: the pointer of a member."""
    return f"{pointer}/{str(key).replace('~', '~0').replace('/', '~1')}"


def unsupported(target: Target, pointer: str) -> NoReturn:
    message = _("%(type)s does not offer this kind of action.") % {"type": target.label}
    refuse(child(pointer, "kind"), "unsupported", message)
