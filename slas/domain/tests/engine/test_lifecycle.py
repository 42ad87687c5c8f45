"""Resolving, canceling, deleting (engine.md R25, R27), depth (R32) and the queue (R34)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from slas.domain.engine import MAX_DEPTH, Kind, Lifecycle, Reason, Silence, Status
from slas.domain.tests.engine.desk_of_examples import RESPONDED, Desk, Story, at, document, is_, item, level_is

RESPONSE = item("response", kpi="response", success=RESPONDED)


def response() -> Story:
    return Story(Desk(document(RESPONSE))).created(at(9))


# R25: resolving


def test_resolving_judges_then_closes() -> None:
    """engine.md R25: met KPIs succeed; what is still open is canceled, reported apart, without actions."""
    story = Story(Desk(document(item(), RESPONSE))).created(at(9)).resolved(at(10))
    assert story.instance(at(20)).status is Status.SUCCEEDED
    unmet = story.instance(at(20), "response")
    assert (unmet.status, unmet.end_reason, unmet.ended_at) == (Status.CANCELED, Reason.RESOLVED_UNMET, at(10))
    assert [each.moment for each in story.transitions(at(20), Kind.CANCELED)] == [""]
    state, _ = story.until(at(20))
    assert (state.lifecycle, state.closed_at) == (Lifecycle.RESOLVED, at(10))


def test_resolving_ends_pauses_first() -> None:
    """engine.md R24, R25: on time, however long the pause was."""
    story = Story().created(at(9)).changed(at(10), status="on_hold").changed(at(23), state="resolved")
    assert story.kinds(at(23.5))[2:] == [(Kind.RESUMED, at(23)), (Kind.SUCCEEDED, at(23))]


def test_resolving_does_not_pause() -> None:
    """engine.md R25: no pause begins in the resolving change, also not for a clock that it starts."""
    story = response().changed(at(10), state="resolved", status="on_hold")
    assert story.kinds(at(20)) == [(Kind.STARTED, at(9)), (Kind.CANCELED, at(10))]
    items = (item("gold", kpi="response", success=RESPONDED, when=level_is("gold")), RESPONSE)
    story = Story(Desk(document(*items))).created(at(9))
    story.changed(at(10), state="resolved", status="on_hold", level="silver")
    assert story.transitions(at(20), Kind.PAUSED) == []


def test_resolving_starts_and_meets_in_one_change() -> None:
    """engine.md R25: start and items included: S is filled by the change that resolves."""
    story = Story().created(at(9), opened_on=None).resolved(at(10), opened_on=at(9))
    assert story.kinds(at(20)) == [(Kind.STARTED, at(10)), (Kind.SUCCEEDED, at(10))]


def test_resolving_with_another_sla() -> None:
    """engine.md R25: SLA included: the new SLA's clock is judged and closed."""
    desk = Desk(document(RESPONSE), document(item()), sla_of_version={2: 2})
    story = Story(desk).created(at(9)).applied(at(10), 2, version=2, state="resolved")
    assert story.kinds(at(20))[1:] == [(Kind.CANCELED, at(10)), (Kind.STARTED, at(10)), (Kind.SUCCEEDED, at(10))]


def test_resolving_at_the_failure_time_unmet() -> None:
    """engine.md R10, R25: the lifecycle comes before the timers of its moment: canceled, not failed."""
    assert response().resolved(at(13)).instance(at(20), "response").end_reason == Reason.RESOLVED_UNMET


def test_nothing_comes_due_once_closed() -> None:
    """engine.md R25."""
    state, _ = response().resolved(at(10)).until(at(20, day=9))
    assert (state.next_due, state.instances["response"].status) == (None, Status.CANCELED)


def test_nothing_starts_while_closed() -> None:
    """engine.md R25: neither a first clock nor one of another item."""
    story = Story(Desk(document(item(when=level_is("silver"))))).created(at(9)).resolved(at(10))
    assert story.changed(at(11), level="silver").until(at(20))[1] == []


# R25: canceling


def test_canceling_cancels_before_success() -> None:
    """engine.md R25: though the change meets the criteria."""
    instance = response().canceled(at(10), responded=True).instance(at(20), "response")
    assert (instance.status, instance.end_reason) == (Status.CANCELED, Reason.RECORD_CANCELED)


def test_canceling_leaves_settled_results() -> None:
    """engine.md R22, R25."""
    assert response().changed(at(10), responded=True).canceled(at(11)).instance(at(20), "response").status is (
        Status.SUCCEEDED
    )


def test_canceling_while_paused() -> None:
    """engine.md R24, R25: the pause is closed first, times move, then it is canceled."""
    story = response().changed(at(10), status="on_hold").canceled(at(12))
    assert story.kinds(at(20))[2:] == [(Kind.RESUMED, at(12)), (Kind.CANCELED, at(12))]
    assert story.instance(at(20), "response").failure_due == at(15)


def test_from_resolved_to_canceled() -> None:
    """engine.md R25: closed is closed; the time of the first closing counts."""
    state, transitions = response().resolved(at(10)).canceled(at(11)).until(at(20))
    assert (state.lifecycle, state.closed_at) == (Lifecycle.CANCELED, at(10))
    assert transitions[-1].at == at(10)


# R27


def test_deleting_cancels_and_keeps_the_history() -> None:
    """engine.md R27: what is met stays met, what runs is canceled."""
    story = Story(Desk(document(item(), RESPONSE))).created(at(9)).changed(at(10), responded=True).deleted(at(11))
    state, _ = story.until(at(20))
    assert state.instances["response"].status is Status.SUCCEEDED
    assert (state.instances["resolve"].status, state.instances["resolve"].end_reason) == (
        Status.CANCELED, Reason.RECORD_DELETED,
    )  # fmt: skip
    assert (state.lifecycle, state.next_due, state.queue_at) == (Lifecycle.CANCELED, None, None)


def test_deleting_while_paused() -> None:
    """engine.md R24, R27."""
    story = response().changed(at(10), status="on_hold").deleted(at(11))
    assert story.kinds(at(20))[2:] == [(Kind.RESUMED, at(11)), (Kind.CANCELED, at(11))]


# R32


def test_depth_travels_with_the_instance() -> None:
    """engine.md R32: a clock that an action's change started has its depth, also when its timers come due."""
    story = Story().created(at(9), depth=2)
    assert [(each.kind, each.depth) for each in story.until(at(20))[1]] == [
        (Kind.STARTED, 2), (Kind.WARNED, 2), (Kind.FAILED, 2),
    ]  # fmt: skip


def test_depth_of_a_change_counts_for_what_it_decides() -> None:
    """engine.md R32: a success by an action's change is as deep as the change."""
    (met,) = Story().created(at(9)).changed(at(10), state="resolved", depth=3).transitions(at(20), Kind.SUCCEEDED)
    assert (met.depth, met.silence) == (3, "")


@pytest.mark.parametrize(("depth", "silence"), [(MAX_DEPTH - 1, ""), (MAX_DEPTH, Silence.DEPTH)])
def test_from_depth_five_on_without_actions(depth: int, silence: str) -> None:
    """engine.md R32: stored and judged, its actions silent."""
    story = Story().created(at(9), depth=depth)
    assert [each.silence for each in story.until(at(20))[1] if each.moment] == [silence, silence]
    assert story.instance(at(20)).status is Status.NONCOMPLIANT


# R34


def queue_at(story: Story, until: datetime) -> datetime | None:
    return story.until(until)[0].queue_at


def test_the_queue_is_ordered_by_the_earliest_failure() -> None:
    """engine.md R34: of what runs, or has not begun."""
    desk = Desk(document(item(), item("response", kpi="response", success=RESPONDED, fail=60, warn=None)))
    story = Story(desk).created(at(9))
    assert queue_at(story, at(9.5)) == at(10)
    assert queue_at(story.changed(at(9.6), responded=True), at(9.7)) == at(13)
    assert queue_at(Story().created(at(9), opened_on=at(12)), at(10)) == at(16)


def test_failed_and_unmet_stays_in_the_queue() -> None:
    """engine.md R34: until it is met late."""
    story = response()
    assert queue_at(story, at(20)) == at(13)
    assert queue_at(story.changed(at(21), responded=True), at(22)) is None


def test_paused_settled_or_closed_is_not_queued() -> None:
    """engine.md R34."""
    assert queue_at(Story().created(at(9)).changed(at(10), status="on_hold"), at(11)) is None
    assert queue_at(response().changed(at(10), responded=True), at(11)) is None
    assert queue_at(response().resolved(at(14)), at(15)) is None
    assert queue_at(Story().created(at(9), sla=None), at(10)) is None


def test_a_pause_of_one_clock_leaves_the_other_queued() -> None:
    """engine.md R34."""
    desk = Desk(document(item(pause=False, fail=600), RESPONSE))
    assert queue_at(Story(desk).created(at(9)).changed(at(10), status="on_hold"), at(11)) == at(19)


def test_the_queue_changes_with_events_only() -> None:
    """engine.md R34: time alone moves nothing before something comes due."""
    state, _ = Story().created(at(9)).until(at(9.5))
    assert replace(state).queue_at == Story().created(at(9)).until(at(11.9))[0].queue_at


def test_success_by_status_is_judged_with_the_values_of_the_closing() -> None:
    """engine.md R25: judged as if open, by the values that the change leaves."""
    desk = Desk(document(item(success=is_("status", "problem_solved"))))
    assert Story(desk).created(at(9)).resolved(at(10)).instance(at(11)).status is Status.SUCCEEDED
