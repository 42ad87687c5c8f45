"""Parameters that are true or false, where no list's filters read them."""

from __future__ import annotations

from django.utils.translation import gettext as _
from rest_framework.request import Request

from sla_project.operations.errors import Invalid, Problem


def flag_of(request: Request, name: str) -> bool:
    """False where it is not given. Raises Invalid for any other word."""
    value = request.query_params.get(name, "false")
    if value not in ("true", "false"):
        raise Invalid([Problem(f"/{name}", "invalid", _("Expected true or false."))])
    return value == "true"
