"""`make demo`: the whole console with a believable day in it, from a clean clone, in one terminal.

Everything lies in `.demo/`: the Python packages, a SQLite database, the rings and the logs. It is nobody's
real installation: DATABASE_URL and the like are not looked at.
"""

from __future__ import annotations

import argparse
import fcntl
import os
import re
import shutil
import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

from scripts.bootstrap import ROOT, RUNTIME, CannotBuild, clean_environ, environment_ensure, shown
from scripts.supervisor import Stopped, Supervisor

HOME = ROOT / ".demo"
LOCK, ACCESS, LOGS = HOME / "lock", HOME / "access.txt", HOME / "logs"
KEPT_BY_RESET = ("venv-", "venv.lock", "lock", "install.log")
START_TIMEOUT = 60.0  # seconds the web process has to answer
WORKERS_TIMEOUT = 15.0  # seconds that the workers have to give a sign of life
LOCK_PATIENCE = 3.0  # seconds the children of a killed demo may take to end


class CannotStart(Exception):
    """The message is one line for the person at the terminal."""


def port_number(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise CannotStart(f"PORT must be a number from 1 to 65535, not {text!r}.")
    return int(text)


def take_lock(port: int) -> TextIO:
    """Held while this file stays open here, or in a guard. Raises CannotStart when another demo runs."""
    HOME.mkdir(exist_ok=True)
    lock = LOCK.open("a+", encoding="utf-8")
    deadline = time.monotonic() + LOCK_PATIENCE
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            break
        except BlockingIOError:
            lock.seek(0)
            process, _, address = lock.read().strip().partition(" ")
            if process_lives(process) or time.monotonic() > deadline:
                raise CannotStart(f"The demo already runs at {address} (process {process}).") from None
        time.sleep(0.1)
    lock.truncate(0)
    lock.write(f"{os.getpid()} {address_of(port)}\n")
    lock.flush()
    return lock


def process_lives(number: str) -> bool:
    try:
        os.kill(int(number), 0)
    except (ValueError, ProcessLookupError):
        return False
    except PermissionError:
        pass
    return True


def address_of(port: int) -> str:
    return f"http://127.0.0.1:{port}/"


def check_port(port: int) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise CannotStart(
                f"Port {port} cannot be used ({error.strerror}): choose another one with make demo PORT=8765."
            ) from None


def wipe() -> None:
    """Everything but the packages, which hold no data."""
    for path in HOME.iterdir():
        if path.name.startswith(KEPT_BY_RESET):
            continue
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()


def demo_environ(port: int) -> dict[str, str]:
    environ = clean_environ()
    return environ | {
        "DATA_DIR": str(HOME),
        "DJANGO_SETTINGS_MODULE": "sla_project.settings",
        "LOG_LEVEL": environ.get("LOG_LEVEL", "WARNING"),
        "PUBLIC_URL": address_of(port).rstrip("/"),
        "PYTHONUNBUFFERED": "1",
        "TIME_ZONE": environ.get("TIME_ZONE", "Europe/London"),
    }


def prepare(supervisor: Supervisor, python: Path) -> str:
    """Migrate, and seed once; returns the lines that say how to get in."""
    if not ACCESS.exists():
        wipe()  # what an interrupted first start may have left half done
    LOGS.mkdir(exist_ok=True)
    manage(supervisor, python, "migrate", "--no-input", "--skip-checks")
    if not ACCESS.exists():
        print("Making a believable day …", flush=True)
        output = manage(supervisor, python, "seed_demo")
        fresh = ACCESS.with_suffix(".new")
        fresh.touch(mode=0o600)
        fresh.write_text(output, encoding="utf-8")
        fresh.rename(ACCESS)
    return ACCESS.read_text(encoding="utf-8").strip("\n")


def manage(supervisor: Supervisor, python: Path, *arguments: str) -> str:
    log = LOGS / f"{arguments[0]}.log"
    with log.open("w", encoding="utf-8") as output:
        code = supervisor.run([str(python), "manage.py", *arguments], output)
    text = log.read_text(encoding="utf-8", errors="replace")
    if code:
        last = (text.strip().splitlines() or ["no output"])[-1]
        raise CannotStart(f"manage.py {arguments[0]} failed: {last} ({shown(log)})")
    return text


def start_everything(supervisor: Supervisor, python: Path, port: int) -> None:
    check_port(port)  # again: while the packages came and the day was made, somebody may have taken it
    gunicorn = ("gunicorn", "sla_project.wsgi", "--bind", f"127.0.0.1:{port}", "--threads", "8")
    # One task at a time is enough here, and without a pool a worker starts and stops in half the time.
    worker = ("worker", "--pool", "solo", "--without-gossip", "--without-mingle", "--without-heartbeat")
    celery = ("celery", "-A", "sla_project")
    programs = {
        "web server": (*gunicorn, "--graceful-timeout", "2", "--no-control-socket"),
        "worker for timers": (*celery, *worker, "-Q", "timers", "-n", "timers@%h"),
        "worker for actions": (*celery, *worker, "-Q", "actions", "-n", "actions@%h"),
        "beat": (*celery, "beat", "--pidfile="),
    }
    for name, arguments in programs.items():
        supervisor.start(name, [str(python), "-m", *arguments], LOGS / f"{name.split()[-1]}.log")


def answers(port: int, path: str) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/{path}", timeout=2) as response:
            return bool(response.status == 200)
    except (OSError, urllib.error.URLError):
        return False


def wait_for_web(supervisor: Supervisor, port: int) -> None:
    deadline = time.monotonic() + START_TIMEOUT
    while not answers(port, "healthz"):
        if supervisor.asked_to_stop():
            raise Stopped
        if time.monotonic() > deadline:
            raise CannotStart(f"The web server does not answer: see {shown(LOGS / 'server.log')}.")
        supervisor.tick()


def wait_for_workers(supervisor: Supervisor, port: int) -> None:
    """So that the first page does not say that nothing runs. If it takes long, the page may say so: it is true."""
    deadline = time.monotonic() + WORKERS_TIMEOUT
    while not answers(port, "readyz") and time.monotonic() < deadline:
        if supervisor.asked_to_stop():
            raise Stopped
        supervisor.tick()


def banner(port: int, access: str) -> str:
    address = address_of(port)
    token = re.search(r"API token: (\S+)", access)
    curl = f"curl -H 'Authorization: Token {token[1] if token else '…'}' {address}api/v1/cases/"
    ending = "Ctrl-C stops it; `make demo RESET=1` begins afresh."
    return "\n\n".join(["", f"SLA Console runs at {address}", access, curl, ending, ""])


def serve(port: int, supervisor: Supervisor) -> None:
    python = environment_ensure(HOME, RUNTIME, run=supervisor.run)
    access = prepare(supervisor, python)
    start_everything(supervisor, python, port)
    wait_for_web(supervisor, port)
    wait_for_workers(supervisor, port)
    print(banner(port, access), flush=True)
    while not supervisor.asked_to_stop():
        supervisor.tick()


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="make demo", description=__doc__)
    parser.add_argument("--port", default="8000")
    parser.add_argument("--reset", default="", help="anything but 0 wipes the demo's data first")
    options = parser.parse_args(arguments)
    try:
        port = port_number(options.port)
        supervisor = Supervisor(environ=demo_environ(port), folder=ROOT)
        with take_lock(port) as lock:
            check_port(port)
            if options.reset not in {"", "0"}:
                wipe()
            # Held by the guards too: the next demo waits until the last process of a killed one is gone.
            supervisor.held_by_all.append(lock.fileno())
            run_until_stopped(supervisor, port)
    except (CannotStart, CannotBuild) as error:
        print(error, file=sys.stderr)
        return 1
    print("Stopped: nothing is left running.", flush=True)
    return 0


def run_until_stopped(supervisor: Supervisor, port: int) -> None:
    try:
        serve(port, supervisor)
    except Stopped:
        pass
    finally:
        supervisor.stop()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
