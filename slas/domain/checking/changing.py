"""Fields that change often and yet decide which item applies: each change may cancel a clock and start another."""

from __future__ import annotations

from collections.abc import Iterator

from slas.domain.checking.subject import CheckedItem, CheckedSLA, Finding


def check_changing_fields(sla: CheckedSLA, item: CheckedItem) -> Iterator[Finding]:
    """What a KPI counts from is said once, with the KPI's first item."""
    for path in sorted(item.policy.applicable_when.paths & sla.often):
        yield Finding("changes_often", f"{item.pointer}/applicable_when", item.key, data={"field": path})
    start = sla.policy.applicable_from[item.policy.kpi]
    if start in sla.often and item is sla.of_kpi(item.policy.kpi)[0]:
        yield Finding("start_changes_often", f"{item.pointer}/kpi", item.key, data={"field": start})
