"""Celery's doors to this app's housekeeping; a ring carries nothing and may be lost, doubled or late."""

from __future__ import annotations

from celery import shared_task

from cases import services
from sla_project.operations.clock import clock_now


@shared_task
def entitlement_dates() -> None:
    """Activate the entitlements whose first day has come, and end those whose last day is over."""
    services.entitlements_by_date(now=clock_now())
