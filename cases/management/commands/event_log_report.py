"""`manage.py event_log_report`: how the cases of a source did, by KPI, priority and status."""

from __future__ import annotations

import csv
from argparse import ArgumentParser
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cases.event_log_report import CaseLine, Counts, report_counts, report_lines
from cases.models import Case
from sla_project.operations.clock import clock_now
from sla_project.operations.csv_files import safe_cell

COLUMNS = ("number", "kpi", "priority", "status", "failure_time", "ended_at")


class Command(BaseCommand):
    help = "Counts the imported cases of a source by KPI, priority and status; --csv writes one line per case."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--source", default="incident-log", help="as the mapping of the import names it")
        parser.add_argument("--csv", type=Path, metavar="FILE", help="write one line per case to this file")

    def handle(self, *args: Any, **options: Any) -> None:
        source = options["source"]
        if not Case.objects.filter(source=source).exists():
            raise CommandError(f"No case has the source “{source}”.")
        lines = report_lines(source=source, now=clock_now())
        counts = report_counts(self._written(lines, options["csv"]) if options["csv"] else lines)
        self._table(counts)

    def _written(self, lines: Iterable[CaseLine], path: Path) -> Iterator[CaseLine]:
        """The same lines, each written to the file as it passes."""
        try:
            with path.open("w", encoding="utf-8", newline="") as file:
                writer = csv.writer(file)
                writer.writerow(COLUMNS)
                for line in lines:
                    times = (_moment(line.failure_at), _moment(line.ended_at))
                    writer.writerow([safe_cell(line.number), line.kpi, line.priority, line.status, *times])
                    yield line
        except OSError as error:
            raise CommandError(f"{path} cannot be written: {error.strerror}.") from None

    def _table(self, counts: Counts) -> None:
        self.stdout.write(f"{'KPI':<24} {'priority':<10} {'status':<24} {'cases':>9}")
        for (kpi, priority, status), count in counts.items():
            self.stdout.write(f"{kpi or '(none)':<24} {priority:<10} {status or '(none)':<24} {count:>9,}")
        self.stdout.write(f"{'Total':<60} {sum(counts.values()):>9,}")


def _moment(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}" if moment else ""
