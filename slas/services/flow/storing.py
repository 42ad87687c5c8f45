"""Writing down what the engine decided: instances, events, action runs, and the record's marks (engine.md R8).

`DecidedRows` makes the rows, of one record at a time or of an import's records in bulk, so that both give the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from actions.runs import HISTORICAL, RunRequest
from actions.services import runs_create
from slas.domain.engine import Instance, RecordState, Transition
from slas.event_keys import KPI_EVENT, cause_key
from slas.models import EventRun, KPIEvent, KPIInstance, TrackedRecord
from slas.records import RecordType
from slas.selectors.clocks.states import StoredPolicies, dump_hold, fill_row
from slas.services.flow.contexts import run_context
from slas.services.importing.inserting import row_maker

BATCH = 500


@dataclass
class Decided:
    """One record with what the engine made of it. `known` are its current instance rows and `before` the instances
    that were loaded from them, both by number.
    """

    record: TrackedRecord
    state: RecordState
    transitions: Sequence[Transition]
    known: dict[int, KPIInstance] = field(default_factory=dict)
    before: dict[int, Instance] = field(default_factory=dict)


def store_decisions(
    decided: Sequence[Decided], *, record_type: RecordType, policies: StoredPolicies, now: datetime
) -> None:
    """Store instances, events and runs, and set the records' attributes (the caller saves the records)."""
    rows = DecidedRows(policies, now)
    for one in decided:
        rows.add(one)
    _write(rows, record_type, policies, now)
    for one in decided:
        mark_record(one.record, one.state, record_type)


def mark_record(record: TrackedRecord, state: RecordState, record_type: RecordType) -> None:
    """Copy the fold's state to the record; `wake_at` and `queue_at` derive from it (R9, R34)."""
    record.values = record_type.dump(state.values)
    record.judged_seq = state.judged_seq
    if state.lifecycle is not None:
        record.lifecycle = state.lifecycle.value
    record.closed_at = state.closed_at
    record.sla_id = state.applied.sla if state.applied else None
    record.sla_version_id = state.applied.version if state.applied else None
    record.sla_source = state.source or record.sla_source
    record.holds = {kpi: [dump_hold(hold) for hold in holds] for kpi, holds in state.holds.items()}
    record.next_instance = state.next_instance
    record.wake_at = state.next_due
    record.queue_at = state.queue_at


MARKED = (
    "values", "judged_seq", "lifecycle", "closed_at", "sla", "sla_version", "sla_source", "holds",
    "next_instance", "next_event", "wake_at", "queue_at",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Caused:
    """An event of a moment that has actions. `event` is its number within the record; `told` is what the actions'
    texts are made of, None where they are suppressed and will never run.
    """

    event: int
    transition: Transition
    version: int
    item: str
    suppressed: str
    told: tuple[RecordState, Instance] | None

    def request(
        self, policies: StoredPolicies, *, record_id: int, object_id: int, context: Mapping[str, Any]
    ) -> RunRequest:
        """What is asked of `actions`."""
        transition = self.transition
        return RunRequest(
            cause_kind=KPI_EVENT,
            cause_key=cause_key(record_id, self.event),
            moment=transition.kind.value,
            actions=policies.actions(self.version, self.item, transition.moment),
            target_type=policies.record_type.name,
            target_id=object_id,
            context=context,
            depth=transition.depth,
            at=transition.at,
            suppressed=self.suppressed,
        )


_instance = row_maker(KPIInstance, "record_id", "number")
_event = row_maker(
    KPIEvent, "record_id", "number", "kind", "at", "due_at", "recorded_at", "reason", "data", "moment", "depth"
)


class DecidedRows:
    """The rows of several records' decisions, not stored yet; new ones may belong to a record without an id.

    `created` are new instances, each with the number of the one before it and all rows of its record by number;
    `caused` belong to the record before them. Runs whose cause lies before `historical_before` never run (R7).
    """

    def __init__(self, policies: StoredPolicies, now: datetime, historical_before: datetime | None = None) -> None:
        self.policies = policies
        self.now = now
        self.historical_before = historical_before
        self.created: list[tuple[KPIInstance, int | None, dict[int, KPIInstance]]] = []
        self.updated: list[KPIInstance] = []
        self.events: list[tuple[KPIEvent, KPIInstance]] = []
        self.caused: list[tuple[Caused, KPIEvent, TrackedRecord]] = []

    def add(self, one: Decided) -> None:
        rows = dict(one.known)
        current = {instance.number for instance in one.state.instances.values()}
        instances = sorted((*one.state.past, *one.state.instances.values()), key=lambda each: each.number)
        for instance in instances:
            row = rows.get(instance.number)
            if row is None:
                row = rows[instance.number] = _instance(one.record.pk, instance.number)
                self.created.append((row, instance.previous, rows))
            elif instance.number in current and one.before.get(instance.number) == instance:
                continue
            else:
                self.updated.append(row)
            fill_row(row, instance, self.policies, is_current=instance.number in current)
        by_number = {instance.number: instance for instance in instances}
        for transition in one.transitions:
            self._add_event(one, transition, rows[transition.instance], by_number[transition.instance])

    def _add_event(self, one: Decided, transition: Transition, row: KPIInstance, instance: Instance) -> None:
        number = one.record.next_event
        one.record.next_event = number + 1
        event = _event(
            one.record.pk,
            number,
            transition.kind.value,
            transition.at,
            transition.due_at,
            self.now,
            transition.reason.value,
            dict(transition.data),
            transition.moment,
            transition.depth,
        )
        self.events.append((event, row))
        if transition.moment and self.policies.actions(instance.version, instance.item, transition.moment):
            historical = self.historical_before is not None and transition.at < self.historical_before
            suppressed = HISTORICAL if historical else str(transition.silence)
            told = None if suppressed else (one.state, instance)
            caused = Caused(number, transition, instance.version, instance.item, suppressed, told)
            self.caused.append((caused, event, one.record))


def _write(rows: DecidedRows, record_type: RecordType, policies: StoredPolicies, now: datetime) -> None:
    """Ended rows first, so that “one open instance per KPI” holds at every statement."""
    for row in rows.updated:
        row.save()
    KPIInstance._base_manager.bulk_create([row for row, _, _ in rows.created], batch_size=BATCH)
    KPIInstance.objects.bulk_update(_link_previous(rows), ["previous"], batch_size=BATCH)
    for event, row in rows.events:
        event.instance_id = row.pk  # known only now
    KPIEvent._base_manager.bulk_create([event for event, _ in rows.events], batch_size=BATCH)
    if rows.caused:
        _write_runs(rows, record_type, policies, now)


def _link_previous(rows: DecidedRows) -> list[KPIInstance]:
    linked = []
    for row, previous, known in rows.created:
        if previous is not None and previous in known:
            row.previous = known[previous]
            linked.append(row)
    return linked


def _write_runs(rows: DecidedRows, record_type: RecordType, policies: StoredPolicies, now: datetime) -> None:
    requests, events = [], {}
    for caused, event, record in rows.caused:
        context = run_context(record, *caused.told, record_type, policies) if caused.told else {}
        request = caused.request(policies, record_id=record.pk, object_id=record.object_id, context=context)
        requests.append(request)
        events[request.cause_key] = event
    runs = runs_create(requests=requests, now=now)
    EventRun._base_manager.bulk_create(
        [EventRun(event=events[run.cause_key], run=run) for run in runs], batch_size=BATCH
    )
