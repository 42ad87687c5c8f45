"""How a mail will look, and what an action would do: nothing is written or sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from actions import kinds, placeholders, targets, text
from actions.kinds import people
from actions.models import Action
from actions.services.documents import action_freeze
from actions.services.templates import text_problems
from sla_project.operations.errors import Invalid, Problem
from sla_project.operations.selectors import settings_get


@dataclass(frozen=True)
class Preview:
    subject: str
    text: str
    html: str


def preview_of(*, target_type: str, subject: str, body: str, record: str = "") -> Preview:
    """With the values of the record of this number, and the placeholders' own names where it has none.

    Raises `Invalid` for what could not be saved either, and for a number that does not exist.
    """
    if problems := text_problems(target_type, subject=subject, body=body):
        raise Invalid(problems)
    _id, context = _real_context(targets.get(target_type), record)
    zone = settings_get().time_zone
    finished = text.render(body, context, zone=zone)
    return Preview(subject=text.render_subject(subject, context, zone=zone), text=finished, html=text.html_of(finished))


def reusable_preview(action: Action, *, record: str = "") -> list[ActionPreview]:
    """The runs of a reusable action for the record of this number; without one, with sample values.

    Raises `Invalid` for a number that does not exist, and for what became inactive.
    """
    found, context = _real_context(targets.get(action.target_type), record)
    frozen = action_freeze(action.document)
    return action_previews([frozen], target_type=action.target_type, target_id=found, context=context)


def _real_context(target: targets.Target, number: str) -> tuple[int | None, Mapping[str, Any]]:
    """The id of the record with this number, and what texts may name: its values over the placeholders' names."""
    sample = text.sample_context(placeholders.for_mail(target))
    if not number.strip():
        return None, sample
    found = target.find(number) if target.find is not None else None
    if found is None or target.context is None:
        message = _("There is no %(type)s with the number %(number)s.")
        words = {"type": str(target.label).lower(), "number": number[:60]}
        raise Invalid([Problem("/record", "unknown_record", message % words)])
    return found, {**sample, **target.context(found)}


@dataclass(frozen=True)
class ActionPreview:
    """One run as it would be: in words, and for a mail whom it would reach with which subject.

    `recipient` is empty where nobody would get it now, or where there is no record to ask.
    """

    words: str
    role: str = ""
    recipient: str = ""
    subject: str = ""


def action_previews(
    actions: Sequence[Mapping[str, Any]], *, target_type: str, target_id: int | None, context: Mapping[str, Any]
) -> list[ActionPreview]:
    """The runs that these frozen actions would become for a record; without one the roles stay unnamed."""
    target = targets.find(target_type)
    found: list[ActionPreview] = []
    for action in actions:
        words = kinds.get(action["kind"]).words(action, target)
        source = action.get("text", action)
        for role in kinds.recipients_of(action):
            if not role or "subject" not in source:
                found.append(ActionPreview(words))
                continue
            name, address = _person(role, target_type, target_id)
            known = {**context, "recipient": {"name": name or address, "email": address}}
            subject = text.render_subject(source["subject"], known, zone=settings_get().time_zone)
            found.append(ActionPreview(words, role, f"{name} <{address}>" if name else address, subject))
    return found


def _person(role: str, target_type: str, target_id: int | None) -> tuple[str, str]:
    """Name and address of who would get a mail; empty where that is nobody."""
    if role.startswith(people.ADDRESS):
        return "", role.removeprefix(people.ADDRESS)
    if target_id is None:
        return "", ""
    return targets.get(target_type).recipient(target_id, role) or ("", "")
