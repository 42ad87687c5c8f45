"""Open records folded in memory, as many as there is time for: what every forecast counts over."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from operator import attrgetter

from django.db.models import QuerySet

from slas.domain.engine import Lifecycle, RecordState, advance_until
from slas.models import KPIInstance, TrackedRecord
from slas.selectors.clocks.log import LogReader
from slas.selectors.clocks.states import StoredPolicies, load_state

CHUNK = 200


class FoldedRecord:
    """A record judged in memory up to `now`: what a re-application finds when it comes."""

    def __init__(
        self, record: TrackedRecord, policies: StoredPolicies, now: datetime, rows: Sequence[KPIInstance] | None = None
    ) -> None:
        self._policies = policies
        reader = LogReader(record, policies.record_type)
        self.history = reader.history
        stored = load_state(record, policies.record_type, rows)
        self.state, _told = advance_until(policies, stored, reader.unfed(), now, self.history)

    def is_open_under(self, sla: int) -> bool:
        applied = self.state.applied
        return self.state.lifecycle is Lifecycle.OPEN and applied is not None and applied.sla == sla

    def state_at(self, at: datetime) -> RecordState:
        """With the timers due until then."""
        return advance_until(self._policies, self.state, (), at, self.history)[0]


@dataclass
class Counted:
    """Counted over the first `counted` of `total` records."""

    total: int
    counted: int = 0
    counts: Counter[str] = field(default_factory=Counter)

    @property
    def is_complete(self) -> bool:
        return self.counted >= self.total


def records_counted(
    found: Counted, audience: QuerySet[TrackedRecord], *, seconds: float
) -> Iterator[tuple[TrackedRecord, Sequence[KPIInstance]]]:
    """Each record with its current clocks, counted once the caller is done with it, until the time is over.

    Memory does not grow with the number of records.
    """
    until = time.monotonic() + seconds
    after = 0
    while chunk := list(audience.filter(pk__gt=after).order_by("pk")[:CHUNK]):
        rows = _instances_by_record(chunk)
        for record in chunk:
            yield record, rows.get(record.pk, ())
            found.counted += 1
            if time.monotonic() > until:
                return
        after = chunk[-1].pk


def _instances_by_record(chunk: Sequence[TrackedRecord]) -> dict[int, list[KPIInstance]]:
    """The current clocks of some records, in one query."""
    rows = KPIInstance.objects.filter(record__in=chunk, is_current=True).select_related("kpi", "previous")
    return {pk: list(found) for pk, found in groupby(rows.order_by("record", "number"), attrgetter("record_id"))}
