"""Writing action runs: asking for them, giving one another try."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from actions import kinds
from actions.models import ActionRun
from actions.runs import DEPTH, MAX_DEPTH, RunRequest
from sla_project.accounts.models import User
from sla_project.operations.errors import NotPossible
from sla_project.operations.services import audit_write

UNIQUE_KEY = ("cause_kind", "cause_key", "position", "recipient")
KEYS_PER_QUERY = 500

RunKey = tuple[str, str, int, str]


@transaction.atomic
def runs_create(*, requests: Sequence[RunRequest], now: datetime) -> list[ActionRun]:
    """Stores the runs that are not stored yet and returns all of them in the order asked for.

    Idempotent by the unique key (engine.md R30): asking again returns the same rows, whatever became of them.
    """
    wanted = {_key(run): run for request in requests for run in runs_draft(request, now)}
    stored = _stored(requests)
    missing = [run for key, run in wanted.items() if key not in stored]
    # A conflict can only be the same run from another process; "updating" the key itself makes
    # the database return its id.
    ActionRun.objects.bulk_create(
        missing,
        batch_size=KEYS_PER_QUERY,
        update_conflicts=True,
        unique_fields=UNIQUE_KEY,
        update_fields=["recipient"],
    )
    return [stored.get(key, run) for key, run in wanted.items()]


def runs_draft(request: RunRequest, now: datetime) -> Iterator[ActionRun]:
    """The unsaved runs of a request. `runs_create` saves them; an import, whose causes are all new, in bulk."""
    reason = request.suppressed or (DEPTH if request.depth >= MAX_DEPTH else "")
    state = ActionRun.State.SUPPRESSED if reason else ActionRun.State.QUEUED
    for position, action in enumerate(request.actions):
        for recipient in kinds.recipients_of(action):
            yield ActionRun(
                cause_kind=request.cause_kind,
                cause_key=request.cause_key,
                moment=request.moment,
                position=position,
                recipient=recipient,
                kind=action["kind"],
                action=dict(action),
                target_type=request.target_type,
                target_id=request.target_id,
                context=dict(request.context),
                depth=request.depth,
                caused_at=request.at,
                created_at=now,
                state=state,
                reason=reason,
                next_try_at=None if reason else now,
                finished_at=now if reason else None,
            )


def _key(run: ActionRun) -> RunKey:
    return (run.cause_kind, run.cause_key, run.position, run.recipient)


def _stored(requests: Sequence[RunRequest]) -> dict[RunKey, ActionRun]:
    found: dict[RunKey, ActionRun] = {}
    for kind in {request.cause_kind for request in requests}:
        keys = [request.cause_key for request in requests if request.cause_kind == kind]
        for start in range(0, len(keys), KEYS_PER_QUERY):
            some = keys[start : start + KEYS_PER_QUERY]
            runs = ActionRun.objects.filter(cause_kind=kind, cause_key__in=some)
            found.update((_key(run), run) for run in runs)
    return found


@dataclass(frozen=True)
class Retried:
    """What became of one run that was to be tried again; `problem` and its code are empty if it will be."""

    run: ActionRun
    problem: str = ""
    code: str = ""


def runs_retry(*, run_ids: Iterable[int], by: User | None, now: datetime) -> list[Retried]:
    """Another try for each of these runs, oldest first, each by itself: one that refuses holds up no other."""
    return [_retried(run, by, now) for run in ActionRun.objects.filter(pk__in=list(run_ids)).order_by("pk")]


def _retried(run: ActionRun, by: User | None, now: datetime) -> Retried:
    try:
        return Retried(run_retry(run=run, by=by, now=now))
    except NotPossible as error:
        return Retried(run, error.message, error.code)


@transaction.atomic
def run_retry(*, run: ActionRun, by: User | None, now: datetime) -> ActionRun:
    """Another try, now, for a run that failed, was given up or was skipped.

    The pass asks again whether it is deserved. A mail that is rendered already is then sent as it is.
    """
    run = ActionRun.objects.select_for_update().get(pk=run.pk)
    if not run.can_retry:
        message = _("A run that is “%(state)s” cannot be retried.") % {"state": run.get_state_display()}
        raise NotPossible(message, code="not_retryable")
    before = {"state": run.state, "attempts": run.attempts, "reason": run.reason}
    run.run_again(now)
    audit_write(by=by, action="action_run.retry", obj=run, before=before, after={"state": run.state}, now=now)
    return run
