"""`manage.py import_event_log FILE --mapping MAPPING`: another system's audit log as cases with their history."""

from __future__ import annotations

import csv
import sys
from argparse import ArgumentParser, ArgumentTypeError
from contextlib import ExitStack
from pathlib import Path
from time import monotonic
from typing import Any, TextIO

from django.core.management.base import BaseCommand, CommandError

from cases.importing.mapping import mapping_load
from cases.services.importing import BATCH, REFUSED, Outcome, Remark, event_log_import
from sla_project.operations.clock import clock_now
from sla_project.operations.csv_files import safe_cell
from sla_project.operations.errors import Invalid, NotPossible

SHOWN = 20
REDRAW = 0.2  # seconds
STOPPED = "Stopped. Every case that came in is whole; the same command goes on with the others."


class Command(BaseCommand):
    help = "Brings in an audit log of another system (.csv, .csv.gz or .zip) as cases with their history."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--mapping", type=Path, required=True, help="what the columns mean (docs/import.md)")
        parser.add_argument("--limit", type=_positive, help="bring in at most so many new records")
        parser.add_argument("--batch", type=_positive, default=BATCH, help="records per commit (%(default)s)")
        parser.add_argument(
            "--processes",
            type=int,
            choices=(1, 2),
            help="2 judges in a second process; by default where the log is long and there is a second processor",
        )
        parser.add_argument("--report", type=Path, help="write refused and moved rows to this CSV file")
        parser.add_argument("--progress", action="store_true", help="show progress although nobody looks")

    def handle(self, *args: Any, **options: Any) -> None:
        begun = monotonic()
        with ExitStack() as stack:
            remarks = _Remarks(self.stderr, stack, options["report"])
            bar = _Bar(sys.stderr, shown=options["progress"] or sys.stderr.isatty())
            try:
                outcome = event_log_import(
                    path=options["file"],
                    mapping=mapping_load(options["mapping"]),
                    limit=options["limit"],
                    batch=options["batch"],
                    processes=options["processes"],
                    remark=remarks.add,
                    progress=bar.draw,
                    now=clock_now(),
                )
            except Invalid as invalid:
                lines = [f"{problem.pointer}: {problem.message}".lstrip(": ") for problem in invalid.problems]
                raise CommandError("\n".join(lines)) from None
            except NotPossible as impossible:
                raise CommandError(impossible.message) from None
            except KeyboardInterrupt:
                raise CommandError(STOPPED, returncode=130) from None  # as a shell calls an end by SIGINT
            finally:
                bar.end()
            remarks.close()
        self._say(outcome, monotonic() - begun)

    def _say(self, outcome: Outcome, seconds: float) -> None:
        self.stdout.write(
            f"{outcome.cases:,} cases came in with {outcome.changes:,} changes"
            f" in {seconds:.1f} s ({outcome.changes / max(seconds, 0.001):,.0f} changes a second)."
        )
        self.stdout.write(
            f"{outcome.known:,} were in already; {outcome.refused:,} rows refused;"
            f" {outcome.moved:,} rows taken at the time of the row before."
        )


class _Remarks:
    """Tells the first remarks of each kind, and all of them to the report."""

    def __init__(self, stderr: Any, stack: ExitStack, report: Path | None) -> None:
        self.stderr = stderr
        self.counts: dict[str, int] = {}
        self.writer = None
        if report is not None:
            try:
                file = stack.enter_context(report.open("w", encoding="utf-8", newline=""))
            except OSError as error:
                raise CommandError(f"The report cannot be written: {error.strerror}.") from None
            self.writer = csv.writer(file)
            self.writer.writerow(["line", "kind", "number", "reason"])

    def add(self, remark: Remark) -> None:
        count = self.counts[remark.kind] = self.counts.get(remark.kind, 0) + 1
        if self.writer is not None:
            self.writer.writerow([remark.line, remark.kind, safe_cell(remark.number), safe_cell(remark.text)])
        if count <= SHOWN:
            word = "refused" if remark.kind == REFUSED else "moved"
            number = f" of {remark.number}" if remark.number else ""
            self.stderr.write(f"Line {remark.line}{number} {word}: {remark.text}")

    def close(self) -> None:
        for kind, count in self.counts.items():
            if count > SHOWN:
                where = "; the report has all" if self.writer else "; --report FILE writes all of them"
                self.stderr.write(f"… and {count - SHOWN:,} more rows {kind}{where}.")


class _Bar:
    """Progress on one line of a terminal."""

    WIDTH = 30

    def __init__(self, stream: TextIO, *, shown: bool) -> None:
        self.stream = stream
        self.shown = shown
        self.begun = monotonic()
        self.drawn = 0.0

    def draw(self, rows: int, total: int) -> None:
        now = monotonic()
        if not self.shown or (now - self.drawn < REDRAW and rows < total):
            return
        self.drawn = now
        share = rows / total if total else 1.0
        bar = ("#" * int(share * self.WIDTH)).ljust(self.WIDTH, ".")
        speed = rows / max(now - self.begun, 0.001)
        self.stream.write(f"\r[{bar}] {rows:,} of {total:,} rows, {speed:,.0f} a second ")
        self.stream.flush()

    def end(self) -> None:
        if self.shown and self.drawn:
            self.stream.write("\n")


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise ArgumentTypeError(f"“{text}” is not a number from 1 on.")
    return int(text)
