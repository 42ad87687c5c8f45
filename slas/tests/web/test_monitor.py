"""The monitor page: every number honest, and for everything wrong what to do about it."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.urls import reverse

from actions.models import ActionRun, Message
from cases.models import Case
from cases.services import case_create
from cases.tests.importing.test_same_rows import import_bulk
from sla_project.operations.models import Heartbeat, Job
from sla_project.operations.selectors import ACTIONS_KIND, BEAT_KIND, TIMERS_KIND, monitor_status
from sla_project.operations.services import heartbeat_beat
from slas import tasks
from slas.models import KPIEvent, TrackedRecord
from slas.passes import advance_all
from slas.selectors import monitor as selectors
from slas.services.policy.slas import sla_set_default
from slas.tests.policy.builders import NOW, make_kpi, make_sla

pytestmark = pytest.mark.django_db(transaction=True)
PAGE = "/monitor/"


def beat(kind: str, *, now=NOW, **detail) -> None:
    heartbeat_beat(name=f"{kind}:host:1", kind=kind, detail=detail, now=now)


def all_well(now=NOW) -> None:
    for kind in (TIMERS_KIND, ACTIONS_KIND, BEAT_KIND):
        beat(kind, now=now)


@pytest.fixture
def cases(clock) -> None:
    """Three gold cases whose hour runs from NOW."""
    clock.set(NOW)
    make_kpi()
    sla_set_default(sla=make_sla(publish=True), by=None, now=NOW)
    for number in range(3):
        case_create(title=f"Case {number}", service_level="gold", by=None, now=NOW)


def test_all_is_well(admin, cases):
    all_well()
    response = admin.get(PAGE)
    assert response.context["fixes"] == [] and b"What to do" not in response.content


def test_signs_of_life_are_said_in_words(admin, cases):
    beat(TIMERS_KIND, oldest_due_age=75.2, dead=1)
    beat(ACTIONS_KIND, queued=2, oldest=0.0)
    page = admin.get(PAGE).content.decode()
    for words in ("Judges records", "oldest for 1 min 15 s", "given up: 1", "Runs actions", "waiting: 2"):
        assert words in page
    assert "oldest_due_age" not in page


def problems(client) -> str:
    return " ".join(f"{fix.problem} {fix.words} {fix.command} {fix.url}" for fix in client.get(PAGE).context["fixes"])


def test_nothing_runs(admin, cases):
    assert "celery -A sla_project worker -Q timers,actions" in problems(admin)


def test_a_missing_actions_worker_and_a_missing_beat(admin, cases):
    beat(TIMERS_KIND)
    found = problems(admin)
    assert "worker -Q actions" in found and "celery -A sla_project beat" in found


def test_late_timers_name_the_oldest_record(admin, cases, clock):
    now = clock.set(NOW + timedelta(hours=2))
    all_well(now)
    text = admin.get(PAGE).content.decode()
    assert "Timers come due late" in text
    assert TrackedRecord.objects.order_by("wake_at", "pk")[0].number in text


def test_dead_runs_failed_mails_and_failed_jobs_have_their_pages(admin, cases):
    all_well()
    common = {"cause_kind": "x", "moment": "m", "position": 0, "kind": "k", "action": {}, "target_type": "case"}
    times = {"caused_at": NOW, "created_at": NOW, "finished_at": NOW}
    ActionRun.objects.create(**common, **times, cause_key="1", target_id=1, state="dead")
    message = {"message_id": "<1@x>", "to_email": "a@example.com", "subject": "s", "text": "t", "state": "failed"}
    Message.objects.create(**message, created_at=NOW, give_up_at=NOW)
    Job.objects.create(id=uuid.uuid4(), kind="x", state="failed", created_at=NOW, finished_at=NOW)
    found = problems(admin)
    for words in (
        "1 action was given up",
        "?state=dead",
        "1 mail could not",
        "?state=failed",
        "1 job failed",
        "/jobs/",
    ):
        assert words in found


def test_a_clock_that_nobody_would_wake_is_found_and_woken(admin, agent, cases):
    all_well()
    lost = TrackedRecord.objects.order_by("pk").first()
    due, queued = lost.wake_at, lost.queue_at
    TrackedRecord.objects.filter(pk=lost.pk).update(wake_at=None, queue_at=None)
    assert "1 record has a running clock that no pass would look for" in problems(admin)
    wake = reverse("slas:records_wake")
    assert agent.post(wake).status_code == 403 and admin.get(wake).status_code == 405
    assert admin.post(wake).status_code == 302
    advance_all()
    lost.refresh_from_db()
    assert (lost.wake_at, lost.queue_at) == (due, queued)
    assert selectors.records_without_alarm().count() == 0


def test_lateness_is_that_of_timers(admin, cases, clock):
    clock.set(NOW + timedelta(minutes=45, seconds=3))
    advance_all()
    found = selectors.lateness(clock.now)
    assert (found.count, found.p50, found.p99, found.worst) == (3, 3.0, 3.0, 3.0)
    assert "3.00 s" in admin.get(PAGE).content.decode()
    assert selectors.lateness(clock.now + timedelta(hours=2)).count == 0


def test_history_that_was_imported_is_not_late(cases):
    born = NOW - timedelta(hours=3)
    values = {"title": "Old", "service_level": "gold", "opened_on": born, "created_on": born, "modified_on": born}
    import_bulk([(born, values)], "OLD-1", None)
    assert set(KPIEvent.objects.filter(reason="time_reached").values_list("kind", flat=True)) == {"warned", "failed"}
    assert selectors.lateness(NOW).count == 0


def test_page_heartbeat_and_readiness_say_the_same(cases, clock, client):
    TrackedRecord.objects.filter(pk=TrackedRecord.objects.first().pk).update(dead_at=NOW, wake_at=None, attempts=8)
    now = clock.set(NOW + timedelta(minutes=46))
    detail = selectors.advance_detail(now)
    beat(TIMERS_KIND, now=now, **detail)
    status, backlog = monitor_status(now), selectors.backlog(now)
    assert (status.dead, status.oldest_due_age) == (backlog.dead, backlog.age(now)) == (1, 60.0)
    assert client.get("/readyz").json()["oldest_due_age"] == 60.0


def test_a_ring_of_beat_is_no_process(cases, clock):
    tasks.advance()
    tasks.advance()
    assert Heartbeat.objects.filter(kind=BEAT_KIND).count() == 1
    assert monitor_status(clock.now).workers == 0


@pytest.mark.parametrize("more", [0, 12])
def test_as_many_queries_however_much_is_wrong(admin, cases, more, django_assert_max_num_queries):
    for number in range(more):
        case_create(title=f"More {number}", service_level="gold", by=None, now=NOW)
    TrackedRecord.objects.update(dead_at=NOW, wake_at=None, attempts=8, last_error="KeyError: 'x'")
    with django_assert_max_num_queries(22):
        admin.get(PAGE)
    assert Case.objects.count() == 3 + more
