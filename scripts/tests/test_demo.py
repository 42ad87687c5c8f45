"""The two commands of the README, from a clean clone, with all real processes."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts.bootstrap import ROOT
from scripts.tests.processes import processes_with, wait_until

pytestmark = pytest.mark.demo

NOT_CLONED = shutil.ignore_patterns(".git", ".demo", ".cache", ".data", "__pycache__", ".*_cache", ".hypothesis")
# A real installation's settings in the shell; were they used, nothing would start.
SOMEBODY_ELSES = {"DATABASE_URL": "postgres://nowhere.invalid/production", "REDIS_URL": "redis://nowhere.invalid:1"}


class Clone:
    def __init__(self, folder: Path) -> None:
        self.folder = folder / "sla-console"
        shutil.copytree(ROOT, self.folder, ignore=NOT_CLONED)
        with socket.create_server(("127.0.0.1", 0)) as server:
            self.port = server.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}/"
        self.demo: subprocess.Popen[bytes] | None = None

    def start(self, *arguments: str, seconds: float = 180) -> float:
        """`make demo` as a shell starts it in the background; how long it took to be up."""
        begun = time.monotonic()
        with (self.folder / "said").open("wb") as said:
            self.demo = subprocess.Popen(
                ["sh", "-c", "trap '' INT; exec \"$@\"", "sh", *self.make(*arguments)],
                cwd=self.folder,
                env=os.environ | SOMEBODY_ELSES,
                stdout=said,
                stderr=said,
            )
        assert wait_until(lambda: "API token: " in self.said() or self.demo_ended(), seconds=seconds), self.said()
        assert not self.demo_ended(), self.said()
        return time.monotonic() - begun

    def make(self, *arguments: str) -> list[str]:
        return ["make", "demo", f"PORT={self.port}", *arguments]

    def said(self) -> str:
        return (self.folder / "said").read_text()

    def demo_ended(self) -> bool:
        return self.demo is None or self.demo.poll() is not None

    def supervisor(self) -> int:
        return int((self.folder / ".demo" / "lock").read_text().split()[0])

    def processes(self) -> list[int]:
        return processes_with(str(self.folder))

    def token(self) -> str:
        found = re.search(r"^API token: (\S+)$", self.said(), re.MULTILINE)
        assert found, self.said()
        return found[1]

    def get(self, path: str, token: str = "") -> bytes:
        headers = {"Authorization": f"Token {token}"} if token else {}
        with urllib.request.urlopen(urllib.request.Request(self.address + path, headers=headers), timeout=10) as answer:
            body: bytes = answer.read()
        return body

    def ready(self) -> bool:
        try:
            return json.loads(self.get("readyz"))["status"] == "ok"
        except OSError:
            return False


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clone]:
    clone = Clone(tmp_path_factory.mktemp("demo"))
    yield clone
    for pid in clone.processes():
        os.kill(pid, signal.SIGKILL)


def test_a_clean_clone_is_up_within_a_minute(clone: Clone) -> None:
    assert clone.start() < 60
    assert f"SLA Console runs at {clone.address}" in clone.said()
    assert b"<html" in clone.get("")
    assert json.loads(clone.get("api/v1/cases/", clone.token()))["results"]
    assert f"curl -H 'Authorization: Token {clone.token()}' {clone.address}api/v1/cases/" in clone.said()


def test_web_workers_and_beat_run_and_the_monitor_says_so(clone: Clone) -> None:
    assert wait_until(clone.ready, seconds=30)
    for part in ("gunicorn", "-Q timers", "-Q actions", "celery -A sla_project beat"):
        assert set(processes_with(part)) & set(clone.processes()), part


def test_a_second_one_says_where_the_first_runs(clone: Clone) -> None:
    second = subprocess.run(clone.make(), cwd=clone.folder, capture_output=True, text=True)
    assert second.returncode != 0
    assert f"The demo already runs at {clone.address} (process {clone.supervisor()})." in second.stderr


def test_a_killed_worker_is_replaced(clone: Clone) -> None:
    before = set(processes_with("-Q timers")) & set(clone.processes())
    for pid in before:
        os.kill(pid, signal.SIGKILL)
    assert wait_until(lambda: "The worker for timers ended (SIGKILL)" in clone.said(), seconds=5)
    assert wait_until(lambda: set(processes_with("-Q timers")) - before != set(), seconds=5)


def test_an_interrupt_ends_all_of_it_within_eight_seconds(clone: Clone) -> None:
    os.kill(clone.supervisor(), signal.SIGINT)
    assert wait_until(lambda: clone.processes() == [], seconds=8)
    assert clone.demo is not None
    assert clone.demo.wait(1) == 0


def test_the_second_start_keeps_the_data(clone: Clone) -> None:
    marker = clone.folder / ".demo" / "console.sqlite3"
    born = marker.stat().st_ino
    first_token = clone.token()
    clone.start()
    assert clone.token() == first_token
    assert marker.stat().st_ino == born
    assert json.loads(clone.get("api/v1/cases/", clone.token()))["results"]


def test_a_killed_supervisor_leaves_nobody_behind(clone: Clone) -> None:
    os.kill(clone.supervisor(), signal.SIGKILL)
    assert wait_until(lambda: clone.processes() == [], seconds=4)


def test_reset_begins_afresh_without_installing_again(clone: Clone) -> None:
    first_token = clone.token()
    clone.start("RESET=1")
    assert clone.token() != first_token
    assert "Installing" not in clone.said()
    os.kill(clone.supervisor(), signal.SIGTERM)
    assert wait_until(lambda: clone.processes() == [], seconds=8)
