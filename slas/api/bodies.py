"""Reading request bodies: known keys and JSON types here, everything else in the services."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework.request import Request

from sla_project.operations.errors import Invalid, Problem
from sla_project.operations.unknown import unknown_keys

_WORDS: dict[type, Any] = {
    str: gettext_lazy("a text"),
    bool: gettext_lazy("true or false"),
    int: gettext_lazy("a whole number"),
    dict: gettext_lazy("an object"),
    list: gettext_lazy("a list"),
    type(None): gettext_lazy("null"),
}

Types = Mapping[str, type | tuple[type, ...]]


def body_of(
    request: Request, types: Types, *, required: Iterable[str] = (), ignored: Iterable[str] = ()
) -> dict[str, Any]:
    """The known keys of the body. Raises `Invalid` for a missing, an unknown or a wrongly typed one.

    `ignored` are the read-only keys of the resource, so that what was read can be sent back.
    """
    if not isinstance(request.data, Mapping):
        raise Invalid([Problem("", "wrong_type", _("Expected an object."))])
    body = {key: value for key, value in request.data.items() if key not in ignored}
    problems = unknown_keys(body, types)
    problems += [Problem(f"/{key}", "required", _("This is required.")) for key in required if body.get(key) is None]
    for key, value in body.items():
        if key in types and not _is_of(value, types[key]) and not (value is None and key in required):
            problems.append(Problem(f"/{key}", "wrong_type", _expected(types[key])))
    if problems:
        raise Invalid(problems)
    return body


def _is_of(value: object, type_: type | tuple[type, ...]) -> bool:
    """Whether a JSON value has the type; true is no number."""
    allowed = type_ if isinstance(type_, tuple) else (type_,)
    return type(value) in allowed


def _expected(type_: type | tuple[type, ...]) -> str:
    allowed = type_ if isinstance(type_, tuple) else (type_,)
    return _("Expected %(types)s.") % {"types": _(" or ").join(str(_WORDS[one]) for one in allowed)}
