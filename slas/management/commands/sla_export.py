"""`manage.py sla_export CODE`: an SLA and all that it needs, as YAML."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from sla_project.operations.yaml import yaml_write
from slas.models import SLA
from slas.selectors.policy.bundles import sla_bundle


class Command(BaseCommand):
    help = "Writes an SLA with its KPIs, hours, holidays and mail texts as YAML, to be read by sla_import."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("code", help="the code of the SLA")
        parser.add_argument("--draft", action="store_true", help="the draft instead of the published version")
        parser.add_argument("--output", type=Path, metavar="FILE", help="instead of printing it")

    def handle(self, *args: Any, **options: Any) -> None:
        sla = SLA.objects.select_related("current").filter(code=options["code"]).first()
        if sla is None:
            known = ", ".join(SLA.objects.order_by("code").values_list("code", flat=True)) or "none"
            raise CommandError(f"There is no SLA “{options['code']}”. There are: {known}.")
        text = yaml_write(sla_bundle(sla, draft=options["draft"]))
        if options["output"] is None:
            self.stdout.write(text, ending="")
            return
        try:
            options["output"].write_text(text, encoding="utf-8")
        except OSError as error:
            raise CommandError(f"{options['output']} cannot be written: {error.strerror}.") from None
        self.stdout.write(f"{sla.name} is written to {options['output']}.")
