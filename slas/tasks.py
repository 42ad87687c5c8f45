"""Celery's doors to the passes; a ring carries nothing and may be lost, doubled or late."""

from __future__ import annotations

from datetime import timedelta

from celery import shared_task

from sla_project.operations.clock import clock_now
from slas import passes
from slas.services.flow import reconcile as reconciling
from slas.services.flow import related

DELIVERED_KEPT = timedelta(days=30)


@shared_task
def advance() -> None:
    """Judge what is due. The pass processes do the same on their own clock."""
    passes.advance_all()
    passes.beat_heard()


@shared_task
def mail_reports() -> None:
    """Mail the saved reports whose hour has come; the pass processes do the same."""
    while passes.report_pass():
        pass


@shared_task
def reconcile() -> None:
    """Find writes that went around the services (R4)."""
    reconciling.reconcile_all()


@shared_task
def tidy() -> None:
    """Remove the notes of changes that everybody has heard of (R3)."""
    related.delivered_delete(before=clock_now() - DELIVERED_KEPT)
