from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from sla_project.accounts.policy import can_work_cases

View = Callable[..., HttpResponse]


def works_cases(view: View) -> View:
    """For pages that write: sign in first; then who may work cases."""

    @login_required
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not can_work_cases(request.user):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded
