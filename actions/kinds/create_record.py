"""Create record: one of another type for the record, such as an activity for a case."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from actions import placeholders, targets
from actions.kinds.base import Document, Kind, Outcome
from actions.kinds.documents import check_keys, refuse, text_of, unsupported
from actions.kinds.values import check_values, take_values
from actions.models import ActionRun
from actions.targets import Target
from sla_project.operations.errors import Invalid, Problem
from sla_project.operations.pointers import child


def validate(document: Document, *, target: Target, pointer: str) -> dict[str, Any]:
    """Fields are those of the type to create; placeholders are those of the record it is created for."""
    check_keys(document, allowed=("type", "set"), pointer=pointer)
    new = _new_type(document, pointer)
    place = child(pointer, "set")
    values = check_values(document.get("set", {}), target=new, pointer=place, known=placeholders.for_values(target))
    missing = [name for name, field in new.fields.items() if field.required and name not in values]
    if missing:
        raise Invalid([Problem(child(place, name), "required", _("This is needed.")) for name in missing])
    return {"kind": "create_record", "type": new.name, "set": values}


def _new_type(document: Document, pointer: str) -> Target:
    name = text_of(document, "type", pointer=pointer)
    try:
        new = targets.get(name)
    except targets.UnknownTarget:
        refuse(child(pointer, "type"), "unknown_type", _("There is no record type “%(type)s”.") % {"type": name})
    if new.create is None:
        unsupported(new, pointer)
    return new


def words(document: Document, target: Target | None) -> str:
    return _("Create %(type)s") % {"type": _label(document["type"])}


def _label(name: str) -> str:
    try:
        return str(targets.get(name).label).lower()
    except targets.UnknownTarget:
        return name


def perform(run: ActionRun, now: datetime) -> Outcome:
    new = targets.get(run.action["type"])
    if new.create is None:
        raise targets.UnknownTarget(new.name)
    values = take_values(run.action["set"], target=new, context=run.context)
    created = new.create(
        values,
        origin_type=run.target_type,
        origin_id=run.target_id,
        now=now,
        depth=run.depth + 1,
        cause=run.reference,
    )
    return Outcome(_("Created %(record)s") % {"record": targets.label_of(*created)}, created=created)


KIND = Kind(
    name="create_record",
    label=gettext_lazy("Create record"),
    validate=validate,
    freeze=dict,
    words=words,
    perform=perform,
)
