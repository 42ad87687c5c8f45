"""What an act on a record would meet, told before it is done."""

from __future__ import annotations

from collections.abc import Mapping

from slas.models import KPIInstance
from slas.selectors.clocks.instances import RecordView


def met_by(view: RecordView, changes: Mapping[str, object]) -> list[KPIInstance]:
    """The clocks that these values would meet: those still open in time, failed ones late (engine.md R22)."""
    values = {**view.state.values, **changes}
    return [each for each in unmet(view) if _success(view, each, values)]


def unmet(view: RecordView) -> list[KPIInstance]:
    """The clocks that are open, or failed and not met since."""
    failed = KPIInstance.Status.NONCOMPLIANT
    return [each for each in view.instances if each.is_open or (each.status == failed and each.late_success_at is None)]


def _success(view: RecordView, instance: KPIInstance, values: Mapping[str, object]) -> bool:
    item = view.policies.sla(instance.sla_version_id).item_by_key[instance.item_key]
    return item.success_when.evaluate(values)
