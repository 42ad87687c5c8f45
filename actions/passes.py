"""The two passes of this app. Any number may run at once, in any process; each is a plain function."""

from __future__ import annotations

import logging
import math
import os
import socket
import time
import uuid
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q

from actions import selectors
from actions.delivery import Delivery, Outcome, deliver
from actions.models import ActionRun, Message
from actions.services import cause_execute, message_claim, message_settle
from sla_project.operations.clock import clock_now
from sla_project.operations.selectors import ACTIONS_KIND, MAIL_KIND
from sla_project.operations.services import heartbeat_beat

log = logging.getLogger(__name__)

RUNS_PER_PASS = 200
MAILS_PER_PASS = 20
CANDIDATES = 100
BEAT_EVERY = timedelta(seconds=2)

_last_beat: dict[str, datetime] = {}


def run_pass(*, limit: int = RUNS_PER_PASS, seconds: float = math.inf) -> int:
    """Runs due actions, one cause at a time, until none is left, `limit` are done or the `seconds` are over; returns
    how many.

    A cause whose record is being written is passed over, not waited for (engine.md R1).
    """
    now, started = clock_now(), time.monotonic()
    done = 0
    for kind, key in _due_causes(now):
        done += cause_execute(kind=kind, key=key, now=clock_now())
        if done >= limit or time.monotonic() - started > seconds:
            break
    _beat(ACTIONS_KIND, now, selectors.runs_waiting)
    return done


def mail_pass(*, limit: int = MAILS_PER_PASS) -> int:
    """Sends due mails one after the other, each leased before and settled after; returns how many it took."""
    now = clock_now()
    taken = 0
    while taken < limit and _send_one():
        taken += 1
    _beat(MAIL_KIND, now, selectors.mail_waiting)
    return taken


def _send_one() -> bool:
    owner = f"{_process()}:{uuid.uuid4().hex[:12]}"
    message = message_claim(owner=owner, now=clock_now())
    if message is None:
        return False
    delivery = _deliver(message)
    if delivery.outcome != Outcome.SENT:
        answer = " ".join(delivery.detail.split())  # servers answer in several lines
        log.warning("Message %s was not sent (%s): %s", message.pk, delivery.outcome, answer)
    if not message_settle(message=message, owner=owner, delivery=delivery, now=clock_now()):
        log.warning("Message %s was sent after its lease had ended; there may be two copies", message.pk)
    return True


def _deliver(message: Message) -> Delivery:
    try:
        return deliver(message)
    except Exception as error:
        log.exception("Sending message %s failed", message.pk)
        return Delivery(Outcome.UNKNOWN, f"{type(error).__name__}: {error}")


def _due_causes(now: datetime) -> Iterator[tuple[str, str]]:
    """The causes of due runs, oldest first, each once; read in slices, so that busy ones hold nobody up."""
    seen: set[tuple[str, str]] = set()
    after: tuple[datetime, int] | None = None
    while True:
        due = ActionRun.objects.due(now).order_by("next_try_at", "id")
        if after:
            due = due.filter(Q(next_try_at__gt=after[0]) | Q(next_try_at=after[0], id__gt=after[1]))
        rows = list(due.values_list("cause_kind", "cause_key", "next_try_at", "id")[:CANDIDATES])
        for kind, key, next_try_at, pk in rows:
            after = (next_try_at or now, pk)
            if (kind, key) not in seen:
                seen.add((kind, key))
                yield kind, key
        if len(rows) < CANDIDATES:
            return


def _process() -> str:
    return f"{socket.gethostname()}:{os.getpid()}"


def _beat(kind: str, now: datetime, detail: Any) -> None:
    """A sign of life with what waits, at most every two seconds per process."""
    last = _last_beat.get(kind)
    if last is not None and abs(now - last) < BEAT_EVERY:
        return
    numbers: Mapping[str, Any] = detail(now)
    heartbeat_beat(name=f"{kind}:{_process()}", kind=kind, detail=numbers, now=now)
    _last_beat[kind] = now
