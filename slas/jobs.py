"""The job kinds of this app: re-applying a publication, and counting what one would do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from sla_project.operations import job_kinds
from sla_project.operations.job_kinds import Arguments, JobKind, Worker
from sla_project.operations.models import Job
from slas import records
from slas.models import SLA, SLAVersion, TrackedRecord
from slas.selectors.clocks.states import StoredPolicies
from slas.selectors.forecasts.publications import COUNTS, FORECAST, REAPPLY, Forecaster, open_records, records_before
from slas.services.policy.reapplying import record_reapply

BATCH = 200
Audience = Callable[[Arguments], QuerySet[TrackedRecord]]


def register() -> None:
    """Called from `SlasConfig.ready()`."""
    for name, title, audience, worker in (
        (REAPPLY, _reapply_title, lambda arguments: records_before(_version(arguments)), _reapply_worker),
        (FORECAST, _forecast_title, lambda arguments: open_records(_sla(arguments)), _forecast_worker),
    ):
        job_kinds.register(
            JobKind(
                name=name,
                title=title,
                total=total_of(audience),
                batch=batches_of(audience),
                worker=worker,
                url=lambda arguments: reverse("slas:sla_versions", args=[arguments["sla"]]),
                item_label=record_label,
                counts=COUNTS,
            )
        )


def total_of(audience: Audience) -> Callable[[Arguments], int]:
    """How many records a job has to work on."""
    return lambda arguments: audience(arguments).count()


def batches_of(audience: Audience) -> Callable[[Arguments, int], list[int]]:
    """The next records of a job, by id."""

    def batch(arguments: Arguments, after: int) -> list[int]:
        found = audience(arguments).filter(pk__gt=after).order_by("pk")
        return list(found.values_list("pk", flat=True)[:BATCH])

    return batch


def record_label(record_id: int) -> str:
    """What a job calls a record that it could not work on."""
    record = TrackedRecord.objects.filter(pk=record_id).first()
    return record.number if record else str(record_id)


def _sla(arguments: Arguments) -> SLA:
    return SLA.objects.get(pk=arguments["sla"])


def _version(arguments: Arguments) -> SLAVersion:
    return SLAVersion.objects.select_related("sla").get(pk=arguments["version"])


def _reapply_title(arguments: Arguments) -> str:
    return _("Re-apply version %(number)d of %(name)s") % arguments


def _reapply_worker(job: Job) -> Worker:
    version = _version(job.arguments)
    policies = StoredPolicies(records.get(version.sla.record_type))

    def work(record_id: int, now: datetime) -> Mapping[str, int]:
        return record_reapply(
            record_id=record_id,
            version=version,
            run_actions=job.arguments["run_actions"],
            by=job.created_by,
            policies=policies,
            now=now,
        )

    return work


def _forecast_title(arguments: Arguments) -> str:
    if arguments.get("is_draft", True):
        return _("Count what publishing the draft of %(name)s would do") % arguments
    return _("Count what a new version of %(name)s would do") % arguments


def _forecast_worker(job: Job) -> Worker:
    """By the document as it was when the counting began. Writes nothing but the counts."""
    arguments = job.arguments
    forecaster = Forecaster(sla=_sla(arguments), document=arguments["document"], starting=arguments["starting"])

    def work(record_id: int, now: datetime) -> Mapping[str, int]:
        return forecaster.counts_of(TrackedRecord.objects.get(pk=record_id), now)

    return work
