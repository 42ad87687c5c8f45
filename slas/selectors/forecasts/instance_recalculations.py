"""What a recalculation would do to one clock, foretold by the engine itself (engine.md R22)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from slas import records
from slas.domain.engine import Recalculated, advance
from slas.models import KPIInstance
from slas.selectors.clocks.states import StoredPolicies, fill_row
from slas.selectors.forecasts.folding import FoldedRecord


@dataclass(frozen=True)
class Recalculation:
    """`after` is the clock that would count, a row that is stored nowhere; None: everything stays as it is."""

    after: KPIInstance | None


def instance_recalculation_forecast(instance: KPIInstance, now: datetime) -> Recalculation:
    """Folds the choice in memory. `instance` is its KPI's latest clock."""
    record, kpi = instance.record, instance.kpi.code
    policies = StoredPolicies(records.get(record.record_type))
    folded = FoldedRecord(record, policies, now)
    at = record.stamp(now)
    before = folded.state_at(at)
    state, _told = advance(policies, before, Recalculated(before.judged_seq + 1, at, (kpi,)), folded.history)
    clock = state.instances.get(kpi)
    if clock is None or clock.number == before.instances[kpi].number:
        return Recalculation(None)
    row = KPIInstance(record=record, number=clock.number)
    fill_row(row, clock, policies, is_current=True)
    return Recalculation(row)
