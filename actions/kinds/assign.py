"""Assign: to a user, to a team, or to the lead of the record's team."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from actions.kinds import people
from actions.kinds.base import Document, Kind, Outcome, Skip
from actions.kinds.documents import check_keys, refuse, text_of, unsupported
from actions.kinds.records import record_of
from actions.models import ActionRun
from actions.targets import Target
from sla_project.operations.pointers import child

TO = ("team", "user", "to")


def validate(document: Document, *, target: Target, pointer: str) -> dict[str, Any]:
    check_keys(document, allowed=TO, pointer=pointer)
    if target.assign is None:
        unsupported(target, pointer)
    given = [key for key in TO if key in document]
    if len(given) != 1:
        refuse(pointer, "required", _("Give exactly one of team, user and to."))
    key = given[0]
    value = text_of(document, key, pointer=pointer)
    _check(key, value, child(pointer, key))
    return {"kind": "assign", key: value}


def _check(key: str, value: str, pointer: str) -> None:
    if key == "team":
        people.check_team(value, pointer=pointer)
    elif key == "user":
        people.check_user(value, pointer=pointer)
    elif value != "lead":
        refuse(pointer, "unknown_recipient", _("This must be “lead”."))


def freeze(document: Document) -> dict[str, Any]:
    """Unchanged; who became inactive since the save is refused (engine.md R28)."""
    for key in TO:
        if key in document:
            _check(key, document[key], child("", key))
    return dict(document)


def words(document: Document, target: Target | None) -> str:
    if "to" in document:
        return _("Assign to the team lead")
    if "team" in document:
        return _("Assign to the team %(team)s") % {"team": document["team"]}
    return _("Assign to %(user)s") % {"user": document["user"]}


def perform(run: ActionRun, now: datetime) -> Outcome:
    target = record_of(run)
    if target.assign is None:
        raise Skip("unsupported", _("%(type)s can no longer be assigned.") % {"type": target.label})
    user = team = None
    if "team" in run.action:
        team = people.take_team(run.action["team"])
    else:
        user = people.take_user(run.action.get("user") or _lead_email(run, target))
    target.assign(
        run.target_id,
        user_id=user.pk if user else None,
        team_id=team.pk if team else None,
        now=now,
        depth=run.depth + 1,
        cause=run.reference,
    )
    return Outcome(_("Assigned to %(name)s") % {"name": user or team})


def _lead_email(run: ActionRun, target: Target) -> str:
    lead = target.recipient(run.target_id, "lead")
    if lead is None:
        raise Skip("no_recipient", _("The record has no team with a lead."))
    return lead[1]


KIND = Kind(
    name="assign",
    label=gettext_lazy("Assign"),
    validate=validate,
    freeze=freeze,
    words=words,
    perform=perform,
    writes_record=True,
)
