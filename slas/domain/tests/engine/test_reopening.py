"""Reopening: keep, continue, restart (engine.md R26)."""

from __future__ import annotations

import pytest

from slas.domain.engine import Hold, Kind, Reason, Status
from slas.domain.engine.state import CLOSED
from slas.domain.tests.engine.desk_of_examples import RESPONDED, Desk, Story, at, document, item, level_is

SETTINGS = ("keep", "continue", "restart")


def desk(reopening: str | None, *items: dict[str, object], **settings: object) -> Desk:
    chosen = items or (item("response", kpi="response", success=RESPONDED),)
    return Desk(document(*chosen, reopening=reopening, **settings))


def succeeded(reopening: str) -> Story:
    """Met at 10, closed at 11, reopened at 15 and no longer met. Four hours from 9; warned at 12."""
    story = Story(desk(reopening)).created(at(9)).changed(at(10), responded=True).resolved(at(11))
    return story.reopened(at(15), responded=False)


def failed(reopening: str, **values: object) -> Story:
    """Failed at 13, closed at 14, reopened at 15."""
    return Story(desk(reopening)).created(at(9)).resolved(at(14)).reopened(at(15), **values)


def closed_unmet(reopening: str, *, canceled: bool = False) -> Story:
    """Open at 9, closed at 11, reopened at 15."""
    story = Story(desk(reopening)).created(at(9))
    return (story.canceled(at(11)) if canceled else story.resolved(at(11))).reopened(at(15))


def test_keep_is_the_default() -> None:
    """engine.md R26."""
    story = Story(desk(None)).created(at(9)).changed(at(10), responded=True).resolved(at(11))
    assert len(story.reopened(at(15), responded=False).all_instances(at(20), "response")) == 1


@pytest.mark.parametrize("still_met", [False, True])
def test_keep_keeps_what_is_settled(still_met: bool) -> None:
    """engine.md R26: both terminals, whatever the criteria say now."""
    story = Story(desk("keep")).created(at(9)).changed(at(10), responded=True).resolved(at(11))
    story.reopened(at(15), responded=still_met)
    assert [each.status for each in story.all_instances(at(20), "response")] == [Status.SUCCEEDED]
    assert [each.status for each in failed("keep").all_instances(at(20), "response")] == [Status.NONCOMPLIANT]


def test_continue_goes_on_where_it_stood() -> None:
    """engine.md R26: a new linked instance, the same S, the closed time as a pause."""
    story = succeeded("continue")
    old, new = story.all_instances(at(15), "response")
    assert (new.previous, new.start, new.held, new.failure_due) == (old.number, at(9), 4 * 3600, at(17))
    assert (old.status, new.status) == (Status.SUCCEEDED, Status.IN_PROGRESS)
    assert story.until(at(15))[0].holds == {"response": (Hold(at(11), at(15), CLOSED),)}
    assert story.kinds(at(20))[2:] == [(Kind.STARTED, at(15)), (Kind.WARNED, at(16)), (Kind.FAILED, at(17))]


def test_continue_leaves_failures_alone() -> None:
    """engine.md R26: only what had Succeeded."""
    assert len(failed("continue").all_instances(at(20), "response")) == 1


def test_restart_begins_at_the_reopening() -> None:
    """engine.md R26: the same for both terminals, S = the reopening."""
    for story in (succeeded("restart"), failed("restart")):
        new = story.all_instances(at(15), "response")[-1]
        assert (new.start, new.field_start, new.held, new.failure_due) == (at(15), at(9), 0, at(19))
        assert story.transitions(at(15), Kind.STARTED)[-1].reason is Reason.RESTARTED


@pytest.mark.parametrize("reopening", SETTINGS)
def test_what_is_still_met_stays(reopening: str) -> None:
    """engine.md R26: only KPIs whose success criteria no longer hold."""
    story = Story(desk(reopening)).created(at(9)).changed(at(10), responded=True).resolved(at(11)).reopened(at(15))
    assert len(story.all_instances(at(20), "response")) == 1


def test_a_late_success_that_holds_is_not_restarted() -> None:
    """engine.md R26: Noncompliant, but the criteria hold at the reopening."""
    assert len(failed("restart", responded=True).all_instances(at(20), "response")) == 1


@pytest.mark.parametrize("canceled", [False, True])
@pytest.mark.parametrize("reopening", SETTINGS)
def test_canceled_by_closing_goes_on_whatever_the_setting(reopening: str, canceled: bool) -> None:
    """engine.md R26: resolved unmet, or the record was canceled."""
    old, new = closed_unmet(reopening, canceled=canceled).all_instances(at(15), "response")
    assert (old.status, new.status, new.previous) == (Status.CANCELED, Status.IN_PROGRESS, old.number)
    assert (new.start, new.failure_due) == (at(9), at(17))


@pytest.mark.parametrize("reopening", SETTINGS)
def test_canceled_otherwise_starts_afresh_if_an_item_wins(reopening: str) -> None:
    """engine.md R17, R26: no item held before the closing; at the reopening one does. Closed time is no pause here."""
    only_gold = item("response", kpi="response", success=RESPONDED, when=level_is("gold"))
    story = Story(desk(reopening, only_gold)).created(at(9)).changed(at(10), level="silver").resolved(at(11))
    story.reopened(at(12), level="gold")
    new = story.all_instances(at(12), "response")[-1]
    assert (new.started_at, new.start, new.held) == (at(12), at(9), 0)


def test_a_kpi_without_an_instance_starts() -> None:
    """engine.md R17, R26: nothing had matched before."""
    only_gold = item("response", kpi="response", success=RESPONDED, when=level_is("gold"))
    story = Story(desk("keep", only_gold)).created(at(9), level="silver").resolved(at(10))
    assert story.reopened(at(11), level="gold").instance(at(11), "response").started_at == at(11)


def test_a_reached_warning_is_silent() -> None:
    """engine.md R26: warned at 12, closed at 12.5; going on it is Nearing and does not warn again."""
    story = Story(desk("keep")).created(at(9)).resolved(at(12.5)).reopened(at(15))
    new = story.instance(at(15), "response")
    assert (new.status, new.nearing_at, new.warning_due) == (Status.NEARING_NONCOMPLIANCE, at(12), None)
    assert [each.at for each in story.transitions(at(20), Kind.WARNED)] == [at(12)]
    assert story.instance(at(20), "response").ended_at == at(15.5)


def test_another_items_warning_is_not_silent() -> None:
    """engine.md R18, R26: the warning reached was the gold item's; the silver one's has its own actions."""
    items = (
        item("gold", kpi="response", success=RESPONDED, when=level_is("gold"), warn=60),
        item("silver", kpi="response", success=RESPONDED, warn=90),
    )
    story = Story(desk("keep", *items)).created(at(9)).resolved(at(10.5)).reopened(at(15), level="silver")
    assert story.transitions(at(15), Kind.WARNED)[-1].moment == "warning-1"
    assert len(story.transitions(at(20), Kind.WARNED)) == 2


def test_closed_time_is_held_though_the_item_may_not_pause() -> None:
    """engine.md R26: and pauses are not."""
    no_pause = item("response", kpi="response", success=RESPONDED, pause=False)
    story = Story(desk("continue", no_pause)).created(at(9)).changed(at(9.5), status="on_hold")
    story.changed(at(10), responded=True).resolved(at(11)).reopened(at(15), responded=False, status="on_hold")
    new = story.instance(at(15), "response")
    assert (new.status, new.failure_due) == (Status.IN_PROGRESS, at(17))


def test_every_closing_is_held() -> None:
    """engine.md R26: by the continued instance and its successors."""
    story = closed_unmet("keep").resolved(at(16)).reopened(at(20))
    assert story.instance(at(20), "response").failure_due == at(21)
    assert [each.previous for each in story.all_instances(at(20), "response")] == [None, 1, 2]


def test_closed_time_is_held_where_no_item_wins_at_first() -> None:
    """engine.md R26: it starts again as under *continue*, as soon as it can."""
    only_gold = item("response", kpi="response", success=RESPONDED, when=level_is("gold"))
    story = Story(desk("keep", only_gold)).created(at(9)).resolved(at(11)).reopened(at(15), level="silver")
    assert story.instance(at(15), "response").status is Status.CANCELED
    story.changed(at(16), level="gold")
    new = story.instance(at(16), "response")
    assert (new.status, new.held, new.failure_due) == (Status.NEARING_NONCOMPLIANCE, 4 * 3600, at(17))


def test_a_pause_before_and_a_pause_after() -> None:
    """engine.md R23, R26: on hold from 10, closed at 11, reopened on hold at 15, going on at 16."""
    story = Story(desk("keep")).created(at(9)).changed(at(10), status="on_hold").resolved(at(11))
    story.reopened(at(15), status="on_hold")
    assert story.instance(at(15), "response").paused_on == at(15)
    instance = story.changed(at(16), status="new").instance(at(16), "response")
    assert (instance.held, instance.failure_due) == (6 * 3600, at(19))


def test_success_long_before_the_closing() -> None:
    """engine.md R26: only the closed time is a pause; the failure time passed while the case was open and met."""
    story = Story(desk("continue")).created(at(9)).changed(at(10), responded=True).resolved(at(14))
    story.reopened(at(15), responded=False)
    new = story.instance(at(15), "response")
    assert (new.status, new.failure_due, new.held) == (Status.NONCOMPLIANT, at(13), 0)


def test_due_at_the_closing_is_due_at_the_reopening() -> None:
    """engine.md R24, R26: its failure time was the closing's."""
    story = Story(desk("keep")).created(at(9)).resolved(at(13)).reopened(at(15))
    assert story.kinds(at(20))[-1] == (Kind.FAILED, at(15))


def test_continued_with_a_changed_s() -> None:
    """engine.md R21: applicable from was changed while the record was closed."""
    story = Story(desk("keep")).created(at(9)).resolved(at(11)).changed(at(12), opened_on=at(10)).reopened(at(15))
    assert story.instance(at(15), "response").failure_due == at(18)


def test_restarted_then_continued() -> None:
    """engine.md R21, R26: S stays the reopening."""
    story = succeeded("restart").resolved(at(16)).reopened(at(20))
    new = story.instance(at(20), "response")
    assert (new.start, new.failure_due) == (at(15), at(23))


def test_reopened_without_an_sla() -> None:
    """engine.md R26: nothing to go on with."""
    assert Story().created(at(9), sla=None).resolved(at(10)).reopened(at(11)).until(at(20))[1] == []


def test_reopened_and_met_in_one_change() -> None:
    """engine.md R18, R26: it goes on and is met at once."""
    story = Story(desk("keep")).created(at(9)).resolved(at(11)).reopened(at(15), responded=True)
    assert story.kinds(at(20))[2:] == [(Kind.STARTED, at(15)), (Kind.SUCCEEDED, at(15))]


@pytest.mark.parametrize("reopening", SETTINGS)
def test_recalculation_does_not_meddle(reopening: str) -> None:
    """engine.md R22, R26: with recalculation on, reopening does the same as with it off."""

    def told(recalculate: bool) -> list[object]:
        chosen = desk(reopening, recalculate_on_terminal=recalculate)
        story = Story(chosen).created(at(9)).changed(at(10), responded=True).resolved(at(11))
        return [*story.reopened(at(15), responded=False).changed(at(15.5), status="waiting").kinds(at(23))]

    assert told(True) == told(False)


def test_reopening_ends_the_closed_time() -> None:
    """engine.md R26."""
    state, _ = closed_unmet("keep").until(at(15))
    assert (state.closed_at, state.lifecycle) == (None, "open")
