"""One installation made of real processes: web server, workers, beat. Whatever happens, none of them stays behind."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit, urlunsplit

from django.conf import settings
from django.db import connection

from cases.tests.services.rest import Rest

ROOT = Path(settings.BASE_DIR)
MARK = "SLA_TEST_DESK"
POLL = 0.02
START_TIMEOUT = 60.0


@dataclass
class Program:
    """A process that a test started; `popen` changes when it is started again."""

    name: str
    command: list[str]
    popen: subprocess.Popen[bytes]

    @property
    def pid(self) -> int:
        return self.popen.pid


class Desk:
    """`environ` is what the processes get besides our own: DATABASE_URL, REDIS_URL, EMAIL_URL …"""

    def __init__(self, folder: Path, **environ: str) -> None:
        self.folder = folder
        self.mark = uuid.uuid4().hex
        self.environ: Mapping[str, str] = {
            **os.environ,
            "DATA_DIR": str(folder),
            "PYTHONUNBUFFERED": "1",
            "LOG_LEVEL": "INFO",
            "API_REQUESTS_PER_MINUTE": "0",
            MARK: self.mark,
            **environ,
        }
        self.programs: dict[str, Program] = {}
        self._logs: list[IO[bytes]] = []

    # --- starting ---

    def web(self, token: str, *, program: str = "sla_project.wsgi") -> Rest:
        port = free_port()
        gunicorn = ("gunicorn", program, "--bind", f"127.0.0.1:{port}", "--threads", "4", "--no-control-socket")
        self.start("web", *gunicorn)
        rest = Rest(f"http://127.0.0.1:{port}", token)
        wait_for(lambda: rest.status("/healthz") == 200, "the web server answers", START_TIMEOUT)
        return rest

    def worker(self, name: str, queue: str, *, pool: str = "solo") -> Program:
        prefix = self.environ.get("CELERY_QUEUE_PREFIX", "")
        options = ("--pool", pool, "--without-gossip", "--without-mingle", "--without-heartbeat")
        celery = ("celery", "-A", "sla_project", "worker", *options, "--loglevel", "INFO")
        return self.start(name, *celery, "-Q", prefix + queue, "-n", f"{name}-{self.mark}@%h")

    def beat(self, name: str = "beat") -> Program:
        return self.start(name, "celery", "-A", "sla_project", "beat", "--pidfile=", "--loglevel", "INFO")

    def workforce(self) -> None:
        """What `make demo` has, too: one worker for timers, one for actions, one beat."""
        self.worker("timers", "timers")
        self.worker("actions", "actions")
        self.beat()

    def start(self, name: str, *arguments: str) -> Program:
        program = Program(name, [sys.executable, "-m", *arguments], None)  # type: ignore[arg-type]
        self.programs[name] = program
        self.launch(program)
        return program

    def launch(self, program: Program) -> None:
        """Start it, or start it again after its end."""
        log = (self.folder / f"{program.name}.log").open("ab")
        self._logs.append(log)
        program.popen = subprocess.Popen(
            program.command,
            cwd=ROOT,
            env=dict(self.environ),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )

    # --- looking ---

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text(encoding="utf-8", errors="replace")

    def pids(self) -> set[int]:
        """Everything alive that descends from this desk, found by the mark in its environment."""
        return {pid for pid in all_pids() if self._is_ours(pid)}

    def pass_process(self, program: Program) -> int | None:
        """The process that runs a worker's passes: the elder of the two, for the other one is its spare."""
        return min(self._pass_processes(program), key=born, default=None)

    def has_spare(self, program: Program) -> bool:
        return len(self._pass_processes(program)) == 2

    def _pass_processes(self, program: Program) -> list[int]:
        return [pid for pid in children_of(program.pid) if b"slas.lifeline" in command_of(pid)]

    def _is_ours(self, pid: int) -> bool:
        with suppress(OSError):
            return f"{MARK}={self.mark}".encode() in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
        return False

    # --- ending ---

    def stop(self) -> None:
        for pid in self.pids():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        for program in self.programs.values():
            program.popen.wait()
        for log in self._logs:
            log.close()
        wait_for(lambda: not self.pids(), "no process is left")


@contextmanager
def open_desk(folder: Path, **environ: str) -> Iterator[Desk]:
    folder.mkdir(parents=True, exist_ok=True)
    desk = Desk(folder, **environ)
    try:
        yield desk
    finally:
        desk.stop()


def test_database_url() -> str:
    """The address of the database that pytest-django made for this lane."""
    parts = urlsplit(os.environ["DATABASE_URL"])
    return urlunsplit(parts._replace(path=f"/{connection.settings_dict['NAME']}"))


test_database_url.__test__ = False  # type: ignore[attr-defined]


@contextmanager
def redis_server(folder: Path, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """A Redis of our own, to be killed in the middle."""
    folder.mkdir(parents=True, exist_ok=True)
    command = ["redis-server", "--port", str(port), "--save", "", "--appendonly", "no", "--dir", str(folder)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(lambda: answers(port), "Redis answers")
        yield server
    finally:
        server.kill()
        server.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


def wait_for(
    condition: Callable[[], object],
    what: str,
    seconds: float = 30.0,
    instead: Callable[[], object] = lambda: "",
) -> float:
    """Seconds until the condition held. Fails with `what` when it never did, and says what was so `instead`."""
    begun = time.monotonic()
    while not condition():
        if time.monotonic() - begun > seconds:
            raise AssertionError(f"Waited {seconds:g} s in vain until {what}. {instead()}")
        time.sleep(POLL)
    return time.monotonic() - begun


def all_pids() -> Iterator[int]:
    return (int(entry) for entry in os.listdir("/proc") if entry.isdecimal())


def children_of(parent: int) -> list[int]:
    """Also children that only threads of the parent have started."""
    found: list[int] = []
    with suppress(OSError):
        for task in Path(f"/proc/{parent}/task").iterdir():
            with suppress(OSError):
                found += [int(pid) for pid in (task / "children").read_text().split()]
    return found


def born(pid: int) -> float:
    """Clock ticks since the machine started; a process that is gone counts as the youngest."""
    with suppress(OSError):
        return float(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19])
    return float("inf")


def command_of(pid: int) -> bytes:
    with suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    return b""
