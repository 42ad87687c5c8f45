"""The plain values that an action's texts may name, as of the event that caused it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Model

from sla_project.operations.selectors import settings_get
from sla_project.operations.times import iso_time
from slas.domain.engine import Instance, RecordState
from slas.domain.fields import Field, FieldType
from slas.models import SLA, TrackedRecord
from slas.records import RecordType
from slas.selectors.clocks.instances import record_view
from slas.selectors.clocks.states import StoredPolicies


def run_context(
    record: TrackedRecord,
    state: RecordState,
    instance: Instance,
    record_type: RecordType,
    policies: StoredPolicies,
) -> dict[str, Any]:
    """`{"case": {…}, "instance": {…}, "sla": {…}, "item": {…}, "kpi": {…}, "organisation": {…}}`, JSON values only."""
    item = policies.sla(instance.version).item_by_key[instance.item]
    return {
        record_type.name: _record_values(record, state, record_type),
        "instance": {
            "applicable_from": _moment(instance.start),
            "warning_time": _moment(instance.warning_due or instance.nearing_at),
            "failure_time": _moment(instance.failure_due),
            "status": instance.status.value.replace("_", " ").capitalize(),
        },
        "sla": {"name": SLA.objects.values_list("name", flat=True).get(pk=instance.sla)},
        "item": {"name": item.name},
        "kpi": {"name": policies.kpi_name(instance.version, instance.kpi)},
        "organisation": {"name": settings_get().name},
    }


def present_context(record: TrackedRecord, now: datetime) -> dict[str, Any]:
    """The same for a record as it is now, as of the clock that is due first; without one there is no clock to name."""
    view = record_view(record, now)
    clocks = sorted(view.state.instances.values(), key=lambda clock: (clock.failure_due is None, clock.failure_due))
    if clocks:
        return run_context(record, view.state, clocks[0], view.record_type, view.policies)
    values = _record_values(record, view.state, view.record_type)
    return {view.record_type.name: values, "organisation": {"name": settings_get().name}}


def _record_values(record: TrackedRecord, state: RecordState, record_type: RecordType) -> dict[str, Any]:
    """Registered values nested by relation. Choices are said by label, lookups by the name of the row behind them."""
    obj = record_type.model._base_manager.filter(pk=record.object_id).first()
    nested: dict[str, Any] = {"number": record.number, "label": record.label}
    relations = {path.rpartition(".")[0] for path in record_type.fields}
    for path, field in record_type.fields.items():
        if path in relations:
            continue
        *steps, last = path.split(".")
        place = nested
        for step in steps:
            place = place.setdefault(step, {})
        place[last] = _said(field, state.values.get(path), obj, path)
    return nested


def _said(field: Field, value: object, obj: Model | None, path: str) -> Any:
    if value is None:
        return None
    if field.type is FieldType.CHOICE:
        return field.choice_label(value) or value
    if field.type is FieldType.LOOKUP:
        return str(_follow(obj, path) or value)
    return field.dump(value)


def _follow(obj: Model | None, path: str) -> Any:
    target: Any = obj
    for step in path.split("."):
        target = getattr(target, step, None)
    return target


def _moment(at: Any) -> str | None:
    return iso_time(at) if at else None
