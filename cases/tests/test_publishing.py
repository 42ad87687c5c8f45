"""What publishing foretells for open cases is what re-applying does, whatever state they are in (engine.md R29)."""

from __future__ import annotations

import random
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from actions.models import ActionRun
from cases.models import Case
from cases.services import (
    case_apply_sla,
    case_cancel,
    case_delete,
    case_reactivate,
    case_resolve,
    case_update,
)
from cases.tests.builders import NOW, judge, make_case, make_support_sla
from conftest import Clock
from sla_project.operations import jobs
from sla_project.operations.errors import NotPossible
from sla_project.operations.jobs import job_pass, jobs_finish
from sla_project.operations.models import Job
from sla_project.operations.services import settings_update
from slas.models import KPI, SLA, KPIEvent, KPIInstance, RecordChange, TrackedRecord
from slas.passes import advance_all
from slas.selectors.clocks.instances import record_of
from slas.selectors.forecasts.publications import reapplications
from slas.services.flow import judging
from slas.services.flow.choosing import NO_SLA
from slas.services.forecasts.publications import forecast_start, publication_forecast
from slas.services.policy.kpis import kpi_activate, kpi_create, kpi_update
from slas.services.policy.republishing import republication_forecasts, sla_republish, slas_outdated
from slas.services.policy.slas import sla_publish, sla_update_draft

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture
def sla(clock: Clock) -> SLA:
    clock.set(NOW)
    return make_support_sla()


def document_of(sla: SLA) -> dict[str, Any]:
    sla.refresh_from_db()
    assert sla.current is not None
    authored: dict[str, Any] = sla.current.document["authored"]
    return authored


def edit(sla: SLA, document: dict[str, Any], clock: Clock) -> SLA:
    return sla_update_draft(sla=sla, document=document, expected_revision=None, by=None, now=clock.now)


def changed_everywhere(sla: SLA) -> dict[str, Any]:
    """Gold stays, silver is replaced and partly late at once, bronze goes, and a third KPI begins for gold."""
    kpi = kpi_create(
        code="update_by", name="Update by", record_type="case", applicable_from="created_on", by=None, now=NOW
    )
    kpi_activate(kpi=kpi, by=None, now=NOW)
    document = document_of(sla)
    gold, silver = document["items"][:2], document["items"][2:4]
    for item, failure in zip(silver, (50, 600), strict=True):
        item["moments"][0]["after"] = {"amount": 20, "unit": "minutes"}
        item["moments"][1]["after"] = {"amount": failure, "unit": "minutes"}
    new = {**gold[1], "key": "gold-update", "name": "Gold – Update by", "kpi": "update_by"}
    return {**document, "items": [*gold, *silver, new]}


def a_case_in_every_state(clock: Clock, seed: int = 1) -> list[Case]:
    """Thirty-odd cases with histories; the last changes of some wait to be judged."""
    random_ = random.Random(seed)
    levels = ["gold", "silver", "bronze"]
    cases = []
    for number in range(30):
        now = clock.advance(random_.choice([1, 60, 240]))
        cases.append(make_case(f"Case {number}", now=now, service_level=levels[number % 3]))
    for number, case in enumerate(cases):
        now = clock.advance(random_.choice([1, 60]))
        match number % 10:
            case 0:
                case_update(case=case, first_response_sent=True, by=None, now=now)
            case 1:
                case_update(case=case, status="on_hold", by=None, now=now)
            case 2:
                case_resolve(case=case, by=None, now=now)
            case 3:
                case_cancel(case=case, by=None, now=now)
            case 4:
                case_apply_sla(case=case, sla=NO_SLA, by=None, now=now)
            case 5:
                case_resolve(case=case, by=None, now=now)
                case_reactivate(case=case, by=None, now=clock.advance(30))
            case 6:
                case_update(case=case, service_level=levels[(number + 1) % 3], by=None, now=now)
            case 7 if number > 20:
                case_delete(case=case, by=None, now=now)
            case _:
                pass
    clock.advance(1800)
    advance_all()
    return cases


@pytest.fixture
def unjudged(monkeypatch: pytest.MonkeyPatch):
    """Nobody judges right after a commit, so that changes wait."""

    def switch(on: bool) -> None:
        monkeypatch.setattr("slas.services.flow.changes.judge_soon", (lambda ids: None) if on else judging.judge_soon)

    return switch


def reapply(sla: SLA, clock: Clock, **given: Any) -> Job:
    sla_publish(sla=sla, reapply=True, by=None, now=clock.now, **given)
    jobs_finish()
    job = reapplications(sla).get()
    assert job.state == "done", job.error
    return job


def told_by_rows() -> Counter[str]:
    """The same counts, taken from the events that were stored."""
    counts: Counter[str] = Counter()
    for change in RecordChange.objects.filter(kind="reapplied"):
        told = list(KPIEvent.objects.filter(record=change.record, at=change.at).values_list("kind", "reason"))
        kinds = Counter(kind for kind, _reason in told)
        replaced = told.count(("canceled", "reapplied"))
        counts += Counter(
            records=1,
            kept=kinds["version_moved"],
            replaced=replaced,
            canceled=kinds["canceled"] - replaced,
            started=kinds["started"] - replaced,
            late=kinds["failed"],
            warned=kinds["warned"],
            succeeded=kinds["succeeded"],
        )
    return counts


def test_what_is_foretold_is_what_comes(clock: Clock, sla: SLA, unjudged) -> None:
    cases = a_case_in_every_state(clock)
    unjudged(True)
    case_update(case=cases[8], service_level="silver", by=None, now=clock.now)
    case_update(case=cases[10], status="on_hold", by=None, now=clock.now)
    unjudged(False)
    sla = edit(sla, changed_everywhere(sla), clock)
    foretold = publication_forecast(sla=sla, now=clock.now)
    assert foretold.is_complete
    assert all(
        foretold.counts[name] for name in ("records", "kept", "replaced", "canceled", "started", "late", "warned")
    )
    job = reapply(sla, clock)
    assert Counter(job.result) == foretold.counts
    assert told_by_rows() == +Counter({**foretold.counts, "settled": 0})
    assert not TrackedRecord.objects.filter(sla=sla, lifecycle="open").exclude(sla_version=sla.versions.last()).exists()


@pytest.mark.parametrize("seed", range(2, 6))
def test_the_same_with_other_histories(clock: Clock, sla: SLA, seed: int) -> None:
    a_case_in_every_state(clock, seed)
    sla = edit(sla, changed_everywhere(sla), clock)
    foretold = publication_forecast(sla=sla, now=clock.now)
    assert Counter(reapply(sla, clock).result) == foretold.counts


@pytest.mark.parametrize("seed", range(6, 10))
def test_the_same_where_only_what_slas_share_has_changed(clock: Clock, sla: SLA, unjudged, seed: int) -> None:
    """A new version of the published document; the timers of the other KPI keep running."""
    cases = a_case_in_every_state(clock, seed)
    held = {"all": [{"field": "status", "op": "is", "value": random.Random(seed).choice(["on_hold", "researching"])}]}
    assert sla.current is not None
    kpi = KPI.objects.get(code=sla.current.document["items"][0]["kpi"])
    kpi_update(kpi=kpi, changes={"pause_override": True, "pause_when": held}, by=None, now=clock.now)
    unjudged(True)
    case_update(case=cases[8], service_level="silver", by=None, now=clock.now)
    unjudged(False)
    before = rows()
    (foretold,) = republication_forecasts(slas_outdated(), now=clock.now).values()
    assert foretold.is_complete and rows() == before
    assert all(foretold.counts[name] for name in ("records", "kept", "replaced"))
    sla_republish(sla=sla, reapply=True, by=None, now=clock.now)
    jobs_finish()
    assert Counter(reapplications(sla).get().result) == foretold.counts


def test_timers_due_at_this_very_moment(clock: Clock, sla: SLA) -> None:
    make_case(now=clock.now)
    clock.advance(3600)
    sla = edit(sla, changed_everywhere(sla), clock)
    foretold = publication_forecast(sla=sla, now=clock.now)
    assert Counter(reapply(sla, clock).result) == foretold.counts


def test_nothing_is_written_by_counting(clock: Clock, sla: SLA, unjudged) -> None:
    cases = a_case_in_every_state(clock)
    unjudged(True)
    case_update(case=cases[8], service_level="silver", by=None, now=clock.now)
    sla = edit(sla, changed_everywhere(sla), clock)
    before = rows()
    publication_forecast(sla=sla, now=clock.now)
    assert rows() == before


def rows() -> list[Any]:
    models = (TrackedRecord, RecordChange, KPIInstance, KPIEvent, SLA)
    return [list(model.objects.order_by("pk").values()) for model in models]


def test_counting_asks_no_more_questions_for_more_cases(clock: Clock, sla: SLA, django_assert_max_num_queries) -> None:
    for _ in range(12):
        make_case(now=clock.advance(1))
    sla = edit(sla, changed_everywhere(sla), clock)
    publication_forecast(sla=sla, now=clock.now)
    with django_assert_max_num_queries(16):
        assert publication_forecast(sla=sla, now=clock.now).counted == 12


def test_when_the_time_is_over_it_says_how_far_it_came_and_a_job_counts_all(
    clock: Clock, sla: SLA, monkeypatch: Any
) -> None:
    a_case_in_every_state(clock)
    sla = edit(sla, changed_everywhere(sla), clock)
    with monkeypatch.context() as hurry:
        hurry.setattr("slas.services.forecasts.publications.PATIENCE", 0.0)
        some = publication_forecast(sla=sla, now=clock.now)
    assert (some.counted, some.is_complete) == (1, False) and some.total > 1
    job = forecast_start(sla=sla, by=None, now=clock.now)
    before = rows()
    jobs_finish()
    job.refresh_from_db()
    assert Counter(job.result) == publication_forecast(sla=sla, now=clock.now).counts
    assert rows() == before


def test_it_goes_on_while_cases_change(clock: Clock, sla: SLA, monkeypatch) -> None:
    """Each case is moved once, whatever happens to it before and after."""
    monkeypatch.setattr(jobs, "BUDGET", 0.0)  # one record at a time
    cases = a_case_in_every_state(clock)
    sla = edit(sla, changed_everywhere(sla), clock)
    sla_publish(sla=sla, reapply=True, by=None, now=clock.now)
    random_ = random.Random(3)
    for case in random_.sample(cases, len(cases)):
        job_pass()
        case.refresh_from_db() if Case.objects.filter(pk=case.pk).exists() else None
        if Case.objects.filter(pk=case.pk, state="active").exists():
            level = random_.choice(["gold", "silver", "bronze"])
            case_update(case=case, service_level=level, by=None, now=clock.advance(5))
    make_case("Opened meanwhile", now=clock.advance(1))
    jobs_finish()
    advance_all()
    open_ = TrackedRecord.objects.filter(sla=sla, lifecycle="open")
    assert set(open_.values_list("sla_version__number", flat=True)) == {2}
    per_record = Counter(RecordChange.objects.filter(kind="reapplied").values_list("record", flat=True))
    assert set(per_record.values()) == {1}
    assert reapplications(sla).get().failed == 0


def test_actions_of_what_is_late_already_run_only_when_asked(clock: Clock, sla: SLA) -> None:
    make_case(now=clock.now, service_level="silver")
    clock.advance(3000)
    advance_all()
    sla = edit(sla, changed_everywhere(sla), clock)
    job = reapply(sla, clock, run_actions=True)
    assert job.arguments["run_actions"] is True
    assert RecordChange.objects.get(kind="reapplied").data["run_actions"] is True


@pytest.mark.parametrize(("minutes", "state"), [(49, "queued"), (51, "suppressed")])
def test_what_falls_due_before_the_job_comes_runs_its_actions(clock: Clock, sla: SLA, minutes: int, state: str) -> None:
    """engine.md R29: silent is what was due at publishing, 50 minutes after S, not what the job finds late."""
    case = make_case(now=clock.now, service_level="silver")
    document = changed_everywhere(sla)
    escalate = {"kind": "update_record", "target": "record", "set": {"is_escalated": True}}
    document["items"][2]["moments"][1]["actions"] = [escalate]
    clock.advance(60 * minutes)
    sla_publish(sla=edit(sla, document, clock), reapply=True, by=None, now=clock.now)
    clock.advance(600)
    jobs_finish()
    assert KPIEvent.objects.get(kind="failed", instance__record=record_of(case)).at == clock.now
    assert ActionRun.objects.get().state == state


def test_a_later_publication_is_not_undone_by_an_earlier_job(clock: Clock, sla: SLA) -> None:
    case = make_case(now=clock.now)
    judge(case)
    sla = edit(sla, changed_everywhere(sla), clock)
    sla_publish(sla=sla, reapply=True, by=None, now=clock.now)
    document = document_of(sla)
    document["items"][0]["name"] = "Renamed"
    sla = edit(sla, document, clock)
    sla_publish(sla=sla, reapply=True, by=None, now=clock.now)
    jobs_finish()
    assert record_of(case).sla_version.number == 3
    assert {job.state for job in reapplications(sla)} == {"done"}


def test_a_record_that_cannot_be_judged_holds_up_no_other(clock: Clock, sla: SLA, monkeypatch) -> None:
    cases = [make_case(now=clock.advance(1)) for _ in range(3)]
    broken = record_of(cases[1]).pk
    judge_ = judging.record_judge

    def fails(*, record: TrackedRecord, **given: Any) -> Any:
        if record.pk == broken:
            raise RuntimeError("the moon is full")
        return judge_(record=record, **given)

    sla = edit(sla, changed_everywhere(sla), clock)
    monkeypatch.setattr("slas.services.policy.reapplying.record_judge", fails)
    job = reapply(sla, clock)
    assert (job.result["records"], job.result["postponed"], job.failed) == (3, 1, 0)
    monkeypatch.undo()
    clock.advance(2)
    advance_all()
    assert record_of(cases[1]).sla_version.number == 2


def test_while_slas_are_disabled_nothing_is_replaced(clock: Clock, sla: SLA) -> None:
    a_case_in_every_state(clock)
    settings_update(changes={"slas_disabled": True}, by=None, now=clock.now)
    sla = edit(sla, changed_everywhere(sla), clock)
    foretold = publication_forecast(sla=sla, now=clock.now)
    assert (foretold.counts["replaced"], foretold.counts["started"]) == (0, 0)
    assert Counter(reapply(sla, clock).result) == foretold.counts


def test_without_a_draft_there_is_nothing_to_count(clock: Clock, sla: SLA) -> None:
    with pytest.raises(NotPossible):
        publication_forecast(sla=sla, now=clock.now)


def test_the_foretold_is_that_of_the_moment_of_counting(clock: Clock, sla: SLA) -> None:
    """Time goes on: what was not late then may be late now, and both are right."""
    make_case(now=clock.now, service_level="silver")
    sla = edit(sla, changed_everywhere(sla), clock)
    assert publication_forecast(sla=sla, now=clock.now).counts["late"] == 0
    assert publication_forecast(sla=sla, now=clock.now + timedelta(hours=1)).counts["late"] == 1
