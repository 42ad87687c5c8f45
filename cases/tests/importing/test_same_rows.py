"""Bulk import and live judging store the same rows, for random histories (engine.md R7, R11)."""

from __future__ import annotations

import pickle
import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import models, transaction

from actions.models import ActionRun
from cases.choices import CASE_STATUSES
from cases.models import Case, Customer
from cases.services.incident_desk import incident_desk_document, incident_desk_ensure
from slas.models import SLA, KPIEvent, KPIInstance, RecordChange, TrackedRecord
from slas.services.flow.changes import record_command
from slas.services.flow.judging import record_advance
from slas.services.importing.inserting import rows_insert
from slas.services.importing.records import ImportedChange, ImportedRecord, RecordJudge, import_begin, records_store
from slas.services.policy.slas import sla_publish, sla_update_draft

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
BEGIN = datetime(2026, 1, 5, 7, 0, tzinfo=UTC)
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
STATUSES = [(state, status) for state, statuses in CASE_STATUSES.items() for status in statuses if status != "merged"]
History = list[tuple[datetime, dict[str, Any]]]


@pytest.fixture
def sla(clock) -> SLA:
    clock.set(BEGIN - timedelta(days=1))
    return incident_desk_ensure(by=None, now=clock.now)


@pytest.fixture
def customers() -> list[Customer]:
    rows = [Customer(code=f"c{n}", name=f"Customer {n}", name_folded=f"customer {n}") for n in range(3)]
    return Customer.objects.bulk_create(rows)


def random_history(seed: int, customers: list[Customer]) -> History:
    """The first entry is the birth; later ones change whatever they change, sometimes nothing that matters."""
    chance = random.Random(seed)
    at = BEGIN + timedelta(minutes=chance.randrange(0, 3000))
    opened = at + timedelta(minutes=chance.choice([0, 0, -30, -600, -6000, 90]))
    birth = {
        "title": "A",
        "title_folded": "a",
        "opened_on": opened,
        "created_on": at,
        **_move(chance, at, None),
        "priority": chance.choice(["urgent", "high", "normal", "low"]),
        "customer": chance.choice([None, *customers]),
        "modified_on": at,
    }
    history: History = [(at, birth)]
    state = birth["state"]
    for _step in range(chance.randrange(0, 14)):
        at += timedelta(minutes=chance.choice([1, 7, 45, 240, 600, 1500, 4000]))
        values: dict[str, Any] = {"modified_on": at}
        for _twice in range(chance.choice([1, 1, 2])):
            match chance.randrange(6):
                case 0 | 1 | 2:
                    values |= _move(chance, at, state)
                    state = values["state"]
                case 3:
                    values["priority"] = chance.choice(["urgent", "high", "normal", "low"])
                case 4:
                    values["customer"] = chance.choice([None, *customers])
                case 5:
                    values["opened_on"] = opened + timedelta(minutes=chance.choice([0, 60, 700]))
        history.append((at, values))
    return history


def _move(chance: random.Random, at: datetime, before: str | None) -> dict[str, Any]:
    state, status = chance.choice([*STATUSES, ("active", "in_progress"), ("active", "waiting_for_customer")])
    values: dict[str, Any] = {"state": str(state), "status": str(status)}
    if state != before:
        values["resolved_on"] = at if state == "resolved" else None
    return values


def stored(obj: Case, *, without: frozenset[str] = frozenset()) -> dict[str, list[dict[str, Any]]]:
    """Everything stored of a case but primary keys, and what a caller leaves out."""
    record = TrackedRecord.objects.get(object_id=obj.pk, number=obj.number)
    rows = {
        "case": Case.objects.filter(pk=obj.pk),
        "record": TrackedRecord.objects.filter(pk=record.pk),
        "changes": RecordChange.objects.filter(record=record).order_by("seq"),
        "instances": KPIInstance.objects.filter(record=record).order_by("number"),
        "events": KPIEvent.objects.filter(record=record).order_by("number"),
    }
    found = {name: [_columns(row, without) for row in some] for name, some in rows.items()}
    runs = ActionRun.objects.filter(target_id=obj.pk, target_type="case").order_by("caused_at", "position")
    found["runs"] = [{"kind": run.kind, "moment": run.moment, "at": run.caused_at} for run in runs]
    return found


def _columns(row: models.Model, without: frozenset[str]) -> dict[str, Any]:
    left_out = {"id", "record_id", "instance_id", "object_id", "previous_id"} | without
    names = [field.attname for field in row._meta.concrete_fields if field.attname not in left_out]
    values = {name: getattr(row, name) for name in names}
    if isinstance(row, KPIInstance):
        values["previous"] = row.previous.number if row.previous else None
    if isinstance(row, KPIEvent):
        values["instance"] = row.instance.number
    return values


def import_bulk(history: History, number: str, sla: SLA | None) -> Case:
    (born, values), *later = history
    terms = import_begin(record_type="case", sla=sla, started=NOW)
    own = {"source": "log", "external_number": number}
    imported = ImportedRecord(born, {**own, **values}, [ImportedChange(at, changes) for at, changes in later])
    judged = pickle.loads(pickle.dumps(RecordJudge(terms).judge([imported], NOW)))
    records_store(terms=terms, judged=judged, numbers=[number], now=NOW)
    return Case.objects.get(number=number)


def live(history: History, number: str, sla: SLA | None, clock: Any, capture: Any) -> Case:
    """The same, as it would have happened: a command at each time, judged at once, and in the end now."""
    (born, values), *later = history
    case = Case(number=number, source="log", external_number=number, **values)
    clock.set(born)
    with capture(execute=True), record_command(by=None, source="api", now=born) as command:
        command.create(case, sla=sla)
    for at, changes in later:
        clock.set(at)
        with capture(execute=True), record_command(by=None, source="api", now=at) as command:
            command.save(case, changes)
    clock.set(NOW)
    record_advance(record_id=TrackedRecord.objects.get(object_id=case.pk, number=number).pk)
    return case


def undone(make: Any, *, without: frozenset[str]) -> dict[str, list[dict[str, Any]]]:
    """What `make` stores, which is then taken back."""
    with transaction.atomic():
        found = stored(make(), without=without)
        transaction.set_rollback(True)
    return found


@pytest.mark.parametrize("named", [True, False], ids=["named", "default"])
@pytest.mark.parametrize("seed", range(10))
def test_import_stores_what_living_through_it_would_have_stored(
    seed, named, sla, customers, clock, django_capture_on_commit_callbacks
):
    if not named:
        SLA.objects.filter(pk=sla.pk).update(is_default=True)
    history = random_history(seed, customers)
    chosen = sla if named else None
    without = frozenset({"recorded_at", "source"})
    lived = undone(lambda: live(history, "CASE-1", chosen, clock, django_capture_on_commit_callbacks), without=without)
    clock.set(NOW)
    imported = undone(lambda: import_bulk(history, "CASE-1", chosen), without=without)
    assert imported == lived


@pytest.mark.parametrize("reopening", ["continue", "restart"])
@pytest.mark.parametrize("seed", range(100, 104))
def test_import_stores_what_judging_its_log_stores(seed, reopening, sla, customers, clock):
    """Every column, times of recording included: the log alone decides."""
    sla = _with_reopening(sla, reopening)
    clock.set(NOW)
    case = import_bulk(random_history(seed, customers), "CASE-1", sla)
    imported = stored(case)
    _forget_judging(TrackedRecord.objects.get(object_id=case.pk, number="CASE-1"))
    record_advance(record_id=TrackedRecord.objects.get(object_id=case.pk, number="CASE-1").pk)
    assert stored(case) == imported


def _with_reopening(sla: SLA, reopening: str) -> SLA:
    document = incident_desk_document() | {"reopening": reopening}
    at = BEGIN - timedelta(hours=1)
    sla_update_draft(sla=sla, document=document, expected_revision=None, by=None, now=at)
    sla_publish(sla=sla, by=None, now=at)
    sla.refresh_from_db()
    return sla


def _forget_judging(record: TrackedRecord) -> None:
    """Back to the moment before the first judging."""
    ActionRun.objects.all().delete()
    record.instances.all().delete()
    fresh = TrackedRecord(
        pk=record.pk,
        record_type=record.record_type,
        content_type=record.content_type,
        object_id=record.object_id,
        number=record.number,
        label=record.label,
        last_seq=record.last_seq,
        last_at=record.last_at,
        wake_at=NOW,
    )
    fresh.save()


def test_bulk_rows_are_stored_as_django_stores_them(sla, customers, clock):
    """Not equal after reading only: the very bytes in the columns."""
    from django.db import connection

    clock.set(NOW)
    case = import_bulk(random_history(7, customers), "CASE-1", sla)
    for model in (Case, TrackedRecord, RecordChange, KPIInstance, KPIEvent):
        table = connection.ops.quote_name(model._meta.db_table)
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT * FROM {table} ORDER BY id")
            before = cursor.fetchall()
            rows = list(model._base_manager.order_by("pk"))
            for row in rows:
                models.Model.save(row, force_update=True)  # past what refuses to write some of them again
            cursor.execute(f"SELECT * FROM {table} ORDER BY id")
            assert cursor.fetchall() == before, model
    assert case.pk


def test_ids_go_on_where_bulk_rows_end(customers):
    rows = [Customer(code=f"x{n}", name=f"X {n}", name_folded=f"x {n}") for n in range(3)]
    rows_insert(rows)
    after = Customer.objects.create(code="after", name="After", name_folded="after")
    assert [row.pk for row in rows] == list(range(rows[0].pk, rows[0].pk + 3))
    assert after.pk == rows[-1].pk + 1


def test_any_text_is_stored_as_it_is():
    texts = [
        "tab\there",
        "line\nbreak\r\n",
        r"back\slash \N \. \\",
        "quote \" and ' and \u2028",
        "ü€🙂",
        "%s {} \x7f",
        "",
    ]
    rows = [Customer(code=f"x{n}", name=text, name_folded=text) for n, text in enumerate(texts)]
    rows_insert(rows)
    assert [Customer.objects.get(pk=row.pk).name for row in rows] == texts
