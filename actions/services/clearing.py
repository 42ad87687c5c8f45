"""Emptying what mails and runs hold of people: after their time, or because a record is erased (engine.md R27)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from actions.kinds.send_email import message_id_start
from actions.models import ActionRun, DeliveryAttempt, Message
from sla_project.operations.errors import NotPossible

BATCH = 500
ENDED = (ActionRun.State.DONE, ActionRun.State.SUPPRESSED)
"""Runs that can never be asked for again, so that nobody needs their context."""

Target = tuple[str, int]


def texts_clear(*, before: datetime) -> int:
    """Empties the texts of mails sent before then, and what the runs that ended before then knew for theirs.

    Recipient, subject and times stay: that somebody was written to, and about what. Returns how many rows.
    """
    sent = Message.objects.filter(state=Message.State.SENT, sent_at__lt=before).exclude(text="", html="")
    ended = ActionRun.objects.filter(state__in=ENDED, finished_at__lt=before).exclude(context={})
    return _in_batches(sent, text="", html="") + _in_batches(ended, context={})


def _in_batches(rows: QuerySet[Message] | QuerySet[ActionRun], **values: object) -> int:
    """Each batch is its own transaction, so that no sender waits long for the rows."""
    done = 0
    while ids := list(rows.order_by("pk").values_list("pk", flat=True)[:BATCH]):
        done += rows.model._default_manager.filter(pk__in=ids).update(**values)
    return done


@transaction.atomic
def targets_erase(*, targets: Sequence[Target], keys: Sequence[str]) -> int:
    """Empties address, subject and text of the mails about these records, and what their runs know of them.

    `keys` are those of mails that no run asked for (`message_store`). What still waits must have an end first:
    `NotPossible`. Returns how many mails were emptied.
    """
    about = Q(pk__in=[])
    for target_type, target_id in targets:
        about |= Q(target_type=target_type, target_id=target_id)
    runs = ActionRun.objects.select_for_update().filter(about).order_by("pk")
    ids = [run.pk for run in runs]
    theirs = Q(run__in=ids)
    for key in keys:
        theirs |= Q(message_id__startswith=message_id_start(key))
    mails = Message.objects.filter(theirs)
    if mails.filter(state__in=Message.PENDING).exists() or ActionRun.objects.filter(about).pending().exists():
        message = _("Mail or actions about it still wait. Erase it when they have ended.")
        raise NotPossible(message, code="actions_waiting")
    ActionRun.objects.filter(pk__in=ids).update(context={}, last_error="", result={})
    mail_ids = list(mails.values_list("pk", flat=True))
    DeliveryAttempt.objects.filter(message__in=mail_ids).update(detail="")
    empty = {"to_name": "", "to_email": "", "subject": _("Erased"), "text": "", "html": "", "last_error": ""}
    return Message.objects.filter(pk__in=mail_ids).update(**empty)
