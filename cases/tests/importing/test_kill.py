"""An import that is ended in the middle leaves no process; started again, it ends as one that was left alone."""

from __future__ import annotations

import gzip
import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cases.tests.importing.files import MAPPING, SAMPLE

pytestmark = pytest.mark.demo  # whole processes on a database of their own: one run is enough

LINES = 2501
BATCH = 20
SAID = "stderr.txt"
ROOT = Path(__file__).resolve().parent.parent.parent.parent
# Everything that does not say when the import itself ran, and no ids but those that links rest on.
CONTENT = (
    "SELECT number, external_number, title, state, status, priority, channel, customer_id, team_id, opened_on,"
    " resolved_on, created_on, modified_on FROM cases_case ORDER BY id",
    "SELECT id, code, name FROM cases_customer ORDER BY id",
    "SELECT record_id, seq, at, kind, source, fields, data FROM slas_recordchange ORDER BY record_id, seq",
    "SELECT record_id, number, item_key, status, started_at, terms, warning_at, failure_at, held_seconds, ended_at,"
    " end_reason, late_success_at FROM slas_kpiinstance ORDER BY record_id, number",
    "SELECT record_id, number, kind, at, due_at, reason, data, moment FROM slas_kpievent ORDER BY record_id, number",
    'SELECT object_id, number, label, lifecycle, closed_at, "values", last_seq, judged_seq, sla_id, sla_source,'
    " holds, wake_at, queue_at FROM slas_trackedrecord ORDER BY id",
    "SELECT cause_key, moment, state, reason FROM actions_actionrun ORDER BY cause_key, position",
    "SELECT name, last FROM cases_numberseries",
)


@pytest.fixture(scope="module")
def log(tmp_path_factory):
    path = tmp_path_factory.mktemp("log") / "log.csv"
    path.write_bytes(b"".join(gzip.decompress(SAMPLE.read_bytes()).splitlines(True)[:LINES]))
    return path


@pytest.fixture(scope="module")
def undisturbed(log, tmp_path_factory):
    folder = _database(tmp_path_factory.mktemp("undisturbed"))
    assert _import(log, folder, processes=1).wait() == 0
    return folder


@pytest.mark.parametrize(
    ("processes", "how", "code"),
    [
        (1, signal.SIGKILL, -signal.SIGKILL),
        (2, signal.SIGKILL, -signal.SIGKILL),
        (2, signal.SIGINT, 130),  # Ctrl-C
        (2, signal.SIGTERM, -signal.SIGTERM),
    ],
)
def test_ended_in_the_middle_and_started_again(processes, how, code, log, undisturbed, tmp_path):
    folder = _database(tmp_path)
    process = _import(log, folder, processes=processes)
    _wait_for_cases(process, folder)
    children = _children(process.pid)
    assert len(children) == processes - 1
    process.send_signal(how)
    assert process.wait() == code
    _wait_until_gone(children)
    assert "Traceback" not in (folder / SAID).read_text("utf-8")
    survived = _count(folder)
    assert 0 < survived < _count(undisturbed)
    assert survived % BATCH == 0  # whole batches only
    assert _import(log, folder, processes=processes).wait() == 0
    assert _content(folder) == _content(undisturbed)


def _database(folder: Path) -> Path:
    subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], cwd=ROOT, env=_environ(folder), check=True)
    return folder


def _environ(folder: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")}
    return {**kept, "DATA_DIR": str(folder)}


def _import(log: Path, folder: Path, *, processes: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, "manage.py", "import_event_log", str(log), "--mapping", str(MAPPING)]
    options = ["--batch", str(BATCH), "--processes", str(processes)]
    with (folder / SAID).open("wb") as said:
        return subprocess.Popen(
            [*command, *options],
            cwd=ROOT,
            env=_environ(folder),
            preexec_fn=_hear_ctrl_c,
            stdout=subprocess.DEVNULL,
            stderr=said,
        )


def _hear_ctrl_c() -> None:
    """Also where the tests themselves run in the background, without it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _wait_until_gone(pids: list[int]) -> None:
    deadline = time.monotonic() + 30
    while any(_runs(pid) for pid in pids):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def _runs(pid: int) -> bool:
    try:
        return "(zombie)" not in Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return False


def _wait_for_cases(process: subprocess.Popen[bytes], folder: Path) -> None:
    deadline = time.monotonic() + 120
    while _count(folder) < 3 * BATCH:
        assert process.poll() is None, "it ended before it could be killed"
        assert time.monotonic() < deadline
        time.sleep(0.005)


def _connect(folder: Path) -> sqlite3.Connection:
    return sqlite3.connect(next(folder.glob("*.sqlite3")), timeout=30)


def _count(folder: Path) -> int:
    connection = _connect(folder)
    try:
        return int(connection.execute("SELECT count(*) FROM cases_case").fetchone()[0])
    finally:
        connection.close()


def _content(folder: Path) -> list[list[tuple[object, ...]]]:
    connection = _connect(folder)
    try:
        return [connection.execute(query).fetchall() for query in CONTENT]
    finally:
        connection.close()
