"""The job kind of schedules: recalculating open timers by the hours in force now."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from sla_project.operations import job_kinds
from sla_project.operations.clock import clock_now
from sla_project.operations.job_kinds import Arguments, JobKind, Worker
from sla_project.operations.models import Job
from slas import records
from slas.jobs import batches_of, record_label, total_of
from slas.models import BusinessHours, TrackedRecord
from slas.selectors.clocks.states import StoredPolicies
from slas.selectors.forecasts.hours_recalculations import COUNTS, RECALCULATE, stale_records, stale_versions
from slas.services.clocks.recalculating import record_recalculate


def register() -> None:
    """Called from `SlasConfig.ready()`."""
    job_kinds.register(
        JobKind(
            name=RECALCULATE,
            title=_title,
            total=total_of(_audience),
            batch=batches_of(_audience),
            worker=_worker,
            url=_url,
            item_label=record_label,
            counts=COUNTS,
        )
    )


def _hours(arguments: Arguments) -> list[BusinessHours]:
    return list(BusinessHours.objects.filter(pk__in=arguments["business_hours"]).order_by("pk"))


def _audience(arguments: Arguments) -> QuerySet[TrackedRecord]:
    return stale_records(stale_versions(_hours(arguments), clock_now()))


def _worker(job: Job) -> Worker:
    stale = stale_versions(_hours(job.arguments), clock_now())
    policies = {one.name: StoredPolicies(one) for one in records.all()}

    def work(record_id: int, now: datetime) -> Mapping[str, int]:
        return record_recalculate(
            record_id=record_id,
            stale=stale,
            policies=policies,
            by=job.created_by,
            reason=job.arguments["reason"],
            cause=f"recalculation-{job.pk}",
            now=now,
        )

    return work


def _title(arguments: Arguments) -> str:
    names = ", ".join(str(hours) for hours in _hours(arguments))
    return _("Recalculate the timers of %(hours)s") % {"hours": names}


def _url(arguments: Arguments) -> str:
    ids = arguments["business_hours"]
    if len(ids) == 1:
        return reverse("slas:business_hours_versions", args=ids)
    return reverse("slas:business_hours_list")
