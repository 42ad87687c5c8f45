"""The Celery application: `celery -A sla_project worker` and `celery -A sla_project beat`."""

from __future__ import annotations

import os
from typing import Any

from celery import Celery
from django.conf import settings

from sla_project.broker import EmptyRings
from slas import worker

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sla_project.settings")


def configuration() -> dict[str, Any]:
    return settings.CELERY


app = Celery("sla_project")
app.add_defaults(configuration)  # called at first use: settings import this package first
app.autodiscover_tasks()
app.steps["worker"].add(EmptyRings)
worker.install(app)  # the passes on the worker's own clock, which no broker can stop
