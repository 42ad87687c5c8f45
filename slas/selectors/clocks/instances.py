"""A record's clocks as they are now: waiting changes and due timers are folded in memory first (engine.md R33)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.contrib.contenttypes.models import ContentType
from django.db.models import Model

from actions.models import ActionRun
from slas import records
from slas.domain.engine import RecordState, Transition, advance_until
from slas.models import EventRun, KPIEvent, KPIInstance, TrackedRecord
from slas.records import RecordType
from slas.selectors.clocks.log import LogReader
from slas.selectors.clocks.states import StoredPolicies, fill_row, load_state


@dataclass
class RecordView:
    """One record, judged up to `now` without writing anything.

    `instances` are the latest clock of each KPI under the record's SLA, `earlier` all others, newest first. Rows that
    no pass has stored yet have no primary key. `is_updating`: the stored rows are behind this view.
    """

    record: TrackedRecord
    record_type: RecordType
    policies: StoredPolicies
    state: RecordState
    now: datetime
    instances: list[KPIInstance]
    earlier: list[KPIInstance]
    events: list[KPIEvent]
    is_updating: bool = False

    @cached_property
    def notes(self) -> list[tuple[datetime, str]]:
        """What people said of why they changed the record, and when, the latest first."""
        told = self.record.changes.filter(data__has_key="note").order_by("-seq")
        return [(change.at, change.data["note"]) for change in told]

    @cached_property
    def runs(self) -> dict[int, list[ActionRun]]:
        """What each transition set off, by its id."""
        found: dict[int, list[ActionRun]] = {}
        linked = EventRun.objects.filter(event__record=self.record).select_related("run")
        for each in linked.order_by("run__position", "pk"):
            found.setdefault(each.event_id, []).append(each.run)
        return found


def record_of(obj: Model) -> TrackedRecord:
    """The tracked record behind a row."""
    content_type = ContentType.objects.get_for_model(type(obj))
    return TrackedRecord.objects.select_related("sla", "sla_version").get(content_type=content_type, object_id=obj.pk)


def record_view(record: TrackedRecord, now: datetime) -> RecordView:
    """Read a record for a page or an API detail; due timers and unfed changes count as if they were judged."""
    record_type = records.get(record.record_type)
    policies = StoredPolicies(record_type)
    reader = LogReader(record, record_type)
    before = load_state(record, record_type)
    state, transitions = advance_until(policies, before, reader.unfed(), now, reader.history)
    stored = list(record.instances.select_related("kpi", "sla", "sla_version").order_by("-number"))
    rows = {row.number: row for row in stored}
    if transitions:
        _fold_rows(record, state, rows, policies)
    events = list(record.events.select_related("instance__kpi").order_by("number"))
    events += _fold_events(record, transitions, rows, now)
    current = {instance.number for instance in state.instances.values()}
    return RecordView(
        record=record,
        record_type=record_type,
        policies=policies,
        state=state,
        now=now,
        instances=[rows[number] for number in sorted(current)],
        earlier=[rows[number] for number in sorted(rows, reverse=True) if number not in current],
        events=events,
        is_updating=bool(transitions) or record.is_waiting,
    )


def _fold_rows(
    record: TrackedRecord, state: RecordState, rows: dict[int, KPIInstance], policies: StoredPolicies
) -> None:
    current = {instance.number for instance in state.instances.values()}
    for instance in (*state.past, *state.instances.values()):
        row = rows.setdefault(instance.number, KPIInstance(record=record, number=instance.number))
        fill_row(row, instance, policies, is_current=instance.number in current)


def _fold_events(
    record: TrackedRecord, transitions: Sequence[Transition], rows: dict[int, KPIInstance], now: datetime
) -> list[KPIEvent]:
    return [
        KPIEvent(
            record=record,
            instance=rows[transition.instance],
            number=number,
            kind=transition.kind.value,
            at=transition.at,
            due_at=transition.due_at,
            recorded_at=now,
            reason=transition.reason.value,
            data=dict(transition.data),
        )
        for number, transition in enumerate(transitions, record.next_event)
    ]
