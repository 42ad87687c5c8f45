"""The advance pass: find records whose `wake_at` has come and judge them (engine.md R8, R9, R12); and weekly reports.

Called in a loop by the pass processes (slas/worker.py) and rung by beat; any number may run at once.
"""

from __future__ import annotations

import logging
import time
from datetime import datetime

from django.db import InterfaceError, OperationalError, connection, transaction

from sla_project.operations.clock import clock_now
from sla_project.operations.selectors import BEAT_KIND
from sla_project.operations.services import heartbeat_beat
from slas.models import RelatedChange, TrackedRecord
from slas.selectors.clocks.states import StoredPolicies
from slas.services.flow.judging import record_try
from slas.services.flow.related import related_deliver
from slas.services.reports.saved_reports import weekly_mail_one

log = logging.getLogger(__name__)

CLAIM = 50
BUDGET = 0.04  # seconds of work before a commit, so that nobody waits long for a record's lock


def advance_pass() -> int:
    """One claim: judge at most 50 due records or 40 ms of work, then commit. Returns how many were judged."""
    now = clock_now()
    if not TrackedRecord.objects.filter(wake_at__lte=now).exists():
        return deliver_pass()  # on SQLite an empty claim would take the write lock for nothing
    with transaction.atomic():
        judged = _judge_claimed(_claim(clock_now()))
    return judged or deliver_pass()  # others hold what is due


def _claim(now: datetime) -> list[TrackedRecord]:
    rows = TrackedRecord.objects.filter(wake_at__lte=now).order_by("wake_at", "id")
    if connection.features.has_select_for_update_skip_locked:
        rows = rows.select_for_update(skip_locked=True)
    return list(rows[:CLAIM])


def _judge_claimed(claimed: list[TrackedRecord]) -> int:
    policies: dict[str, StoredPolicies] = {}
    started = time.monotonic()
    judged = 0
    for record in claimed:
        record_try(record=record, now=clock_now(), known=policies)
        judged += 1
        if time.monotonic() - started > BUDGET:
            break
    return judged


def deliver_pass() -> int:
    """Deliver the next batch of a related record's change (R3). Returns how many deliveries were worked on.

    One that cannot go on, because of an error or of whoever is writing a record, holds up no other (R12).
    """
    waiting = RelatedChange.objects.filter(delivered_at=None).order_by("pk").values_list("pk", flat=True)
    return int(any(_deliver(delivery_id) for delivery_id in waiting[:CLAIM]))


def _deliver(delivery_id: int) -> bool:
    try:
        return related_deliver(delivery_id=delivery_id) is not None
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        log.exception("Delivering change %s of a related record failed", delivery_id)
        return False


def report_pass() -> int:
    """Mail the next saved report whose hour has come. Returns how many were."""
    return int(weekly_mail_one(now=clock_now()))


def beat_heard() -> None:
    """Note that Celery's beat has rung, for the monitor page."""
    heartbeat_beat(name=BEAT_KIND, kind=BEAT_KIND, detail={}, now=clock_now())


def advance_all() -> int:
    """Passes until nothing is due. For commands and tests; workers call `advance_pass` on their own clock."""
    total = 0
    while done := advance_pass():
        total += done
    return total
