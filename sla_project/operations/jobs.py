"""Jobs: long work in small pieces, which no dead worker and no absent broker can lose.

A job is a row; `wake_at` is all that a pass looks for, as for tracked records. A pass claims one job by its row lock,
does a few of its items and stores them together with the progress, in one transaction: who dies loses that piece and
nothing else, and whoever comes next goes on at the cursor. Several jobs take turns.
"""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import OperationalError, connection, transaction
from django.utils.translation import gettext as _

from sla_project.operations import backoff, job_kinds
from sla_project.operations.clock import clock_now
from sla_project.operations.errors import NotPossible
from sla_project.operations.job_kinds import Busy, JobKind, UnknownKind
from sla_project.operations.models import Job, JobState
from sla_project.operations.services import audit_write

if TYPE_CHECKING:
    from sla_project.accounts.models import User

log = logging.getLogger(__name__)

BUDGET = 0.04  # seconds of work before a commit, so that nobody waits long for what it locks
LONGEST_RETRY = timedelta(minutes=1)
BUSY = timedelta(seconds=0.25)
"""Until a job comes back to an item that somebody else was writing."""
FAILURES_KEPT = 20


def job_start(*, kind: str, arguments: Mapping[str, Any], by: User | None, now: datetime) -> Job:
    """Store a job in the caller's transaction; the passes work on it from the commit on."""
    total = job_kinds.get(kind).total(arguments)
    return Job.objects.create(
        kind=kind, arguments=dict(arguments), total=total, created_by=by, created_at=now, wake_at=now
    )


@transaction.atomic
def job_retry(*, job: Job, by: User | None, now: datetime) -> Job:
    """Go on with a job that was given up, from where it stopped."""
    job = Job.objects.select_for_update().get(pk=job.pk)
    if job.state != JobState.FAILED:
        raise NotPossible(_("Only a job that has failed can be tried again."), code="not_failed")
    before = {"state": job.state, "attempts": job.attempts, "error": job.error}
    job.state, job.attempts, job.error = JobState.QUEUED, 0, ""
    job.finished_at, job.wake_at = None, now
    job.save()
    after = {"state": job.state, "attempts": job.attempts, "error": job.error}
    audit_write(by=by, action="job.retry", obj=job, before=before, after=after, now=now)
    return job


def job_pass() -> int:
    """Work on the job that has waited longest, for 40 ms. Returns how many jobs were worked on: 0 or 1."""
    now = clock_now()
    if not Job.objects.filter(wake_at__lte=now).exists():
        return 0  # on SQLite an empty claim would take the write lock for nothing
    with transaction.atomic():
        job = _claim(now)
        if job is None:
            return 0
        _go_on(job)
    return 1


def jobs_finish() -> int:
    """Passes until no job waits. For commands and tests; workers call `job_pass` on their own clock."""
    passes = 0
    while job_pass():
        passes += 1
    return passes


def _claim(now: datetime) -> Job | None:
    rows = Job.objects.filter(wake_at__lte=now).order_by("wake_at", "created_at", "id")
    if connection.features.has_select_for_update_skip_locked:
        rows = rows.select_for_update(skip_locked=True)
    return rows.first()


@dataclass
class _Piece:
    """What one pass did of a job. `finished`: there was nothing left to do; `busy`: its next item is being written."""

    cursor: int
    done: int = 0
    finished: bool = False
    busy: bool = False
    counts: Counter[str] = field(default_factory=Counter)
    failures: list[dict[str, Any]] = field(default_factory=list)


def _go_on(job: Job) -> None:
    try:
        kind = job_kinds.get(job.kind)
        with transaction.atomic():
            piece = _work(job, kind)
    except OperationalError:
        raise  # the database itself is in trouble: nothing can be written down either
    except UnknownKind:
        _end(job, JobState.FAILED, error=f"Nothing here knows how to do “{job.kind}”.")
    except Exception as error:
        log.exception("Job %s failed", job.pk)
        _postpone(job, error)
    else:
        _add(job, piece)
    job.save()


def _work(job: Job, kind: JobKind) -> _Piece:
    """Items in order, each in a savepoint, so that one that fails takes no other with it."""
    piece = _Piece(job.cursor)
    ids = kind.batch(job.arguments, job.cursor)
    if not ids:
        piece.finished = True
        return piece
    work = kind.worker(job)
    started = time.monotonic()
    for item in ids:
        try:
            with transaction.atomic():
                piece.counts.update(work(item, clock_now()))
        except OperationalError:
            raise
        except Busy:
            piece.busy = True
            break
        except Exception as error:
            log.exception("Job %s: item %s failed", job.pk, item)
            piece.failures.append({"id": item, "error": _words(error)})
        piece.cursor = item
        piece.done += 1
        if time.monotonic() - started > BUDGET:
            break
    return piece


def _add(job: Job, piece: _Piece) -> None:
    """The progress so far; the job goes to the end of the row of those that wait."""
    now = clock_now()
    job.state, job.started_at = JobState.RUNNING, job.started_at or now
    job.cursor, job.attempts, job.error = piece.cursor, 0, ""
    job.done += piece.done
    job.total = max(job.total, job.done)
    job.result = dict(Counter(job.result) + piece.counts)
    job.failed += len(piece.failures)
    job.failures = [*job.failures, *piece.failures][:FAILURES_KEPT]
    job.wake_at = now + BUSY if piece.busy else now
    if piece.finished:
        job.total = job.done
        _end(job, JobState.DONE)


def _postpone(job: Job, error: Exception) -> None:
    """Try again later: 0.5 s doubling to 1 min; after 8 attempts in a row the job has failed."""
    job.attempts += 1
    if job.attempts >= backoff.GIVEN_UP_AFTER:
        _end(job, JobState.FAILED, error=_words(error))
        return
    job.error = _words(error)
    job.wake_at = clock_now() + backoff.delay(job.attempts, longest=LONGEST_RETRY)


def _end(job: Job, state: JobState, *, error: str = "") -> None:
    job.state, job.error = state, error
    job.finished_at, job.wake_at = clock_now(), None


def _words(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:2000]
