"""Answering a customer: what meets *First response by*, and a mail to whoever asked."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid5

from django.utils.translation import gettext as _

from actions.models import Message
from actions.services import message_store
from actions.text import html_of
from cases.choices import ActivityState, ActivityStatus, CaseStatus
from cases.models import Activity, Case
from cases.selectors import reply_recipient
from cases.services.case_values import case_changes
from cases.services.numbers import number_next
from cases.services.problems import RecordProblems
from sla_project.accounts.models import User
from sla_project.operations.errors import NotPossible
from slas.domain.fields import fold
from slas.services.flow.changes import record_command
from slas.services.flow.choosing import NO_SLA


def case_reply(
    *,
    case: Case,
    text: str,
    by: User | None,
    now: datetime,
    via: str = "web",
    status: str = "",
    key: UUID | None = None,
) -> Activity:
    """Records what was answered as a completed activity, marks the first response as sent, and mails the answer.

    The mail is stored in the same transaction and sent by the outbox, with the case's number in its subject. Where
    nobody has an address (`reply_recipient`) the answer is recorded only. A case that is *New* goes on as *In
    progress*, unless `status` says otherwise. `key` is of the page that asks: the same text comes from it once, and a
    second time raises `NotPossible` with the code `sent_already`.
    """
    problems = RecordProblems()
    if not text.strip():
        problems.add("/text", "required", _("Write what you answer."))
    problems.raise_if_any()
    with record_command(by=by, source=via, now=now) as command:
        command.lock(case)
        once = uuid5(key, text) if key else None
        if once and Activity.objects.filter(reply_key=once).exists():
            raise NotPossible(_("This reply was sent already."), code="sent_already")
        if not case.is_open:
            raise NotPossible(_("Only an active case can be answered."), code="not_active")
        values = {**values_of_reply(case), **({"status": status} if status else {})}
        command.save(case, case_changes(case, values, now=now))
        reply = _reply(case, text, by=by, now=now)
        reply.reply_key = once
        reply.message = _mail(case, reply, now=now)
        # It is done before anybody could be late with it: a clock that is met at once would flatter the reports.
        command.create(reply, sla=NO_SLA)
    return reply


def values_of_reply(case: Case) -> dict[str, object]:
    """What answering writes on the case."""
    following = CaseStatus.IN_PROGRESS if case.status == CaseStatus.NEW else case.status
    return {"first_response_sent": True, "status": following}


def _reply(case: Case, text: str, *, by: User | None, now: datetime) -> Activity:
    to = case.contact or case.customer
    subject = (_("Reply to %(name)s") % {"name": to} if to else _("Reply"))[:200]
    return Activity(
        number=number_next(Activity.SERIES),
        subject=subject,
        subject_folded=fold(subject),
        description=text,
        case=case,
        owner=by,
        state=ActivityState.COMPLETED,
        status=ActivityStatus.COMPLETED,
        created_on=now,
        completed_on=now,
        modified_on=now,
    )


def _mail(case: Case, reply: Activity, *, now: datetime) -> Message | None:
    """Keyed by the reply, so it exists once; the number in the subject leads an answer back to the case."""
    to = reply_recipient(case)
    if to is None:
        return None
    text = reply.description
    return message_store(
        key=reply_key(reply.number),
        to=to,
        subject=f"[{case.number}] {case.title}",
        text=text,
        html=html_of(text),
        now=now,
    )


def reply_key(number: str) -> str:
    """Under which a reply's mail is stored, also once the reply is deleted."""
    return f"reply:{number}"
