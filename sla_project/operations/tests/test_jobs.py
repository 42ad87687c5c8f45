"""Jobs: done in pieces, taken up again where they stopped, one fault costs one item, and everybody can see how far."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import OperationalError
from django.test import Client
from django.urls import reverse

from sla_project.accounts.models import Role
from sla_project.operations import backoff, job_kinds, jobs
from sla_project.operations.errors import NotPossible
from sla_project.operations.job_kinds import JobKind
from sla_project.operations.jobs import job_pass, job_retry, job_start, jobs_finish
from sla_project.operations.models import AuditEntry, Job, JobState
from sla_project.operations.tests.builders import NOW, api_client, make_user

pytestmark = pytest.mark.django_db


class Counting:
    """A kind of job that counts its items, and can be told where to fail."""

    def __init__(self, items: int) -> None:
        self.items = list(range(1, items + 1))
        self.seen: list[int] = []
        self.bad: set[int] = set()
        self.broken: Exception | None = None

    def kind(self) -> JobKind:
        return JobKind(
            name="counting",
            title=lambda arguments: f"Count to {arguments['to']}",
            total=lambda arguments: len(self.items),
            batch=self.batch,
            worker=lambda job: self.work,
            url=lambda arguments: "/monitor/",
            item_label=lambda item: f"Item {item}",
            counts={"odd": "Odd", "even": "Even"},
        )

    def batch(self, arguments: object, after: int) -> list[int]:
        if self.broken:
            raise self.broken
        return [item for item in self.items if item > after][:10]

    def work(self, item: int, now: object) -> dict[str, int]:
        if item in self.bad:
            raise ValueError(f"{item} is no number")
        self.seen.append(item)
        return {"even" if item % 2 == 0 else "odd": 1}


@pytest.fixture
def counting(clock) -> Iterator[Counting]:
    counting = Counting(25)
    job_kinds.register(counting.kind())
    yield counting
    del job_kinds._kinds["counting"]


@pytest.fixture
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """A slow machine makes no smaller pieces."""
    monkeypatch.setattr(jobs, "BUDGET", 60.0)


def start(**given) -> Job:
    return job_start(kind="counting", arguments={"to": 25}, by=None, now=NOW, **given)


def test_it_is_done_in_pieces_and_each_item_once(counting, unhurried) -> None:
    job = start()
    assert (job.state, job.total) == (JobState.QUEUED, 25)
    job_pass()
    job.refresh_from_db()
    assert (job.state, job.done, job.cursor, job.percent) == (JobState.RUNNING, 10, 10, 40)
    jobs_finish()
    job.refresh_from_db()
    assert (job.state, job.done, job.percent) == (JobState.DONE, 25, 100)
    assert job.result == {"odd": 13, "even": 12} and counting.seen == counting.items
    assert job_pass() == 0


def test_a_piece_ends_when_its_time_is_over(counting, monkeypatch) -> None:
    monkeypatch.setattr(jobs, "BUDGET", 0.0)
    job = start()
    job_pass()
    job.refresh_from_db()
    assert job.done == 1


def test_one_item_that_fails_costs_no_other(counting, unhurried) -> None:
    counting.bad = {3, 17}
    job = start()
    jobs_finish()
    job.refresh_from_db()
    assert (job.state, job.done, job.failed) == (JobState.DONE, 25, 2)
    assert job.failures[0] == {"id": 3, "error": "ValueError: 3 is no number"}
    assert len(counting.seen) == 23


def test_a_job_that_fails_is_tried_again_later_and_goes_on_where_it_stopped(counting, clock, unhurried) -> None:
    job = start()
    job_pass()
    counting.broken = RuntimeError("no list today")
    job_pass()
    job.refresh_from_db()
    assert (job.state, job.attempts, job.done) == (JobState.RUNNING, 1, 10)
    assert job_pass() == 0, "not before its time"
    counting.broken = None
    clock.advance(1)
    jobs_finish()
    job.refresh_from_db()
    assert (job.state, job.error, job.attempts) == (JobState.DONE, "", 0)
    assert counting.seen == counting.items


def test_it_is_given_up_after_a_while_and_can_be_taken_up_again(counting, clock, unhurried) -> None:
    job = start()
    job_pass()
    counting.broken = RuntimeError("no list today")
    for _ in range(backoff.GIVEN_UP_AFTER):
        job_pass()
        clock.advance(120)
    job.refresh_from_db()
    assert (job.state, job.error) == (JobState.FAILED, "RuntimeError: no list today")
    counting.broken = None
    job_retry(job=job, by=None, now=clock.now)
    jobs_finish()
    job.refresh_from_db()
    assert job.state == JobState.DONE and counting.seen == counting.items
    with pytest.raises(NotPossible):
        job_retry(job=job, by=None, now=clock.now)


def test_a_database_in_trouble_is_no_fault_of_the_job(counting) -> None:
    job = start()
    counting.broken = OperationalError("database is locked")
    with pytest.raises(OperationalError):
        job_pass()
    job.refresh_from_db()
    assert (job.state, job.attempts) == (JobState.QUEUED, 0)


def test_a_dead_worker_loses_its_piece_and_nothing_else(counting, unhurried, monkeypatch) -> None:
    """Whatever ends the process, the transaction of the piece is gone as a whole."""
    job = start()
    job_pass()

    def killed(*_args: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(jobs, "_add", killed)
    with pytest.raises(KeyboardInterrupt):
        job_pass()
    monkeypatch.undo()
    jobs_finish()
    job.refresh_from_db()
    assert (job.state, job.done, job.result) == (JobState.DONE, 25, {"odd": 13, "even": 12})


def test_several_jobs_take_turns(counting, unhurried, clock) -> None:
    first, second = start(), start()
    for _ in range(2):
        clock.advance(1)
        job_pass()
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.done, second.done) == (10, 10)


def test_a_kind_that_nobody_knows_any_more(clock) -> None:
    job = Job.objects.create(kind="forgotten", created_at=NOW, wake_at=NOW)
    jobs_finish()
    job.refresh_from_db()
    assert job.state == JobState.FAILED and "forgotten" in job.error


# --- seen from outside ---


def page_of(role: str, job: Job, **headers: str):
    client = Client()
    client.force_login(make_user(f"{role}@example.org", role=role))
    return client.get(reverse("operations:job_detail", args=[job.pk]), headers=headers)


def test_the_page_says_how_far_it_is(counting, unhurried) -> None:
    counting.bad = {3}
    job = start()
    job_pass()
    answer = page_of(Role.ADMINISTRATOR, job)
    text = answer.content.decode()
    assert "Count to 25" in text and "10 of 25 records" in text and 'value="40"' in text
    assert 'hx-trigger="every 1s"' in text and "Item 3: <code>ValueError: 3 is no number" in text
    jobs_finish()
    text = page_of(Role.MANAGER, job).content.decode()
    assert "Done in part" in text and "hx-trigger" not in text.partition('id="job"')[2].partition("</section>")[0]


def test_htmx_gets_the_part_that_moves(counting) -> None:
    text = page_of(Role.MANAGER, start(), **{"HX-Request": "true"}).content.decode()
    assert text.lstrip().startswith("<section") and "Waits for a worker" in text


def test_a_job_that_was_given_up_can_be_taken_up_by_administrators(counting, clock) -> None:
    job = start()
    Job.objects.filter(pk=job.pk).update(state="failed", error="Oh", wake_at=None, finished_at=NOW)
    assert "Go on with the rest" not in page_of(Role.MANAGER, job).content.decode()
    client = Client()
    client.force_login(make_user())
    assert "Go on with the rest" in client.get(reverse("operations:job_detail", args=[job.pk])).content.decode()
    client.post(reverse("operations:job_retry", args=[job.pk]))
    job.refresh_from_db()
    assert (job.state, job.wake_at) == (JobState.QUEUED, clock.now)


def test_who_took_it_up_again_is_in_the_audit_log(counting, clock) -> None:
    job, ada = start(), make_user()
    Job.objects.filter(pk=job.pk).update(state="failed", error="Oh", attempts=8, wake_at=None, finished_at=NOW)
    client = Client()
    client.force_login(ada)
    client.post(reverse("operations:job_retry", args=[job.pk]))
    entry = AuditEntry.objects.get(action="job.retry")
    assert (entry.by, entry.at, entry.object_label) == (ada, clock.now, "Count to 25")
    assert entry.before == {"state": "failed", "attempts": 8, "error": "Oh"}
    assert entry.after == {"state": "queued", "attempts": 0, "error": ""}
    page = client.get(reverse("operations:audit_detail", args=[entry.pk])).content.decode()
    assert "tried again" in page and reverse("operations:job_detail", args=[job.pk]) in page


def test_who_may_see_it(counting) -> None:
    assert page_of(Role.MANAGER, start()).status_code == 200
    assert page_of(Role.AGENT, start()).status_code == 404
    assert Client().get(reverse("operations:job_detail", args=[start().pk])).status_code == 302


def test_the_api_tells_programs_and_retries(counting, clock) -> None:
    client = api_client(make_user())
    job = start()
    told = client.get(f"/api/v1/jobs/{job.pk}/").json()
    assert (told["title"], told["state"], told["total"]) == ("Count to 25", "queued", 25)
    assert told["html_url"].endswith(reverse("operations:job_detail", args=[job.pk]))
    assert client.post(f"/api/v1/jobs/{job.pk}/retry/").status_code == 409
    Job.objects.filter(pk=job.pk).update(state="failed", wake_at=None, finished_at=NOW + timedelta(hours=1))
    assert client.post(f"/api/v1/jobs/{job.pk}/retry/").json()["state"] == "queued"
