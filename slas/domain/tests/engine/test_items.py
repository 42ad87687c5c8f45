"""Other items, other starts, settled results (engine.md R20–R22)."""

from __future__ import annotations

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

GOLD = item("gold", when=level_is("gold"))
SILVER = item("silver", when=level_is("silver"), fail=480, warn=420)
RESPONSE = item("response", kpi="response", success=RESPONDED)


def by_level(**settings: object) -> Desk:
    return Desk(document(GOLD, SILVER, **settings))


def by_level_and_response(*, recalculate: bool) -> Desk:
    """First response: 4 h for gold, 8 h for silver."""
    items = (
        item("gold", kpi="response", success=RESPONDED, when=level_is("gold"), warn=None),
        item("silver", kpi="response", success=RESPONDED, when=level_is("silver"), warn=None, fail=480),
    )
    return Desk(document(*items, recalculate_on_terminal=recalculate))


# R20: another item


def test_another_item_wins() -> None:
    """engine.md R20: the open instance is canceled; the new one starts from its S."""
    story = Story(by_level()).created(at(9)).changed(at(10), level="silver")
    old, new = story.all_instances(at(11))
    assert (old.status, old.end_reason, old.ended_at) == (Status.CANCELED, Reason.ITEM_CHANGED, at(10))
    assert (new.item, new.start, new.failure_due, new.previous) == ("silver", at(9), at(17), old.number)
    (canceled,) = story.transitions(at(11), Kind.CANCELED)
    assert canceled.data == {"to_item": "silver"}


def test_a_canceled_instance_settles_nothing() -> None:
    """engine.md R20: back to the first item, a third clock."""
    story = Story(by_level()).created(at(9)).changed(at(10), level="silver").changed(at(11), level="gold")
    assert [each.status for each in story.all_instances(at(11.5))] == [
        Status.CANCELED, Status.CANCELED, Status.IN_PROGRESS,
    ]  # fmt: skip


def test_no_item_wins() -> None:
    """engine.md R20: canceled; a later match starts afresh."""
    story = Story(Desk(document(GOLD))).created(at(9)).changed(at(10), level="silver")
    assert story.instance(at(11)).end_reason == Reason.NO_ITEM
    again = story.changed(at(11), level="gold").instance(at(11.5))
    assert (again.status, again.started_at, again.start) == (Status.IN_PROGRESS, at(11), at(9))


def test_the_same_item_keeps_its_instance() -> None:
    """engine.md R20: only another item makes another instance."""
    story = Story(Desk(document(item(when={"any": level_is("gold")["all"] + level_is("silver")["all"]}))))
    story.created(at(9)).changed(at(10), level="silver")
    assert len(story.all_instances(at(11))) == 1


def test_an_item_change_can_be_born_late() -> None:
    """engine.md R18, R20: back to gold at 16:00, its failure time of 13:00 has passed."""
    story = Story(by_level()).created(at(9), level="silver").changed(at(15), level="gold")
    assert story.kinds(at(20)) == [
        (Kind.STARTED, at(9)), (Kind.CANCELED, at(15)), (Kind.STARTED, at(15)), (Kind.FAILED, at(15)),
    ]  # fmt: skip


# R21: S changes


def test_a_new_s_replaces_the_instance() -> None:
    """engine.md R21."""
    story = Story().created(at(9)).changed(at(10), opened_on=at(9.5))
    old, new = story.all_instances(at(11))
    assert (old.end_reason, new.start, new.failure_due) == (Reason.START_CHANGED, at(9.5), at(13.5))


def test_only_pauses_after_the_new_s_count() -> None:
    """engine.md R21: paused from 10 to 12, S moves to 11."""
    story = Story().created(at(9)).changed(at(10), status="on_hold").changed(at(12), status="new")
    assert story.changed(at(12.5), opened_on=at(11)).instance(at(12.5)).failure_due == at(16)


def test_an_emptied_s_cancels() -> None:
    """engine.md R21; filled again, a new clock."""
    story = Story().created(at(9)).changed(at(10), opened_on=None)
    assert story.instance(at(11)).end_reason == Reason.START_EMPTIED
    assert story.changed(at(11), opened_on=at(9)).instance(at(11.5)).failure_due == at(13)


def test_terminal_instances_keep_their_s() -> None:
    """engine.md R21."""
    story = Story(Desk(document(RESPONSE))).created(at(9)).changed(at(10), responded=True)
    story.changed(at(11), opened_on=at(10.5)).changed(at(12), opened_on=None)
    (only,) = story.all_instances(at(13), "response")
    assert (only.status, only.start) == (Status.SUCCEEDED, at(9))


def test_s_and_item_together_replace_once() -> None:
    """engine.md R21: one new instance for one old, called an item change."""
    story = Story(by_level()).created(at(9)).changed(at(10), level="silver", opened_on=at(9.5))
    old, new = story.all_instances(at(11))
    assert (old.end_reason, new.item, new.start) == (Reason.ITEM_CHANGED, "silver", at(9.5))


def test_s_moved_into_the_future() -> None:
    """engine.md R17, R21: a paused clock is cut, the new one has not begun and is paused at its S."""
    story = Story().created(at(9)).changed(at(10), status="on_hold").changed(at(11), opened_on=at(15))
    assert story.instance(at(12)).status is Status.IN_PROGRESS
    assert story.instance(at(16)).paused_on == at(15)


def test_after_a_restart_s_stays_the_reopening() -> None:
    """engine.md R21, R26: an item change after a restart counts from the reopening."""
    story = Story(by_level(reopening="restart")).created(at(9)).resolved(at(10)).reopened(at(20))
    story.changed(at(21), level="silver")
    assert (story.instance(at(22)).start, story.instance(at(22)).field_start) == (at(20), at(9))


def test_after_a_restart_and_a_time_without_an_item() -> None:
    """engine.md R21: S stays the reopening, also if no item held for a while."""
    story = Story(Desk(document(GOLD, reopening="restart"))).created(at(9)).resolved(at(10)).reopened(at(20))
    story.changed(at(21), level="silver").changed(at(22), level="gold")
    assert (story.instance(at(22.5)).start, story.instance(at(22.5)).status) == (at(20), Status.IN_PROGRESS)


def test_after_a_restart_applicable_from_changes() -> None:
    """engine.md R21: then S is the field's value again."""
    story = Story(by_level(reopening="restart")).created(at(9)).resolved(at(10)).reopened(at(20))
    assert story.changed(at(21), opened_on=at(19)).instance(at(21)).start == at(19)
    assert story.changed(at(21.5), opened_on=None).changed(at(22), opened_on=at(9)).instance(at(22)).start == at(9)


def test_after_a_restart_recalculated() -> None:
    """engine.md R21, R22: recalculating does not bring the old S back."""
    desk = Desk(document(item("response", kpi="response", success=RESPONDED), reopening="restart"))
    story = Story(desk).created(at(9)).resolved(at(10), responded=True).reopened(at(20), responded=False)
    story.changed(at(21), responded=True).recalculated(at(21.5), "response")
    assert story.instance(at(22), "response").start == at(20)


def test_continued_then_another_item() -> None:
    """engine.md R20, R26: the successor of a continued instance has the same S and holds the closed time."""
    story = Story(by_level(reopening="continue")).created(at(9)).resolved(at(10)).reopened(at(15))
    story.changed(at(16), level="silver")
    instance = story.instance(at(16))
    assert (instance.start, instance.held, instance.failure_due) == (at(9), 5 * 3600, at(22))


# R22: settled


@pytest.mark.parametrize("recalculate", [False, True])
@pytest.mark.parametrize("values", [{"status": "on_hold"}, {"priority": "high"}, {"opened_on": at(10)}])
def test_settled_is_settled(recalculate: bool, values: dict[str, object]) -> None:
    """engine.md R22: neither paused nor started again by what makes no other item win."""
    story = Story(by_level_and_response(recalculate=recalculate)).created(at(9)).changed(at(10), responded=True)
    story.changed(at(11), **values)
    assert len(story.all_instances(at(20), "response")) == 1


def test_another_item_wins_after_success() -> None:
    """engine.md R22: with recalculation off the result stays."""
    story = Story(by_level_and_response(recalculate=False)).created(at(9)).changed(at(10), responded=True)
    story.changed(at(11), level="silver", responded=False)
    assert [each.status for each in story.all_instances(at(20), "response")] == [Status.SUCCEEDED]


def test_recalculated_when_another_item_wins() -> None:
    """engine.md R22: failed as gold at 13:00; silver has until 17:00."""
    story = Story(by_level_and_response(recalculate=True)).created(at(9)).changed(at(14), level="silver")
    old, new = story.all_instances(at(15), "response")
    assert (old.status, new.status, new.failure_due, new.previous) == (
        Status.NONCOMPLIANT, Status.IN_PROGRESS, at(17), old.number,
    )  # fmt: skip


def test_recalculated_when_a_success_is_undone() -> None:
    """engine.md R22: only a Succeeded one, by its own criteria."""
    story = Story(by_level_and_response(recalculate=True)).created(at(9)).changed(at(10), responded=True)
    story.changed(at(11), responded=False)
    assert story.instance(at(12), "response").status is Status.IN_PROGRESS
    assert story.instance(at(20), "response").status is Status.NONCOMPLIANT
    story.changed(at(14), responded=True).changed(at(15), responded=False)
    assert len(story.all_instances(at(20), "response")) == 2


def test_no_item_does_not_replace() -> None:
    """engine.md R22: there is nothing to replace it with."""
    desk = Desk(document(item("response", kpi="response", success=RESPONDED, when=level_is("gold")),
                         recalculate_on_terminal=True))  # fmt: skip
    story = Story(desk).created(at(9)).changed(at(10), responded=True).changed(at(11), level="silver")
    assert story.instance(at(20), "response").status is Status.SUCCEEDED


def test_recalculation_is_judged_by_what_the_change_makes() -> None:
    """engine.md R22, R26: kept at the reopening though undone by it; later changes make nothing new."""
    desk = Desk(document(item(), recalculate_on_terminal=True))
    story = Story(desk).created(at(9)).resolved(at(10)).reopened(at(11)).changed(at(12), status="on_hold")
    assert [each.status for each in story.all_instances(at(20))] == [Status.SUCCEEDED]


def test_an_item_that_won_while_closed_replaces_nothing_later() -> None:
    """engine.md R22, R26: silver won while the case was closed; a change that has nothing to do with it comes later."""
    story = Story(by_level(recalculate_on_terminal=True)).created(at(9)).resolved(at(10))
    story.changed(at(11), level="silver").reopened(at(12)).changed(at(13), status="on_hold")
    assert [each.item for each in story.all_instances(at(20))] == ["gold"]
    story.changed(at(14), level="gold").changed(at(15), level="silver")
    assert [each.item for each in story.all_instances(at(15))] == ["gold", "silver"]


def test_a_lifecycle_change_recalculates_nothing() -> None:
    """engine.md R22: what it does to settled KPIs is R26's alone, even if it makes another item win."""
    story = Story(by_level_and_response(recalculate=True)).created(at(9)).changed(at(10), responded=True)
    story.resolved(at(11), level="silver", responded=False)
    assert [each.status for each in story.all_instances(at(20), "response")] == [Status.SUCCEEDED]


def test_late_success_is_noted_once_without_actions() -> None:
    """engine.md R22: the first moment, no actions, still Noncompliant."""
    story = Story(Desk(document(RESPONSE))).created(at(9)).changed(at(14), responded=True)
    story.changed(at(15), responded=False).changed(at(16), responded=True)
    instance = story.instance(at(20), "response")
    assert (instance.status, instance.late_success_at) == (Status.NONCOMPLIANT, at(14))
    (late,) = story.transitions(at(20), Kind.LATE_SUCCESS)
    assert (late.moment, late.due_at) == ("", at(13))


def test_late_success_in_the_resolving_change() -> None:
    """engine.md R22: also in the resolving change itself …"""
    assert Story().created(at(9)).resolved(at(14)).instance(at(20)).late_success_at == at(14)


def test_no_late_success_once_closed() -> None:
    """engine.md R22: … but not after it, and not by canceling."""
    story = Story(Desk(document(RESPONSE))).created(at(9)).resolved(at(14)).changed(at(15), responded=True)
    assert story.instance(at(20), "response").late_success_at is None
    story = Story(Desk(document(RESPONSE))).created(at(9)).canceled(at(14), responded=True)
    assert story.instance(at(20), "response").late_success_at is None


def test_late_success_after_reopening() -> None:
    """engine.md R22: watching goes on while the record is open."""
    story = Story(Desk(document(RESPONSE))).created(at(9)).resolved(at(14)).changed(at(15), responded=True)
    assert story.reopened(at(16)).instance(at(20), "response").late_success_at == at(16)


def test_recalculated_by_hand() -> None:
    """engine.md R22: permitted when off; a settled KPI is judged anew, here with the hours in force now."""
    desk = Desk(document(item("response", kpi="response", success=RESPONDED, hours="office", warn=None)))
    desk.publish_hours(at(12), SHORT_DAYS)
    story = Story(desk).created(at(9)).recalculated(at(13.5), "response")
    old, new = story.all_instances(at(13.5), "response")
    assert (old.status, new.hours, new.failure_due) == (Status.NONCOMPLIANT, 2, at(14))
    assert story.transitions(at(13.5), Kind.STARTED)[1].reason is Reason.RECALCULATED


def test_recalculating_an_open_clock_by_new_hours() -> None:
    """engine.md R22: a running clock keeps its hours until it is recalculated; its pauses count on."""
    desk = Desk(document(item(hours="office", warn=None)))
    desk.publish_hours(at(11), SHORT_DAYS)
    story = Story(desk).created(at(9)).changed(at(10), status="on_hold").changed(at(11), status="new")
    story.recalculated(at(11.5))
    old, new = story.all_instances(at(11.5))
    assert (old.end_reason, new.held, new.failure_due) == (Reason.RECALCULATED, 3600, at(11, day=1))


def test_recalculating_only_what_runs_leaves_results_alone() -> None:
    """engine.md R22: changed hours move running clocks; nobody asked to judge the settled ones again."""
    desk = Desk(document(item("response", kpi="response", success=RESPONDED, hours="office", warn=None)))
    desk.publish_hours(at(12), SHORT_DAYS)
    story = Story(desk).created(at(9)).recalculated(at(13.5), running_only=True)
    (failed,) = story.all_instances(at(13.5), "response")
    assert failed.status is Status.NONCOMPLIANT


def test_a_warning_is_not_given_twice_because_hours_changed() -> None:
    """engine.md R17, R22: reached before, and past by the new hours too: the new clock starts after it, silently."""
    desk = Desk(document(item(hours="office", warn=60)))
    desk.publish_hours(at(11), SHORT_DAYS)
    story = Story(desk).created(at(9)).recalculated(at(11.5), running_only=True)
    _old, new = story.all_instances(at(11.5))
    assert (new.status, new.reached, new.nearing_at) == (Status.NEARING_NONCOMPLIANCE, ("warning-1",), at(10))
    assert len(story.transitions(at(11.5), Kind.WARNED)) == 1


def test_a_warning_that_the_new_hours_put_off_comes_again() -> None:
    """engine.md R17, R22: the promise is a new one, and so is its warning."""
    desk = Desk(document(item(hours="office", warn=120)))
    desk.publish_hours(at(11), SHORT_DAYS)
    story = Story(desk).created(at(8)).recalculated(at(11.25), running_only=True)
    _old, new = story.all_instances(at(11.25))
    assert (new.status, new.reached) == (Status.IN_PROGRESS, ())
    assert new.warning_due is not None and new.warning_due > at(11.25)


def test_time_given_by_hand_survives_changed_hours() -> None:
    """engine.md R5, R22"""
    desk = Desk(document(item(hours="office", warn=None)))
    desk.publish_hours(at(11), SHORT_DAYS)
    plain = Story(desk).created(at(9)).recalculated(at(11.5), running_only=True).instance(at(11.5))
    given = Story(desk).created(at(9)).extended(at(10), "resolve", 1800)
    longer = given.recalculated(at(11.5), running_only=True).instance(at(11.5))
    assert (longer.extended, longer.failure - plain.failure) == (1800, 1800)


def test_recalculating_what_would_stay_the_same_does_nothing() -> None:
    """engine.md R22: neither an unchanged clock nor a KPI that the record does not have."""
    story = Story().created(at(9)).recalculated(at(10)).recalculated(at(10), "response", "unknown")
    assert story.kinds(at(11)) == [(Kind.STARTED, at(9))]


def test_recalculating_without_item_s_or_record() -> None:
    """engine.md R17, R22, R25: no item, no S, no SLA, closed: nothing starts."""
    silver = Story(Desk(document(GOLD))).created(at(9)).changed(at(10), level="silver").recalculated(at(11))
    assert len(silver.all_instances(at(12))) == 1
    assert Story().created(at(9), opened_on=None).recalculated(at(10)).until(at(11))[1] == []
    assert Story().created(at(9), sla=None).recalculated(at(10)).until(at(11))[1] == []
    assert len(Story().created(at(9)).resolved(at(10)).recalculated(at(11)).all_instances(at(12))) == 1


def test_recalculating_a_success_judges_by_the_log() -> None:
    """engine.md R18, R22: still met since before the failure time, so it succeeded then."""
    story = Story(Desk(document(RESPONSE))).created(at(9)).changed(at(10), responded=True)
    story.recalculated(at(20), "response")
    new = story.all_instances(at(20), "response")[-1]
    assert (new.number, new.status, new.ended_at) == (2, Status.SUCCEEDED, at(10))


def test_criteria_of_one_kpi_leave_the_other_alone() -> None:
    """engine.md R22: settled per KPI."""
    story = Story(Desk(document(item(), RESPONSE))).created(at(9)).changed(at(10), responded=True)
    assert story.instance(at(10.5)).status is Status.IN_PROGRESS
    assert story.changed(at(11), priority="high").instance(at(11), "response").status is Status.SUCCEEDED


def test_success_by_any_field() -> None:
    """engine.md R22: what the criteria name decides."""
    story = Story(Desk(document(item(success=is_("priority", "normal"))))).created(at(9), priority="high")
    assert story.changed(at(10), priority="normal").instance(at(11)).status is Status.SUCCEEDED
