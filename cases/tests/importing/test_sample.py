"""The 1,000 real incidents that the project carries, judged and compared with an independent reckoning."""

from __future__ import annotations

import csv
from collections import Counter
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import pytest
from django.core import mail
from django.core.management import call_command

from actions.models import ActionRun, Message
from actions.passes import mail_pass, run_pass
from cases.event_log_report import CaseLine, report_lines
from cases.models import Case
from cases.tests.importing.files import MAPPING, SAMPLE, import_file
from cases.tests.importing.oracle import verdicts
from slas.models import KPIEvent, KPIInstance, RecordChange, TrackedRecord
from slas.passes import advance_pass

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ROWS = 7274


@pytest.fixture(autouse=True)
def _standing_clock(clock):
    clock.set(NOW)


def test_agrees_with_an_independent_reckoning_on_every_incident():
    outcome = import_file(SAMPLE)
    assert (outcome.cases, outcome.changes, outcome.refused, outcome.moved) == (1000, ROWS, 0, 2)
    ours = {line.number: line for line in report_lines(source="incident-log", now=NOW)}
    expected = {
        verdict.number: CaseLine(
            verdict.number,
            "Resolve by",
            verdict.priority,
            verdict.status,
            verdict.failure.replace(tzinfo=UTC),
            verdict.ended.replace(tzinfo=UTC),
        )
        for verdict in verdicts(SAMPLE)
    }
    assert len(expected) == 1000
    assert {number: line for number, line in ours.items() if line != expected[number]} == {}
    assert ours.keys() == expected.keys()


def test_every_row_is_a_change_at_its_own_time_and_in_file_order():
    import_file(SAMPLE)
    assert RecordChange.objects.count() == ROWS
    case = Case.objects.get(external_number="0000047")
    log = RecordChange.objects.filter(record__object_id=case.pk).order_by("seq")
    assert [change.seq for change in log] == list(range(1, 10))
    assert log[0].fields["opened_on"] == [None, "2016-02-29T04:40:00Z"]
    assert log[6].at == datetime(2016, 3, 1, 9, 14, tzinfo=UTC) == log[5].at  # equal times go by seq
    assert log[6].fields == {
        "status": ["in_progress", "waiting_for_customer"],
    }
    assert log[7].fields["state"] == ["active", "resolved"]
    assert case.resolved_on == datetime(2016, 3, 1, 9, 52, tzinfo=UTC)
    assert case.created_on == datetime(2016, 2, 29, 4, 57, tzinfo=UTC)
    assert case.modified_on == datetime(2016, 3, 6, 10, 0, tzinfo=UTC)
    assert (case.customer.name, case.team.name, case.channel) == ("Caller 2403", "Group 24", "phone")


def test_a_row_that_is_earlier_than_the_one_before_is_taken_at_that_ones_time():
    remarks = []
    import_file(SAMPLE, remark=remarks.append)
    assert [(remark.line, remark.kind, remark.number) for remark in remarks] == [
        (90, "moved", "0000137"),
        (91, "moved", "0000137"),
    ]
    log = RecordChange.objects.filter(record__number=Case.objects.get(external_number="0000137").number)
    times = list(log.order_by("seq").values_list("at", flat=True))
    assert times == sorted(times)


def test_nothing_is_mailed_for_the_past():
    import_file(SAMPLE)
    failures = KPIEvent.objects.filter(kind=KPIEvent.Kind.FAILED).count()
    assert failures > 100
    states = Counter(ActionRun.objects.values_list("state", "reason"))
    assert states == {("suppressed", "historical"): failures}
    advance_pass()
    run_pass()
    mail_pass()
    assert not Message.objects.exists()
    assert mail.outbox == []


def test_nothing_is_left_to_judge():
    import_file(SAMPLE)
    assert not TrackedRecord.objects.filter(wake_at__isnull=False).exists()
    assert not KPIInstance.objects.filter(ended_at=None).exists()
    assert {record.judged_seq == record.last_seq for record in TrackedRecord.objects.all()} == {True}


def test_a_second_run_imports_nothing():
    import_file(SAMPLE)
    before = RecordChange.objects.count(), Case.objects.count(), KPIEvent.objects.count()
    outcome = import_file(SAMPLE)
    assert (outcome.cases, outcome.changes, outcome.known) == (0, 0, 1000)
    assert (RecordChange.objects.count(), Case.objects.count(), KPIEvent.objects.count()) == before


def test_numbers_go_on_after_the_import():
    import_file(SAMPLE, limit=3)
    assert list(Case.objects.order_by("pk").values_list("number", flat=True)) == [
        "CASE-1001",
        "CASE-1002",
        "CASE-1003",
    ]
    outcome = import_file(SAMPLE, limit=2)
    assert (outcome.cases, outcome.known) == (2, 3)


def test_the_commands(tmp_path: Path):
    out, err = StringIO(), StringIO()
    call_command("import_event_log", str(SAMPLE), mapping=MAPPING, limit=40, stdout=out, stderr=err)
    assert "40 cases came in with" in out.getvalue()
    target = tmp_path / "cases.csv"
    out = StringIO()
    call_command("event_log_report", csv=target, stdout=out)
    lines = list(csv.DictReader(target.open(encoding="utf-8")))
    assert len(lines) == 40
    assert lines[0] == {
        "number": "0000045",
        "kpi": "Resolve by",
        "priority": "normal",
        "status": "succeeded",
        "failure_time": "2016-03-02T18:00:00Z",
        "ended_at": "2016-02-29T08:53:00Z",
    }
    assert out.getvalue().splitlines()[-1].split() == ["Total", "40"]
