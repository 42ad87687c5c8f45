"""Reusable actions: documents that are checked whenever they are saved (`documents.py` resolves who names them)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from actions import targets, usage
from actions.models import Action
from actions.services.documents import own_validate
from sla_project.accounts.models import User
from sla_project.operations.codes import code_problems, create_copy
from sla_project.operations.errors import Invalid, NotPossible, Problem
from sla_project.operations.services import audit_write
from sla_project.operations.unique import unique_or_invalid

EDITABLE = ("name", "document")
FIXED = ("code", "target_type")
NAME_LIMIT = 200


@transaction.atomic
def action_create(
    *, code: str, name: str, target_type: str, document: Mapping[str, Any], by: User | None, now: datetime
) -> Action:
    """A new, inactive action for records of one type."""
    action = Action(code=code, name=name, target_type=target_type, document=document, created_at=now, modified_at=now)
    _check(action, code_problems(code, Action.objects.all()))
    with unique_or_invalid("code"):
        action.save(force_insert=True)
    audit_write(by=by, action="action.create", obj=action, after=action_snapshot(action), now=now)
    return action


@transaction.atomic
def action_update(*, action: Action, changes: Mapping[str, Any], by: User | None, now: datetime) -> Action:
    """Changes name or document; never code or type. Published SLAs keep the document they have."""
    action = _locked(action)
    before = action_snapshot(action)
    message = _("This cannot be changed once the action exists.")
    fixed = [name for name in FIXED if changes.get(name, getattr(action, name)) != getattr(action, name)]
    for name in EDITABLE:
        setattr(action, name, changes.get(name, getattr(action, name)))
    _check(action, [Problem(f"/{name}", "immutable", message) for name in fixed])
    return _save(action, "action.update", before, by, now)


@transaction.atomic
def action_clone(*, action: Action, code: str = "", name: str = "", by: User | None, now: datetime) -> Action:
    """A new inactive action that does the same; code and name are made up where not given."""
    create = partial(
        action_create,
        name=name or _("%(name)s (copy)") % {"name": action.name[:180]},
        target_type=action.target_type,
        document=action.document,
        by=by,
        now=now,
    )
    return create_copy(create, code, of=action.code, taken=Action.objects.all())


@transaction.atomic
def action_activate(*, action: Action, by: User | None, now: datetime) -> Action:
    """Offers it to items. Activating an active one changes nothing."""
    action = _locked(action)
    before = action_snapshot(action)
    _check(action, [])
    action.state = Action.State.ACTIVE
    return _save(action, "action.activate", before, by, now)


@transaction.atomic
def action_deactivate(*, action: Action, by: User | None, now: datetime) -> Action:
    """Takes it out of use for drafts; versions that were replaced go on doing what it said. Refused while an active
    SLA names it."""
    action = _locked(action)
    if action.is_active:
        usage.refuse_if_used(usage.ACTION, action.code)
    before = action_snapshot(action)
    action.state = Action.State.INACTIVE
    return _save(action, "action.deactivate", before, by, now)


@transaction.atomic
def action_delete(*, action: Action, by: User | None, now: datetime) -> None:
    """Removes an inactive action; published SLA versions carry their own copy."""
    action = _locked(action)
    if action.is_active:
        raise NotPossible(_("Deactivate the action before you delete it."), code="active")
    audit_write(by=by, action="action.delete", obj=action, before=action_snapshot(action), now=now)
    action.delete()


def action_snapshot(action: Action) -> dict[str, Any]:
    return {name: getattr(action, name) for name in (*FIXED, *EDITABLE, "state")}


def _locked(action: Action) -> Action:
    return Action.objects.select_for_update().get(pk=action.pk)


def _save(action: Action, verb: str, before: Mapping[str, Any], by: User | None, now: datetime) -> Action:
    after = action_snapshot(action)
    if after != before:
        action.modified_at = now
        action.save()
        audit_write(by=by, action=verb, obj=action, before=before, after=after, now=now)
    return action


def _check(action: Action, problems: list[Problem]) -> None:
    """Normalises the document. Raises `Invalid` with everything that is wrong."""
    if not isinstance(action.name, str) or not action.name.strip():
        problems.append(Problem("/name", "required", _("Give it a name.")))
    elif len(action.name) > NAME_LIMIT:
        message = _("At most %(limit)d characters.") % {"limit": NAME_LIMIT}
        problems.append(Problem("/name", "too_long", message))
    target = targets.find(action.target_type) if isinstance(action.target_type, str) else None
    if target is None:
        problems.append(Problem("/target_type", "unknown_type", _("There is no such record type.")))
    elif not isinstance(action.document, dict):
        problems.append(Problem("/document", "wrong_type", _("An action must be an object.")))
    else:
        try:
            action.document = own_validate(action.document, target=target, pointer="/document")
        except Invalid as invalid:
            problems.extend(invalid.problems)
    if problems:
        raise Invalid(problems)
