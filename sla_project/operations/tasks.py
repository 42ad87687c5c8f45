"""What beat rings for: housekeeping, and jobs as a second string."""

from __future__ import annotations

from celery import shared_task

from sla_project.operations import jobs
from sla_project.operations.clock import clock_now
from sla_project.operations.services import old_rows_delete

TURNS = 50  # of 40 ms: about as long as it takes until the next ring


@shared_task
def tidy() -> None:
    old_rows_delete(now=clock_now())


@shared_task
def work() -> None:
    """Go on with the jobs that wait. The pass processes do the same on their own clock."""
    for _turn in range(TURNS):
        if not jobs.job_pass():
            return
