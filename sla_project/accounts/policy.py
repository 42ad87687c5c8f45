"""Who may do what, in one place: roles decide for people, scopes for tokens."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from sla_project.accounts.models import ApiToken, Role, TokenScope

if TYPE_CHECKING:  # rest_framework.views itself loads the default permission from here
    from rest_framework.views import APIView

View = Callable[..., HttpResponseBase]


def _role(user: Any) -> str:
    """The role of a signed-in, active user; nothing for anybody else."""
    return user.role if user is not None and user.is_authenticated and user.is_active else ""


def can_configure(user: Any) -> bool:
    """SLAs, schedules, KPIs, templates, people and settings."""
    return _role(user) == Role.ADMINISTRATOR


def can_work_cases(user: Any) -> bool:
    """Cases, activities, customers and contacts."""
    return _role(user) in (Role.AGENT, Role.MANAGER, Role.ADMINISTRATOR)


def can_read_all(user: Any) -> bool:
    """Also what is no agent's business: the audit trail, reports on people."""
    return _role(user) in (Role.MANAGER, Role.ADMINISTRATOR)


def can_adjust_timers(user: Any) -> bool:
    """Recalculating a clock and giving it more time: it changes whether a promise was kept, so not by who keeps it."""
    return _role(user) in (Role.MANAGER, Role.ADMINISTRATOR)


def _by_token(request: Request, *, by_role: bool) -> bool:
    """`by_role`, unless the request came with a token that only reads: that one is told so."""
    token = request.auth
    only_reads = isinstance(token, ApiToken) and token.scope == TokenScope.READ
    if by_role and only_reads and request.method not in SAFE_METHODS:
        message = _("This token only reads; make one with the scope “write”.")
        raise exceptions.PermissionDenied(message, "read_only_token")
    return by_role


class _ByRole(BasePermission):
    """Reading for every signed-in user, writing for those whom `may_write` names."""

    may_write: Callable[[Any], bool]

    def has_permission(self, request: Request, view: APIView) -> bool:
        if not _role(request.user):
            return False
        by_role = request.method in SAFE_METHODS or type(self).may_write(request.user)
        return _by_token(request, by_role=by_role)


class SignedIn(_ByRole):
    """For what everybody has: a profile, tokens."""

    may_write = staticmethod(can_work_cases)


class Configure(_ByRole):
    """SLAs and all that belongs to them. The default of every API view."""

    may_write = staticmethod(can_configure)


class WorkCases(_ByRole):
    """Cases and all that belongs to them."""

    may_write = staticmethod(can_work_cases)


class AdjustTimers(_ByRole):
    """The commands on KPI instances."""

    may_write = staticmethod(can_adjust_timers)


class ReadAll(BasePermission):
    """Managers and administrators read; administrators write."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        may = can_read_all if request.method in SAFE_METHODS else can_configure
        return _by_token(request, by_role=may(request.user))


class ManageReports(BasePermission):
    """Saved reports: managers and administrators, reading and writing."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        return _by_token(request, by_role=can_read_all(request.user))


class Ask(BasePermission):
    """Questions that are posts for the length of their bodies, and write nothing: whoever may read may ask, also with
    a token that only reads."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        return bool(_role(request.user))


signed_in = login_required


def administrator_required(view: View) -> View:
    """For a page: sign in first; then administrators only."""
    return _guarded(view, can_configure)


def case_worker_required(view: View) -> View:
    """For a page that writes cases and what they name: sign in first; then those who may work cases."""
    return _guarded(view, can_work_cases)


def manager_required(view: View) -> View:
    """For a page: sign in first; then managers and administrators only."""
    return _guarded(view, can_read_all)


def timers_adjuster_required(view: View) -> View:
    """For a page: sign in first; then those who may adjust timers."""
    return _guarded(view, can_adjust_timers)


def _guarded(view: View, may: Callable[[Any], bool]) -> View:
    @login_required
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not may(request.user):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded
