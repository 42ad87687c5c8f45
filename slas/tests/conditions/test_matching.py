"""A condition as a query gives exactly Python's answer, whatever is missing, on every database."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db.models import Q
from hypothesis import given

from cases.models import Activity, Case
from cases.services.folding import with_folded
from cases.tests.builders import make_contact, make_customer, make_entitlement, make_team, make_user
from slas import records
from slas.domain.conditions import parse
from slas.domain.tests.conditions.trees import START, TEXTS, tree_documents
from slas.selectors.conditions.matching import condition_query, matching_records
from slas.tracking import tracked_writing

pytestmark = pytest.mark.slow

CASE = records.get("case")
ACTIVITY = records.get("activity")
LEVELS = ["gold", "silver", "bronze", ""]
TIMES = [START, START + timedelta(microseconds=1), START + timedelta(hours=1), datetime(2026, 1, 5, 12, 30, tzinfo=UTC)]


@pytest.fixture
def desk(db) -> dict[str, list[Any]]:
    """Two records of each kind, with names that fold alike, and none at all."""
    customers = [make_customer("STRASSE", service_level="silver"), make_customer("e\u0301", service_level="")]
    contacts = [make_contact(customers[0], "Straße", email="A@example.com"), make_contact(customers[1], "b", email="")]
    return {
        "customer": [*customers, None],
        "contact": [*contacts, None],
        "owner": [make_user("a@desk.example"), make_user("b@desk.example"), None],
        "team": [make_team("one"), make_team("two"), None],
        "entitlement": [make_entitlement(customers[0]), make_entitlement(customers[1]), None],
    }


@pytest.fixture
def rows(desk) -> list[Case]:
    chance = random.Random(7)
    cases = [
        Case(
            **with_folded(
                Case,
                {
                    **{name: chance.choice(options) for name, options in desk.items()},
                    "number": f"CASE-{number}",
                    "title": chance.choice(TEXTS),
                    "source": (source := chance.choice(["", "mail", "ΐ"])),
                    "external_number": source and f"{chance.choice('aA')}%_\\{number}",
                    "service_level": chance.choice(LEVELS),
                    "priority": chance.choice(["low", "high", "urgent"]),
                    "first_response_sent": chance.random() < 0.5,
                    "is_escalated": (escalated := chance.random() < 0.3),
                    "escalated_on": chance.choice(TIMES) if escalated else None,
                    "opened_on": chance.choice(TIMES),
                    "created_on": chance.choice(TIMES),
                    "modified_on": START,
                },
            )
        )
        for number in range(60)
    ]
    with tracked_writing():
        Case.objects.bulk_create(cases)
    return cases


@pytest.fixture
def tasks(rows, desk) -> list[Activity]:
    chance = random.Random(8)
    activities = [
        Activity(
            **with_folded(Activity, {"subject": chance.choice(TEXTS)}),
            number=f"ACT-{number}",
            case=chance.choice([*rows[:5], None]),
            owner=chance.choice(desk["owner"]),
            priority=chance.choice(["low", "high"]),
            duration_minutes=chance.choice([None, 0, 1, 2, 500, 2**31 - 1]),
            due_at=chance.choice([*TIMES, None]),
            created_on=START,
            modified_on=START,
        )
        for number in range(40)
    ]
    with tracked_writing():
        Activity.objects.bulk_create(activities)
    return activities


def real_ids(document: Any, record_type: records.RecordType) -> Any:
    """The random trees ask for the ids 1 and 2; here they become the ids of rows."""
    if "field" not in document:
        return {kind: [real_ids(child, record_type) for child in children] for kind, children in document.items()}
    field = record_type.fields[document["field"]]
    if not field.lookup or "value" not in document:
        return document
    first = list(record_type.options(field.lookup).values_list("pk", flat=True)[:2])
    ids = dict(zip([1, 2], first, strict=False))
    value = document["value"]
    found = [ids.get(one, one) for one in value] if isinstance(value, list) else ids.get(value, value)
    return {**document, "value": found}


def check(record_type: records.RecordType, rows: list[Any], document: Any) -> None:
    condition = parse(real_ids(document, record_type), record_type.fields)
    expected = {row.pk for row in rows if condition.evaluate(record_type.values_of(row))}
    assert set(matching_records(record_type.name, condition).values_list("pk", flat=True)) == expected
    # Counts of several items combine and deny these queries.
    denied = record_type.model._default_manager.filter(~condition_query(record_type, condition))
    assert set(denied.values_list("pk", flat=True)) == {row.pk for row in rows} - expected


@given(document=tree_documents(fields=CASE.fields))
def test_the_query_gives_pythons_answer_for_cases(rows, document):
    check(CASE, rows, document)


@given(document=tree_documents(fields=ACTIVITY.fields))
def test_the_query_gives_pythons_answer_for_activities(tasks, document):
    check(ACTIVITY, tasks, document)


def test_every_leaf_gives_pythons_answer(rows):
    """Each field with each operator, on values that occur and on one that does not."""
    for path, field in CASE.fields.items():
        if field.system:
            continue
        values = [value for value in {CASE.value_of(row, path) for row in rows} if value not in (None, "")]
        occurring = [field.dump(value) for value in sorted(values, key=str)[:3]]
        for operator in field.operators:
            if operator.takes_list and occurring:
                check(CASE, rows, {"field": path, "op": operator.value, "value": occurring})
            elif operator.value == "between" and occurring:
                bounds = [field.dump(value) for value in (min(values), max(values))]
                check(CASE, rows, {"field": path, "op": "between", "value": bounds})
            elif not operator.takes_value:
                check(CASE, rows, {"field": path, "op": operator.value})
            else:
                for value in occurring:
                    check(CASE, rows, {"field": path, "op": operator.value, "value": value})


def test_signs_of_like_patterns_are_plain_letters(rows):
    for text in ("%", "_", "\\", "a%_", "A%_\\1"):
        check(CASE, rows, {"field": "external_number", "op": "contains", "value": text})
        check(CASE, rows, {"field": "external_number", "op": "starts_with", "value": text})


def test_texts_compare_by_fold(rows):
    def count(op: str, value: str) -> int:
        return matching_records("case", parse({"field": "title", "op": op, "value": value}, CASE.fields)).count()

    assert count("is", "strasse") == count("is", "Straße") > 0
    assert count("is", "é") == count("is", "E\u0301") > 0


def test_the_constants_are_not_lost_in_combination(rows):
    always = condition_query(CASE, parse({}, CASE.fields))
    never = condition_query(CASE, parse({"none": [{"all": []}]}, CASE.fields))
    some = Q(priority="high")
    high = Case.objects.filter(some).count()
    assert 0 < high < len(rows)
    assert Case.objects.filter(always | some).count() == len(rows)
    assert Case.objects.filter(never & some).count() == 0
    assert Case.objects.filter(never | some).count() == high


def test_the_largest_condition_is_one_query(rows, django_assert_num_queries):
    leaves = [{"field": "customer.name", "op": "contains", "value": f"x{number}"} for number in range(196)]
    document = {"all": [{"any": [{"none": [{"all": leaves}]}]}]}
    with django_assert_num_queries(1):
        assert matching_records("case", parse(document, CASE.fields)).count() == len(rows)


def test_a_text_without_a_folded_column_cannot_be_registered():
    from dataclasses import replace

    with pytest.raises(ValueError, match="folded column"):
        records.register(replace(CASE, folded={}))
