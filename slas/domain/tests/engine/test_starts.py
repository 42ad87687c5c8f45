"""How clocks start: on time, before S, late (engine.md R17, R18)."""

from __future__ import annotations

from datetime import datetime

import pytest

from slas.domain.engine import Kind, Reason, Status
from slas.domain.tests.engine.desk_of_examples import (
    RESPONDED,
    SHORT_DAYS,
    Desk,
    Story,
    at,
    document,
    is_,
    item,
    level_is,
)

RESPONSE = item("response", kpi="response", success=RESPONDED)


def response_desk(**settings: object) -> Desk:
    return Desk(document(item("response", kpi="response", success=RESPONDED, **settings)))  # type: ignore[arg-type]


# R17: which item, and from when


def test_the_first_item_that_holds_wins_per_kpi() -> None:
    """engine.md R17: in order, one per KPI."""
    items = [item("silver", when=level_is("silver")), item("gold", when=level_is("gold")), item("other"), RESPONSE]
    state, _ = Story(Desk(document(*items))).created(at(9)).until(at(9.5))
    assert {kpi: each.item for kpi, each in state.instances.items()} == {"resolve": "gold", "response": "response"}


def test_no_item_no_instance() -> None:
    """engine.md R17."""
    story = Story(Desk(document(item(when=level_is("silver"))))).created(at(9))
    assert story.until(at(20))[1] == []


def test_no_instance_without_s_until_it_is_filled() -> None:
    """engine.md R17: applicable from must have a value."""
    story = Story().created(at(9), opened_on=None)
    assert story.until(at(20))[1] == []
    story.changed(at(20), opened_on=at(19))
    assert (story.instance(at(20.5)).started_at, story.instance(at(20.5)).start) == (at(20), at(19))


def test_the_clock_counts_from_s_not_from_its_start() -> None:
    """engine.md R17."""
    story = Story().created(at(9), opened_on=at(8))
    assert (story.instance(at(10)).failure_due, story.instance(at(10)).warning_due) == (at(12), at(11))


def test_the_started_event_freezes_the_terms() -> None:
    """engine.md R17: version, item, schedule version, S and working seconds; later hours do not touch them."""
    desk = Desk(document(item(hours="office", fail={"amount": 1, "unit": "business_days"}, warn=60)))
    desk.publish_hours(at(10), SHORT_DAYS)
    story = Story(desk).created(at(9.5)).changed(at(11), priority="high")
    instance = story.instance(at(12))
    assert (instance.version, instance.item, instance.hours, instance.start) == (1, "resolve", 1, at(9.5))
    assert (instance.warnings, instance.failure) == ((("warning-1", 3600),), 8 * 3600)
    assert Story(desk).created(at(10)).instance(at(12)).hours == 2


def test_terms_at_the_moment_a_schedule_becomes_effective() -> None:
    """engine.md R6, R17: effective at t counts at t."""
    desk = Desk(document(item(hours="office")))
    desk.publish_hours(at(10), SHORT_DAYS)
    assert Story(desk).created(at(10)).instance(at(10)).hours == 2


# R17: S in the future


def test_before_s_a_clock_is_in_progress_and_has_not_begun() -> None:
    """engine.md R17."""
    instance = Story().created(at(9), opened_on=at(12)).instance(at(11))
    assert (instance.status, instance.begun, instance.failure_due) == (Status.IN_PROGRESS, False, at(16))
    assert Story().created(at(9), opened_on=at(12)).instance(at(12.5)).begun


def test_s_at_the_moment_of_creation_has_begun() -> None:
    """engine.md R17: equal is not the future."""
    assert Story().created(at(9), status="on_hold").instance(at(9)).status is Status.PAUSED


def test_pausing_begins_at_s() -> None:
    """engine.md R17: the pause rule held before S; the pause counts from S on."""
    story = Story().created(at(9), opened_on=at(12), status="on_hold")
    assert story.instance(at(11)).status is Status.IN_PROGRESS
    assert story.instance(at(13)).paused_on == at(12)
    assert story.changed(at(14), status="new").instance(at(15)).failure_due == at(18)


def test_a_pause_that_ended_before_s_is_none() -> None:
    """engine.md R17."""
    story = Story().created(at(9), opened_on=at(12)).changed(at(10), status="on_hold").changed(at(11), status="new")
    assert story.kinds(at(15.5)) == [(Kind.STARTED, at(9)), (Kind.WARNED, at(15))]


def test_a_pause_that_begins_at_s_begins_once() -> None:
    """engine.md R10, R17: the change at S is judged first, then the clock begins and is paused."""
    story = Story().created(at(9), opened_on=at(12)).changed(at(12), status="on_hold")
    assert story.kinds(at(20)) == [(Kind.STARTED, at(9)), (Kind.PAUSED, at(12))]


def test_a_pause_that_ends_at_s_never_was() -> None:
    """engine.md R10, R17: at S the rule no longer holds."""
    story = Story().created(at(9), opened_on=at(12), status="on_hold").changed(at(12), status="new")
    assert story.instance(at(13)).status is Status.IN_PROGRESS
    assert story.transitions(at(13), Kind.PAUSED) == []


def test_success_before_s_is_success() -> None:
    """engine.md R18: success true → Succeeded, also before the clock begins."""
    story = Story(response_desk()).created(at(9), opened_on=at(12)).changed(at(10), responded=True)
    assert (story.instance(at(20), "response").status, story.instance(at(20), "response").ended_at) == (
        Status.SUCCEEDED,
        at(10),
    )


# R18: born late


@pytest.mark.parametrize(
    ("opened", "values", "status", "kinds"),
    [
        (at(4.9), {}, Status.NONCOMPLIANT, [Kind.STARTED, Kind.FAILED]),
        (at(4.9), {"status": "on_hold"}, Status.NONCOMPLIANT, [Kind.STARTED, Kind.FAILED]),
        (at(5), {"responded": True}, Status.SUCCEEDED, [Kind.STARTED, Kind.SUCCEEDED]),
        (at(6), {"responded": True, "status": "on_hold"}, Status.SUCCEEDED, [Kind.STARTED, Kind.SUCCEEDED]),
        (at(5.5), {"status": "on_hold"}, Status.PAUSED, [Kind.STARTED, Kind.PAUSED]),
        (at(5.5), {}, Status.NEARING_NONCOMPLIANCE, [Kind.STARTED, Kind.WARNED]),
        (at(6), {}, Status.NEARING_NONCOMPLIANCE, [Kind.STARTED, Kind.WARNED]),
        (at(6.1), {}, Status.IN_PROGRESS, [Kind.STARTED]),
    ],
)
def test_born_late_goes_down_the_list(
    opened: datetime, values: dict[str, object], status: Status, kinds: list[Kind]
) -> None:
    """engine.md R18: the first that holds, at 09:00, of a 3 h warning and a 4 h failure."""
    state, transitions = Story(response_desk()).created(at(9), opened_on=opened, **values).until(at(9))
    assert state.instances["response"].status is status
    assert [each.kind for each in transitions] == kinds


def test_a_late_failure_says_what_was_computed() -> None:
    """engine.md R18: `at` is when it was born, `due_at` the computed time; only the failure runs actions."""
    (failed,) = Story(response_desk()).created(at(9), opened_on=at(2)).transitions(at(9), Kind.FAILED)
    assert (failed.at, failed.due_at, failed.reason, failed.moment) == (at(9), at(6), Reason.BORN_LATE, "failure")


def test_born_at_the_failure_time_is_not_late() -> None:
    """engine.md R10, R18: the failure time is not before t, so the timer of t decides, after the warning reached."""
    story = Story(response_desk(warn=None)).created(at(9), opened_on=at(5))
    assert story.instance(at(9), "response").status is Status.IN_PROGRESS
    assert story.kinds(at(10)) == [(Kind.STARTED, at(9)), (Kind.FAILED, at(9))]


def test_failed_at_birth_though_met_now_is_met_late() -> None:
    """engine.md R18, R22: met after the failure time; the log shows nothing better."""
    story = Story(response_desk()).created(at(9), opened_on=at(2), responded=True)
    instance = story.instance(at(9), "response")
    assert (instance.status, instance.late_success_at) == (Status.NONCOMPLIANT, at(9))


def waiting_for_an_item(opened: float = 9) -> Story:
    """Silver cases have no item; the clock starts with the change to gold."""
    desk = Desk(document(item("response", kpi="response", success=RESPONDED, when=level_is("gold"))))
    return Story(desk).created(at(9), level="silver", opened_on=at(opened))


def test_met_before_the_failure_time_by_the_log() -> None:
    """engine.md R18: true without a break since before the failure time → Succeeded at that moment."""
    story = waiting_for_an_item().changed(at(10), responded=True).changed(at(15), level="gold")
    instance = story.instance(at(16), "response")
    (met,) = story.transitions(at(16), Kind.SUCCEEDED)
    assert (instance.status, instance.ended_at, instance.started_at) == (Status.SUCCEEDED, at(10), at(15))
    assert (met.at, met.due_at, met.reason, met.moment) == (at(15), at(10), Reason.BORN_LATE, "success")


def test_met_at_the_failure_time_by_the_log() -> None:
    """engine.md R18: a moment not after the failure time; equal counts."""
    story = waiting_for_an_item().changed(at(13), responded=True).changed(at(15), level="gold")
    assert story.instance(at(16), "response").ended_at == at(13)


def test_met_after_the_failure_time_by_the_log() -> None:
    """engine.md R18."""
    story = waiting_for_an_item().changed(at(13.01), responded=True).changed(at(15), level="gold")
    instance = story.instance(at(16), "response")
    assert (instance.status, instance.late_success_at) == (Status.NONCOMPLIANT, at(15))


def test_a_break_in_the_log_does_not_count() -> None:
    """engine.md R18: without a break; met again too late."""
    story = waiting_for_an_item().changed(at(10), responded=True).changed(at(11), responded=False)
    story.changed(at(14), responded=True).changed(at(15), level="gold")
    assert story.instance(at(16), "response").status is Status.NONCOMPLIANT


def test_met_in_the_log_but_not_now() -> None:
    """engine.md R18: the run must reach to now."""
    story = waiting_for_an_item().changed(at(10), responded=True)
    story.changed(at(15), level="gold", responded=False)
    assert story.instance(at(16), "response").status is Status.NONCOMPLIANT


def test_the_log_knows_irrelevant_changes_too() -> None:
    """engine.md R13, R18: when it was met, the record had no SLA and the change was judged by nobody."""
    story = Story(response_desk()).created(at(9), sla=None).changed(at(10), responded=True).applied(at(15), 1)
    assert story.instance(at(16), "response").ended_at == at(10)


def test_met_before_s_is_met_then() -> None:
    """engine.md R18: the record was born with the criteria met and S in between: met at birth."""
    story = waiting_for_an_item(8).changed(at(9.5), responded=True).changed(at(15), level="gold")
    assert story.instance(at(16), "response").ended_at == at(9.5)


def test_not_late_and_met_succeeds_now() -> None:
    """engine.md R18: the failure time has not passed, so the log is not asked."""
    story = waiting_for_an_item().changed(at(10), responded=True).changed(at(12), level="gold")
    assert story.instance(at(16), "response").ended_at == at(12)


# R18: warnings at birth


def test_only_the_last_warning_reached_runs_actions() -> None:
    """engine.md R18: three warnings, two of them past: one event, the later one's."""
    story = Story(Desk(document(item(warn=[60, 120, 180])))).created(at(9), opened_on=at(6.5))
    (warned,) = story.transitions(at(9), Kind.WARNED)
    assert (warned.moment, warned.due_at, warned.at) == ("warning-2", at(8.5), at(9))
    assert story.kinds(at(20))[2:] == [(Kind.WARNED, at(9.5)), (Kind.FAILED, at(10.5))]


def test_warnings_out_of_order_come_by_time() -> None:
    """engine.md R18: the order of the list is not the order of time."""
    story = Story(Desk(document(item(warn=[180, 60, 120])))).created(at(9))
    assert [each.moment for each in story.transitions(at(20), Kind.WARNED)] == ["warning-2", "warning-3", "warning-1"]


def test_two_warnings_of_one_time_both_come() -> None:
    """engine.md R10: each its own moment with its own actions."""
    story = Story(Desk(document(item(warn=[60, 60])))).created(at(9))
    assert [(each.moment, each.at) for each in story.transitions(at(11), Kind.WARNED)] == [
        ("warning-1", at(10)),
        ("warning-2", at(10)),
    ]


def test_a_past_warning_at_a_paused_birth_comes_at_the_resume() -> None:
    """engine.md R18: not reached; it moves with the pause and comes due at the resume."""
    story = Story().created(at(9), opened_on=at(5.5), status="on_hold")
    assert story.instance(at(10)).reached == ()
    story.changed(at(11), status="new")
    assert story.kinds(at(12)) == [
        (Kind.STARTED, at(9)), (Kind.PAUSED, at(9)), (Kind.RESUMED, at(11)), (Kind.WARNED, at(11)),
        (Kind.FAILED, at(11.5)),
    ]  # fmt: skip
    (warned,) = story.transitions(at(12), Kind.WARNED)
    assert (warned.due_at, warned.reason) == (at(11), Reason.TIME_REACHED)


def test_paused_again_at_that_very_resume() -> None:
    """engine.md R18, R24: two changes at one moment; the warning waits for the next resume."""
    story = Story().created(at(9), opened_on=at(5.5), status="on_hold").changed(at(11), status="new")
    story.changed(at(11), status="waiting").changed(at(12), status="new")
    assert [each.at for each in story.transitions(at(20), Kind.WARNED)] == [at(12)]
    assert story.instance(at(20)).failure_due == at(12.5)


def test_every_past_warning_of_a_paused_birth_comes_at_the_resume() -> None:
    """engine.md R18."""
    desk = Desk(document(item(warn=[60, 120, 200])))
    story = Story(desk).created(at(9), opened_on=at(6), status="on_hold").changed(at(10), status="new")
    assert [(each.moment, each.at) for each in story.transitions(at(20), Kind.WARNED)] == [
        ("warning-1", at(10)),
        ("warning-2", at(10)),
        ("warning-3", at(10) + (at(9) - at(6)) / 180 * 20),
    ]


def test_pausing_is_not_asked_of_an_item_that_may_not() -> None:
    """engine.md R18, R23: the pause rule of an item that allows none is never true."""
    story = Story(Desk(document(item(pause=False)))).created(at(9), status="on_hold")
    assert story.instance(at(10)).status is Status.IN_PROGRESS


def test_created_already_resolved() -> None:
    """engine.md R18, R25: judged as if it were open, then closed."""
    assert Story().created(at(9), state="resolved").instance(at(10)).status is Status.SUCCEEDED
    late = Story().created(at(9), state="resolved", opened_on=at(2)).instance(at(10))
    assert (late.status, late.late_success_at) == (Status.NONCOMPLIANT, at(9))
    unmet = Story(response_desk()).created(at(9), state="resolved", status="on_hold").instance(at(10), "response")
    assert (unmet.status, unmet.end_reason) == (Status.CANCELED, Reason.RESOLVED_UNMET)


def test_created_already_canceled() -> None:
    """engine.md R25: nothing starts."""
    story = Story().created(at(9), state="canceled")
    assert story.until(at(20))[1] == []
    assert story.until(at(20))[0].applied is not None


def test_born_by_another_item_with_history() -> None:
    """engine.md R18, R20: the shorter item's failure passed before it won, but it was met before that."""
    short = item("high", kpi="response", success=RESPONDED, when=is_("priority", "high"), fail=60, warn=None)
    long = item("normal", kpi="response", success=is_("level", "silver"), fail=600, warn=None)
    story = Story(Desk(document(short, long))).created(at(9)).changed(at(9.5), responded=True)
    story.changed(at(12), priority="high")
    assert story.instance(at(13), "response").ended_at == at(9.5)
