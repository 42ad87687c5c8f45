"""`make demo` where something is missing: one clear line, exit 1, and nothing left behind.

Each test runs make in a copy of the few files that the first steps need, with a PATH of its own.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts.bootstrap import ROOT, clean_environ

NEEDED = ("Makefile", "requirements.txt", "requirements-dev.txt", "constraints.txt", "scripts")
SHELL_TOOLS = ("make", "sh", "env", "sed")
NO_NETWORK = {
    "PIP_CONFIG_FILE": os.devnull,
    "PIP_EXTRA_INDEX_URL": "",
    "PIP_FIND_LINKS": "",
    "PIP_INDEX_URL": "http://127.0.0.1:9/simple",  # the discard port: nobody listens
    "PIP_NO_CACHE_DIR": "1",
}


class Checkout:
    def __init__(self, folder: Path) -> None:
        self.folder, self.bin = folder / "clone", folder / "bin"
        self.folder.mkdir()
        self.bin.mkdir()
        for name in NEEDED:
            source = ROOT / name
            (shutil.copytree if source.is_dir() else shutil.copy)(source, self.folder / name)
        for name in SHELL_TOOLS:
            (self.bin / name).symlink_to(shutil.which(name) or name)

    def program(self, name: str, text: str) -> None:
        """A program of this name in the PATH, made of shell lines."""
        path = self.bin / name
        path.write_text(f"#!/bin/sh\n{text}\n")
        path.chmod(0o755)

    def demo(self, *arguments: str, **environ: str) -> str:
        """What `make demo` says when it fails, without make's own last line."""
        done = subprocess.run(
            ["make", "demo", *arguments],
            cwd=self.folder,
            env=clean_environ() | {"PATH": str(self.bin)} | environ,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.returncode != 0
        assert "Error 1" in done.stderr
        lines = [line for line in done.stderr.splitlines() if not line.startswith("make")]
        [last] = [line for line in lines if not line.startswith("Installing")]
        return last


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path)


@pytest.fixture
def with_python(checkout: Checkout) -> Checkout:
    checkout.program("python3", f'exec "{sys.executable}" "$@"')
    return checkout


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.fixture
def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def test_no_python(checkout: Checkout) -> None:
    assert checkout.demo().startswith("Python 3.11 or later was not found")


def test_only_an_old_python(checkout: Checkout) -> None:
    checkout.program("python3", "exit 1")  # what the question after its version answers there
    assert checkout.demo().startswith("Python 3.11 or later was not found")


def test_a_python_chosen_by_hand_that_is_not_there(with_python: Checkout) -> None:
    assert with_python.demo(PYTHON="/nowhere/python3.12").startswith("Python 3.11 or later was not found")


def test_no_venv(checkout: Checkout, tmp_path: Path) -> None:
    """As on Debian without python3-venv: the module that puts pip into an environment is not installed."""
    (tmp_path / "debian").mkdir()
    (tmp_path / "debian" / "ensurepip.py").write_text("raise ModuleNotFoundError('ensurepip')")
    checkout.program("python3", f'PYTHONPATH="{tmp_path}/debian" exec "{sys.executable}" "$@"')
    assert checkout.demo().startswith("python3 cannot make a virtual environment: install its venv package")


def test_a_later_python_with_venv_is_taken_instead(with_python: Checkout, taken_port: int) -> None:
    with_python.program("python3.14", 'case "$2" in *venv*) exit 1;; esac; exit 0')
    assert f"Port {taken_port} cannot be used" in with_python.demo(f"PORT={taken_port}")


@pytest.mark.demo
def test_no_network(with_python: Checkout, free_port: int) -> None:
    said = with_python.demo(f"PORT={free_port}", **NO_NETWORK)
    assert said.startswith("The Python packages could not be fetched: no network? (")
    assert said.endswith("the whole is in .demo/install.log)")
    assert not list((with_python.folder / ".demo").glob("venv-????????????"))


def test_the_port_is_taken(with_python: Checkout, taken_port: int) -> None:
    said = with_python.demo(f"PORT={taken_port}")
    assert said == (
        f"Port {taken_port} cannot be used (Address already in use): choose another one with make demo PORT=8765."
    )


def test_the_port_was_taken_while_everything_was_made_ready(taken_port: int) -> None:
    """Else the banner would show the way to somebody else's server."""
    lines = (
        "import sys; from pathlib import Path; from scripts.demo import Supervisor, start_everything",
        f"start_everything(Supervisor(environ={{}}, folder=Path()), Path(sys.executable), {taken_port})",
    )
    done = subprocess.run([sys.executable, "-c", "\n".join(lines)], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 1
    assert f"CannotStart: Port {taken_port} cannot be used" in done.stderr


@pytest.mark.parametrize("port", ["0", "65536", "http", "-1"])
def test_no_port_at_all(with_python: Checkout, port: str) -> None:
    assert with_python.demo(f"PORT={port}") == f"PORT must be a number from 1 to 65535, not '{port}'."


def test_it_already_runs(with_python: Checkout, free_port: int) -> None:
    (with_python.folder / ".demo").mkdir()
    with (with_python.folder / ".demo" / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        lock.write(f"{os.getpid()} http://127.0.0.1:8000/\n")
        lock.flush()
        said = with_python.demo(f"PORT={free_port}")
    assert said == f"The demo already runs at http://127.0.0.1:8000/ (process {os.getpid()})."
