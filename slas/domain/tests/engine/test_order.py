"""What comes first at one moment, what is due when, and what makes no difference (engine.md R9–R11, R13)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from slas.domain.engine import EMPTY, Change, Kind, Reason, Status, advance, advance_until, is_relevant, replay
from slas.domain.tests.engine.desk_of_examples import (
    RESPONDED,
    Desk,
    Story,
    at,
    document,
    is_,
    item,
    level_is,
)

TICK = timedelta(microseconds=1)


def test_a_timer_is_fed_before_the_first_later_event() -> None:
    """engine.md R10: due at 13:00, so it fails before the change of a microsecond later is judged."""
    story = Story().created(at(9)).resolved(at(13) + TICK)
    assert story.instance(at(20)).status is Status.NONCOMPLIANT


def test_a_timer_is_fed_after_an_event_of_its_own_moment() -> None:
    """engine.md R10: a success at exactly the failure time is in time."""
    story = Story().created(at(9)).resolved(at(13))
    instance = story.instance(at(20))
    assert (instance.status, instance.ended_at) == (Status.SUCCEEDED, at(13))


def test_a_timer_is_fed_only_once_the_clock_is_later() -> None:
    """engine.md R10: at the failure time itself nothing has failed yet."""
    story = Story().created(at(9))
    assert story.instance(at(13)).status is Status.NEARING_NONCOMPLIANCE
    assert story.instance(at(13) + TICK).status is Status.NONCOMPLIANT


def test_events_of_one_moment_go_by_seq() -> None:
    """engine.md R10: met at the failure time by the first of two changes, undone by the second: it stays met."""
    desk = Desk(document(item("response", kpi="response", success=RESPONDED)))
    story = Story(desk).created(at(9)).changed(at(13), responded=True).changed(at(13), responded=False)
    assert story.instance(at(20), "response").status is Status.SUCCEEDED


def test_a_timer_waits_for_every_event_of_its_moment() -> None:
    """engine.md R10: two changes at the failure time; the second one meets it."""
    story = Story().created(at(9)).changed(at(13), priority="high").resolved(at(13))
    assert story.instance(at(20)).status is Status.SUCCEEDED


@pytest.mark.parametrize("minutes", [240, 300])
def test_no_warning_at_or_after_the_failure(minutes: int) -> None:
    """engine.md R10: at equal warning and failure times only the failure occurs; a later warning never comes."""
    story = Story(Desk(document(item(warn=minutes)))).created(at(9))
    assert story.kinds(at(20)) == [(Kind.STARTED, at(9)), (Kind.FAILED, at(13))]


def test_the_sla_is_changed_before_items_are_judged() -> None:
    """engine.md R10: SLA before applicable when: a new SLA and a new level in one change start one new clock."""
    other = document(item("silver", when=level_is("silver"), fail=600))
    desk = Desk(document(item("gold", when=level_is("gold"))), other, sla_of_version={2: 2})
    story = Story(desk).created(at(9)).applied(at(10), 2, version=2, level="silver")
    assert story.kinds(at(10.5)) == [(Kind.STARTED, at(9)), (Kind.CANCELED, at(10)), (Kind.STARTED, at(10))]
    assert story.instance(at(10.5)).item == "silver"


def test_the_item_is_judged_before_success() -> None:
    """engine.md R10: an item for active cases whose success is *resolved* is canceled by resolving, not met."""
    story = Story(Desk(document(item(when=is_("state", "active"))))).created(at(9)).resolved(at(10))
    assert (story.instance(at(20)).status, story.instance(at(20)).end_reason) == (Status.CANCELED, Reason.NO_ITEM)


def test_applicable_from_is_judged_before_success() -> None:
    """engine.md R10: S moves so far back that the failure has passed, in the change that meets the criteria."""
    desk = Desk(document(item("response", kpi="response", success=RESPONDED)))
    story = Story(desk).created(at(9, day=1)).changed(at(10, day=1), opened_on=at(9), responded=True)
    instance = story.instance(at(11, day=1), "response")
    assert (instance.status, instance.late_success_at) == (Status.NONCOMPLIANT, at(10, day=1))


def test_success_is_judged_before_pausing() -> None:
    """engine.md R10: a change that meets the criteria and puts the case on hold meets them."""
    desk = Desk(document(item("response", kpi="response", success=RESPONDED)))
    story = Story(desk).created(at(9)).changed(at(10), responded=True, status="on_hold")
    assert story.kinds(at(20)) == [(Kind.STARTED, at(9)), (Kind.SUCCEEDED, at(10))]


def test_a_pause_at_the_due_time_comes_first() -> None:
    """engine.md R10, R24: paused at the failure time, it is due at the resume."""
    story = Story().created(at(9)).changed(at(13), status="on_hold")
    assert story.instance(at(23)).status is Status.PAUSED
    story.changed(at(15), status="new")
    assert story.kinds(at(23))[-2:] == [(Kind.RESUMED, at(15)), (Kind.FAILED, at(15))]


def test_clocks_due_together_go_by_number() -> None:
    """engine.md R11: whatever order the state was loaded in, events are numbered alike."""
    desk = Desk(document(item("first", warn=None), item("second", kpi="response", warn=None)))
    log = Story(desk).created(at(9)).log
    state, _ = advance_until(desk, EMPTY, log, at(10), list)
    shuffled = replace(state, instances=dict(reversed(state.instances.items())))
    _, decided = advance_until(desk, shuffled, [], at(20), list)
    assert [transition.instance for transition in decided] == [1, 2]


def test_success_of_two_clocks_goes_by_number_too() -> None:
    """engine.md R11: the same for what one change decides about several KPIs."""
    desk = Desk(document(item("a", when=level_is("gold")), item("b", kpi="response"), item("c")))
    story = Story(desk).created(at(9)).changed(at(10), level="silver").resolved(at(11))
    assert [each.instance for each in story.transitions(at(12), Kind.SUCCEEDED)] == [2, 3]


def test_next_due_is_the_earliest_timer() -> None:
    """engine.md R9: the wake time; null when nothing can come due."""
    story = Story().created(at(9))
    assert story.until(at(10))[0].next_due == at(12)
    assert story.until(at(12.5))[0].next_due == at(13)
    assert story.until(at(14))[0].next_due is None


def test_next_due_while_paused_and_before_s() -> None:
    """engine.md R9: a paused clock wakes nobody; one that has not begun wakes the record at S."""
    assert Story().created(at(9)).changed(at(10), status="on_hold").until(at(11))[0].next_due is None
    assert Story().created(at(9), opened_on=at(12)).until(at(10))[0].next_due == at(12)


def test_irrelevant_changes_are_only_remembered() -> None:
    """engine.md R13: the value is known afterwards, nothing else happens."""
    desk = Desk()
    log = Story(desk).created(at(9)).log
    before, _ = replay(desk, log, at(10))
    after, decided = advance(desk, before, Change(2, at(10), {"title": "Scanner"}), lambda: log)
    assert decided == ()
    assert after == replace(before, values={**before.values, "title": "Scanner"}, judged_seq=2)


@pytest.mark.parametrize(
    ("values", "relevant"),
    [
        ({"title": "Scanner"}, False),
        ({"priority": "high"}, False),
        ({"level": "silver"}, True),  # in applicable when
        ({"responded": True}, True),  # in the success criteria
        ({"opened_on": at(10)}, True),  # applicable from
        ({"status": "on_hold"}, True),  # what pauses
        ({"state": "canceled"}, True),  # the lifecycle
        ({"title": "Scanner", "level": "silver"}, True),
    ],
)
def test_what_is_relevant(values: dict[str, object], relevant: bool) -> None:
    """engine.md R13: the paths of the record's SLA version, applicable from, pause fields, lifecycle."""
    desk = Desk(document(item("response", kpi="response", success=RESPONDED, when=level_is("gold"))))
    state, _ = Story(desk).created(at(9)).until(at(9.5))
    change = Change(2, at(10), values)
    assert is_relevant(desk, state.applied, state.instances.values(), change) is relevant


def test_a_choice_is_relevant_and_lifecycle_even_without_an_sla() -> None:
    """engine.md R13: what chooses the SLA counts; under no SLA only that and the lifecycle do."""
    story = Story().created(at(9), sla=None)
    state, _ = story.until(at(9.5))
    chosen = story.applied(at(10), 1).log[-1]
    assert isinstance(chosen, Change)
    assert is_relevant(story.desk, state.applied, (), chosen)
    assert is_relevant(story.desk, None, (), Change(2, at(10), {"state": "resolved"}))
    assert not is_relevant(story.desk, None, (), Change(2, at(10), {"level": "silver", "status": "on_hold"}))


def test_what_an_older_version_watches_is_relevant() -> None:
    """engine.md R13, R22: a failed clock under version 1 still watches its own criteria."""
    old = document(item("response", kpi="response", success=RESPONDED))
    desk = Desk(old, document(item("response", kpi="response", success=is_("priority", "high"))))
    state, _ = Story(desk).created(at(9)).reapplied(at(15), 2).until(at(16))
    assert is_relevant(desk, state.applied, state.instances.values(), Change(3, at(17), {"responded": True}))
