"""What a request is asked with. A parameter or a body that it would pass over is refused: the caller meant it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request

from sla_project.operations.errors import Invalid, Problem
from sla_project.operations.pointers import child
from sla_project.operations.unknown import MOST_SAID, short, unknown_names

H = TypeVar("H", bound=Callable[..., Any])
PAGING = frozenset({"limit", "cursor", "ordering"})


def no_body(handler: H) -> H:
    """For a command that takes nothing. The schema says so, and an empty object will do."""
    marked: Any = handler
    marked.takes_body = False
    return extend_schema(request=None)(handler)


def takes(*names: str) -> Callable[[H], H]:
    """Parameters of one handler's own."""

    def marking(handler: H) -> H:
        marked: Any = handler
        marked.own_parameters = parameters_of(handler) | set(names)
        return handler

    return marking


def reads_filters(handler: H) -> H:
    """For a command on what its list's filters find: they say which parameters there are."""
    marked: Any = handler
    marked.reads_filters = True
    return handler


def parameters_of(handler: Any) -> frozenset[str]:
    return frozenset(getattr(handler, "own_parameters", ()))


def handler_of(view: Any) -> Any:
    """The method that answers this request; None where there is none, which is a 405."""
    return getattr(view, view.request.method.lower(), None)


def is_action(handler: Any) -> bool:
    """Whether a method reads something beside a resource's list and rows."""
    return hasattr(handler, "mapping")


class StrictRequests:
    """A mixin for API views; the router puts it before every view that it registers.

    Lists are left to their filters. A row that is read by its id is there, whatever the query says; what is read
    beside it, such as its log, knows its parameters.
    """

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)  # type: ignore[misc]  # the view's, of which this is a part
        handler = handler_of(self)
        if request.method in SAFE_METHODS:
            if is_action(handler):
                check_parameters(request, parameters_of(handler) | PAGING)
            return
        if handler is None:
            return
        if not getattr(handler, "reads_filters", False):
            check_parameters(request, parameters_of(handler))
        if not getattr(handler, "takes_body", True):
            _check_no_body(request)


def check_parameters(
    request: Request, known: frozenset[str] | set[str], several: frozenset[str] | set[str] = frozenset()
) -> None:
    """Raises Invalid with the first few parameters that are not known here, or that came more than once and are not
    among `several`: all but the last would be passed over."""
    unknown, given = unknown_names(request.query_params, known), request.query_params
    problems = [Problem(child("", name), "unknown_parameter", message) for name, message in unknown.items()]
    repeated = [name for name in given if name in known - several and len(given.getlist(name)) > 1]
    problems += [Problem(child("", name), "repeated", _("This takes one value here.")) for name in repeated]
    if problems:
        raise Invalid(problems)


def _check_no_body(request: Request) -> None:
    # Read as a whole first: the Idempotency-Key's fingerprint needs the bytes after the parser.
    if not request._request.body or request.data == {}:
        return
    message = _("This command takes no body.")
    if not isinstance(request.data, dict):
        raise Invalid([Problem("", "wrong_type", message)])
    raise Invalid([Problem(child("", short(key)), "unknown_key", message) for key in sorted(request.data)[:MOST_SAID]])
