"""States and reasons as people read them."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from actions import kinds, targets
from actions.models import ActionRun
from actions.services import action_words

RUN_TONES = {
    "queued": "info",
    "leased": "info",
    "done": "good",
    "failed": "warn",
    "dead": "bad",
    "skipped": "neutral",
    "suppressed": "neutral",
}
MESSAGE_TONES = {"queued": "info", "leased": "info", "unknown": "warn", "sent": "good", "failed": "bad"}
OUTCOME_TONES = {
    "sent": "good",
    "deferred": "warn",
    "refused": "bad",
    "unknown": "warn",
    "held_back": "warn",
}
TEMPLATE_TONES = {"active": "good", "inactive": "neutral"}

REASONS: dict[str, Any] = {
    "historical": _("It belongs to imported history."),
    "reapplied": _("The moment had passed before the SLA was applied again."),
    "depth": _("Actions had set off each other too many times in a row."),
    "no_longer_nearing": _("The timer was no longer nearing noncompliance."),
    "record_canceled": _("The record was canceled."),
    "record_deleted": _("The record was deleted."),
    "target_missing": _("The record does not exist any more."),
    "no_recipient": _("There was nobody to write to."),
    "duplicate_recipient": _("The same person gets this mail already."),
    "inactive_user": _("The person is no longer active."),
    "invalid_address": _("The address is not an email address."),
}


def reason_words(code: str) -> str:
    """The reason in a sentence; a code of another app as its own words."""
    return str(REASONS.get(code) or code.replace("_", " ").capitalize())


def kind_label(name: str) -> str:
    kind = kinds.KINDS.get(name)
    return str(kind.label) if kind else name


def action_summary(run: ActionRun) -> str:
    """What the run will do, in words, also for a document that this version no longer understands."""
    document = {**run.action, "to": [run.recipient]} if run.recipient else run.action
    try:
        return action_words(document, target_type=run.target_type)
    except (LookupError, TypeError, AttributeError):
        return kind_label(run.kind)


def target_label(run: ActionRun) -> str:
    """The record as it was called when the cause happened; asks no database."""
    snapshot = run.context.get(run.target_type)
    number = snapshot.get("number") if isinstance(snapshot, dict) else None
    if number:
        return str(number)
    target = targets.find(run.target_type)
    return f"{target.label if target else run.target_type} {run.target_id}"


def target_url(run: ActionRun) -> str:
    try:
        return targets.get(run.target_type).url(run.target_id)
    except targets.UnknownTarget:
        return ""
