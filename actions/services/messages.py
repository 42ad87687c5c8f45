"""The outbox: lease one mail, settle what became of it, give a failed one another try (engine.md R30)."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from actions.delivery import Delivery, leaves_the_house
from actions.kinds.send_email import NAME_LIMIT, message_id
from actions.models import ActionRun, DeliveryAttempt, Message
from actions.models.message import REPORT, RETRIED_FOR
from actions.text import SUBJECT_LIMIT, one_line
from sla_project.accounts.models import User
from sla_project.operations import backoff
from sla_project.operations.errors import NotPossible
from sla_project.operations.services import audit_write

LEASE = timedelta(seconds=60)
"""Longer than sending can take, so that a second copy needs a sender that hangs or dies."""
LONGEST_RETRY = timedelta(minutes=15)
HOUR = timedelta(hours=1)

Outcome = DeliveryAttempt.Outcome


def message_store(
    *, key: str, to: tuple[str, str], subject: str, text: str, html: str, now: datetime, is_report: bool = False
) -> Message:
    """Queue a mail that no run asked for, finished as it is. A report's is no agent's to read.

    The same key gives the same Message-ID, which is unique: asking again returns the mail that is stored already.
    """
    name, email = to
    message, _is_new = Message.objects.get_or_create(
        message_id=message_id(key, word=REPORT) if is_report else message_id(key),
        defaults={
            "to_name": one_line(name, limit=NAME_LIMIT),
            "to_email": email,
            "subject": one_line(subject, limit=SUBJECT_LIMIT),
            "text": text,
            "html": html,
            "created_at": now,
            "next_try_at": now,
            "give_up_at": now + RETRIED_FOR,
        },
    )
    return message


def message_claim(*, owner: str, now: datetime) -> Message | None:
    """Leases the mail that has waited longest to this sender; None when there is none to send."""
    # Asked first without a transaction: on SQLite an empty claim would take the write lock for nothing.
    while Message.objects.due(now).exists():
        with transaction.atomic():
            due = Message.objects.due(now).order_by("next_try_at", "id")
            message = due.select_for_update(skip_locked=True).first()
            if message is None:
                return None
            if message.state == Message.State.LEASED:
                _note(message, Outcome.UNKNOWN, _("The sender stopped before it could report."), now)
            if not _held_back(message, now):
                return _lease(message, owner, now)
    return None


def _lease(message: Message, owner: str, now: datetime) -> Message:
    message.state, message.lease_owner, message.next_try_at = Message.State.LEASED, owner, now + LEASE
    message.attempts += 1
    message.is_held_back = False
    message.save(update_fields=["state", "lease_owner", "next_try_at", "attempts", "is_held_back"])
    return message


def _held_back(message: Message, now: datetime) -> bool:
    """Whether the recipient had enough mails this hour; then the message waits, with an alarm."""
    limit = settings.MAIL_RECIPIENT_HOURLY_LIMIT
    if not limit or not leaves_the_house():
        return False
    sent = Message.objects.to_address(message.to_email).filter(sent_at__gt=now - HOUR, delivery="smtp")
    times = [each.sent_at for each in sent.only("sent_at").order_by("-sent_at")[:limit] if each.sent_at]
    if len(times) < limit:
        return False
    if not message.is_held_back:
        detail = _("More than %(limit)d mails to this address in an hour.") % {"limit": limit}
        _note(message, Outcome.HELD_BACK, detail, now)
    message.state, message.lease_owner, message.is_held_back = Message.State.QUEUED, "", True
    message.next_try_at = times[-1] + HOUR + timedelta(seconds=1)
    message.save(update_fields=["state", "lease_owner", "is_held_back", "next_try_at"])
    return True


@transaction.atomic
def message_settle(*, message: Message, owner: str, delivery: Delivery, now: datetime) -> bool:
    """Writes down what sending came to, for the message and its run.

    A sender whose lease was taken over meanwhile only adds its attempt: False.
    """
    # Locked in the same order as everywhere: the run before its message.
    run = _locked_run(message)
    message = Message.objects.select_for_update().get(pk=message.pk)
    _note(message, delivery.outcome, delivery.detail, now)
    if message.state != Message.State.LEASED or message.lease_owner != owner:
        return False
    message.lease_owner = ""
    _settle(message, delivery, now)
    message.save()
    if run is not None:
        _settle_run(run, message, now)
    return True


def _settle(message: Message, delivery: Delivery, now: datetime) -> None:
    """A *not now* after the 48 hours, and any refusal, ends it; the rest is tried again."""
    if delivery.outcome == Outcome.SENT:
        message.state, message.sent_at, message.next_try_at = Message.State.SENT, now, None
        message.delivery, message.last_error = delivery.via, ""
        return
    message.last_error = delivery.detail
    if delivery.outcome == Outcome.REFUSED or now >= message.give_up_at:
        message.state, message.next_try_at = Message.State.FAILED, None
        return
    unknown = delivery.outcome == Outcome.UNKNOWN
    message.state = Message.State.UNKNOWN if unknown else Message.State.QUEUED
    message.next_try_at = now + backoff.delay(message.attempts, longest=LONGEST_RETRY)


def _settle_run(run: ActionRun, message: Message, now: datetime) -> None:
    run.attempts, run.last_error = message.attempts, message.last_error
    if message.state == Message.State.SENT:
        run.state, run.finished_at = ActionRun.State.DONE, now
    elif message.state == Message.State.FAILED:
        run.state, run.finished_at = ActionRun.State.DEAD, now
    run.save(update_fields=["attempts", "last_error", "state", "finished_at"])


@transaction.atomic
def message_redeliver(*, message: Message, by: User | None, now: datetime) -> Message:
    """Another 48 hours for a mail that was given up; that of a run only if it is still deserved (engine.md R31)."""
    run = _locked_run(message)
    message = Message.objects.select_for_update().get(pk=message.pk)
    if not message.can_redeliver:
        raise NotPossible(_("Only a failed message can be sent again."), code="not_failed")
    if run is None:
        message.send_again(now)
    else:
        run.run_again(now)
    audit_write(by=by, action="message.redeliver", obj=message, now=now)
    return message


def _locked_run(message: Message) -> ActionRun | None:
    if message.run_id is None:
        return None
    return ActionRun.objects.select_for_update().get(pk=message.run_id)


def _note(message: Message, outcome: str, detail: str, now: datetime) -> None:
    DeliveryAttempt.objects.create(message=message, at=now, outcome=outcome, detail=detail)
