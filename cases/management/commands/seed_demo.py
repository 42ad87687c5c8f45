"""`manage.py seed_demo`: a believable day in an empty database, and some real incidents; prints how to get in."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from cases.demo.people import PASSWORD, STAFF, desk_create, entitlements_create
from cases.demo.policies import policies_create
from cases.demo.story import DAYS, Story, fortnight, today
from cases.importing.mapping import mapping_load
from cases.services.importing import event_log_import
from sla_project.accounts.models import User
from sla_project.accounts.services import token_create
from sla_project.operations import clock

SEED = 2026
DATA = Path(__file__).parents[2] / "data"
MAPPING = DATA / "incident_event_log.mapping.json"
INCIDENTS = 60  # of the 1,000 that the project carries: not so many callers that they hide the other customers


class Command(BaseCommand):
    help = "Fill an empty database with a support desk, its SLAs and two weeks of cases."

    def handle(self, *args: Any, **options: Any) -> None:
        if User.objects.exists():
            raise CommandError("This database is in use; the demo fills an empty one only.")
        if connection.vendor == "sqlite":
            with connection.cursor() as cursor:  # nothing to lose yet, and a third of the time to win
                cursor.execute("PRAGMA synchronous=OFF")
        token = seed(clock.clock_now())
        width = max(map(len, STAFF))
        for email, (_, role) in STAFF.items():
            self.stdout.write(f"  {email:<{width}}  {PASSWORD}  ({role})")
        self.stdout.write(f"API token: {token}")


def seed(now: datetime) -> str:
    """The whole demo as of `now`, the same for the same moment. Returns an administrator's API token."""
    before = now - timedelta(days=DAYS + 1)
    with clock.override(lambda: before):
        desk = desk_create(now=before)
        sla = policies_create(by=desk.administrator, now=before)
        entitlements_create(desk=desk, sla=sla, now=before)
    story = Story(desk, now, random.Random(SEED))
    fortnight(story)
    today(story)
    story.tell()
    event_log_import(path=DATA / "incidents_sample.csv.gz", mapping=mapping_load(MAPPING), limit=INCIDENTS, now=now)
    administrator = desk.administrator
    _, token = token_create(user=administrator, name="Demo", scope="write", expires_at=None, by=administrator, now=now)
    return token
