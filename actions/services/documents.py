"""Action documents: checked when a draft is saved, completed when it is published, said in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from actions import kinds, lookups, targets
from actions.kinds.documents import check_keys, refuse, text_of
from actions.models import Action
from sla_project.operations.errors import Invalid, Problem
from sla_project.operations.pointers import child

REUSABLE = "reusable"
"""The kind of a document that names a reusable action: `{"kind": "reusable", "action": "escalate"}`."""


def action_validate(document: Any, *, target_type: str, pointer: str) -> dict[str, Any]:
    """The normalised document of one action for records of this type.

    Raises `Invalid`, with pointers below `pointer`, for anything unknown, of the wrong type, not on the
    target's allow-list, or inactive (engine.md R28, R31).
    """
    if not isinstance(document, dict):
        raise Invalid([Problem(pointer, "wrong_type", _("An action must be an object."))])
    target = _target(target_type, pointer)
    if document.get("kind") == REUSABLE:
        check_keys(document, allowed=("action",), pointer=pointer)
        named = _reusable(document, pointer)
        if named.target_type != target.name:
            message = _("The action “%(name)s” is for another kind of record.") % {"name": named.name}
            refuse(child(pointer, "action"), "wrong_type", message)
        return {"kind": REUSABLE, "action": named.code}
    return own_validate(document, target=target, pointer=pointer)


def own_validate(document: dict[str, Any], *, target: targets.Target, pointer: str) -> dict[str, Any]:
    """The same for a document that says itself what is to be done."""
    name = document.get("kind")
    if not isinstance(name, str) or name not in kinds.KINDS:
        message = _("This must be one of: %(kinds)s.") % {"kinds": ", ".join([*kinds.KINDS, REUSABLE])}
        raise Invalid([Problem(f"{pointer}/kind", "unknown_kind", message)])
    return kinds.get(name).validate(document, target=target, pointer=pointer)


def action_freeze(document: Mapping[str, Any]) -> dict[str, Any]:
    """A validated document made complete for publishing: mails carry their template's text (engine.md R6).

    A reusable action is copied in. Raises `Invalid`, with pointers from the action's own root, for what is missing or
    became inactive.
    """
    if document["kind"] == REUSABLE:
        document = _reusable(document, "").document
    return kinds.get(document["kind"]).freeze(document)


def _reusable(document: Mapping[str, Any], pointer: str) -> Action:
    code = text_of(document, "action", pointer=pointer)
    named = lookups.action(code)
    if named is None:
        refuse(child(pointer, "action"), "unknown_action", _("There is no action “%(code)s”.") % {"code": code})
    if not named.is_active:
        refuse(child(pointer, "action"), "inactive_action", _("The action “%(name)s” is not active.") % {"name": named})
    return named


def action_words(document: Mapping[str, Any], *, target_type: str = "") -> str:
    """One sentence: “Email the owner: Resolve due soon”. With the target type, fields are called by their labels."""
    if document["kind"] == REUSABLE:
        named = lookups.action(document["action"])
        if named is None:
            return _("The action %(code)s, which is gone") % {"code": document["action"]}
        words = action_words(named.document, target_type=target_type)
        return _("%(name)s: %(words)s") % {"name": named.name, "words": words}
    return kinds.get(document["kind"]).words(document, targets.find(target_type))


def _target(name: str, pointer: str) -> targets.Target:
    try:
        return targets.get(name)
    except targets.UnknownTarget:
        message = _("There are no actions for records of the type “%(type)s”.") % {"type": name}
        raise Invalid([Problem(pointer, "unknown_type", message)]) from None
