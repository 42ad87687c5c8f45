"""Changing the organisation's settings, checked against the record types that there are."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from sla_project.accounts.models import User
from sla_project.operations.models import OrganisationSettings
from sla_project.operations.problems import Problems
from sla_project.operations.services import settings_update
from slas import records


def service_settings_update(
    *, changes: Mapping[str, Any], by: User | None, reason: str = "", now: datetime
) -> OrganisationSettings:
    """Raises `Invalid` for a record type or status that does not exist, ValidationError for the rest.

    What a published SLA has frozen, such as its pause statuses, changes with its next publication (engine.md R6).
    """
    problems = Problems()
    known = {record_type.name: record_type for record_type in records.all()}
    for index, name in enumerate(changes.get("disabled_record_types", ())):
        if name not in known:
            _unknown_type(problems, f"/disabled_record_types/{index}", name)
    for name, codes in changes.get("pause_statuses", {}).items():
        if name not in known:
            _unknown_type(problems, f"/pause_statuses/{name}", name)
            continue
        for index, code in enumerate(codes):
            if known[name].pause_status_label(code) is None:
                message = _("%(records)s have no status “%(code)s”.")
                words = {"records": known[name].plural, "code": str(code)[:60]}
                problems.add(f"/pause_statuses/{name}/{index}", "unknown_status", message % words)
    reason = problems.reason(reason)
    problems.raise_if_any()
    return settings_update(changes=changes, by=by, reason=reason, now=now)


def _unknown_type(problems: Problems, pointer: str, name: object) -> None:
    message = _("There is no record type “%(name)s”.") % {"name": str(name)[:60]}
    problems.add(pointer, "unknown_record_type", message)
