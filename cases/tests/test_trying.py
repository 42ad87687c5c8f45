"""*Try on a case*: the engine's own answer for a case or for typed values, with reasons, and nothing written."""

from __future__ import annotations

import copy
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.test import Client
from django.urls import reverse

from actions.services import email_template_activate, email_template_create
from cases.models import Case
from cases.services import case_resolve, case_update
from cases.tests.builders import (
    NOW,
    judge,
    make_activity_sla,
    make_case,
    make_contact,
    make_customer,
    make_support_sla,
    make_user,
)
from conftest import Clock
from sla_project.operations.errors import Invalid, NotPossible
from sla_project.operations.tests.builders import queries_of
from slas.domain.engine import Kind
from slas.models import SLA, KPIInstance
from slas.selectors.clocks.instances import record_of
from slas.selectors.forecasts.trials import KPITrace, Trace
from slas.services.forecasts.trials import record_find, sla_try
from slas.services.hours.schedules import business_hours_create
from slas.services.policy.slas import sla_publish, sla_update_draft

pytestmark = pytest.mark.django_db
GOLD, SILVER = {"service_level": "gold"}, {"service_level": "silver"}


@pytest.fixture
def sla(clock: Clock) -> SLA:
    clock.set(NOW)
    return make_support_sla()


@pytest.fixture
def admin() -> Client:
    client = Client()
    client.force_login(make_user("dana@desk.example", role="administrator"))
    return client


def edit(sla: SLA, **changes: Any) -> SLA:
    """The first item (Gold – First response by) changed, in the draft."""
    sla.refresh_from_db()
    document = copy.deepcopy(sla.draft or sla.current.document["authored"])
    document["items"][0] |= changes
    return sla_update_draft(sla=sla, document=document, expected_revision=None, by=None, now=NOW)


def try_(sla: SLA, values: dict[str, Any] | None = None, *, at: datetime = NOW, **given: Any) -> Trace:
    version = given.pop("version", sla.current)
    return sla_try(sla=sla, version=version, values=values, at=at, now=given.pop("now", NOW), **given)


def kpi(trace: Trace, code: str = "first_response_by") -> KPITrace:
    return next(one for one in trace.kpis if one.code == code)


# --- typed values ---


def test_the_winner_and_why_the_others_lost(sla: SLA) -> None:
    found = kpi(try_(sla, SILVER))
    assert found.winner is not None and found.winner.name == "Silver – First response by"
    assert [item.outcome for item in found.items] == ["not_met", "won", "not_needed"]
    leaf = found.items[0].leaves[0]
    assert (leaf.sentence, leaf.actual, leaf.result) == ("Service level is Gold", "Silver", False)


def test_times_and_the_windows_that_were_counted(sla: SLA) -> None:
    week = {"mon": [["09:00", "17:00"]], "tue": [["09:00", "12:00"], ["13:00", "17:00"]]}
    business_hours_create(code="short", name="Short week", tz="Europe/London", week=week, by=None, now=NOW)
    moments = [
        {"kind": "warning", "after": {"amount": 5, "unit": "hours"}, "actions": []},
        {"kind": "failure", "after": {"amount": 8, "unit": "hours"}, "actions": []},
    ]
    sla = edit(sla, business_hours="short", moments=moments)
    clock = kpi(try_(sla, GOLD, at=datetime(2026, 3, 2, 11, 30, tzinfo=UTC), version=None)).clock
    assert clock is not None
    assert clock.failure_due == datetime(2026, 3, 3, 11, 30, tzinfo=UTC)
    assert clock.warning_due == datetime(2026, 3, 2, 16, 30, tzinfo=UTC)
    assert [(window.day, window.span) for window in clock.windows] == [
        ("Mon 2 Mar 2026", "11:30–17:00"),
        ("Tue 3 Mar 2026", "09:00–11:30"),
    ]
    assert clock.windows[-1].total == clock.working_seconds == 8 * 3600
    assert clock.zone == "Europe/London" and clock.hours == "Short week, version 1"


def test_a_long_clock_is_counted_day_by_day_and_cut(sla: SLA) -> None:
    moments = [{"kind": "failure", "after": {"amount": 40, "unit": "days"}, "actions": []}]
    clock = kpi(try_(edit(sla, moments=moments), GOLD, version=None)).clock
    assert clock is not None and clock.windows[0].span == "09:00–24:00"
    assert (len(clock.windows), clock.windows_left) == (31, 10)


def test_what_is_reached_by_the_moment_asked_for(sla: SLA) -> None:
    began = {"created_on": "2026-03-02T09:00:00Z"}
    clock = kpi(try_(sla, GOLD | began, at=NOW + timedelta(minutes=50))).clock
    assert clock is not None and clock.status == "nearing_noncompliance"
    warning, failure, success = clock.moments
    assert (warning.reached, failure.reached, success.reached) == (NOW + timedelta(minutes=45), None, None)
    late = kpi(try_(sla, GOLD | began, at=NOW + timedelta(hours=2))).clock
    assert late is not None and late.status == "noncompliant"


def test_success_and_pause_now(sla: SLA) -> None:
    trace = try_(sla, GOLD | {"first_response_sent": True, "status": "on_hold"})
    met, held = kpi(trace).clock, kpi(trace, "resolve_by").clock
    assert met is not None and met.status == "succeeded" and met.success.result
    assert held is not None and held.status == "paused"
    assert held.pause is not None and held.pause.result and held.pause.leaves[0].actual == "On hold"


def test_no_item_and_nothing_to_count_from(sla: SLA) -> None:
    none = kpi(try_(sla, {"service_level": None}))
    assert (none.winner, none.clock) == (None, None)
    empty = kpi(try_(sla, GOLD | {"created_on": None}))
    assert (empty.clock, empty.start, empty.items[0].outcome) == (None, None, "no_start")


def test_a_canceled_case_gets_no_timer(sla: SLA) -> None:
    trace = try_(sla, GOLD | {"state": "canceled"})
    assert trace.lifecycle == "canceled" and kpi(trace).clock is None


@pytest.mark.parametrize(
    ("values", "pointer", "code"),
    [
        ({"nope": 1}, "/values/nope", "unknown_field"),
        ({"service_level": "platinum"}, "/values/service_level", "unknown_choice"),
        ({"created_on": "yesterday"}, "/values/created_on", "invalid_time"),
        ({"state": None}, "/values/state", "required"),
    ],
)
def test_values_that_do_not_fit(sla: SLA, values: dict[str, Any], pointer: str, code: str) -> None:
    with pytest.raises(Invalid) as caught:
        try_(sla, values)
    assert [(problem.pointer, problem.code) for problem in caught.value.problems] == [(pointer, code)]


def test_a_draft_must_be_there(sla: SLA) -> None:
    with pytest.raises(NotPossible):
        try_(sla, GOLD, version=None)


# --- a real case ---


@pytest.fixture
def mailed(sla: SLA) -> SLA:
    """The draft writes to owner and contact when the first response is late."""
    template = email_template_create(
        code="late", name="Late", target_type="case", subject="{{ case.number }}: {{ item.name }}", body="Hurry.",
        by=None, now=NOW,
    )  # fmt: skip
    email_template_activate(template=template, by=None, now=NOW)
    mail = {"kind": "send_email", "to": ["owner", "contact"], "template": "late"}
    moments = [{"kind": "failure", "after": {"amount": 10, "unit": "minutes"}, "actions": [mail]}]
    return edit(sla, moments=moments)


def test_a_real_case_at_its_present_values(mailed: SLA, clock: Clock) -> None:
    contact = make_contact(make_customer())
    case = make_case(now=NOW, customer=contact.customer, contact=contact)
    judge(case)
    now = clock.advance(1200)
    trace = try_(mailed, version=None, record=record_of(case), at=now, now=now)
    found = kpi(trace)
    assert found.clock is not None and found.clock.failure_due == case.created_on + timedelta(minutes=10)
    assert found.clock.status == "noncompliant"
    owner, customer = found.clock.moments[0].actions
    assert (owner.recipient, customer.recipient) == ("", "Nora Wind <nora@northwind.example>")
    assert customer.subject == f"{case.number}: Gold – First response by"
    assert found.stored is not None and found.differs
    assert not kpi(trace, "resolve_by").differs


def test_typed_values_replace_those_of_the_case(sla: SLA) -> None:
    case = make_case(now=NOW)
    judge(case)
    found = kpi(try_(sla, SILVER, record=record_of(case)))
    assert found.winner is not None and found.winner.name.startswith("Silver") and found.differs


def test_changes_that_nobody_has_judged_yet_count(sla: SLA, monkeypatch) -> None:
    case = make_case(now=NOW)
    judge(case)
    case_update(case=case, service_level="silver", by=None, now=NOW)
    found = kpi(try_(sla, record=record_of(case)))
    assert found.winner is not None and found.winner.name.startswith("Silver")


def test_it_is_the_engine_that_answers(sla: SLA, clock: Clock) -> None:
    """A new case under the version gets what was foretold for its values."""
    foretold = try_(sla, GOLD, at=NOW)
    judge(make_case(now=NOW))
    for row in KPIInstance.objects.select_related("kpi"):
        expected = kpi(foretold, row.kpi.code)
        assert expected.winner is not None and expected.clock is not None
        assert (row.item_key, row.status) == (expected.winner.key, expected.clock.status)
        assert (row.warning_at, row.failure_at) == (expected.clock.warning_due, expected.clock.failure_due)
    assert {told.kind for told in foretold.transitions} == {Kind.STARTED}


def test_nothing_is_written(mailed: SLA, admin: Client) -> None:
    case = make_case(now=NOW)
    judge(case)
    case_resolve(case=make_case("Other", now=NOW), by=None, now=NOW)
    before = counts()
    try_(mailed, version=None, record=record_of(case), at=NOW + timedelta(days=3))
    address = reverse("slas:sla_try", args=[mailed.pk])
    assert admin.get(address, {"record": case.number}).context["trace"] is not None
    assert counts() == before


def counts() -> dict[str, int]:
    return {model._meta.label: model._base_manager.count() for model in apps.get_models()}


def test_a_record_is_found_by_its_number(sla: SLA) -> None:
    case = make_case(now=NOW)
    assert record_find("case", f" {case.number.lower()} ") == record_of(case)
    with pytest.raises(Invalid) as caught:
        record_find("case", "CASE-0")
    assert caught.value.problems[0].pointer == "/record"


# --- the page ---


def page(client: Client, sla: SLA, **query: str):
    return client.get(reverse("slas:sla_try", args=[sla.pk]), query)


def text_of(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def test_the_page_asks_for_the_fields_that_the_document_reads(admin: Client, sla: SLA) -> None:
    names = [field.name for field in page(admin, sla).context["form"].typed_fields]
    assert names == ["f_service_level", "f_state", "f_status", "f_first_response_sent", "f_created_on"]


def test_a_case_fills_the_inputs_and_shows_everything(admin: Client, mailed: SLA) -> None:
    case = make_case(now=NOW - timedelta(seconds=7.25))
    judge(case)
    answer = page(admin, mailed, record=case.number, version="draft")
    text = text_of(answer)
    assert answer.context["form"]["f_service_level"].value() == "gold"
    for words in ("Gold – First response by</strong> wins", "Late", "In fact version 1 judges it", "not asked"):
        assert words in text
    assert answer.context["trace"].trial.values["created_on"] == case.created_on  # finer than an input


def test_inputs_may_be_changed_and_a_new_number_loads_anew(admin: Client, sla: SLA) -> None:
    gold, silver = make_case(now=NOW), make_case(now=NOW, service_level="silver")
    judge(gold)
    typed = page(
        admin, sla, record=gold.number, loaded=gold.number, version="1", f_service_level="bronze", f_state="active"
    )
    assert kpi(typed.context["trace"]).winner.name.startswith("Bronze")
    other = page(admin, sla, record=silver.number, loaded=gold.number, version="1", f_service_level="bronze")
    assert kpi(other.context["trace"]).winner.name.startswith("Silver")


def test_values_can_come_as_json(admin: Client, sla: SLA) -> None:
    answer = page(admin, sla, values=json.dumps(SILVER))
    assert kpi(answer.context["trace"]).winner.name.startswith("Silver")
    assert page(admin, sla, values="{").context["trace"] is not None
    wrong = page(admin, sla, values=json.dumps({"service_level": "platinum", "nope": 1}))
    assert wrong.status_code == 422 and "There is no field" in text_of(wrong)


@pytest.mark.parametrize(
    "query", [{"record": "CASE-0"}, {"values": "{}", "at": "soon"}, {"values": "{}", "version": "9", "f_state": "x"}]
)
def test_what_cannot_be_tried_is_said(admin: Client, sla: SLA, query: dict[str, str]) -> None:
    answer = page(admin, sla, **query)
    assert (answer.status_code, answer.context["trace"]) == (422, None)
    assert "Please correct" in text_of(answer)


def test_the_number_of_questions_does_not_grow_with_the_items(
    admin: Client, sla: SLA, django_assert_num_queries
) -> None:
    case: Case = make_case(now=NOW)
    judge(case)
    count = queries_of(lambda: page(admin, sla, record=case.number))
    document = copy.deepcopy(sla.current.document["authored"])
    document["items"] = document["items"][:2]
    sla_update_draft(sla=sla, document=document, expected_revision=None, by=None, now=NOW)
    sla_publish(sla=sla, by=None, now=NOW)
    with django_assert_num_queries(count):
        page(admin, sla, record=case.number)


# --- the API ---


def test_evaluate_tells_the_same_to_programs(mailed: SLA, admin: Client) -> None:
    sla_publish(sla=mailed, by=None, now=NOW)
    address = f"/api/v1/slas/{mailed.pk}/evaluate/"
    body = {"values": SILVER | {"created_on": "2026-03-02T09:00:00Z"}, "at": "2026-03-02T12:00:00Z"}
    told = admin.post(address, body, content_type="application/json").json()
    first = told["kpis"][0]
    assert (first["winner"], first["clock"]["status"]) == ("silver-first-response-by", "noncompliant")
    assert first["clock"]["failure_at"] == "2026-03-02T11:00:00Z"
    assert sum(window["seconds"] for window in first["clock"]["windows"]) == first["clock"]["working_seconds"]
    case = make_case(now=NOW)
    judge(case)
    real = admin.post(address, {"record": case.number, "version": 1}, content_type="application/json").json()
    assert real["values"]["service_level"] == "gold"


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"record": "CASE-0"}, "/record"),
        ({"version": 7}, "/version"),
        ({"version": "draft"}, "/version"),
        ({"at": "soon"}, "/at"),
        ({"values": {"nope": 1}}, "/values/nope"),
        ({"values": []}, "/values"),
        ({"nope": 1}, "/nope"),
    ],
)
def test_evaluate_says_what_is_wrong(sla: SLA, admin: Client, body: dict[str, Any], pointer: str) -> None:
    answer = admin.post(f"/api/v1/slas/{sla.pk}/evaluate/", body, content_type="application/json")
    assert answer.status_code == 400
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


def test_an_sla_of_activities_is_tried_on_an_activity(admin: Client) -> None:
    sla = make_activity_sla()
    for name, words in (("sla_try", "Which timers would an activity get?"), ("sla_edit", "Try on an activity")):
        page = admin.get(reverse(f"slas:{name}", args=[sla.pk])).content.decode()
        assert words in page and "a case" not in page and "other cases" not in page
