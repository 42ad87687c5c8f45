"""Change status: by the record type's own service, with all that belongs to it (resolving, canceling)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from actions.kinds.base import Document, Kind, Outcome, Skip
from actions.kinds.documents import check_keys, refuse, text_of, unsupported
from actions.kinds.records import record_of
from actions.models import ActionRun
from actions.targets import Target
from sla_project.operations.pointers import child


def validate(document: Document, *, target: Target, pointer: str) -> dict[str, Any]:
    check_keys(document, allowed=("status",), pointer=pointer)
    if target.change_status is None:
        unsupported(target, pointer)
    status = text_of(document, "status", pointer=pointer)
    if status not in target.statuses:
        statuses = ", ".join(target.statuses)
        message = _("This must be one of: %(choices)s.") % {"choices": statuses}
        refuse(child(pointer, "status"), "unknown_choice", message)
    return {"kind": "change_status", "status": status}


def words(document: Document, target: Target | None) -> str:
    status = document["status"]
    label = target.statuses.get(status, status) if target else status
    return _("Change the status to %(status)s") % {"status": label}


def perform(run: ActionRun, now: datetime) -> Outcome:
    target = record_of(run)
    status = run.action["status"]
    if target.change_status is None or status not in target.statuses:
        raise Skip("unknown_choice", _("There is no status “%(status)s” any more.") % {"status": status})
    target.change_status(run.target_id, status, now=now, depth=run.depth + 1, cause=run.reference)
    return Outcome(_("Status changed to %(status)s") % {"status": target.statuses[status]})


KIND = Kind(
    name="change_status",
    label=gettext_lazy("Change status"),
    validate=validate,
    freeze=dict,
    words=words,
    perform=perform,
    writes_record=True,
)
