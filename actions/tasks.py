"""Celery's doors to the passes; a ring carries nothing."""

from __future__ import annotations

from datetime import timedelta

from celery import shared_task
from django.conf import settings

from actions import passes, services
from sla_project.operations.clock import clock_now


@shared_task
def run() -> None:
    """Due actions, then the mails that they may have made."""
    passes.run_pass()
    passes.mail_pass()


@shared_task
def mail() -> None:
    passes.mail_pass()


@shared_task
def tidy() -> None:
    """Empty the texts of mails whose time is over."""
    if settings.MAIL_KEPT_DAYS:
        services.texts_clear(before=clock_now() - timedelta(days=settings.MAIL_KEPT_DAYS))
