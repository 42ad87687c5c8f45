"""States and reasons as people read them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from actions import kinds, targets, text
from actions.models import ActionRun, Message
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
KEPT_TONE = "neutral"
OUTCOME_TONES = {
    "sent": "good",
    "deferred": "warn",
    "refused": "bad",
    "unknown": "warn",
    "held_back": "warn",
}
TEMPLATE_TONES = {"active": "good", "inactive": "neutral"}

MOMENTS: dict[str, Any] = {
    "started": _("On start"),
    "warned": _("On warning"),
    "failed": _("On failure"),
    "succeeded": _("On success"),
}

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


NOBODY: dict[str, Any] = {
    "owner": _("The record had no owner to write to. Assign it to somebody, then try again."),
    "team": _("The record had no team with an address. Give it one, then try again."),
    "lead": _("The record had no team with a lead. Give it one, then try again."),
    "contact": _("The record had no contact with an address. Give it one, then try again."),
}
"""Who a mail by role did not find, and what helps."""


def message_tone(message: Message) -> str:
    return KEPT_TONE if message.was_kept else MESSAGE_TONES[message.state]


def reason_words(code: str) -> str:
    """The reason in a sentence; a code of another app as its own words."""
    return str(REASONS.get(code) or code.replace("_", " ").capitalize())


def reason_of(run: ActionRun) -> str:
    """Why a run was skipped or suppressed, with what it found, and what to do about it where that is known."""
    if run.reason == "no_recipient" and run.recipient in NOBODY:
        return str(NOBODY[run.recipient])
    return str(run.result.get("summary") or reason_words(run.reason)) if run.reason else ""


def kind_label(name: str) -> str:
    kind = kinds.KINDS.get(name)
    return str(kind.label) if kind else name


def moment_label(moment: str) -> str:
    """When the action was to run: “Failed”, the event's own word, would read as the run's result."""
    return str(MOMENTS.get(moment) or moment.replace("_", " ").capitalize())


def numbers_of(runs: Iterable[ActionRun]) -> Mapping[tuple[str, int], str]:
    """The number of each run's record by type and id: as of the cause, else of now; at most one query per type."""
    found: dict[tuple[str, int], str] = {}
    untold: dict[str, set[int]] = {}
    for run in runs:
        snapshot = run.context.get(run.target_type)
        if isinstance(snapshot, dict) and snapshot.get("number"):
            found[run.target_type, run.target_id] = str(snapshot["number"])
        else:
            untold.setdefault(run.target_type, set()).add(run.target_id)
    for name, ids in untold.items():
        target = targets.find(name)
        if target and target.numbers:
            found |= {(name, id): number for id, number in target.numbers(ids).items() if (name, id) not in found}
    return found


def action_summary(run: ActionRun, *, number: str = "") -> str:
    """What the run will do, in words, also for a document that this version no longer understands.

    `number` is the record's, for a run that was told nothing of it because it never runs.
    """
    document = {**run.action, "to": [run.recipient]} if run.recipient else dict(run.action)
    if "subject" in document:
        document["subject"] = _subject(run, document["subject"], number)
    try:
        return action_words(document, target_type=run.target_type)
    except (LookupError, TypeError, AttributeError):
        return kind_label(run.kind)


def _subject(run: ActionRun, source: Any, number: str) -> Any:
    own = {"number": number} if number else {}
    snapshot = run.context.get(run.target_type)
    own |= snapshot if isinstance(snapshot, dict) else {}
    try:
        zone = timezone.get_current_timezone_name()
        return text.subject_words(source, {**run.context, run.target_type: own}, zone=zone)
    except (text.TextError, TypeError):
        return source


def target_label(run: ActionRun, number: str) -> str:
    """The record by its number; by its id where it has none or is gone."""
    if number:
        return number
    target = targets.find(run.target_type)
    return f"{target.label if target else run.target_type} {run.target_id}"


def target_url(run: ActionRun) -> str:
    try:
        return targets.get(run.target_type).url(run.target_id)
    except targets.UnknownTarget:
        return ""
