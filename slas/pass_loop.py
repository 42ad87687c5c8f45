"""The pass process: the passes on their own clock, four times a second, until the worker is gone.

It has its own database connection and needs no broker, so timers stay on time while Redis is away.
"""

from __future__ import annotations

import logging
import os
import random
import socket
import threading
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import NoReturn

from django.db import InterfaceError, OperationalError, close_old_connections, connection

from actions.passes import mail_pass, run_pass
from sla_project.broker import ACTIONS, TIMERS
from sla_project.operations.clock import clock_now
from sla_project.operations.jobs import job_pass
from sla_project.operations.selectors import TIMERS_KIND
from sla_project.operations.services import heartbeat_beat
from slas.passes import BUDGET, advance_pass, report_pass
from slas.selectors.monitor import advance_detail

log = logging.getLogger(__name__)

POLL = 0.25
JITTER = 0.2
AFTER_ERROR = 0.5
BEAT_EVERY = timedelta(seconds=2)

RUNS_BETWEEN = 10
"""Actions at a time beside the timers, and no longer than timers get at a time, so that they hold up no timer; the
queue *actions* does as many as come."""


def few_runs_pass() -> int:
    return run_pass(limit=RUNS_BETWEEN, seconds=BUDGET)


PASSES: dict[str, Sequence[Callable[[], int]]] = {
    TIMERS: (advance_pass, few_runs_pass, job_pass),
    ACTIONS: (run_pass, job_pass, report_pass, mail_pass),
}


class PassLoop:
    """Runs the passes of one queue for ever."""

    def __init__(self, queue: str) -> None:
        self._queue = queue
        self._last_beat: datetime | None = None

    def run(self) -> NoReturn:
        while True:
            if not self.step():
                time.sleep(POLL * random.uniform(1 - JITTER, 1 + JITTER))  # noqa: S311 - spreads polls, keeps no secret

    def step(self) -> bool:
        """One round. Returns whether there was anything to do, in which case the next round follows at once."""
        busy = [self._try(each) for each in PASSES[self._queue]]
        if None not in busy:
            busy.append(self._try(self._beat))  # only who does all of its work is well
        if None in busy:
            time.sleep(AFTER_ERROR)
            return False
        close_old_connections()
        return any(busy)

    def _try(self, one: Callable[[], int | None]) -> bool | None:
        """Whether it found anything to do; None where it failed, which keeps no other from its turn (R12).

        Who finds that the connection has ended gets another one and a second try at once: otherwise that is always the
        pass of the timers, which comes first, and while connections end again and again no timer would be looked at.
        """
        for is_last in (False, True):
            try:
                return bool(one())
            except (OperationalError, InterfaceError) as error:
                close_old_connections()  # what is broken; the next try opens another
                if connection.connection is None and not is_last:
                    log.warning("The connection to the database has ended; another one is opened: %s", error)
                    continue
                log.error("The database does not answer; the passes go on trying: %s", error)
            except Exception:
                log.exception("A pass failed; the others go on")
                close_old_connections()
            break
        return None

    def _beat(self) -> None:
        if self._queue != TIMERS:
            return
        now = clock_now()
        if self._last_beat is not None and abs(now - self._last_beat) < BEAT_EVERY:
            return
        heartbeat_beat(
            name=f"{TIMERS_KIND}:{socket.gethostname()}:{os.getpid()}",
            kind=TIMERS_KIND,
            detail=advance_detail(now),
            now=now,
        )
        self._last_beat = now


def run_passes(queues: Sequence[str]) -> NoReturn:
    """The passes of the queues for ever, each queue's in a thread and with a connection of its own.

    One after the other would not do: while a mail server takes its time, timers come due.
    """
    first, *others = queues
    for queue in others:
        threading.Thread(target=PassLoop(queue).run, name=f"passes of {queue}", daemon=True).start()
    PassLoop(first).run()
