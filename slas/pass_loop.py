"""The pass process: the passes on their own clock, four times a second, until the worker is gone (design §3.7).

It has its own database connection and needs no broker, so timers stay on time while Redis is away.
"""

from __future__ import annotations

import logging
import os
import random
import socket
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from django.db import DatabaseError, InterfaceError, close_old_connections, connection

from actions.passes import mail_pass, run_pass
from sla_project.broker import ACTIONS, TIMERS
from sla_project.operations.clock import clock_now
from sla_project.operations.jobs import job_pass
from sla_project.operations.selectors import TIMERS_KIND
from sla_project.operations.services import heartbeat_beat
from slas.passes import advance_pass, report_pass
from slas.selectors.monitor import advance_detail

log = logging.getLogger(__name__)

POLL = 0.25
JITTER = 0.2
AFTER_ERROR = 0.5
BEAT_EVERY = timedelta(seconds=2)

PASSES: dict[str, Sequence[Callable[[], int]]] = {
    TIMERS: (advance_pass, run_pass, job_pass),
    ACTIONS: (run_pass, job_pass, report_pass, mail_pass),
}


class PassLoop:
    """Runs the passes of some queues for ever."""

    def __init__(self, queues: Sequence[str]) -> None:
        self._queues = queues
        self._passes = list(dict.fromkeys(each for queue in queues for each in PASSES[queue]))
        self._last_beat: datetime | None = None

    def run(self) -> None:
        while True:
            if not self.step():
                time.sleep(POLL * random.uniform(1 - JITTER, 1 + JITTER))  # noqa: S311 - spreads polls, keeps no secret

    def step(self) -> bool:
        """One round. Returns whether there was anything to do, in which case the next round follows at once."""
        try:
            busy = [each() > 0 for each in self._passes]
            self._beat()
        except (DatabaseError, InterfaceError):
            log.exception("The database does not answer; the passes go on trying")
            connection.close()
            time.sleep(AFTER_ERROR)
            return False
        except Exception:
            log.exception("A pass failed; the others go on")
            time.sleep(AFTER_ERROR)
            return False
        close_old_connections()
        return any(busy)

    def _beat(self) -> None:
        if TIMERS not in self._queues:
            return
        now = clock_now()
        if self._last_beat is not None and now - self._last_beat < BEAT_EVERY:
            return
        heartbeat_beat(
            name=f"{TIMERS_KIND}:{socket.gethostname()}:{os.getpid()}",
            kind=TIMERS_KIND,
            detail=advance_detail(now),
            now=now,
        )
        self._last_beat = now
