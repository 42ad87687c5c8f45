"""Reading: what waits, what failed, and lists for pages and the API."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, Min, Q, QuerySet

from actions.models import Action, ActionRun, EmailTemplate, Message
from sla_project.accounts.policy import can_read_all

if TYPE_CHECKING:
    from sla_project.accounts.models import User

RETRIED_AT_ONCE = 500
"""Runs that one request may give another try."""


def runs_list() -> QuerySet[ActionRun]:
    return ActionRun.objects.order_by("-id")


def runs_by_state() -> dict[str, int]:
    counts = ActionRun.objects.order_by().values_list("state").annotate(Count("id"))
    return dict(counts)


@dataclass(frozen=True)
class RetryPreview:
    """What trying some runs again would do. `waiting` are later actions of the same events that one of them holds
    back; `refused` are those that cannot be tried again.
    """

    mails: int
    addresses: int
    writes: int
    records: int
    waiting: int
    refused: int


def runs_to_retry(found: QuerySet[ActionRun]) -> tuple[list[int], int]:
    """The oldest of these that can be tried again, at most `RETRIED_AT_ONCE`, and how many more there are."""
    able = found.filter(state__in=ActionRun.RETRYABLE).order_by("pk").values_list("pk", flat=True)
    ids = list(able[:RETRIED_AT_ONCE])
    return ids, max(0, able.count() - len(ids))


def retry_preview(run_ids: Sequence[int]) -> RetryPreview:
    runs = list(ActionRun.objects.filter(pk__in=run_ids))
    able = [run for run in runs if run.can_retry]
    mails = [run for run in able if run.recipient]
    writes = [run for run in able if not run.recipient]
    causes = {(run.cause_kind, run.cause_key): run.position for run in sorted(writes, key=lambda one: -one.position)}
    waiting = ActionRun.objects.pending().filter(recipient="", cause_key__in={key for _kind, key in causes}, attempts=0)
    held = [
        run
        for run in waiting.only("cause_kind", "cause_key", "position")
        if causes.get((run.cause_kind, run.cause_key), run.position) < run.position
    ]
    return RetryPreview(
        mails=len(mails),
        addresses=len({run.recipient for run in mails}),
        writes=len(writes),
        records=len({(run.target_type, run.target_id) for run in writes}),
        waiting=len(held),
        refused=len(runs) - len(able),
    )


def messages_visible_to(user: User | AnonymousUser) -> QuerySet[Message]:
    """The outbox; what a report says is for those who may read reports."""
    messages = Message.objects.select_related("run").order_by("-id")
    return messages if can_read_all(user) else messages.for_everybody()


def templates_list() -> QuerySet[EmailTemplate]:
    return EmailTemplate.objects.order_by("name", "id")


def actions_list() -> QuerySet[Action]:
    """Reusable ones."""
    return Action.objects.order_by("name", "id")


def runs_waiting(now: datetime) -> dict[str, Any]:
    """For the heartbeat: runs that wait, the age (s) of the oldest due one, runs given up."""
    pending = ActionRun.objects.pending().aggregate(
        queued=Count("id"), oldest=Min("next_try_at", filter=Q(next_try_at__lte=now))
    )
    dead = ActionRun.objects.filter(state=ActionRun.State.DEAD).count()
    return {"queued": pending["queued"], "dead": dead, "oldest": _age(pending["oldest"], now)}


def mail_waiting(now: datetime) -> dict[str, Any]:
    """For the heartbeat: mails that wait, the age (s) of the oldest due one, mails held back."""
    pending = Message.objects.filter(state__in=Message.PENDING).aggregate(
        queued_mail=Count("id"),
        oldest=Min("next_try_at", filter=Q(next_try_at__lte=now)),
        held_back=Count("id", filter=Q(is_held_back=True)),
    )
    return {
        "queued_mail": pending["queued_mail"],
        "held_back": pending["held_back"],
        "oldest": _age(pending["oldest"], now),
    }


def _age(moment: datetime | None, now: datetime) -> float:
    return max(0.0, (now - moment).total_seconds()) if moment else 0.0
