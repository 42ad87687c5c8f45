"""What every request gets: an id, a strict content security policy, and the user's time zone."""

from __future__ import annotations

import logging
import re
import uuid
from collections.abc import Callable
from urllib.parse import unquote
from zoneinfo import ZoneInfo

from django.core.exceptions import BadRequest, ObjectDoesNotExist
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.middleware.common import CommonMiddleware
from django.utils import timezone

from sla_project.operations.failures import API_PREFIX, nothing_to_show, page_not_found
from sla_project.operations.logs import current_request_id
from sla_project.operations.unique import is_dangling

log = logging.getLogger(__name__)

Respond = Callable[[HttpRequest], HttpResponse]

USABLE_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
CONTENT_SECURITY_POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    ]
)


class RequestIdMiddleware:
    """Names the request in `X-Request-Id`, in each line of the log and in each problem."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        offered = request.headers.get("X-Request-Id", "")
        request_id = offered if USABLE_REQUEST_ID.fullmatch(offered) else uuid.uuid4().hex
        request.request_id = request_id  # type: ignore[attr-defined]  # an attribute of ours
        # Left set: Django logs a failed request after the middleware has ended.
        current_request_id.set(request_id)
        response = self.get_response(request)
        response.headers["X-Request-Id"] = request_id
        return response


class WellFormedMiddleware:
    """No address that we gave out holds a NUL, and PostgreSQL refuses to look for one."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\0" in request.path or "\0" in unquote(request.META.get("QUERY_STRING", "")):
            raise BadRequest("NUL in the address")
        return self.get_response(request)


class SlashMiddleware(CommonMiddleware):
    """Django's, but a write to the API is not sent elsewhere for its forgotten slash: clients follow with a GET, and
    take the list that they get for success."""

    def should_redirect_with_slash(self, request: HttpRequest) -> bool:
        is_write = request.path.startswith(API_PREFIX) and request.method not in ("GET", "HEAD")
        return not is_write and super().should_redirect_with_slash(request)


class ContentSecurityPolicyMiddleware:
    """Nothing inline and nothing from elsewhere, on any page."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
        return response


class TimeZoneMiddleware:
    """Pages show times in the zone of whoever is signed in; the API speaks UTC to everybody."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        name = "UTC" if request.path.startswith(API_PREFIX) else getattr(request.user, "time_zone", "")
        if not name:
            return self.get_response(request)
        with timezone.override(ZoneInfo(name)):
            return self.get_response(request)


class SignedOutMiddleware:
    """A part of a page that asks for itself anew gets 401, not the page to sign in, which would be put in its place."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        is_part = response.status_code == 302 and "HX-Request" in request.headers
        return HttpResponse(status=401) if is_part and not request.user.is_authenticated else response


class GoneMiddleware:
    """A row that somebody deletes between a write's finding it and locking or naming it: the page that says so, no
    error of ours. Only for writes, which alone look twice; it is logged with its traceback, should the fault be ours
    after all.
    """

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponseBase | None:
        is_gone = isinstance(error, ObjectDoesNotExist) or (isinstance(error, IntegrityError) and is_dangling(error))
        if request.method == "GET" or not is_gone:
            return None
        log.warning("Gone while it was written: %s", error, exc_info=error)
        return page_not_found(request, error)


class NothingToShowMiddleware:
    """Addresses that only take posts say so in a page, not with the browser's own error."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        is_bare = response.status_code == 405 and not response.streaming and not response.content
        return nothing_to_show(request, response) if is_bare and request.method == "GET" else response
