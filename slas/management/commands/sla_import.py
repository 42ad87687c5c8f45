"""`manage.py sla_import FILE`: brings in what `sla_export` has written, or says what it would change."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from sla_project.operations.clock import clock_now
from sla_project.operations.errors import Invalid, NotPossible
from sla_project.operations.yaml import yaml_read
from slas.services.policy.bundles import CHANGED, Step, bundle_import, imported_sla
from slas.services.policy.slas import sla_publish


class Command(BaseCommand):
    help = "Creates or changes an SLA and all that it needs from YAML. The SLA becomes a draft, unless --publish."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", help="a YAML or JSON file; - reads standard input")
        parser.add_argument("--dry-run", action="store_true", help="say what would change, and change nothing")
        parser.add_argument("--publish", action="store_true", help="publish the draft, for new records only")
        parser.add_argument("--reason", default="", help="why, for the list of versions; with --publish")

    def handle(self, *args: Any, **options: Any) -> None:
        text, now = self._text(options["file"]), clock_now()
        try:
            with transaction.atomic():
                steps = bundle_import(bundle=yaml_read(text), by=None, now=now, dry_run=options["dry_run"])
                published = options["publish"] and not options["dry_run"] and self._publish(steps, options["reason"])
        except Invalid as invalid:
            lines = "\n".join(f"  {problem.pointer or '/'}: {problem.message}" for problem in invalid.problems)
            raise CommandError(f"Nothing was changed. What is wrong:\n{lines}") from None
        except NotPossible as refused:
            raise CommandError(f"Nothing was changed. {refused.message}") from None
        for step in steps:
            self._say(step)
        if options["dry_run"]:
            self.stdout.write("This was a dry run: nothing is changed.")
        elif published:
            self.stdout.write(f"{published} is published.")

    def _publish(self, steps: list[Step], reason: str) -> str:
        sla = imported_sla(steps)
        if sla.draft is None:
            return ""
        return str(sla_publish(sla=sla, by=None, reason=reason, now=clock_now()))

    def _text(self, name: str) -> str:
        try:
            if name == "-":
                return sys.stdin.read()
            with open(name, encoding="utf-8") as file:
                return file.read()
        except OSError as error:
            raise CommandError(f"{name} cannot be read: {error.strerror}.") from None
        except UnicodeDecodeError:
            raise CommandError(f"{name} is not UTF-8.") from None

    def _say(self, step: Step) -> None:
        self.stdout.write(f"{step.outcome:<10} {step.kind:<18} {step.code}")
        if step.outcome == CHANGED:
            for each in step.differences:
                self.stdout.write(f"           {each.place}: {each.before!r} → {each.after!r}")
