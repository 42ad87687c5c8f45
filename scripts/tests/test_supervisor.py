"""The supervisor with real processes: asked to stop, killed, and robbed of its children."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts.bootstrap import ROOT, clean_environ
from scripts.supervisor import ending
from scripts.tests.processes import alive, left_of, wait_until

pytestmark = pytest.mark.slow


class Run:
    """A supervisor in a process of its own, with all processes that it ever started."""

    def __init__(self, folder: Path, *kinds: str, shell: str = 'exec "$@"') -> None:
        self.folder = folder
        self.output = (folder / "output").open("w+")
        command = [sys.executable, "-m", "scripts.tests.supervised", str(folder), *kinds]
        self.process = subprocess.Popen(
            ["sh", "-c", shell, "sh", *command], cwd=ROOT, env=clean_environ(), stdout=self.output
        )
        assert wait_until(lambda: len(self.pids("*")) >= 2 * len(kinds), seconds=15)

    def pids(self, pattern: str) -> list[int]:
        texts = [path.read_text() for path in self.folder.glob(f"{pattern}.pid")]
        return [int(text) for text in texts if text]

    def first(self, kind: str) -> int:
        """The process itself, not its child, before any was replaced."""
        [pid] = set(self.pids(f"{kind}-*")) - set(self.pids(f"{kind}-child-*"))
        return pid

    def said(self) -> str:
        return (self.folder / "output").read_text()


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """Whatever a failing test leaves behind is ended with it."""
    yield tmp_path
    for path in tmp_path.glob("*.pid"):
        if alive(pid := int(path.read_text())):
            os.kill(pid, signal.SIGKILL)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_everything(folder: Path, number: int) -> None:
    run = Run(folder, "polite")
    run.process.send_signal(number)
    assert run.process.wait(3) == 0
    assert left_of(run.pids("*"), seconds=0) == []


@pytest.mark.demo
def test_an_interrupt_that_came_ignored_stops_even_the_deaf_within_eight_seconds(folder: Path) -> None:
    run = Run(folder, "polite", "deaf", shell="trap '' INT; exec \"$@\"")
    run.process.send_signal(signal.SIGINT)
    assert run.process.wait(8) == 0
    assert left_of(run.pids("*"), seconds=0) == []


def test_a_killed_supervisor_leaves_nobody_behind(folder: Path) -> None:
    run = Run(folder, "polite", "deaf")
    run.process.kill()
    run.process.wait()
    assert left_of(run.pids("*"), seconds=4) == []


def test_a_dead_process_is_replaced_and_it_is_said(folder: Path) -> None:
    run = Run(folder, "polite")
    os.kill(run.first("polite"), signal.SIGKILL)
    assert wait_until(lambda: len(run.pids("polite-*")) == 4, seconds=10)
    assert "The polite one ended (SIGKILL), starts again in 0.5 s" in run.said()
    run.process.terminate()
    run.process.wait(8)
    assert left_of(run.pids("*"), seconds=0) == []


def test_a_killed_guard_takes_its_process_along_and_is_replaced(folder: Path) -> None:
    run = Run(folder, "polite")
    first = run.first("polite")
    os.kill(os.getpgid(first), signal.SIGKILL)
    assert wait_until(lambda: len(run.pids("polite-*")) == 4, seconds=10)
    assert not alive(first)
    run.process.terminate()
    run.process.wait(8)
    assert left_of(run.pids("*"), seconds=0) == []


@pytest.mark.parametrize(("code", "words"), [(1, "exit 1"), (-9, "SIGKILL"), (143, "SIGTERM"), (255, "exit 255")])
def test_an_ending_in_words(code: int, words: str) -> None:
    assert ending(code) == words
