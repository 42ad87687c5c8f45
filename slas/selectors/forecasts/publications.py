"""What a publication does to open records: foretold by folding each against the draft, and counted where it happens.

Both count the transitions of the same engine event, so what is foretold is what comes (engine.md R29).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from sla_project.operations.models import AuditEntry, Job
from slas import records
from slas.domain.engine import Kind, Reapplied, Reason, RecordState, Transition, advance
from slas.models import SLA, KPIInstance, SLAVersion, TrackedRecord
from slas.models import Lifecycle as StoredLifecycle
from slas.records import RecordType
from slas.selectors.clocks.states import StoredPolicies, Version, compile_version
from slas.selectors.forecasts.folding import Counted, FoldedRecord, records_counted

REAPPLY, FORECAST = "sla.reapply", "sla.forecast"
DRAFT = 0
"""The id of the version that the draft would become; no row has it."""

COUNTS = {
    "records": _("Open records"),
    "kept": _("Timers kept: item and terms unchanged"),
    "replaced": _("Timers replaced"),
    "started": _("Timers started"),
    "canceled": _("Timers canceled: no item applies"),
    "late": _("Breached at once"),
    "warned": _("Warned at once"),
    "succeeded": _("Succeeded at once"),
    "settled": _("Settled, and left as they are"),
    "postponed": _("Logged, to be judged later: an error"),
}
"""What is counted, in words. *Records* apart, all are timers; one may be replaced and late at once."""


def outcome_counts(before: RecordState, transitions: Iterable[Transition]) -> Counter[str]:
    """What the event of a re-application did to one record's timers, by what it told."""
    clocks = before.instances.values()
    counts = Counter(records=1, settled=sum(clock.is_settled for clock in clocks))
    told = Counter((transition.kind, transition.reason == Reason.REAPPLIED) for transition in transitions)
    counts["replaced"] = told[Kind.CANCELED, True]
    counts["canceled"] = told[Kind.CANCELED, False]
    counts["kept"] = sum(clock.is_open for clock in clocks) - counts["replaced"] - counts["canceled"]
    counts["started"] = told[Kind.STARTED, True] - counts["replaced"]
    for name, kind in (("late", Kind.FAILED), ("warned", Kind.WARNED), ("succeeded", Kind.SUCCEEDED)):
        counts[name] = told[kind, True] + told[kind, False]
    return +counts


def open_records(sla: SLA) -> QuerySet[TrackedRecord]:
    """Open records of the SLA, and those that changes wait for: these may turn out to be some."""
    known = Q(sla=sla, lifecycle=StoredLifecycle.OPEN)
    waiting = Q(record_type=sla.record_type, last_seq__gt=F("judged_seq"))
    return TrackedRecord.objects.filter(known | waiting, deleted_at=None)


def records_before(version: SLAVersion) -> QuerySet[TrackedRecord]:
    """Open records that live by an earlier version: whom a re-application is for."""
    earlier = Q(sla_version__lt=version) | Q(last_seq__gt=F("judged_seq"))
    return open_records(version.sla).filter(earlier)


def reapplications(sla: SLA) -> QuerySet[Job]:
    """The jobs that re-apply or re-applied versions of the SLA, the latest first."""
    return Job.objects.filter(kind=REAPPLY, arguments__sla=sla.pk).order_by("-created_at")


def draft_rebases(sla: SLA) -> list[AuditEntry]:
    """Publications of what SLAs share that came while the draft was open: it builds on the last of them (R6)."""
    if sla.draft is None or sla.current is None:
        return []
    entries = AuditEntry.objects.filter(object_type=sla._meta.label_lower, object_id=str(sla.pk))
    begun = entries.filter(before__draft=None).exclude(after__draft=None).order_by("-id").first()
    since = entries.filter(action="sla.republish", id__gt=begun.pk if begun else 0)
    return list(since.select_related("by").order_by("id"))


class ForeseenPolicies(StoredPolicies):
    """Policies in which one more version exists: a draft, frozen as publishing would freeze it."""

    def __init__(self, record_type: RecordType, sla: int, document: Mapping[str, Any]) -> None:
        super().__init__(record_type)
        self._draft = compile_version(document, record_type, sla=sla, version=DRAFT)

    def _version(self, version: int) -> Version:
        return self._draft if version == DRAFT else super()._version(version)


class Forecast(Counted):
    """What re-applying would do to open records."""

    @property
    def open_timers(self) -> int:
        """All that run now, whatever would become of them."""
        return self.counts["kept"] + self.counts["replaced"] + self.counts["canceled"]

    def rows(self) -> Iterator[tuple[str, str, int]]:
        """Name, words and number of everything that was counted, zeros included."""
        for name, words in COUNTS.items():
            if name != "postponed":
                yield name, str(words), self.counts[name]


class Forecaster:
    """Folds records against a draft, in memory. `starting`: whether anything may start now (R15)."""

    def __init__(self, *, sla: SLA, document: Mapping[str, Any], starting: bool) -> None:
        self._sla = sla.pk
        self._starting = starting
        self._record_type = records.get(sla.record_type)
        self._policies = ForeseenPolicies(self._record_type, sla.pk, document)

    def counts_of(
        self, record: TrackedRecord, now: datetime, rows: Sequence[KPIInstance] | None = None
    ) -> Counter[str]:
        """What a re-application at `now` would do; nothing for a record that is not concerned."""
        folded = FoldedRecord(record, self._policies, now, rows)
        if not folded.is_open_under(self._sla):
            return Counter()
        at = record.stamp(now)
        before = folded.state_at(at)
        event = Reapplied(before.judged_seq + 1, at, sla=self._sla, version=DRAFT, starting=self._starting)
        _state, transitions = advance(self._policies, before, event, folded.history)
        return outcome_counts(before, transitions)


def forecast(forecaster: Forecaster, audience: QuerySet[TrackedRecord], now: datetime, *, seconds: float) -> Forecast:
    """Counts until all are counted or the time is over."""
    found = Forecast(total=audience.count())
    for record, rows in records_counted(found, audience, seconds=seconds):
        found.counts += forecaster.counts_of(record, now, rows)
    return found
