"""What must hold after any fault, read from the rows and from the mail server's own count."""

from __future__ import annotations

from collections import Counter
from typing import Any

from actions import kinds
from actions.models import ActionRun, Message
from cases.models import Activity
from cases.tests.services.mail_sink import MailSink
from slas import records
from slas.domain.engine import RecordState, Transition, replay
from slas.event_keys import KPI_EVENT, cause_key
from slas.models import EventRun, KPIEvent, KPIInstance, RecordChange, TrackedRecord
from slas.selectors.clocks.log import load_event
from slas.selectors.clocks.states import StoredPolicies, load_instance

DONE, SKIPPED = ActionRun.State.DONE, ActionRun.State.SKIPPED


def assert_everything_happened_once(sink: MailSink) -> None:
    assert_every_timer_fired_once()
    assert_logs_replay_to_what_is_stored()
    assert_every_event_has_its_runs()
    assert_every_run_had_its_effect_once()
    assert_every_mail_arrived(sink)


def is_quiet() -> bool:
    """Nothing waits any more: no clock, no change, no action, no mail."""
    return not (
        TrackedRecord.objects.filter(wake_at__isnull=False).exists()
        or ActionRun.objects.filter(state__in=[*ActionRun.PENDING, ActionRun.State.LEASED]).exists()
        or Message.objects.filter(state__in=Message.PENDING).exists()
    )


def what_waits() -> dict[str, Any]:
    return {
        "records": TrackedRecord.objects.filter(wake_at__isnull=False).count(),
        "runs": dict(Counter(ActionRun.objects.values_list("state", flat=True))),
        "messages": dict(Counter(Message.objects.values_list("state", flat=True))),
    }


def assert_every_timer_fired_once() -> None:
    assert not TrackedRecord.objects.filter(dead_at__isnull=False).exists()
    for instance in KPIInstance.objects.prefetch_related("events"):
        kinds_of = Counter(event.kind for event in instance.events.all())
        assert instance.ended_at is not None, instance
        assert kinds_of["started"] == 1
        assert kinds_of["failed"] == (instance.status == "noncompliant")
        assert kinds_of["succeeded"] == (instance.status == "succeeded")
        assert kinds_of["canceled"] == (instance.status == "canceled")
        assert kinds_of["warned"] <= 1
    early = [event for event in KPIEvent.objects.exclude(due_at=None) if event.recorded_at < event.at]
    assert early == []


def assert_logs_replay_to_what_is_stored() -> None:
    """R11, with the kills as the lateness."""
    policies: dict[str, StoredPolicies] = {}
    for record in TrackedRecord.objects.all():
        assert not record.is_waiting
        assert record.judged_until is not None
        record_type = records.get(record.record_type)
        known = policies.setdefault(record.record_type, StoredPolicies(record_type))
        log = [load_event(row, record_type) for row in record.changes.order_by("seq")]
        state, transitions = replay(known, log, record.judged_until)
        assert [_told(transition) for transition in transitions] == _stored_events(record)
        assert _told_instances(state) == _stored_instances(record)


def _told(transition: Transition) -> tuple[Any, ...]:
    return (
        transition.instance, transition.kind.value, transition.at, transition.due_at,
        transition.reason.value, transition.moment, transition.depth,
    )  # fmt: skip


def _stored_events(record: TrackedRecord) -> list[tuple[Any, ...]]:
    rows = record.events.select_related("instance").order_by("number")
    assert [row.number for row in rows] == list(range(1, len(rows) + 1))
    return [(row.instance.number, row.kind, row.at, row.due_at, row.reason, row.moment, row.depth) for row in rows]


def _told_instances(state: RecordState) -> list[Any]:
    return sorted((*state.past, *state.instances.values()), key=lambda one: one.number)


def _stored_instances(record: TrackedRecord) -> list[Any]:
    rows = record.instances.select_related("kpi", "previous").order_by("number")
    return [load_instance(row) for row in rows]


def assert_every_event_has_its_runs() -> None:
    """Each action of each moment, once for each recipient: no run missing, none too many."""
    expected: Counter[tuple[str, int, str]] = Counter()
    policies = StoredPolicies(records.get("case"))
    for event in KPIEvent.objects.select_related("instance").exclude(moment=""):
        actions = policies.actions(event.instance.sla_version_id, event.instance.item_key, event.moment)
        for position, action in enumerate(actions):
            for recipient in kinds.recipients_of(action):
                expected[cause_key(event.record_id, event.number), position, recipient] += 1
    runs = ActionRun.objects.filter(cause_kind=KPI_EVENT)
    assert Counter(runs.values_list("cause_key", "position", "recipient")) == expected
    assert set(expected.values()) == {1}
    assert EventRun.objects.count() == runs.count()
    assert set(runs.values_list("state", flat=True)) <= {DONE, SKIPPED}


def assert_every_run_had_its_effect_once() -> None:
    changes = Counter(RecordChange.objects.filter(source="action").values_list("cause", flat=True))
    done = {run.reference: run for run in ActionRun.objects.filter(state=DONE)}
    assert set(changes) <= set(done), "something acted without a run that says so"
    for reference, run in done.items():
        if run.kind == "create_record":
            assert changes[reference] == 1, run
        elif run.kind in ("update_record", "change_status"):
            assert changes[reference] <= 1, run  # none where the value was there before
        else:
            assert changes[reference] == 0
    _assert_updates_show(changes)
    made = [run.result["created"]["id"] for run in done.values() if run.kind == "create_record"]
    assert len(made) == len(set(made))
    assert set(made) <= set(Activity.objects.values_list("pk", flat=True))


def _assert_updates_show(changes: Counter[str]) -> None:
    """For each record and update, the first run that was done changed the value, and no other did."""
    updates = ActionRun.objects.filter(kind="update_record", state=DONE)
    targets = {(run.target_id, *run.action["set"]) for run in updates}
    assert sum(changes[run.reference] for run in updates) == len(targets)


def assert_every_mail_arrived(sink: MailSink) -> None:
    """Accepted at least once; further copies are the same mail."""
    messages = Message.objects.all()
    assert set(messages.values_list("state", flat=True)) == {"sent"}
    assert set(sink.accepted) == set(messages.values_list("message_id", flat=True))
    assert all(len(texts) == 1 for texts in sink.texts.values())
    mails, of_runs = ActionRun.objects.filter(kind="send_email", state=DONE), messages.exclude(run=None)
    assert of_runs.count() == mails.count() == of_runs.values("run").distinct().count()
    replies = Activity.objects.exclude(message=None)
    assert messages.filter(run=None).count() == replies.count()
