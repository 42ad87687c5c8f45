"""A publication is applied to open records (engine.md R29); older versions live on (R6)."""

from __future__ import annotations

from typing import Any

import pytest

from slas.domain.engine import Applied, Kind, Reason, Silence, Status
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

RESPONSE = item("response", kpi="response", success=RESPONDED)


def published(*items: dict[str, Any], first: dict[str, Any] | None = None, **settings: Any) -> Desk:
    """Version 1 has `first`, version 2 the items."""
    return Desk(document(first or item(), **settings), document(*items, **settings))


def test_until_then_a_record_lives_by_its_old_version() -> None:
    """engine.md R29: publishing by itself changes nothing."""
    story = Story(published(item(fail=480))).created(at(9))
    story.changed(at(10), status="on_hold").changed(at(11), status="new")
    assert (story.instance(at(12)).version, story.instance(at(12)).failure_due) == (1, at(14))


def test_an_unchanged_item_only_moves_its_version() -> None:
    """engine.md R29: item key and terms are unchanged; name, criteria and when it applies are no terms."""
    renamed = {**item(when=level_is("gold"), success=is_("priority", "high")), "name": "Another name"}
    story = Story(published(renamed)).created(at(9)).reapplied(at(10), 2)
    (only,) = story.all_instances(at(10))
    assert (only.version, only.failure_due, only.started_at) == (2, at(13), at(9))
    (moved,) = story.transitions(at(10), Kind.VERSION_MOVED)
    assert (moved.reason, moved.moment) == (Reason.REAPPLIED, "")
    assert story.changed(at(11), priority="high").instance(at(12)).status is Status.SUCCEEDED


def test_the_same_length_in_another_unit_is_unchanged() -> None:
    """engine.md R17, R29: terms are working seconds."""
    story = Story(published(item(fail={"amount": 4, "unit": "hours"}))).created(at(9)).reapplied(at(10), 2)
    assert len(story.all_instances(at(10))) == 1


@pytest.mark.parametrize(
    "changed",
    [
        item(fail=480),
        item(fail={"amount": 1, "unit": "business_days"}),
        item(warn=120),
        item(warn=None),
        item(warn=[180, 200]),
        item(hours="office"),
        item(pause=False),
        item(pause_when=is_("priority", "high")),
        item("another-key"),
    ],
)
def test_changed_terms_replace(changed: dict[str, Any]) -> None:
    """engine.md R29: others are replaced, from the same S."""
    story = Story(published(changed)).created(at(9)).reapplied(at(10), 2)
    old, new = story.all_instances(at(10))
    assert (old.status, old.end_reason) == (Status.CANCELED, Reason.REAPPLIED)
    assert (new.version, new.start, new.previous) == (2, at(9), old.number)


def test_business_hours_that_were_edited_since_are_no_changed_terms() -> None:
    """engine.md R17, R29: a running clock keeps its schedule version until it is recalculated."""
    desk = Desk(document(item(hours="office")), document(item(hours="office")))
    desk.publish_hours(at(9.5), SHORT_DAYS)
    assert Story(desk).created(at(9)).reapplied(at(10), 2).instance(at(10)).hours == 1


def test_a_pause_rule_of_the_kpi_is_a_term() -> None:
    """engine.md R23, R29: the rule that counts, wherever it stands."""
    paused_by_kpi = {**KPIS, "resolve": {**KPIS["resolve"], "pause_when": is_("priority", "high")}}
    desk = Desk(document(), {**document(), "kpis": paused_by_kpi})
    assert len(Story(desk).created(at(9)).reapplied(at(10), 2).all_instances(at(10))) == 2


def test_a_kept_clock_keeps_its_extension() -> None:
    """engine.md R29: only its version moves."""
    story = Story(published(item())).created(at(9)).extended(at(9.5), "resolve", 3600).reapplied(at(10), 2)
    assert story.instance(at(10)).failure_due == at(14)


def test_a_kept_clock_stays_paused() -> None:
    """engine.md R29."""
    story = Story(published(item())).created(at(9)).changed(at(9.5), status="on_hold").reapplied(at(10), 2)
    assert story.instance(at(10)).paused_on == at(9.5)


def test_a_replaced_clock_takes_its_pauses_along() -> None:
    """engine.md R23, R29: cut at the re-application, and on."""
    story = Story(published(item(fail=480))).created(at(9)).changed(at(9.5), status="on_hold").reapplied(at(10), 2)
    assert story.instance(at(10)).paused_on == at(10)
    assert story.changed(at(10.5), status="new").instance(at(10.5)).failure_due == at(18)


@pytest.mark.parametrize(("asked", "silence"), [(False, Silence.REAPPLIED), (True, "")])
@pytest.mark.parametrize(
    ("changed", "kind"), [(item(warn=30, fail=480), Kind.WARNED), (item(warn=10, fail=30), Kind.FAILED)]
)
def test_what_is_already_due_is_silent_unless_asked(
    changed: dict[str, Any], kind: Kind, asked: bool, silence: str
) -> None:
    """engine.md R29: warnings and failures already due are recorded without running actions."""
    story = Story(published(changed)).created(at(9)).reapplied(at(10), 2, run_actions=asked)
    (reached,) = story.transitions(at(10), kind)
    assert (reached.silence, reached.reason, reached.at) == (silence, Reason.BORN_LATE, at(10))


@pytest.mark.parametrize(
    ("changed", "silence"),
    [
        (item(warn=30, fail=480), Silence.REAPPLIED),  # 09:30, the moment of publishing
        (item(warn=31, fail=480), ""),
        (item(warn=10, fail=30), Silence.REAPPLIED),
        (item(warn=10, fail=31), ""),
    ],
)
def test_what_comes_due_while_the_job_is_on_its_way_is_not_silent(changed: dict[str, Any], silence: str) -> None:
    """engine.md R29: what was due at publishing is; the job may reach the record much later."""
    story = Story(published(changed)).created(at(9)).reapplied(at(10), 2, published=at(9.5))
    (reached,) = [each for each in story.until(at(10))[1] if each.moment]
    assert (reached.silence, reached.reason) == (silence, Reason.BORN_LATE)


def test_what_comes_due_later_is_not_silent() -> None:
    """engine.md R29."""
    story = Story(published(item(warn=120, fail=150))).created(at(9)).reapplied(at(10), 2)
    assert [each.silence for each in story.until(at(20))[1] if each.moment] == ["", ""]


def test_a_success_by_new_criteria_runs_its_actions() -> None:
    """engine.md R29: only warnings and failures are silent."""
    story = Story(published(item(success=level_is("gold")))).created(at(9)).reapplied(at(10), 2)
    (met,) = story.transitions(at(10), Kind.SUCCEEDED)
    assert (met.silence, met.at) == ("", at(10))


@pytest.mark.parametrize("responded", [False, True])
def test_settled_instances_are_never_re_applied(responded: bool) -> None:
    """engine.md R29: whatever changed for them."""
    desk = published({**RESPONSE, "moments": item(fail=480)["moments"]}, first=RESPONSE)
    story = Story(desk).created(at(9)).changed(at(10), responded=responded).reapplied(at(14), 2)
    (only,) = story.all_instances(at(20), "response")
    assert (only.version, story.until(at(20))[0].applied) == (1, Applied(1, 2, "default"))


def test_a_settled_clock_watches_by_its_old_version() -> None:
    """engine.md R6, R22: failed under version 1, it is met late by the criteria of version 1."""
    desk = published(item("response", kpi="response", success=is_("priority", "high")), first=RESPONSE)
    story = Story(desk).created(at(9)).reapplied(at(14), 2).changed(at(15), priority="high")
    assert story.instance(at(16), "response").late_success_at is None
    assert story.changed(at(17), responded=True).instance(at(18), "response").late_success_at == at(17)


def test_an_item_that_is_gone() -> None:
    """engine.md R20, R29: no item wins under the new version: canceled; its KPI may be gone with it."""
    story = Story(published(RESPONSE)).created(at(9)).reapplied(at(10), 2)
    assert story.instance(at(11)).end_reason == Reason.NO_ITEM
    assert story.instance(at(11), "response").started_at == at(10)


def test_a_kpi_that_is_new() -> None:
    """engine.md R17, R29: it starts, from its S."""
    story = Story(published(item(), RESPONSE)).created(at(9)).reapplied(at(10), 2)
    assert (story.instance(at(10), "response").start, story.instance(at(10)).version) == (at(9), 2)


def test_a_new_kpi_without_s() -> None:
    """engine.md R17, R21, R29."""
    story = Story(published(item(), RESPONSE)).created(at(9), opened_on=None).reapplied(at(10), 2)
    assert story.until(at(11))[1] == []


def test_another_item_wins_under_the_new_version() -> None:
    """engine.md R20, R29: an earlier item was added."""
    story = Story(published(item("gold", when=level_is("gold"), fail=300), item())).created(at(9)).reapplied(at(10), 2)
    old, new = story.all_instances(at(10))
    assert (old.end_reason, new.item) == (Reason.REAPPLIED, "gold")


def test_a_closed_record_only_moves_its_version() -> None:
    """engine.md R25, R29: nothing starts; reopened it lives by the new one."""
    story = Story(published(item(fail=480), reopening="continue")).created(at(9)).resolved(at(10)).reapplied(at(11), 2)
    assert story.until(at(12))[0].applied == Applied(1, 2, "default")
    assert story.reopened(at(12)).instance(at(12)).failure_due == at(19)


def test_a_publication_of_another_sla_is_none_of_its_business() -> None:
    """engine.md R29: the record moved on between the publication and its judging."""
    desk = Desk(document(item()), document(item(fail=480)), document(item()), sla_of_version={1: 1, 2: 1, 3: 2})
    story = Story(desk).created(at(9)).applied(at(10), 2, version=3).reapplied(at(11), 2)
    assert story.until(at(12))[0].applied == Applied(2, 3, "hand")


def test_re_applied_twice_is_told_once() -> None:
    """engine.md R29: unique on record and publication."""
    story = Story(published(item())).created(at(9)).reapplied(at(10), 2).reapplied(at(10.5), 2)
    assert len(story.transitions(at(11), Kind.VERSION_MOVED)) == 1


def test_after_a_restart_s_stays() -> None:
    """engine.md R21, R29: a clock that counts from its reopening goes on doing so."""
    story = Story(published(item(fail=480), reopening="restart")).created(at(9)).resolved(at(10)).reopened(at(20))
    assert story.reapplied(at(21), 2).instance(at(21)).failure_due == at(28)


def test_each_instance_is_judged_by_its_own_version() -> None:
    """engine.md R6: items may change their rules under the same key; a running clock's rule is frozen."""
    desk = published(item(pause_when=is_("priority", "high")))
    story = Story(desk).created(at(9)).changed(at(10), status="on_hold")
    assert story.instance(at(11)).status is Status.PAUSED
    assert story.reapplied(at(11), 2).instance(at(11)).status is Status.IN_PROGRESS


# While SLAs are disabled


@pytest.mark.parametrize("changed", [item(fail=480), item("another-key"), item(hours="office")])
def test_while_disabled_a_clock_with_other_terms_goes_on(changed: dict[str, Any]) -> None:
    """engine.md R15, R29: nothing starts, so nothing is replaced; it runs on under the version it was started with."""
    story = Story(published(changed)).created(at(9)).reapplied(at(10), 2, starting=False)
    (only,) = story.all_instances(at(12.5))
    assert (only.version, only.status, only.failure_due) == (1, Status.NEARING_NONCOMPLIANCE, at(13))
    assert story.until(at(12))[0].applied == Applied(1, 2, "default")


def test_while_disabled_an_unchanged_item_still_moves_its_version() -> None:
    """engine.md R15, R29: a running clock goes on, and goes on as under any publication."""
    story = Story(published(item())).created(at(9)).reapplied(at(10), 2, starting=False)
    assert story.instance(at(10)).version == 2


def test_while_disabled_a_kpi_that_is_new_does_not_start() -> None:
    """engine.md R15, R29: nor one whose clock was canceled before."""
    story = Story(published(item(), RESPONSE)).created(at(9)).reapplied(at(10), 2, starting=False)
    assert list(story.until(at(11))[0].instances) == ["resolve"]
    gold = item(when=level_is("gold"))
    story = Story(published(item(), first=gold)).created(at(9)).changed(at(9.5), level="silver")
    assert len(story.reapplied(at(10), 2, starting=False).all_instances(at(11))) == 1
    assert len(story.reapplied(at(10.5), 2).all_instances(at(11))) == 2


def test_while_disabled_an_item_that_is_gone_still_cancels() -> None:
    """engine.md R15, R20: disabling stops starting, not ending."""
    story = Story(published(RESPONSE)).created(at(9)).reapplied(at(10), 2, starting=False)
    assert story.instance(at(11)).end_reason == Reason.NO_ITEM


def test_what_a_disabled_re_application_left_behind_is_recalculated_by_hand() -> None:
    """engine.md R15, R22: later, with starting allowed, the clock is replaced by one with the new terms."""
    story = Story(published(item(fail=480))).created(at(9)).reapplied(at(10), 2, starting=False)
    assert story.recalculated(at(11)).instance(at(11)).failure_due == at(17)


def test_nothing_is_recalculated_while_disabled() -> None:
    """engine.md R15, R22: neither an open clock under new hours nor a settled one."""
    desk = Desk(document(item(hours="office"), RESPONSE))
    desk.publish_hours(at(9.5), SHORT_DAYS)
    story = Story(desk).created(at(9)).changed(at(10), responded=True).recalculated(at(11), starting=False)
    assert len(story.all_instances(at(12))) == len(story.all_instances(at(12), "response")) == 1
    assert story.recalculated(at(11.5)).instance(at(11.5)).hours == 2
