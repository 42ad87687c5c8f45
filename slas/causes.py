"""The cause *kpi-event* for `actions`: its lock and whether a run still deserves to happen (engine.md R1, R31)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import connection
from django.urls import reverse

from actions import causes
from sla_project.operations.clock import clock_now
from slas import records
from slas.event_keys import KPI_EVENT, event_of
from slas.models import KPIEvent, KPIInstance, TrackedRecord
from slas.services.flow.judging import record_try


def register() -> None:
    causes.register(causes.CauseKind(name=KPI_EVENT, lock=lock, deserved=deserved, describe=describe))


def lock(key: str) -> bool:
    """Take the record's lock without waiting and judge what waits; False: come back later.

    What is deserved (R31) is asked of judged rows, so a change that is written but not judged must not be overlooked:
    a case that was canceled a moment ago, a warning whose failure time has passed meanwhile. For a record that cannot
    be judged at present (R12) nobody knows, so its actions wait with it.
    """
    record_id, _number = event_of(key)
    rows = TrackedRecord.objects.filter(pk=record_id)
    if connection.features.has_select_for_update_skip_locked:
        rows = rows.select_for_update(skip_locked=True)
    record = rows.first()
    if record is None:
        return False
    now = clock_now()
    if record.wake_at is not None and record.wake_at <= now:
        return record_try(record=record, now=now)
    return not record.attempts


def deserved(key: str, moment: str) -> str:
    """R31: a warning only while its instance is still Nearing or Paused; nothing for a record that is gone."""
    event = _event(key)
    if event is None or event.record.deleted_at is not None:
        return "record_deleted"
    if event.record.lifecycle == "canceled":
        return "record_canceled"
    warning = event.kind == KPIEvent.Kind.WARNED
    running = (KPIInstance.Status.NEARING_NONCOMPLIANCE, KPIInstance.Status.PAUSED)
    if warning and event.instance.status not in running:
        return "no_longer_nearing"
    return ""


def describe(key: str) -> Mapping[str, Any]:
    """For pages: which record, which item, what happened."""
    event = _event(key)
    if event is None:
        return {"text": key, "url": ""}
    record = event.record
    url = "" if record.deleted_at else records.get(record.record_type).url(record.object_id)
    return {
        "text": f"{record.number or record} · {event.instance.item_name}: {event.get_kind_display()}",
        "url": url or reverse("slas:kpi_instance_list"),
    }


def _event(key: str) -> KPIEvent | None:
    record_id, number = event_of(key)
    return KPIEvent.objects.select_related("instance", "record").filter(record=record_id, number=number).first()
