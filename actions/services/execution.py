"""Running the actions of one cause, in order, in one transaction (engine.md R30, R31)."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.db import OperationalError, transaction

from actions import causes, kinds
from actions.kinds.base import Outcome, Skip
from actions.models import ActionRun
from sla_project.operations import backoff
from sla_project.operations.errors import ServiceError

log = logging.getLogger(__name__)

ERROR_LIMIT = 2_000
LONGEST_RETRY = timedelta(minutes=10)


def cause_execute(*, kind: str, key: str, now: datetime) -> int:
    """Runs what is due of one cause and returns how many runs it took up; 0 if its record is being written.

    Effects and the mark that they happened are one commit, so exactly once. An error outside a single run
    (the lock, the commit) counts against every due run of the cause, so that none can stop the queue.
    """
    try:
        with transaction.atomic():
            return _execute(kind, key, now)
    except Exception as error:
        log.exception("The runs of %s %s failed as a whole", kind, key)
        return _fail_all(kind, key, error, now)


def _execute(kind: str, key: str, now: datetime) -> int:
    cause = causes.get(kind)
    if not cause.lock(key):
        return 0
    taken = 0
    held_until: datetime | None = None
    for run in _pending(kind, key):
        waits = run.next_try_at is not None and run.next_try_at > now
        if not waits and held_until and _writes_record(run):
            _hold(run, held_until)
        elif not waits:
            _attempt(run, cause, now)
            taken += 1
        if _writes_record(run) and run.next_try_at is not None and run.next_try_at > now:
            held_until = max(held_until or now, run.next_try_at)
    return taken


def _pending(kind: str, key: str) -> list[ActionRun]:
    """Also those whose time has not come: they may hold back later ones."""
    runs = ActionRun.objects.of_cause(kind, key).pending().select_for_update()
    return list(runs.order_by("position", "recipient", "id"))


def _writes_record(run: ActionRun) -> bool:
    kind = kinds.KINDS.get(run.kind)
    return kind is not None and kind.writes_record


def _hold(run: ActionRun, until: datetime) -> None:
    """An earlier action on the same record waits for its retry; this one comes after it."""
    run.next_try_at = until
    run.save(update_fields=["next_try_at"])


def _attempt(run: ActionRun, cause: causes.CauseKind, now: datetime) -> None:
    try:
        with transaction.atomic():
            if reason := cause.deserved(run.cause_key, run.moment):
                raise Skip(reason)
            _finish(run, kinds.get(run.kind).perform(run, now), now)
    except Skip as skip:
        _skip(run, skip, now)
    except Exception as error:
        log.warning("Action run %s failed: %s", run.pk, error, exc_info=not isinstance(error, ServiceError))
        run_fail(run=run, error=error, now=now)


def _finish(run: ActionRun, outcome: Outcome, now: datetime) -> None:
    run.state = ActionRun.State.LEASED if outcome.handed_on else ActionRun.State.DONE
    run.finished_at = None if outcome.handed_on else now
    run.next_try_at = None
    run.attempts += 1
    run.result = outcome.to_result()
    run.last_error = ""
    _save(run)


def _skip(run: ActionRun, skip: Skip, now: datetime) -> None:
    run.state = ActionRun.State.SKIPPED
    run.reason = skip.code
    run.result = {"summary": skip.detail} if skip.detail else {}
    run.finished_at, run.next_try_at = now, None
    _save(run)


def run_fail(*, run: ActionRun, error: Exception, now: datetime) -> None:
    """Counts a failed attempt: another one later, or none any more (engine.md R12).

    What the database could not do just then (a lock that somebody held too long, say) kills no run.
    """
    run.attempts += 1
    if isinstance(error, OperationalError):
        run.attempts = min(run.attempts, backoff.GIVEN_UP_AFTER - 1)
    run.last_error = _words(error)
    if run.attempts >= backoff.GIVEN_UP_AFTER:
        run.state, run.finished_at, run.next_try_at = ActionRun.State.DEAD, now, None
    else:
        run.state = ActionRun.State.FAILED
        run.next_try_at = now + backoff.delay(run.attempts, longest=LONGEST_RETRY)
        run.finished_at = None
    run.result = {}
    _save(run)


def _words(error: Exception) -> str:
    words = str(error) if isinstance(error, ServiceError) else f"{type(error).__name__}: {error}"
    return words.replace("\x00", "")[:ERROR_LIMIT]


def _save(run: ActionRun) -> None:
    run.save(update_fields=["state", "reason", "attempts", "next_try_at", "finished_at", "result", "last_error"])


@transaction.atomic
def _fail_all(kind: str, key: str, error: Exception, now: datetime) -> int:
    runs = list(ActionRun.objects.of_cause(kind, key).due(now).select_for_update(skip_locked=True))
    for run in runs:
        run_fail(run=run, error=error, now=now)
    return len(runs)
