"""The bridge between rows and the pure engine: policies, states and events, read from the database (engine.md R4)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from django.db.models import TextField
from django.db.models.functions import Cast

from slas import records
from slas.domain.engine import (
    Applied,
    Change,
    Hold,
    Hours,
    Instance,
    RecordState,
    Status,
    is_relevant,
)
from slas.domain.engine.state import Lifecycle
from slas.domain.policy import SLAPolicy, compile_sla
from slas.domain.worktime import WorkingTime
from slas.models import KPIInstance, ScheduleVersion, SLAVersion, TrackedRecord
from slas.records import RecordType

Actions = Mapping[tuple[str, str], Sequence[Mapping[str, Any]]]
Version = tuple[SLAPolicy, Actions, Mapping[str, str]]

AROUND_THE_CLOCK = Hours(None, WorkingTime.always())


@dataclass(frozen=True)
class PolicyTexts:
    """Everything that judging under one SLA version rests on, as plain data that another process can be given.

    `schedules` are the versions of each business hours: since when, id, document.
    """

    version: int
    sla: int
    document: str
    schedules: Mapping[int, Sequence[tuple[datetime, int, str]]]


def policy_texts(version: int) -> PolicyTexts:
    """Read a published SLA version and all versions of its business hours."""
    rows = SLAVersion.objects.filter(pk=version).annotate(text=Cast("document", TextField()))
    sla, text = rows.values_list("sla_id", "text").get()
    schedules: dict[int, list[tuple[datetime, int, str]]] = {}
    for hours in json.loads(text)["schedules"].values():
        versions = ScheduleVersion.objects.filter(business_hours=hours).order_by("effective_at", "number")
        texts = versions.annotate(text=Cast("document", TextField()))
        schedules[hours] = list(texts.values_list("effective_at", "pk", "text"))
    return PolicyTexts(version, sla, text, schedules)


class StoredPolicies:
    """The engine's `Policies` for one record type, read on demand. Make one per pass: it remembers what it read.

    With `texts` it asks the database for nothing that judging under their SLA needs. The compiled form of a document
    is shared by the whole process, under what the document says: a row that was rolled back and its successor of the
    same id never meet.
    """

    def __init__(self, record_type: RecordType, texts: PolicyTexts | None = None) -> None:
        self.record_type = record_type
        self.lifecycle_field = record_type.lifecycle_field
        self.lifecycle = record_type.lifecycle
        self._slas: dict[int, Version] = {}
        self._hours: dict[int, Hours] = {}
        self._versions: dict[int, list[tuple[datetime, int]]] = {}
        if texts is not None:
            self._remember(texts)

    def _remember(self, texts: PolicyTexts) -> None:
        version = texts.version
        self._slas[version] = compiled_version(texts.sla, version, texts.document, self.record_type.name)
        for business_hours, versions in texts.schedules.items():
            self._versions[business_hours] = [(since, pk) for since, pk, _text in versions]
            self._hours.update((pk, Hours(pk, _compiled_hours(text))) for _since, pk, text in versions)

    def sla(self, version: int) -> SLAPolicy:
        return self._version(version)[0]

    def actions(self, version: int, item: str, moment: str) -> Sequence[Mapping[str, Any]]:
        """The frozen actions of a moment of an item."""
        return self._version(version)[1].get((item, moment), ())

    def kpi_name(self, version: int, kpi: str) -> str:
        return self._version(version)[2][kpi]

    def _version(self, version: int) -> Version:
        known = self._slas.get(version)
        if known is None:
            rows = SLAVersion.objects.filter(pk=version).annotate(text=Cast("document", TextField()))
            sla, text = rows.values_list("sla_id", "text").get()
            known = self._slas[version] = compiled_version(sla, version, text, self.record_type.name)
        return known

    def hours(self, version: int | None) -> Hours:
        if version is None:
            return AROUND_THE_CLOCK
        hours = self._hours.get(version)
        if hours is None:
            rows = ScheduleVersion.objects.filter(pk=version).annotate(text=Cast("document", TextField()))
            text = rows.values_list("text", flat=True).get()
            hours = self._hours[version] = Hours(version, _compiled_hours(text))
        return hours

    def hours_at(self, business_hours: int | None, at: datetime) -> Hours:
        """The version effective at a moment; before the first version, the first one."""
        if business_hours is None:
            return AROUND_THE_CLOCK
        versions = self._versions.get(business_hours)
        if versions is None:
            rows = ScheduleVersion.objects.filter(business_hours=business_hours).order_by("effective_at", "number")
            versions = self._versions[business_hours] = list(rows.values_list("effective_at", "pk"))
        effective = [pk for since, pk in versions if since <= at]
        return self.hours(effective[-1] if effective else versions[0][1])


@lru_cache(maxsize=256)
def compiled_version(sla: int, version: int, text: str, record_type: str) -> Version:
    """A stored version from the text of its document; remembered by the process."""
    return compile_version(json.loads(text), records.get(record_type), sla=sla, version=version)


def compile_version(document: Mapping[str, Any], record_type: RecordType, *, sla: int, version: int) -> Version:
    """A frozen document, also one that is not stored: what a draft would become."""
    policy = compile_sla(document, record_type.fields, sla=sla, version=version)
    actions = {
        (item["key"], moment["key"]): tuple(moment.get("actions") or ())
        for item in document["items"]
        for moment in item["moments"]
    }
    return policy, actions, {code: kpi["name"] for code, kpi in document["kpis"].items()}


@lru_cache(maxsize=256)
def _compiled_hours(text: str) -> WorkingTime:
    return WorkingTime.from_dict(json.loads(text))


def load_state(
    record: TrackedRecord, record_type: RecordType, rows: Iterable[KPIInstance] | None = None
) -> RecordState:
    """The fold's state as of `judged_seq`. `rows` are the record's current instances by number, if they are at hand."""
    judged = record.judged_seq > 0
    if rows is None:
        rows = _current_instances(record)
    return RecordState(
        values=record_type.load(record.values),
        lifecycle=Lifecycle(record.lifecycle) if judged else None,
        closed_at=record.closed_at,
        applied=_applied(record),
        source=record.sla_source,
        instances={row.kpi.code: load_instance(row) for row in rows},
        holds={kpi: tuple(load_hold(hold) for hold in holds) for kpi, holds in record.holds.items()},
        next_instance=record.next_instance,
        judged_seq=record.judged_seq,
    )


def _applied(record: TrackedRecord) -> Applied | None:
    if record.sla_id is None or record.sla_version_id is None:
        return None
    return Applied(record.sla_id, record.sla_version_id, record.sla_source)


def _current_instances(record: TrackedRecord) -> Iterable[KPIInstance]:
    return record.instances.filter(is_current=True).select_related("kpi", "previous").order_by("number")


def load_instance(row: KPIInstance) -> Instance:
    terms = row.terms
    return Instance(
        number=row.number,
        kpi=row.kpi.code,
        sla=row.sla_id,
        version=row.sla_version_id,
        item=row.item_key,
        started_at=row.started_at,
        start=row.applicable_from_value,
        field_start=datetime.fromisoformat(terms["field_start"]),
        hours=row.schedule_version_id,
        warnings=tuple((key, seconds) for key, seconds in terms["warnings"]),
        failure=terms["failure"],
        extended=terms["extended"],
        status=Status(row.status),
        begun=terms["begun"],
        reached=tuple(terms["reached"]),
        nearing_at=row.nearing_at,
        warning_key=terms["warning_key"],
        warning_due=_moment(terms["warning_due"]),
        failure_due=_moment(terms["failure_due"]),
        held=row.held_seconds,
        paused=row.paused_seconds,
        paused_on=row.paused_on,
        ended_at=row.ended_at,
        end_reason=row.end_reason,
        ended_paused=row.ended_paused,
        late_success_at=row.late_success_at,
        previous=row.previous.number if row.previous else None,
        round=row.round,
        depth=row.depth,
    )


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def load_hold(hold: list[str]) -> Hold:
    start, end, kind = hold
    return Hold(datetime.fromisoformat(start), datetime.fromisoformat(end), kind)


def dump_hold(hold: Hold) -> list[str]:
    return [hold.start.isoformat(), hold.end.isoformat(), hold.kind]


def change_is_relevant(record: TrackedRecord, changed: Mapping[str, Any]) -> bool:
    """Whether the engine must see a change of these registered paths (R13). While others wait, it must."""
    if record.is_waiting:
        return True
    record_type = records.get(record.record_type)
    state = load_state(record, record_type)
    change = Change(seq=0, at=datetime.max.replace(tzinfo=UTC), values=changed)
    return is_relevant(StoredPolicies(record_type), state.applied, state.instances.values(), change)


def fill_row(row: KPIInstance, instance: Instance, policies: StoredPolicies, *, is_current: bool) -> None:
    """An instance of the engine → its row. Due times are null while paused, since the clock stands still (R24)."""
    policy = policies.sla(instance.version)
    paused = instance.paused_on is not None
    row.kpi_id = policy.kpi_ids[instance.kpi]
    row.sla_id = instance.sla
    row.sla_version_id = instance.version
    row.item_key = instance.item
    row.item_name = policy.item_by_key[instance.item].name
    row.round = instance.round
    row.is_current = is_current
    row.status = instance.status.value
    row.started_at = instance.started_at
    row.applicable_from_value = instance.start
    row.schedule_version_id = instance.hours
    row.terms = _terms(instance)
    row.warning_at = None if paused else instance.warning_due
    row.failure_at = None if paused else instance.failure_due
    row.nearing_at = instance.nearing_at
    row.paused_on = instance.paused_on
    row.held_seconds = instance.held
    row.paused_seconds = instance.paused
    row.ended_paused = instance.ended_paused
    row.used_seconds = _used(instance, policies)
    if instance.values_at_end is not None:
        row.dimensions = policies.record_type.dimensions_of(instance.values_at_end)
    row.ended_at = instance.ended_at
    row.end_reason = str(instance.end_reason)
    row.late_success_at = instance.late_success_at
    row.depth = instance.depth


def _used(instance: Instance, policies: StoredPolicies) -> float | None:
    """Working seconds from S until it was met, without what it was held."""
    met_at = instance.ended_at if instance.status is Status.SUCCEEDED else instance.late_success_at
    if met_at is None:
        return None
    return max(0.0, policies.hours(instance.hours).time.elapsed(instance.start, met_at) - instance.held)


def _terms(instance: Instance) -> dict[str, Any]:
    return {
        "field_start": instance.field_start.isoformat(),
        "warnings": [list(warning) for warning in instance.warnings],
        "failure": instance.failure,
        "extended": instance.extended,
        "begun": instance.begun,
        "reached": list(instance.reached),
        "warning_key": instance.warning_key,
        "warning_due": instance.warning_due.isoformat() if instance.warning_due else None,
        "failure_due": instance.failure_due.isoformat() if instance.failure_due else None,
    }
