"""Death at every statement boundary of judging, acting and mailing, one after the other."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import IO, Any

import pytest
from pytest_django import Settings

from actions.models import ActionRun, Message
from actions.passes import mail_pass
from actions.services import cause_execute
from cases.models import Activity, Case
from cases.tests.builders import make_customer
from cases.tests.services import busy_desk
from cases.tests.services.crasher import CRASHED
from cases.tests.services.desk import ROOT, Desk, open_desk, test_database_url, wait_for
from cases.tests.services.mail_sink import mail_sink
from cases.tests.services.story import report
from sla_project.backends import email
from sla_project.operations.clock import clock_now
from slas.event_keys import KPI_EVENT, cause_key
from slas.models import KPIEvent, TrackedRecord
from slas.selectors.clocks.instances import record_of
from slas.services.flow.judging import record_advance

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]

ALL_DUE = 3.1
"""Seconds after which every clock of a new case has failed."""


class Crasher:
    """Sends jobs to `crasher.py`."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        assert process.stdin is not None and process.stdout is not None
        self._jobs: IO[str] = process.stdin
        self._answers: IO[str] = process.stdout

    def crashes(self, crash_at: int, **job: Any) -> bool:
        """Whether the job died at the boundary; False: it was done before."""
        self._jobs.write(json.dumps({**job, "crash_at": crash_at}) + "\n")
        self._jobs.flush()
        code = json.loads(self._answers.readline())["code"]
        assert code in (0, CRASHED), "the job failed by itself"
        return bool(code == CRASHED)


@contextmanager
def crasher(desk: Desk) -> Iterator[Crasher]:
    command = [sys.executable, "-m", "cases.tests.services.crasher"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, env=dict(desk.environ), stdin=pipe, stdout=pipe, text=True) as process:
        yield Crasher(process)
        assert process.stdin is not None
        process.stdin.close()


def boundaries(crash: Callable[[int, Case], bool], cases: list[Case]) -> Iterator[tuple[int, Case]]:
    """Each boundary in turn with a case of its own, until a job reaches its end before the boundary."""
    for number, case in enumerate(cases, start=1):
        if not crash(number, case):
            return
        yield number, case
    raise AssertionError(f"More than {len(cases)} boundaries.")


def due_cases(count: int) -> list[Case]:
    """Cases whose four timers have all come due and were seen by nobody."""
    customer = make_customer()
    cases = [busy_desk.open_case(customer) for _ in range(count)]
    time.sleep(ALL_DUE)
    return cases


def test_judging_survives_death_at_every_statement(folder: Path, transactional_db: None) -> None:
    busy_desk.set_up()
    with open_desk(folder, DATABASE_URL=test_database_url()) as desk, crasher(desk) as run:
        undisturbed, *cases = due_cases(45)
        record_advance(record_id=record_of(undisturbed).pk)
        expected = picture(undisturbed)
        assert [event[1] for event in expected["events"]].count("failed") == 2

        def crash(number: int, case: Case) -> bool:
            return run.crashes(number, do="advance", record=record_of(case).pk)

        count = 0
        for count, case in boundaries(crash, cases):
            assert record_advance(record_id=record_of(case).pk)
            assert picture(case) == expected, f"after a crash at boundary {count}"
        assert count > 20
        report("Crash points", [f"record_advance: {count} boundaries, rows as if undisturbed"])


def test_acting_survives_death_at_every_statement(folder: Path, transactional_db: None) -> None:
    """An update, a new activity and a mail of one cause: none of them twice."""
    busy_desk.set_up()
    with open_desk(folder, DATABASE_URL=test_database_url()) as desk, crasher(desk) as run:
        undisturbed, *cases = due_cases(90)
        for record in TrackedRecord.objects.filter(record_type="case"):
            record_advance(record_id=record.pk)
        act(undisturbed)
        expected = picture(undisturbed)
        runs = ActionRun.objects.of_cause(KPI_EVENT, cause_of(undisturbed))
        assert set(runs.values_list("kind", "state")) == {
            ("update_record", "done"),
            ("create_record", "done"),
            ("send_email", "leased"),
        }

        def crash(number: int, case: Case) -> bool:
            return run.crashes(number, do="act", cause=cause_of(case))

        count = 0
        for count, case in boundaries(crash, cases):
            act(case)
            assert picture(case) == expected, f"after a crash at boundary {count}"
        assert count > 50
        report("Crash points", [f"cause_execute: {count} boundaries, rows as if undisturbed"])


def test_mailing_survives_death_at_every_statement(folder: Path, transactional_db: None, settings: Settings) -> None:
    """At worst one more copy, with the same Message-ID, and only if death came after the server had the mail."""
    busy_desk.set_up()
    with (
        mail_sink() as sink,
        open_desk(folder, DATABASE_URL=test_database_url(), EMAIL_URL=sink.url) as desk,
        crasher(desk) as run,
    ):
        settings.EMAIL_URL = sink.url
        for name, value in email(sink.url).items():
            setattr(settings, name, value)
        cases = due_cases(50)
        for case in cases:
            record_advance(record_id=record_of(case).pk)
            act(case)
        Message.objects.update(next_try_at=clock_now() + timedelta(hours=1))

        def crash(number: int, case: Case) -> bool:
            make_due(case)
            return run.crashes(number, do="mail")

        copies = []
        for number, case in boundaries(crash, cases):
            make_due(case)  # the lease of the dead sender ends
            wait_for(lambda one=case: mail_pass(limit=1) or is_sent(one), f"the mail of boundary {number} is sent")
            assert is_sent(case)
            copies.append(sink.accepted[message_of(case).message_id])
        first, twice = copies.index(2), copies.count(2)
        assert copies == [1] * first + [2] * twice + [1] * (len(copies) - first - twice)
        assert first > 0
        numbers = f"{len(copies)} boundaries, a second copy after {twice} of them"
        report("Crash points", [f"mail_pass: {numbers}"])


def cause_of(case: Case) -> str:
    event = KPIEvent.objects.get(record=record_of(case), kind="failed", instance__item_key="gold-response")
    return cause_key(event.record_id, event.number)


def act(case: Case) -> None:
    """As passes do it: again and again, until the server has noticed the death and freed the lock."""
    key = cause_of(case)
    pending = ActionRun.objects.of_cause(KPI_EVENT, key).pending()
    wait_for(lambda: cause_execute(kind=KPI_EVENT, key=key, now=clock_now()) or not pending.exists(), "it is done")


def message_of(case: Case) -> Message:
    return Message.objects.get(run__cause_key=cause_of(case))


def make_due(case: Case) -> None:
    Message.objects.filter(pk=message_of(case).pk).exclude(state="sent").update(next_try_at=clock_now())


def is_sent(case: Case) -> bool:
    return message_of(case).state == Message.State.SENT


def picture(case: Case) -> dict[str, Any]:
    """All that the database says of a case, without ids, and with moments counted from its opening."""
    record = record_of(case)

    def since(moment: Any) -> float | None:
        return None if moment is None else (moment - case.opened_on).total_seconds()

    runs = ActionRun.objects.filter(target_type="case", target_id=case.pk).order_by("cause_key", "position")
    messages = Message.objects.filter(run__in=runs)
    return {
        "record": (record.judged_seq, record.last_seq, record.next_event, record.next_instance, record.wake_at),
        "instances": [
            (one.number, one.item_key, one.status, since(one.failure_at), since(one.ended_at))
            for one in record.instances.order_by("number")
        ],
        "events": [
            (one.number, one.kind, since(one.due_at), one.reason, one.moment)
            for one in record.events.order_by("number")
        ],
        "changes": [
            (one.seq, one.kind, one.source, one.depth, sorted(one.fields)) for one in record.changes.order_by("seq")
        ],
        "runs": sorted(
            (one.kind, one.cause_key.partition("-")[2], one.position, one.state, one.attempts) for one in runs
        ),
        "activities": sorted(Activity.objects.filter(case=case).values_list("subject", flat=True)),
        "messages": sorted(one.subject.removeprefix(case.number) for one in messages),
        "escalated": Case.objects.get(pk=case.pk).is_escalated,
    }
