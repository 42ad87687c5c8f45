"""The runs behind `make test…`: which checks belong to which, in what surroundings, how long each took.

A run that promises tests and finds none has failed: an empty run is not a green one.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from urllib.parse import urlsplit
from xml.etree import ElementTree

from scripts.bootstrap import CACHE, ROOT, clean_environ
from scripts.chromium import chromium_path

REPORTS = CACHE / "reports"
PYTHON = (sys.executable, "-m")
ORDINARY = "not browser and not services and not long and not demo"
ATTEMPTS = 3
"""At a step with a limit; a step that fails is not begun again."""
SERVICES = {
    "DATABASE_URL": "postgres://postgres@127.0.0.1:5432/sla_console",
    "REDIS_URL": "redis://127.0.0.1:6379/0",
}


@dataclass(frozen=True)
class Step:
    title: str
    command: Sequence[str]
    environ: Mapping[str, str] = field(default_factory=dict)
    report: str = ""
    """Name of the test report; its tests must not be none."""
    limit: float | None = None
    """Seconds after which it must have hung; it is ended then, and begun again, at most `ATTEMPTS` times in all."""
    beside: bool = False
    """Needs one core only, so the next such step runs at the same time and each prints at its end."""


def checks() -> list[Step]:
    importlinter = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    migrations = (sys.executable, "manage.py", "makemigrations", "--check", "--dry-run")
    return [
        Step("lint", (*PYTHON, "ruff", "check", "."), beside=True),
        Step("imports", (sys.executable, "-c", importlinter), beside=True),
        Step("migrations", migrations, beside=True),
        Step("types", (*PYTHON, "mypy"), beside=True),
    ]


def tests(
    report: str,
    marks: str,
    environ: Mapping[str, str] | None = None,
    *,
    processes: int = 2,
    limit: float | None = None,
) -> Step:
    """One pytest run; `processes` 0 where it must have the machine to itself."""
    command = (*PYTHON, "pytest", "-q", "-m", marks, "-n", str(processes), "--dist", "worksteal")
    return Step(report, (*command, f"--junitxml={REPORTS / report}.xml"), environ or {}, report, limit)


def fast() -> list[Step]:
    return [*checks(), tests("fast", f"{ORDINARY} and not slow", {"HYPOTHESIS_PROFILE": "fast"})]


def whole() -> list[Step]:
    steps = [tests("suite", ORDINARY), tests("demo", "demo", processes=0)]
    if chromium_path():
        # Chromium itself hangs now and then while it closes a page, and Playwright then waits for ever.
        return [*steps, tests("browser", "browser", limit=12 * 60)]
    print("No Chromium on this machine: the browser tests do not run.")
    return steps


def services() -> list[Step]:
    environ = {name: os.environ.get(name) or url for name, url in SERVICES.items()}
    for name, url in environ.items():
        if not answers(url):
            sys.exit(f"{name}: nothing answers at {urlsplit(url).netloc.rpartition('@')[2]}.")
    return [
        tests("postgresql", ORDINARY, environ),
        # Alone on the machine: these promise times.
        tests("services", "services", environ, processes=0),
    ]


def long() -> list[Step]:
    return [
        tests("long", "long", processes=0),
        tests("histories", ORDINARY, {"HYPOTHESIS_PROFILE": "long"}),
    ]


def bench() -> list[Step]:
    """LOG is the whole incident log, if there is one; it goes into the kind of database that DATABASE_URL names."""
    steps = [Step("working time", (*PYTHON, "benchmarks.worktime"))]
    if log := os.environ.get("LOG"):
        environ = {"DATABASE_URL": os.environ.get("DATABASE_URL", "")}
        steps.append(Step("incident log", (*PYTHON, "benchmarks.event_log", log), environ))
    return steps


def answers(url: str) -> bool:
    parts = urlsplit(url)
    default = 6379 if parts.scheme.startswith("redis") else 5432
    try:
        socket.create_connection((parts.hostname or "127.0.0.1", parts.port or default), timeout=3).close()
    except OSError:
        return False
    return True


RUNS = {"fast": fast, "test": whole, "services": services, "long": long, "bench": bench}


def run(step: Step) -> bool:
    """Whether it went well."""
    begun = time.monotonic()
    environ = {**clean_environ(), "DATA_DIR": str(CACHE / "data"), **step.environ}
    done = next(filter(None, (finish(step, environ) for _attempt in range(ATTEMPTS))), None)
    good = done is not None and done.returncode == 0
    said = done.stdout or "" if done is not None and not good else ""
    if step.report and not passed(step.report):
        said, good = f"No test of {step.report} ran.\n", False
    print(f"{said}── {step.title}: {'ok' if good else 'FAILED'}, {time.monotonic() - begun:.1f} s\n", flush=True)
    return good


def finish(step: Step, environ: Mapping[str, str]) -> subprocess.CompletedProcess[str] | None:
    """The step's end; None when it reached none within its limit."""
    output = subprocess.PIPE if step.beside else None
    with subprocess.Popen(
        step.command, cwd=ROOT, env=environ, stdout=output, stderr=subprocess.STDOUT, text=True
    ) as process:
        try:
            said, _ = process.communicate(timeout=step.limit)
        except subprocess.TimeoutExpired:
            print(f"── {step.title}: hung, ended after {step.limit:g} s", flush=True)
            end(process)
            return None
        return subprocess.CompletedProcess(step.command, process.returncode, said)


def end(process: subprocess.Popen[str]) -> None:
    """It and what it started; the workers of a killed pytest notice that by themselves."""
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()


def run_all(steps: Sequence[Step]) -> list[str]:
    """Titles of the failed ones; all are run, so that one look shows all there is to mend."""
    beside = [step for step in steps if step.beside]
    with ThreadPoolExecutor(2) as two_cores:
        failed = [step.title for step, good in zip(beside, two_cores.map(run, beside), strict=True) if not good]
    return failed + [step.title for step in steps if not step.beside and not run(step)]


def passed(report: str) -> int:
    """How many tests of a report ran to a good end; 0 without a report."""
    path = REPORTS / f"{report}.xml"
    if not path.exists():
        return 0
    cases = ElementTree.parse(path).iter("testcase")  # noqa: S314 - written by our own pytest
    return sum(not {"skipped", "failure", "error"} & {child.tag for child in case} for case in cases)


def ran(reports: Sequence[str]) -> int:
    """How many tests went well in each of these runs; 1 when one of them had none."""
    counts = {report: passed(report) for report in reports}
    print("Tests: " + ", ".join(f"{report} {count}" for report, count in counts.items()))
    missing = [report for report, count in counts.items() if not count]
    if missing:
        print(f"Did not run: {', '.join(missing)}")
    return 1 if missing else 0


def main(arguments: Sequence[str]) -> int:
    if arguments[0] == "ran":
        return ran(arguments[1:])
    REPORTS.mkdir(parents=True, exist_ok=True)
    steps = RUNS[arguments[0]]()
    for step in steps:
        (REPORTS / f"{step.report}.xml").unlink(missing_ok=True)
    if failed := run_all(steps):
        print(f"FAILED: {', '.join(failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
