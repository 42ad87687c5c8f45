"""Every error of the API as `application/problem+json` (RFC 9457), a pointer per field."""

from __future__ import annotations

import logging
import math
from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, RequestDataTooBig
from django.core.exceptions import ValidationError as ModelInvalid
from django.db import IntegrityError, OperationalError
from django.db.models import ProtectedError, RestrictedError
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response

from sla_project.operations.errors import Invalid, NotPossible, Problem, Refused, Stale
from sla_project.operations.logs import current_request_id
from sla_project.operations.pointers import child
from sla_project.operations.rest.wording import in_our_words
from sla_project.operations.unique import is_dangling, is_taken

log = logging.getLogger(__name__)

CONTENT_TYPE = "application/problem+json"
# Keys under which DRF and Django file errors that belong to no field.
WHOLE = {"non_field_errors", "__all__", ""}


def problem_body(
    status: int,
    code: str,
    detail: str,
    *,
    problems: Sequence[Problem] = (),
    changed: Mapping[str, Any] | Sequence[str] = (),
) -> dict[str, Any]:
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": str(detail),
        "request_id": current_request_id.get(),
        "errors": [
            {"pointer": problem.pointer, "code": problem.code, "detail": str(problem.message)} for problem in problems
        ],
    }
    if changed:
        body["changed"] = changed
    return body


class ProblemResponse(Response):
    """JSON, whatever was asked for and whatever else the view can write."""

    @property
    def rendered_content(self) -> Any:
        self.accepted_renderer = JSONRenderer()
        return super().rendered_content


def problem_response(status: int, code: str, detail: str, **extra: Any) -> Response:
    return ProblemResponse(problem_body(status, code, detail, **extra), status=status, content_type=CONTENT_TYPE)


def exception_handler(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """DRF's hook. None for what is our own fault: `server_error` answers that, after the log."""
    if isinstance(error, exceptions.ValidationError):
        return _invalid(list(_problems_of(error.get_full_details())))
    if isinstance(error, exceptions.APIException):
        return _framework(error)
    if isinstance(error, ModelInvalid):
        return _invalid(list(_problems_of_model(error)))
    return _service(error) or _django(error)


def _service(error: Exception) -> Response | None:
    match error:
        case Invalid():
            return _invalid(error.problems)
        case NotPossible():
            return problem_response(409, error.code, error.message)
        case Refused():
            return problem_response(403, "refused", error.message)
        case Stale():
            return problem_response(412, "stale", error.message, changed=error.changed)
    return None


def _django(error: Exception) -> Response | None:
    match error:
        case Http404():
            return problem_response(404, "not_found", _("There is no such object."))
        case PermissionDenied():
            return problem_response(403, "permission_denied", _("You may not do this."))
        case RequestDataTooBig():  # read before the parser, for its Idempotency-Key
            return _invalid([Problem("", "body_too_large", _("The body is too large."))])
        case ProtectedError() | RestrictedError():
            return problem_response(409, "in_use", _("Other objects use this one, so it stays."))
        case ObjectDoesNotExist() | IntegrityError():
            return _raced(error)
        case OperationalError():
            log.exception("The database refused a request")
            response = problem_response(503, "busy", _("The database is busy. Try again."))
            response["Retry-After"] = "1"
            return response
    return None


def _raced(error: ObjectDoesNotExist | IntegrityError) -> Response | None:
    """What a service found in order, and what another request has deleted or made before this one was done. Any other
    refusal of the database is our own fault."""
    if isinstance(error, IntegrityError) and not is_dangling(error) and not is_taken(error):
        return None
    log.warning("Another request was faster", exc_info=error)
    if isinstance(error, IntegrityError) and is_taken(error):
        return problem_response(409, "conflict", _("Somebody else has made the same meanwhile. Look, and try again."))
    message = _("Something that this needs was deleted meanwhile, or is in use since. Look, and try again.")
    return problem_response(409, "gone", message)


def _framework(error: exceptions.APIException) -> Response:
    codes = error.get_codes()
    code = codes if isinstance(codes, str) else error.default_code
    response = problem_response(error.status_code, code, str(error.detail))
    if header := getattr(error, "auth_header", None):
        response["WWW-Authenticate"] = header
    if wait := getattr(error, "wait", None):
        response["Retry-After"] = str(math.ceil(wait))
    return response


def _invalid(problems: Sequence[Problem]) -> Response:
    """400; a lone problem with the whole body also gives its code and words to the answer."""
    code, detail = "invalid", _("The request has faults; see “errors”.")
    if len(problems) == 1 and not problems[0].pointer:
        code, detail = problems[0].code, problems[0].message
    return problem_response(400, code, detail, problems=problems)


def _problems_of(detail: Any, pointer: str = "") -> Iterator[Problem]:
    """Flattens DRF's nested details; a leaf is {"message", "code"}."""
    if isinstance(detail, Mapping):
        if set(detail) == {"message", "code"} and isinstance(detail["code"], str):
            code, message = detail["code"], str(detail["message"])
            yield Problem(pointer, code, in_our_words(pointer, code, message))
            return
        for key, inner in detail.items():
            place = pointer if key in WHOLE else child(pointer, str(key))
            yield from _problems_of(inner, place)
    elif isinstance(detail, Sequence):
        for index, inner in enumerate(detail):
            yield from _problems_of(inner, pointer if _is_leaf(inner) else f"{pointer}/{index}")


def _is_leaf(detail: Any) -> bool:
    return isinstance(detail, Mapping) and set(detail) == {"message", "code"}


def _problems_of_model(error: ModelInvalid) -> Iterator[Problem]:
    by_field = error.error_dict if hasattr(error, "error_dict") else {"": error.error_list}
    for name, faults in by_field.items():
        for fault in faults:
            pointer = "" if name in WHOLE else child("", name)
            code = fault.code or "invalid"
            yield Problem(pointer, code, in_our_words(pointer, code, fault.messages[0]))
