"""A step of every Celery worker that starts the pass process, before any broker connection exists.

It is a worker step, not a consumer step: those wait for the broker. Beside the process that runs the passes stands a
spare one that has imported everything and waits for a word: if the first dies, timers stay on time. Both end with the
worker, also after a `kill -9`.
"""

from __future__ import annotations

import logging
import os
import shutil
import subprocess
import sys
import threading
import time
from contextlib import suppress
from typing import Any

from celery import Celery, bootsteps
from django.conf import settings

from sla_project.broker import ACTIONS, TIMERS

log = logging.getLogger(__name__)

RESTART_AFTER = 0.05
LONGEST_WAIT = 5.0
SPARE_AFTER = 3.0  # seconds; while everything starts at once, processors have better to do than to import a spare
SETTLED = 10.0  # a process that lived this long starts the next wait from the beginning


class PassProcess(bootsteps.StartStopStep):
    """Keeps one `run_passes` alive for the queues that this worker consumes."""

    def __init__(self, parent: Any, **kwargs: Any) -> None:
        super().__init__(parent, **kwargs)
        self._stopping = threading.Event()
        self._processes: list[subprocess.Popen[bytes]] = []  # the one that runs the passes, then the spare one
        self._keeper: threading.Thread | None = None
        self._write_end = -1

    def start(self, parent: Any) -> None:
        queues = consumed_queues(parent.app)
        if not queues or self._keeper is not None:
            return
        read_end, self._write_end = os.pipe()
        self._keeper = threading.Thread(target=self._keep, args=(queues, read_end), name="passes", daemon=True)
        self._keeper.start()

    def stop(self, parent: Any) -> None:
        self._stopping.set()
        if self._write_end >= 0:
            os.close(self._write_end)
            self._write_end = -1
        for process in self._processes:
            if process.poll() is None:
                process.terminate()

    terminate = stop

    def _keep(self, queues: list[str], lifeline: int) -> None:
        wait, spare = RESTART_AFTER, None
        while not self._stopping.is_set():
            born = time.monotonic()
            process = spare if spare is not None and spare.poll() is None else start_spare(queues, lifeline)
            self._processes, spare = [process], None
            begin(process)
            try:
                code = process.wait(SPARE_AFTER)
            except subprocess.TimeoutExpired:
                spare = start_spare(queues, lifeline)
                self._processes = [process, spare]
                code = process.wait()
            if self._stopping.is_set():
                return
            wait = next_wait(wait, lived=time.monotonic() - born, code=code)
            log.warning("The pass process ended with code %s; another takes its place in %.1f s", code, wait)
            self._stopping.wait(wait)


def start_spare(queues: list[str], lifeline: int) -> subprocess.Popen[bytes]:
    """A process that gets ready to run the passes of these queues and waits for `begin`."""
    return subprocess.Popen(
        command(queues, lifeline), pass_fds=[lifeline], cwd=settings.BASE_DIR, stdin=subprocess.PIPE
    )


def begin(spare: subprocess.Popen[bytes]) -> None:
    """Tell a spare process that its time has come. One that died meanwhile is noticed by who waits for it."""
    assert spare.stdin is not None
    with suppress(BrokenPipeError):
        spare.stdin.write(b"begin\n")
        spare.stdin.flush()


def next_wait(wait: float, *, lived: float, code: int) -> float:
    """Seconds until the next start, after `wait` before this one.

    Who was killed (a code below 0) is wanted back at once; who fails at every start must not keep a processor busy.
    """
    if code < 0 or lived > SETTLED:
        return RESTART_AFTER
    return min(wait * 2, LONGEST_WAIT)


def command(queues: list[str], lifeline: int) -> list[str]:
    """Where Linux's `setpriv` is there, the kernel ends the process with its worker, however little of it has started
    and however busy the processors are; `slas.lifeline` does so everywhere."""
    setpriv = shutil.which("setpriv")
    with_worker = [setpriv, "--pdeathsig", "KILL"] if setpriv else []
    return [
        *with_worker,
        sys.executable,
        "-m",
        "slas.lifeline",
        str(lifeline),
        "run_passes",
        "--spare",
        "--queues",
        ",".join(queues),
    ]


def consumed_queues(app: Celery) -> list[str]:
    """Which of our queues this worker was told to consume, without the installation's prefix."""
    prefix = settings.CELERY_QUEUE_PREFIX
    names = {name.removeprefix(prefix) for name in app.amqp.queues.consume_from}
    return [queue for queue in (TIMERS, ACTIONS) if queue in names]


def install(app: Celery) -> None:
    app.steps["worker"].add(PassProcess)
