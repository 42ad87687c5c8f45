"""`record_advance`: the one service that judges (engine.md R8, R11, R12).

Evaluating and firing are the same act: unfed changes and due timers go to the engine in time order under the record's
lock, and what it decides is stored in one transaction. A timer can thus never overtake a success already written.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import OperationalError, connection, transaction

from sla_project.operations import backoff
from sla_project.operations.clock import clock_now
from sla_project.operations.job_kinds import Busy
from slas import records
from slas.domain.engine import Transition, advance_until
from slas.models import TrackedRecord
from slas.selectors.clocks.log import LogReader
from slas.selectors.clocks.states import StoredPolicies, load_state
from slas.services.flow.storing import MARKED, Decided, store_decisions

log = logging.getLogger(__name__)

LONGEST_RETRY = timedelta(minutes=10)


def record_advance(*, record_id: int, wait: bool = True) -> bool:
    """Judge one record up to now. Returns False if its lock is held and `wait` is off, or if the record is gone.

    Errors propagate; `record_try` contains them.
    """
    with transaction.atomic():
        record = _locked(record_id, wait=wait)
        if record is None:
            return False
        record_judge(record=record, now=clock_now())
    return True


def _locked(record_id: int, *, wait: bool) -> TrackedRecord | None:
    rows = TrackedRecord.objects.filter(pk=record_id)
    if wait or not connection.features.has_select_for_update_skip_locked:
        return rows.select_for_update().first()
    return rows.select_for_update(skip_locked=True).first()


def record_take(record_id: int) -> TrackedRecord:
    """A record under its lock, for an item of a job. Raises `Busy` if somebody else holds it."""
    record = _locked(record_id, wait=False)
    if record is None:
        raise Busy(TrackedRecord.objects.get(pk=record_id))
    return record


def record_judge(*, record: TrackedRecord, now: datetime, policies: StoredPolicies | None = None) -> list[Transition]:
    """Judge a record whose lock the caller holds. Timers due before `now` come due; all waiting changes are fed.

    Returns what happened.
    """
    record_type = records.get(record.record_type)
    policies = policies or StoredPolicies(record_type)
    before = load_state(record, record_type)
    reader = LogReader(record, record_type)
    state, transitions = advance_until(policies, before, reader.unfed(), now, reader.history)
    known = {row.number: row for row in record.instances.filter(is_current=True)}
    loaded = {instance.number: instance for instance in before.instances.values()}
    decided = Decided(record, state, transitions, known, loaded)
    store_decisions([decided], record_type=record_type, policies=policies, now=now)
    record.judged_until = max(now, record.judged_until or now)  # the clock may have been set back (R1)
    record.attempts, record.last_error, record.dead_at = 0, "", None
    record.save(update_fields=[*MARKED, "judged_until", "attempts", "last_error", "dead_at"])
    return transitions


def record_try(*, record: TrackedRecord, now: datetime, known: dict[str, StoredPolicies] | None = None) -> bool:
    """Judge a locked record and contain any error (R12): only `wake_at` moves, never a due time.

    `known` remembers policies by record type for whoever judges several records. Raises only where the database itself
    is in trouble, so that nothing can be written down either.
    """
    try:
        with transaction.atomic():
            record_judge(record=record, now=now, policies=_policies(record.record_type, known))
    except Exception as error:
        if connection.needs_rollback:
            raise
        log.exception("Judging record %s failed", record.pk)
        record_postpone(record=record, error=error, now=now)
        return False
    return True


def _policies(name: str, known: dict[str, StoredPolicies] | None) -> StoredPolicies:
    known = {} if known is None else known
    if name not in known:
        known[name] = StoredPolicies(records.get(name))
    return known[name]


def record_postpone(*, record: TrackedRecord, error: Exception, now: datetime) -> None:
    """Note the error and try again later: 0.5 s doubling to 10 min; after 8 attempts the record is *dead*.

    What the database could not do just then (a lock that somebody held too long, say) kills no record.
    """
    fresh = TrackedRecord.objects.get(pk=record.pk)
    fresh.attempts += 1
    if isinstance(error, OperationalError):
        fresh.attempts = min(fresh.attempts, backoff.GIVEN_UP_AFTER - 1)
    fresh.last_error = f"{type(error).__name__}: {error}"[:2000]
    if fresh.attempts >= backoff.GIVEN_UP_AFTER:
        fresh.wake_at, fresh.dead_at = None, now
    else:
        fresh.wake_at = now + backoff.delay(fresh.attempts, longest=LONGEST_RETRY)
    fresh.save(update_fields=["attempts", "last_error", "wake_at", "dead_at"])


def judge_soon(record_ids: Iterable[int]) -> None:
    """Right after a commit: judge without waiting for anybody, so that the next page shows the timers.

    If it fails, or somebody else holds the lock, the mark is still there and a pass will do it.
    """
    for record_id in record_ids:
        try:
            record_advance(record_id=record_id, wait=False)
        except Exception:
            log.exception("Judging record %s right after the change failed; a pass will try again", record_id)
