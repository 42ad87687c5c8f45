"""The slas app: policies, the log of tracked records, KPI instances."""

from __future__ import annotations

from django.apps import AppConfig


class SlasConfig(AppConfig):
    name = "slas"
    verbose_name = "Service-level agreements"

    def ready(self) -> None:
        from slas import action_usage, causes, jobs, schedule_jobs

        action_usage.register()
        causes.register()
        jobs.register()
        schedule_jobs.register()
