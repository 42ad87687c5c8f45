"""Pauses (engine.md R23, R24) and extended deadlines (R5)."""

from __future__ import annotations

from typing import Any

import pytest

from slas.domain.engine import Hold, Kind, Reason, Status
from slas.domain.tests.engine.desk_of_examples import (
    KPIS,
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

HIGH = is_("priority", "high")
RESPONSE = item("response", kpi="response", success=RESPONDED)


def kpis(pause_when: dict[str, Any]) -> dict[str, Any]:
    return {**KPIS, "resolve": {**KPIS["resolve"], "pause_when": pause_when}}


# R23: which rule, and whose pauses


@pytest.mark.parametrize(
    ("settings", "own", "paused_by"),
    [
        ({}, None, {"status": "on_hold"}),
        ({}, HIGH, {"priority": "high"}),
        ({"kpis": kpis(HIGH)}, None, {"priority": "high"}),
        ({"kpis": kpis(HIGH)}, level_is("silver"), {"level": "silver"}),
    ],
)
def test_the_nearest_rule_replaces_the_others(
    settings: dict[str, Any], own: dict[str, Any] | None, paused_by: dict[str, str]
) -> None:
    """engine.md R23: the item's rule replaces the KPI's, which replaces the record type's statuses."""
    desk = Desk(document(item(pause_when=own), **settings))
    for values in ({"status": "on_hold"}, {"priority": "high"}, {"level": "silver"}):
        paused = Story(desk).created(at(9)).changed(at(10), **values).instance(at(11)).status is Status.PAUSED
        assert paused is (values == paused_by)


def test_without_statuses_nothing_pauses() -> None:
    """engine.md R23."""
    story = Story(Desk(document(item(), pause_statuses=[]))).created(at(9)).changed(at(10), status="on_hold")
    assert story.instance(at(11)).status is Status.IN_PROGRESS


def test_clocks_pause_each_by_its_own_rule() -> None:
    """engine.md R23: pausing one does not pause another."""
    desk = Desk(document(item(pause_when=HIGH), RESPONSE))
    story = Story(desk).created(at(9)).changed(at(10), status="on_hold")
    assert story.instance(at(11)).status is Status.IN_PROGRESS
    assert story.instance(at(11), "response").status is Status.PAUSED


def test_a_new_instance_takes_the_pauses_since_s() -> None:
    """engine.md R23: paused as gold from 10 to 11; silver counts that hour too."""
    desk = Desk(document(item("gold", when=level_is("gold")), item("silver", fail=480)))
    story = Story(desk).created(at(9)).changed(at(10), status="on_hold").changed(at(11), status="new")
    instance = story.changed(at(12), level="silver").instance(at(12))
    assert (instance.held, instance.failure_due) == (3600, at(18))


def test_an_item_that_may_not_pause_takes_none() -> None:
    """engine.md R23: only if its item allows pausing; the pause is there again for the item after it."""
    items = (
        item("gold", when=level_is("gold")), item("high", when=HIGH, pause=False, fail=480), item("other", fail=600),
    )  # fmt: skip
    story = Story(Desk(document(*items))).created(at(9)).changed(at(10), status="on_hold").changed(at(11), status="new")
    story.changed(at(12), level="silver", priority="high")
    assert (story.instance(at(12)).held, story.instance(at(12)).failure_due) == (0, at(17))
    story.changed(at(12.5), priority="normal")
    assert (story.instance(at(12.5)).held, story.instance(at(12.5)).failure_due) == (3600, at(20))


def test_an_item_that_allows_pausing_but_has_no_rule_takes_them() -> None:
    """engine.md R23: allowing counts, not having a rule."""
    items = (item("gold", when=level_is("gold"), pause_when=HIGH), item("silver", fail=480))
    desk = Desk(document(*items, pause_statuses=[]))
    story = Story(desk).created(at(9)).changed(at(10), priority="high").changed(at(11), priority="normal")
    assert story.changed(at(12), level="silver").instance(at(12)).failure_due == at(18)


def test_an_open_pause_is_cut_and_goes_on() -> None:
    """engine.md R23, R24: the old clock is resumed and canceled, the new one is born paused with the pause so far."""
    desk = Desk(document(item("gold", when=level_is("gold")), item("silver", fail=480)))
    story = Story(desk).created(at(9)).changed(at(10), status="on_hold").changed(at(11), level="silver")
    assert story.kinds(at(11.5))[1:] == [
        (Kind.PAUSED, at(10)), (Kind.RESUMED, at(11)), (Kind.CANCELED, at(11)), (Kind.STARTED, at(11)),
        (Kind.PAUSED, at(11)),
    ]  # fmt: skip
    old, _ = story.all_instances(at(11.5))
    assert (old.held, old.failure_due, old.paused_on) == (3600, at(14), None)
    assert story.changed(at(12), status="new").instance(at(12)).failure_due == at(19)
    assert story.until(at(12))[0].holds == {"resolve": (Hold(at(10), at(11)), Hold(at(11), at(12)))}


def test_an_open_pause_is_cut_and_ends_with_an_item_that_does_not_pause() -> None:
    """engine.md R23: it goes on only if the new item's own rule pauses."""
    desk = Desk(document(item("gold", when=level_is("gold")), item("silver", fail=480, pause_when=HIGH)))
    story = Story(desk).created(at(9)).changed(at(10), status="on_hold").changed(at(11), level="silver")
    assert (story.instance(at(11)).status, story.instance(at(11)).failure_due) == (Status.IN_PROGRESS, at(18))


def test_a_time_without_an_instance_is_not_a_pause() -> None:
    """engine.md R23: on hold all the time, but from 10 to 12 there was no clock."""
    desk = Desk(document(item(when=level_is("gold"))))
    story = Story(desk).created(at(9)).changed(at(10), level="silver", status="on_hold")
    story.changed(at(12), level="gold", status="new")
    assert (story.instance(at(12)).held, story.instance(at(12)).failure_due) == (0, at(13))


# R24: nothing is due, nothing is lost


def test_nothing_comes_due_while_paused() -> None:
    """engine.md R24."""
    story = Story().created(at(9)).changed(at(11), status="on_hold")
    assert story.kinds(at(9, day=30))[1:] == [(Kind.PAUSED, at(11))]


def test_both_times_move_by_the_pause() -> None:
    """engine.md R24."""
    story = Story().created(at(9)).changed(at(11), status="on_hold").changed(at(20), status="new")
    assert story.kinds(at(23, day=1))[3:] == [(Kind.WARNED, at(21)), (Kind.FAILED, at(22))]


def test_a_reached_warning_stays_reached() -> None:
    """engine.md R24: it does not move and does not come again; the clock resumes as Nearing noncompliance."""
    story = Story().created(at(9)).changed(at(12.5), status="on_hold").changed(at(15), status="new")
    instance = story.instance(at(15))
    assert (instance.status, instance.nearing_at, instance.warning_due) == (
        Status.NEARING_NONCOMPLIANCE, at(12), None,
    )  # fmt: skip
    assert story.kinds(at(23))[-1] == (Kind.FAILED, at(15.5))
    assert len(story.transitions(at(23), Kind.WARNED)) == 1


def test_of_several_warnings_only_the_open_ones_move() -> None:
    """engine.md R24."""
    story = Story(Desk(document(item(warn=[60, 180])))).created(at(9))
    story.changed(at(11), status="on_hold").changed(at(12), status="new")
    assert [each.at for each in story.transitions(at(20), Kind.WARNED)] == [at(10), at(13)]


def test_a_warning_due_at_the_pause_is_due_at_the_resume() -> None:
    """engine.md R24: the resume is then the computed time."""
    story = Story().created(at(9)).changed(at(12), status="on_hold").changed(at(14), status="new")
    (warned,) = story.transitions(at(20), Kind.WARNED)
    assert (warned.at, warned.due_at) == (at(14), at(14))
    assert story.instance(at(20)).ended_at == at(15)


def test_success_while_paused_is_on_time() -> None:
    """engine.md R24: the pause is closed first, times move, then it is judged."""
    story = Story(Desk(document(RESPONSE))).created(at(9)).changed(at(10), status="on_hold")
    story.changed(at(22), responded=True)
    assert story.kinds(at(23))[2:] == [(Kind.RESUMED, at(22)), (Kind.SUCCEEDED, at(22))]
    instance = story.instance(at(23), "response")
    assert (instance.failure_due, instance.held) == (at(25), 12 * 3600)


def test_success_at_the_resume_of_a_clock_paused_at_its_failure_time() -> None:
    """engine.md R10, R24: due at the resume, met at the resume: met."""
    story = Story(Desk(document(RESPONSE))).created(at(9)).changed(at(13), status="on_hold")
    story.changed(at(15), status="new", responded=True)
    assert story.instance(at(16), "response").status is Status.SUCCEEDED


def test_a_pause_of_no_length() -> None:
    """engine.md R24: told, but nothing moves."""
    story = Story().created(at(9)).changed(at(10), status="on_hold").changed(at(10), status="new")
    instance = story.instance(at(11))
    assert (instance.held, instance.failure_due) == (0, at(13))
    assert story.until(at(11))[0].holds == {}


def test_a_pause_from_one_pausing_status_to_the_next_is_one() -> None:
    """engine.md R23: what counts is the rule."""
    story = Story().created(at(9)).changed(at(10), status="on_hold").changed(at(11), status="waiting")
    assert story.transitions(at(12), Kind.RESUMED) == []


def test_a_pause_in_closed_hours_moves_nothing() -> None:
    """engine.md R23: held is working time."""
    desk = Desk(document(item(hours="office")))
    story = Story(desk).created(at(15)).changed(at(19), status="on_hold").changed(at(8, day=1), status="new")
    assert story.instance(at(8, day=1)).failure_due == at(11, day=1)


def test_settled_clocks_do_not_pause() -> None:
    """engine.md R22, R23."""
    story = Story(Desk(document(RESPONSE))).created(at(9)).changed(at(10), responded=True)
    assert story.changed(at(11), status="on_hold").instance(at(12), "response").status is Status.SUCCEEDED


# Extended deadlines


def test_extending_moves_only_the_failure() -> None:
    """engine.md R5: more working time; the warnings stay where they are."""
    story = Story().created(at(9)).extended(at(10), "resolve", 7200)
    instance = story.instance(at(11))
    assert (instance.warning_due, instance.failure_due, instance.failure) == (at(12), at(15), 6 * 3600)
    (extended,) = story.transitions(at(11), Kind.EXTENDED)
    assert (extended.due_at, extended.reason) == (at(15), Reason.BY_HAND)
    assert extended.data == {"seconds": 7200, "from": at(13).isoformat()}


def test_extending_at_the_failure_time_saves_it() -> None:
    """engine.md R10: the choice is judged before the timers of its moment; one microsecond later is too late."""
    assert Story().created(at(9)).extended(at(13), "resolve", 3600).instance(at(13.5)).failure_due == at(14)


def test_extending_a_paused_clock() -> None:
    """engine.md R24: no due time to speak of before the resume."""
    story = Story().created(at(9)).changed(at(10), status="on_hold").extended(at(11), "resolve", 3600)
    (extended,) = story.transitions(at(11), Kind.EXTENDED)
    assert (extended.due_at, extended.data["from"]) == (None, None)
    assert story.changed(at(12), status="new").instance(at(12)).failure_due == at(16)


def test_extending_brings_a_later_warning_to_life() -> None:
    """engine.md R10: it was after the failure and now comes before."""
    story = Story(Desk(document(item(warn=300)))).created(at(9)).extended(at(10), "resolve", 7200)
    assert story.kinds(at(20))[2:] == [(Kind.WARNED, at(14)), (Kind.FAILED, at(15))]


def test_nothing_to_extend() -> None:
    """engine.md R5: a KPI that is settled or that the record does not have."""
    story = Story().created(at(9)).resolved(at(10)).extended(at(11), "resolve", 60).extended(at(11), "response", 60)
    assert story.transitions(at(12), Kind.EXTENDED) == []


# What reports ask of a clock that has ended


def test_pauses_are_also_measured_in_real_seconds() -> None:
    """Paused over the night: seven hours of work, but sixteen on the wall; closed time is no pause."""
    desk = Desk(document(item(hours="office", fail=600)))
    story = Story(desk).created(at(9)).changed(at(10), status="on_hold").changed(at(10, day=1), status="new")
    instance = story.instance(at(11, day=1))
    assert (instance.held, instance.paused) == (8 * 3600, 24 * 3600)


def test_a_new_instance_has_stood_still_since_s_too() -> None:
    """engine.md R23: the successor counts the hour that its predecessor was paused."""
    desk = Desk(document(item("gold", when=level_is("gold")), item("silver", fail=480)))
    story = Story(desk).created(at(9)).changed(at(10), status="on_hold").changed(at(11), status="new")
    assert story.changed(at(12), level="silver").instance(at(12)).paused == 3600


@pytest.mark.parametrize(
    ("changes", "ended_paused"),
    [
        ([{"state": "resolved"}], False),
        ([{"status": "on_hold"}, {"state": "resolved"}], True),
        ([{"status": "on_hold"}, {"status": "new"}, {"state": "resolved"}], False),
        ([{"status": "on_hold"}, {"state": "canceled", "status": "canceled"}], True),
    ],
)
def test_who_ended_while_paused_says_so(changes: list[dict[str, str]], ended_paused: bool) -> None:
    story = Story(Desk(document(item()))).created(at(9))
    for hour, values in enumerate(changes, 10):
        story = story.changed(at(hour), **values)
    instance = story.instance(at(12.5))
    assert not instance.is_open and instance.ended_paused is ended_paused


def test_the_values_of_the_end_stay_those_of_the_end() -> None:
    story = Story(Desk(document(item()))).created(at(9)).changed(at(10), state="resolved", status="problem_solved")
    instance = story.changed(at(11), priority="high").instance(at(12))
    assert instance.values_at_end is not None and instance.values_at_end["priority"] == "normal"


def test_another_item_keeps_the_extension() -> None:
    """engine.md R5, R20: the time was given to the record and KPI, not to one clock."""
    desk = Desk(document(item("gold", when=level_is("gold")), item("silver", fail=300)))
    story = Story(desk).created(at(9)).extended(at(10), "resolve", 3600).extended(at(10), "resolve", 60)
    story.changed(at(11), level="silver")
    instance = story.instance(at(11))
    assert (instance.item, instance.extended, instance.failure) == ("silver", 3660, 300 * 60 + 3660)
    assert story.transitions(at(11), Kind.STARTED)[-1].data == {"start": at(9).isoformat(), "extended": 3660}


def test_another_s_keeps_the_extension() -> None:
    """engine.md R5, R21: also where the clock stood still in between, with no item or no S."""
    story = Story().created(at(9)).extended(at(10), "resolve", 3600).changed(at(10.5), opened_on=at(9.5))
    assert story.instance(at(11)).failure_due == at(14.5)
    story.changed(at(11), opened_on=None).changed(at(12), opened_on=at(11))
    assert story.instance(at(12)).failure_due == at(16)


def test_a_re_application_and_a_recalculation_keep_the_extension() -> None:
    """engine.md R5, R22, R29: what a person gave is not taken back by a new version or by new hours."""
    desk = Desk(document(item()), document(item(fail=300, hours="office")))
    desk.publish_hours(at(12), SHORT_DAYS)
    story = Story(desk).created(at(9)).extended(at(10), "resolve", 1800).reapplied(at(11), 2)
    assert story.instance(at(11)).failure_due == at(14.5)
    assert story.recalculated(at(13)).instance(at(13)).failure == 5.5 * 3600


@pytest.mark.parametrize(("reopening", "extended"), [("continue", 3600), ("restart", 0)])
def test_reopening_and_the_extension(reopening: str, extended: float) -> None:
    """engine.md R5, R26: a clock that goes on keeps it; one that begins a new count begins without."""
    story = Story(Desk(document(reopening=reopening))).created(at(9)).extended(at(10), "resolve", 3600)
    story.resolved(at(11)).reopened(at(12))
    assert story.instance(at(12)).extended == extended


def test_another_sla_forgets_the_extension() -> None:
    """engine.md R5, R16: it starts afresh, and so does the first one when the record comes back to it."""
    desk = Desk(document(), document(), sla_of_version={1: 1, 2: 2})
    story = Story(desk).created(at(9)).extended(at(10), "resolve", 3600).applied(at(11), 2, version=2)
    assert story.instance(at(11)).failure_due == at(13)
    assert story.applied(at(12), 1, version=1).instance(at(12)).failure_due == at(13)
