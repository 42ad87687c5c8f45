"""What Django answers when no view could: a problem for the API, a page for people."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.template.loader import render_to_string
from django.urls import is_valid_path
from django.utils.translation import gettext as _
from django.views import defaults

from sla_project.operations.errors import Problem
from sla_project.operations.logs import current_request_id
from sla_project.operations.rest.problems import CONTENT_TYPE, problem_body

API_PREFIX = "/api/"


def _answer(
    request: HttpRequest, status: int, code: str, detail: str, page: Callable[[], HttpResponseBase]
) -> HttpResponseBase:
    if not request.path.startswith(API_PREFIX):
        return page()
    problems = [Problem("", code, detail)] if status == 400 else []
    body = problem_body(status, code, detail, problems=problems)
    return JsonResponse(body, status=status, content_type=CONTENT_TYPE)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    detail = _("The request is not well formed.")
    return _answer(request, 400, "malformed", detail, lambda: defaults.bad_request(request, exception))


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    detail = _("You may not do this.")
    return _answer(request, 403, "permission_denied", detail, lambda: defaults.permission_denied(request, exception))


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    detail = _("There is nothing at this address.")
    if not request.path.endswith("/"):
        detail = _("There is nothing at this address. Mind the slash at the end.")
    return _answer(request, 404, "not_found", detail, lambda: _nothing_here(request))


def _nothing_here(request: HttpRequest) -> HttpResponse:
    """With a way on to the list that the address lies below: what was there may have been deleted."""
    found = {"was_written": request.method == "POST", "list_url": _list_above(request.path)}
    return HttpResponse(render_to_string("404.html", found, request=request), status=404)


def _list_above(path: str) -> str:
    """`/slas/` for `/slas/12/edit/`; nothing where no page has that address, or it is the one asked for."""
    above = f"/{path.strip('/').partition('/')[0]}/"
    return above if above != path and is_valid_path(above) else ""


def _something_went_wrong() -> HttpResponse:
    """With the id under which the log has it. Nothing else comes in: what failed may have been what a page needs."""
    return HttpResponse(render_to_string("500.html", {"request_id": current_request_id.get()}), status=500)


def nothing_to_show(request: HttpRequest, refusal: HttpResponse) -> HttpResponse:
    """The page instead of an empty 405, for whoever opens the address of a button; its headers stay."""
    refusal.content = render_to_string("405.html", request=request)
    return refusal


def server_error(request: HttpRequest) -> HttpResponseBase:
    detail = _("An error of ours. It has been logged under this request's id.")
    return _answer(request, 500, "server_error", detail, _something_went_wrong)
