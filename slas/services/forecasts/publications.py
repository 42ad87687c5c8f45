"""Before publishing: what a re-application would do to the open records. Nothing is written."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from sla_project.accounts.models import User
from sla_project.operations.errors import NotPossible
from sla_project.operations.jobs import job_start
from sla_project.operations.models import Job
from sla_project.operations.selectors import settings_get
from slas.models import SLA
from slas.selectors.forecasts.publications import FORECAST, Forecast, Forecaster, forecast, open_records
from slas.selectors.policy.diffs import DocumentDiff, document_diff
from slas.selectors.policy.sentences import DocumentWords
from slas.services.policy.documents import EMPTY, document_freeze, document_validate

PATIENCE = 2.0
"""Seconds that a page may spend on counting; beyond that it says how far it got, and a job counts the rest."""


def publication_forecast(*, sla: SLA, now: datetime) -> Forecast:
    """Folds each open record against the draft. Raises `Invalid` for a draft that cannot be frozen."""
    return document_forecast(sla=sla, document=_frozen_draft(sla), now=now, seconds=PATIENCE)


def document_forecast(*, sla: SLA, document: Mapping[str, Any], now: datetime, seconds: float) -> Forecast:
    """The same for any frozen document that would become the SLA's next version."""
    forecaster = Forecaster(sla=sla, document=document, starting=_starting(sla))
    return forecast(forecaster, open_records(sla), now, seconds=seconds)


def forecast_start(*, sla: SLA, document: Mapping[str, Any] | None = None, by: User | None, now: datetime) -> Job:
    """Counts all of them as a job, by a frozen document; without one by the draft as it is now."""
    arguments = {
        "sla": sla.pk,
        "name": sla.name,
        "is_draft": document is None,
        "document": _frozen_draft(sla) if document is None else document,
        "starting": _starting(sla),
    }
    return job_start(kind=FORECAST, arguments=arguments, by=by, now=now)


def draft_diff(sla: SLA) -> DocumentDiff:
    """What publishing changes, what is frozen with the document included; everything, if nothing was published yet."""
    before = sla.current.document if sla.current is not None else EMPTY
    return document_diff(DocumentWords(sla.record_type), before, _frozen_draft(sla))


def _frozen_draft(sla: SLA) -> dict[str, Any]:
    if sla.draft is None:
        raise NotPossible(_("There is no draft to publish."), code="no_draft")
    return document_freeze(sla, document_validate(sla.draft, sla.record_type))


def _starting(sla: SLA) -> bool:
    return not settings_get().stops_slas_of(sla.record_type)
