"""The import of an incident log, judging included: `python -m benchmarks.event_log FILE`.

On a database of its own: a new SQLite file, or a new database on the PostgreSQL server that DATABASE_URL names,
which must allow creating one. The goal is 5,000 changes a second on either. The report is printed as well, so that
two runs can be compared in what they decided and not only in how fast.
"""

from __future__ import annotations

import argparse
import os
import resource
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter

import django

ROOT = Path(__file__).resolve().parent.parent
MAPPING = ROOT / "cases" / "data" / "incident_event_log.mapping.json"
GOAL = 5_000
OURS = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="benchmarks.event_log", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("--mapping", type=Path, default=MAPPING)
    parser.add_argument("--processes", type=int, choices=(1, 2), help="1 or 2; by default as the import decides itself")
    given = parser.parse_args(arguments)
    if not given.file.is_file():
        sys.exit(f"There is no file {given.file}.")
    with tempfile.TemporaryDirectory(prefix="sla-bench-") as folder:
        os.environ |= {"DJANGO_SETTINGS_MODULE": "sla_project.settings", "DATA_DIR": folder}
        django.setup()
        return _measure(given.file, given.mapping, given.processes, Path(folder))


def _measure(file: Path, mapping: Path, processes: int | None, folder: Path) -> int:
    from django.core.management import call_command
    from django.db import connection

    from cases.importing.mapping import mapping_load
    from cases.services.importing import event_log_import
    from sla_project.operations.clock import clock_now

    previous = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":  # a file, as in use; tests would take memory
        connection.settings_dict["TEST"]["NAME"] = str(folder / "bench.sqlite3")
    else:
        connection.settings_dict["TEST"]["NAME"] = f"sla_bench_{os.getpid()}"
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        used, begun = _processor_seconds(), perf_counter()
        outcome = event_log_import(path=file, mapping=mapping_load(mapping), processes=processes, now=clock_now())
        seconds, used = perf_counter() - begun, _processor_seconds() - used
        call_command("event_log_report")
    finally:
        connection.creation.destroy_test_db(previous, verbosity=0)
    memory = sum(resource.getrusage(whose).ru_maxrss for whose in OURS) / 1024
    speed = outcome.changes / seconds
    print(
        f"\n{connection.vendor}: {outcome.cases:,} cases, {outcome.changes:,} changes, {outcome.refused} rows refused,"
        f" {outcome.moved} moved\n{seconds:.1f} s, {speed:,.0f} changes a second (goal {GOAL:,}),"
        f" {used:.1f} s of processor time in our processes, at most {memory:,.0f} MB of memory"
    )
    return 0


def _processor_seconds() -> float:
    """Of this process and of those that it started and that ended; the database server's is not in it."""
    usages = [resource.getrusage(whose) for whose in OURS]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


if __name__ == "__main__":
    sys.exit(main())
