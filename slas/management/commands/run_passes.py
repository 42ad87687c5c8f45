"""`manage.py run_passes`: the passes on their own clock, without Celery; workers start it for themselves."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from slas.pass_loop import PASSES, run_passes


class Command(BaseCommand):
    requires_system_checks: list[str] = []  # they import every page; a killed process is to be back soon
    help = "Judge due records and run due actions four times a second, until stopped."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--queues", default="timers,actions", help="timers, actions or both, separated by a comma")
        parser.add_argument("--spare", action="store_true", help="wait for a line on standard input first")

    def handle(self, *args: Any, **options: Any) -> None:
        queues = [queue for queue in options["queues"].split(",") if queue in PASSES]
        if not queues:
            self.stderr.write("Name at least one queue: timers, actions.")
            raise SystemExit(1)
        try:
            if options["spare"] and not sys.stdin.readline():
                return  # closed: whoever kept this one in hand has ended
            run_passes(queues)
        except KeyboardInterrupt:
            self.stdout.write("Stopped.")
