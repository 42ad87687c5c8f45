"""A second Python process that works while this one does something else: computing on data, without the database.

Python runs one thread at a time, so only another process brings a second processor to use. It is started afresh, so it
inherits no connection, thread or lock; it cannot reach any database; it ends by itself, at once, when this process
ends in whatever way.
"""

from __future__ import annotations

import os
import pickle
import queue
import signal
import socket
import subprocess
import sys
import threading
import traceback
from collections import deque
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Protocol

import django
from django.conf import settings

from sla_project.operations.garbage import collecting_between

GRACE = 5.0
"""Seconds to end after being told so."""
ROOT = Path(__file__).resolve().parents[2]

Make = Callable[..., Callable[[Any], Any]]


class SideProcessFailed(RuntimeError):
    """The work raised an error, which the message shows, or the process was ended from outside."""


class Worker(Protocol):
    """Answers questions in the order in which they were asked. So many are worth asking `ahead` of an answer."""

    ahead: int

    def ask(self, question: Any) -> None: ...

    def answer(self) -> Any: ...

    def close(self) -> None: ...


class ThisProcess:
    """The same without another process: each question is worked on when its answer is wanted."""

    ahead = 0

    def __init__(self, make: Make, *arguments: Any) -> None:
        self._work = make(*arguments)
        self._asked: deque[Any] = deque()

    def ask(self, question: Any) -> None:
        self._asked.append(question)

    def answer(self) -> Any:
        return self._work(self._asked.popleft())

    def close(self) -> None:
        self._asked.clear()


class SideProcess:
    """Calls `make(*arguments)` in another process, and what that returns with every question.

    `make` is importable by its name; it, its arguments, questions and answers can be pickled.
    """

    ahead = 2

    def __init__(self, make: Make, *arguments: Any) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", __name__, str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                env={**os.environ, **_environment()},
                stdin=subprocess.DEVNULL,
            )
        self._connection = Connection(ours.detach())
        self.ask((make, arguments))

    @property
    def pid(self) -> int:
        return self._process.pid

    def ask(self, question: Any) -> None:
        """Never waits for the work: the other process takes questions in while it works."""
        try:
            self._connection.send_bytes(pickle.dumps(question, pickle.HIGHEST_PROTOCOL))
        except OSError as error:
            raise SideProcessFailed(f"The side process is gone: {error}.") from None

    def answer(self) -> Any:
        """Wait for the next answer. Raises `SideProcessFailed`."""
        try:
            done, result = pickle.loads(self._connection.recv_bytes())  # noqa: S301 - from our own process
        except (EOFError, OSError):
            raise SideProcessFailed("The side process ended without an answer.") from None
        if not done:
            raise SideProcessFailed(result)
        return result

    def close(self) -> None:
        """End the process, also in the middle of its work."""
        self._connection.close()
        try:
            self._process.wait(GRACE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def has_second_processor() -> bool:
    """Whether a side process would gain anything here."""
    processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return processors > 1


def _environment() -> dict[str, str]:
    """Our modules and settings, wherever this process was started."""
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    return {"PYTHONPATH": path, "DJANGO_SETTINGS_MODULE": settings.SETTINGS_MODULE}


def _serve(connection: Connection) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches both; whoever started us says what it means
    questions: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(connection, questions), daemon=True).start()
    try:
        _set_up()
        make, arguments = pickle.loads(questions.get())  # noqa: S301 - from our own process
        work = make(*arguments)
        with collecting_between() as collect:
            while True:
                connection.send_bytes(_answer(work, questions.get()))
                collect()
    except OSError:
        return  # nobody wants the answer any more
    except Exception:
        connection.send_bytes(pickle.dumps((False, traceback.format_exc())))


def _answer(work: Callable[[Any], Any], question: bytes) -> bytes:
    return pickle.dumps((True, work(pickle.loads(question))), pickle.HIGHEST_PROTOCOL)  # noqa: S301


def _listen(connection: Connection, questions: queue.SimpleQueue[bytes]) -> None:
    """Take questions in at any time, so that nobody waits with one; the end of them is the end of the process."""
    while True:
        try:
            questions.put(connection.recv_bytes())
        except (EOFError, OSError):
            os._exit(0)


def _set_up() -> None:
    settings.DATABASES = {"default": {"ENGINE": "django.db.backends.dummy"}}  # whoever asks one is told off
    django.setup()


if __name__ == "__main__":
    _serve(Connection(int(sys.argv[1])))
