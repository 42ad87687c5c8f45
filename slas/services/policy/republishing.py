"""New versions for what SLAs share: a KPI, a mail text, a service setting was changed (engine.md R6).

A version is complete, so a change of something shared reaches no SLA by itself. What would be frozen differently today
is found by freezing the published document once more; a new version is always made of that document, never of a draft.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from sla_project.accounts.models import User
from sla_project.operations.errors import Invalid, NotPossible, Stale
from sla_project.operations.models import Job
from slas.models import SLA, SLAVersion
from slas.selectors.forecasts.publications import Forecast
from slas.selectors.policy import shared
from slas.selectors.policy.diffs import DocumentDiff, document_diff
from slas.selectors.policy.reading import authored_document, slas
from slas.selectors.policy.sentences import DocumentWords
from slas.services.checking.documents import Finding, document_refusals, finding_of
from slas.services.forecasts.publications import PATIENCE, document_forecast, forecast_start
from slas.services.policy.documents import document_freeze, document_validate
from slas.services.policy.reapplying import reapply_start
from slas.services.policy.slas import sla_locked, sla_save, sla_snapshot, version_add

Uses = Callable[[Mapping[str, Any]], bool]


@dataclass(frozen=True)
class Outdated:
    """A published SLA that would be frozen differently today: what moved, and what stands against publishing it.

    `document` is what its next version would say; None where it cannot be frozen.
    """

    sla: SLA
    version: SLAVersion
    diff: DocumentDiff
    refusals: list[Finding]
    document: Mapping[str, Any] | None = None

    @property
    def can_publish(self) -> bool:
        return self.document is not None and not self.refusals


def uses_kpi(code: str) -> Uses:
    return lambda document: any(item["kpi"] == code for item in document["items"])


def uses_template(code: str) -> Uses:
    """Also through a reusable action: what is frozen names its template."""
    return lambda document: any(action.get("template") == code for action in _actions(document))


def uses_action(code: str) -> Uses:
    return lambda document: any(action.get("action") == code for action in _actions(document["authored"]))


@shared.read_together()
def slas_outdated(*, uses: Uses | None = None, record_type: str = "") -> list[Outdated]:
    """Published SLAs that still live by the former KPIs, texts or settings. `uses` picks by the frozen document."""
    found = slas().exclude(current=None)
    outdated = []
    for sla in found.filter(record_type=record_type) if record_type else found:
        assert sla.current is not None
        if uses is None or uses(sla.current.document):
            outdated.append(_outdated(sla, sla.current))
    return [one for one in outdated if one is not None]


def sla_outdated(sla: SLA) -> Outdated | None:
    """The same for one SLA; None if it is up to date or was never published."""
    return _outdated(sla, sla.current) if sla.current is not None else None


def republication_forecasts(outdated: Iterable[Outdated], *, now: datetime) -> dict[int, Forecast]:
    """By the SLA's id: what re-applying its new version would do to open records. Nothing is written.

    All of them share the seconds of `PATIENCE`, so a page does not wait longer for more SLAs; each counts one record
    at least. Raises nothing for those that cannot be published: they have no entry.
    """
    until = time.monotonic() + PATIENCE
    found: dict[int, Forecast] = {}
    for one in outdated:
        if one.can_publish and one.document is not None:
            left = max(0.0, until - time.monotonic())
            found[one.sla.pk] = document_forecast(sla=one.sla, document=one.document, now=now, seconds=left)
    return found


def republication_forecast_start(*, sla: SLA, by: User | None, now: datetime) -> Job:
    """Counts all open records as a job. Raises `NotPossible` where there is no new version to count for."""
    outdated = sla_outdated(sla)
    if outdated is None or outdated.document is None or not outdated.can_publish:
        raise NotPossible(_("There is no new version of it to publish."), code="up_to_date")
    return forecast_start(sla=sla, document=outdated.document, by=by, now=now)


@transaction.atomic
def sla_republish(
    *,
    sla: SLA,
    by: User | None,
    reason: str = "",
    reapply: bool = False,
    run_actions: bool = False,
    expected_version: int | None = None,
    now: datetime,
) -> SLAVersion:
    """The published document once more, with what is shared as it is now. A draft stays; it builds on this version.

    Raises `NotPossible` if nothing would change, `Invalid` with what R28 refuses, and `Stale` if the published
    version is not the one that the caller has seen.
    """
    sla = sla_locked(sla)
    if sla.current is None:
        raise NotPossible(_("Nothing was published yet."), code="not_published")
    if expected_version is not None and expected_version != sla.current.number:
        raise Stale(_("Somebody else has published this SLA meanwhile."), changed={"version": sla.current.number})
    outdated = _outdated(sla, sla.current)
    if outdated is None:
        raise NotPossible(_("Its published version is up to date."), code="up_to_date")
    if outdated.refusals:
        raise Invalid(outdated.refusals)
    before = sla_snapshot(sla)
    sla.current = version_add(sla=sla, document=authored_document(sla.current), reason=reason, by=by, now=now)
    sla_save(
        sla=sla,
        action="sla.republish",
        before=before,
        by=by,
        now=now,
        reason=sla.current.reason,
        is_draft_changed=False,
    )
    if reapply:
        reapply_start(version=sla.current, by=by, run_actions=run_actions, now=now)
    return sla.current


def _outdated(sla: SLA, version: SLAVersion) -> Outdated | None:
    authored = authored_document(version)
    try:
        document = document_validate(authored, sla.record_type)
        frozen = document_freeze(sla, document)
    except Invalid as invalid:
        return Outdated(
            sla, version, DocumentDiff(), [finding_of(each, authored["items"]) for each in invalid.problems]
        )
    if frozen == version.document:
        return None
    diff = document_diff(DocumentWords(sla.record_type), version.document, frozen)
    refusals = document_refusals(document, record_type=sla.record_type)
    return Outdated(sla, version, diff, refusals, frozen)


def _actions(document: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for item in document["items"]:
        for moment in item["moments"]:
            yield from moment["actions"]
