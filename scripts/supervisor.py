"""Keeps a handful of processes running in one terminal, and leaves none behind.

Every process runs under a guard (guard.py) that leads a process group and ends it when this process is gone,
however it went. One that dies is started again, after a pause that doubles.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import TextIO

GUARD = Path(__file__).with_name("guard.py")
TICK = 0.1  # seconds between two looks at the processes
GRACE = 6.0  # seconds a process has to end by itself before it is killed
PAUSES = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0)  # seconds before the first, second … restart
HEALTHY = 30.0  # seconds after which a process's earlier deaths are forgotten


class Stopped(Exception):
    """Somebody asked us to stop before everything was up."""


@dataclass
class Child:
    name: str
    command: Sequence[str]
    log: TextIO
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    deaths: int = 0
    start_at: float = 0.0


@dataclass
class Supervisor:
    """Not for more than one at a time: it owns the signal handlers of the process."""

    environ: Mapping[str, str]
    folder: Path
    say: Callable[[str], None] = lambda line: print(line, flush=True)
    held_by_all: list[int] = field(default_factory=list)
    """File descriptors that stay open as long as any guard lives."""
    stopping: bool = False
    children: list[Child] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._alive_pipe, self._writing_end = os.pipe()
        self._make = os.getppid() if os.environ.get("MAKELEVEL") else 0
        # SIGINT also where it came ignored, as in a background job; SIGHUP not, for that was nohup.
        hangup = [] if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN else [signal.SIGHUP]
        for number in (signal.SIGINT, signal.SIGTERM, *hangup):
            signal.signal(number, self._on_signal)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT, signal.SIGTERM})

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self.stopping = True

    def asked_to_stop(self) -> bool:
        """By a signal, or because the make that ran us is gone."""
        return self.stopping or bool(self._make and os.getppid() != self._make)

    def spawn(self, command: Sequence[str], output: TextIO) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-I", str(GUARD), str(self._alive_pipe), *command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd=self.folder,
            env=dict(self.environ),
            pass_fds=(self._alive_pipe, *self.held_by_all),
            start_new_session=True,
        )

    def run(self, command: Sequence[str], output: TextIO) -> int:
        """One command to its end; raises Stopped when we are asked to stop meanwhile."""
        process = self.spawn(command, output)
        while process.poll() is None:
            if self.asked_to_stop():
                end([process])
                raise Stopped
            time.sleep(TICK)
        return process.returncode

    def start(self, name: str, command: Sequence[str], log: Path) -> None:
        child = Child(name, command, log.open("w", encoding="utf-8"))
        self.children.append(child)
        self._launch(child)

    def _launch(self, child: Child) -> None:
        child.process = self.spawn(child.command, child.log)
        child.started = time.monotonic()

    def tick(self) -> None:
        """Look after the processes once, then wait a moment."""
        for child in self.children:
            self._look_after(child)
        time.sleep(TICK)

    def _look_after(self, child: Child) -> None:
        now = time.monotonic()
        if child.process is None:
            if now >= child.start_at:
                self._launch(child)
            return
        code = child.process.poll()
        if code is None:
            return
        kill_group(child.process)  # its guard may have been killed before it could do that
        child.process = None
        child.deaths = 1 if now - child.started > HEALTHY else child.deaths + 1
        pause = PAUSES[min(child.deaths, len(PAUSES)) - 1]
        child.start_at = now + pause
        self.say(f"The {child.name} ended ({ending(code)}), starts again in {pause:g} s; see {child.log.name}")

    def stop(self) -> None:
        end([child.process for child in self.children if child.process])


def ending(code: int) -> str:
    """What a shell or Popen means by an exit code."""
    number = -code if code < 0 else code - 128
    if number > 0:
        with suppress(ValueError):
            return signal.Signals(number).name
    return f"exit {code}"


def end(processes: Sequence[subprocess.Popen[bytes]]) -> None:
    """Ask all at once, then kill what is still there after the grace: nothing is left."""
    for process in processes:
        process.terminate()
    deadline = time.monotonic() + GRACE
    for process in processes:
        with suppress(subprocess.TimeoutExpired):
            process.wait(max(0.0, deadline - time.monotonic()))
        kill_group(process)
        process.wait()


def kill_group(process: subprocess.Popen[bytes]) -> None:
    """The guard leads the group and has its number, so the number stays taken while anyone is left in it."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
