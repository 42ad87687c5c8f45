"""The project's Python environments, built with the standard library alone.

`python -m scripts.bootstrap ARG…` makes sure of the environment for tests and runs its Python with the
arguments. An environment lies under a name made of its requirements, so that other requirements make another
one; it is built beside that name and renamed when it is complete. Because of the renaming its tools are
called as `python -m tool`: the scripts in `bin/` know only the old name.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

ROOT = Path(__file__).resolve().parent.parent
CACHE = ROOT / ".cache"
RUNTIME = ("requirements.txt",)
DEVELOPMENT = ("requirements-dev.txt", "requirements.txt")
NOT_OURS = {
    *("PYTHONPATH", "PYTHONHOME", "DJANGO_SETTINGS_MODULE", "GUNICORN_CMD_ARGS"),
    *(
        "ADMIN_URL",
        "ALLOWED_HOSTS",
        "BEHIND_PROXY",
        "CELERY_QUEUE_PREFIX",
        "CSRF_TRUSTED_ORIGINS",
        "DATA_DIR",
    ),
    *("DATABASE_URL", "DEBUG", "DEFAULT_FROM_EMAIL", "EMAIL_URL", "PUBLIC_URL", "REDIS_URL", "SECRET_KEY"),
    *("SECURE_HSTS_SECONDS", "SECURE_HSTS_WHOLE_DOMAIN", "TIME_ZONE"),
}

Run = Callable[[Sequence[str], TextIO], int]
"""Runs a command with its output into a file and answers with its exit code."""


class CannotBuild(Exception):
    """The message is one line for the person at the terminal."""


def environment_key(requirements: Sequence[str]) -> str:
    """What makes two environments the same: the pins, and the Python they are for."""
    digest = hashlib.sha256(f"{sys.version_info[:2]} {sys.platform} {sys.prefix}".encode())
    for name in (*requirements, "constraints.txt"):
        digest.update((ROOT / name).read_bytes())
    return digest.hexdigest()[:12]


def python_of(environment: Path) -> Path:
    return environment / "bin" / "python"


def plain_run(command: Sequence[str], output: TextIO) -> int:
    return subprocess.run(
        command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=clean_environ(), check=False
    ).returncode


def clean_environ() -> dict[str, str]:
    """The shell's environment without what belongs to another Python or to a real installation."""
    return {key: value for key, value in os.environ.items() if key not in NOT_OURS}


def environment_ensure(folder: Path, requirements: Sequence[str], run: Run = plain_run) -> Path:
    """The Python of the environment in `folder`, built if it is not there. Raises CannotBuild."""
    folder.mkdir(parents=True, exist_ok=True)
    environment = folder / f"venv-{environment_key(requirements)}"
    if not environment.exists():
        with locked(folder / "venv.lock"):
            if not environment.exists():
                build(environment, requirements, log=folder / "install.log", run=run)
    return python_of(environment)


def build(environment: Path, requirements: Sequence[str], *, log: Path, run: Run) -> None:
    unfinished = environment.with_name(f"{environment.name}.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    print(f"Installing the Python packages into {shown(environment)} …", file=sys.stderr, flush=True)
    steps = [
        ([sys.executable, "-m", "venv", str(unfinished)], "The virtual environment could not be made"),
        (pip_command(unfinished, requirements), "The Python packages could not be fetched: no network?"),
    ]
    with log.open("w", encoding="utf-8") as output:
        for command, failure in steps:
            if run(command, output):
                raise CannotBuild(f"{failure} ({last_error(log)}; the whole is in {shown(log)})")
    unfinished.rename(environment)


def pip_command(environment: Path, requirements: Sequence[str]) -> list[str]:
    """Wheels only, so that no compiler is needed; byte code is left to the first import."""
    return [
        *(str(python_of(environment)), "-m", "pip", "install", "--disable-pip-version-check", "--no-input"),
        *("--no-compile", "--only-binary", ":all:", "--retries", "1", "-r", str(ROOT / requirements[0])),
    ]


def last_error(log: Path) -> str:
    lines = [line.strip() for line in log.read_text(encoding="utf-8", errors="replace").splitlines()]
    errors = [line for line in lines if line.startswith("ERROR:")] or list(filter(None, lines)) or ["no output"]
    return errors[-1].removeprefix("ERROR: ").rstrip(".")[:200]


def shown(path: Path) -> str:
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Two builders wait for each other; the kernel frees the lock of one that died."""
    with path.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def main(arguments: Sequence[str]) -> int:
    try:
        python = environment_ensure(CACHE, DEVELOPMENT)
    except CannotBuild as error:
        print(error, file=sys.stderr)
        return 1
    return os.execv(python, [str(python), *arguments])  # noqa: S606


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
