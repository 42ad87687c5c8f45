"""Judging in a second process makes no difference to what is stored, and leaves no process behind."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.apps import apps
from django.core.management.color import no_style
from django.db import connection, transaction

from cases.importing.mapping import mapping_load
from cases.models import Case
from cases.services.importing import event_log_import
from cases.tests.importing.files import MAPPING, SAMPLE, import_file, mapping_document, row, write_log
from sla_project.operations import clock as application_clock
from slas.models import RecordChange

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
TABLES = (
    "cases_case", "cases_customer", "accounts_team", "slas_trackedrecord", "slas_recordchange", "slas_kpiinstance",
    "slas_kpievent", "slas_eventrun", "actions_actionrun", "cases_numberseries",
)  # fmt: skip


@pytest.fixture(autouse=True)
def _standing_clock(clock):
    clock.set(NOW)


def imported(**given: object) -> tuple[object, list[list[tuple[object, ...]]]]:
    """What an import says and leaves in every table, which is then taken back."""
    restart_ids()
    remarks: list[object] = []
    with transaction.atomic():
        outcome = import_file(SAMPLE, remark=remarks.append, **given)
        told = (outcome.rows, outcome.cases, outcome.changes, outcome.known, outcome.refused, outcome.moved)
        rows = [_rows(table) for table in TABLES]
        transaction.set_rollback(True)
    return (told, remarks), rows


def _rows(table: str) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table}")
        return sorted(cursor.fetchall(), key=repr)


def restart_ids() -> None:
    """PostgreSQL's sequences do not go back with a transaction."""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), list(apps.get_models())):
            cursor.execute(statement)


def test_two_processes_store_and_tell_what_one_does():
    assert imported(processes=2, limit=300, batch=40) == imported(processes=1, limit=300, batch=40)


def test_a_limit_counts_what_is_being_judged_too():
    outcome = import_file(SAMPLE, processes=2, limit=25, batch=10)
    assert (outcome.cases, Case.objects.count()) == (25, 25)


def test_broken_rows_are_told_alike(tmp_path):
    path = write_log(tmp_path / "log.csv", [row("1"), row("1", "Exploded"), row("2"), row("3", "Exploded"), row("4")])
    for processes in (1, 2):
        remarks = []
        with transaction.atomic():
            outcome = import_file(path, remark=remarks.append, processes=processes, batch=1)
            transaction.set_rollback(True)
        assert [remark.line for remark in remarks] == [3, 5]
        assert (outcome.rows, outcome.cases, outcome.refused) == (5, 3, 2)


def test_automatic_choices_stay_in_the_process_that_has_the_database(tmp_path):
    path = write_log(tmp_path / "log.csv", [row(str(number)) for number in range(2001)])
    outcome = import_file(path, mapping=mapping_document(sla=""))
    assert outcome.cases == 2001
    assert set(RecordChange.objects.values_list("data__choice__source", flat=True)) == {"none"}


@pytest.mark.parametrize("processes", [1, 2])
def test_what_somebody_else_brings_in_meanwhile_is_passed_over(tmp_path, processes):
    """Between the look at what is in and the commit, where the import asks what time it is."""
    rows = [row("1"), row("1", "Resolved", "1/3/2016 10:00"), row("2"), row("3")]
    path = write_log(tmp_path / "log.csv", rows)
    import_file(write_log(tmp_path / "before.csv", rows[2:3]))
    others = [write_log(tmp_path / "meanwhile.csv", rows[3:])]

    def moment() -> datetime:
        if others:
            import_file(others.pop())
        return NOW

    with application_clock.override(moment):
        outcome = event_log_import(path=path, mapping=mapping_load(MAPPING), processes=processes, now=NOW)
    assert (outcome.cases, outcome.changes, outcome.known) == (1, 2, 2)
    assert sorted(Case.objects.values_list("external_number", flat=True)) == ["1", "2", "3"]
