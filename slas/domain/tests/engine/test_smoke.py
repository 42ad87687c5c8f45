"""The main line: warn, fail, meet, pause (engine.md R17–R24)."""

from __future__ import annotations

from slas.domain.engine import Kind, Status
from slas.domain.tests.engine.desk_of_examples import Desk, Story, at, document, item


def test_a_clock_warns_and_fails() -> None:
    story = Story().created(at(9))
    assert story.kinds(at(14)) == [(Kind.STARTED, at(9)), (Kind.WARNED, at(12)), (Kind.FAILED, at(13))]


def test_met_at_the_failure_time_is_met() -> None:
    story = Story().created(at(9)).resolved(at(13))
    assert story.instance(at(20)).status is Status.SUCCEEDED


def test_a_pause_moves_both_times() -> None:
    story = Story().created(at(9)).changed(at(10), status="on_hold").changed(at(11.5), status="in_progress")
    assert story.kinds(at(20)) == [
        (Kind.STARTED, at(9)), (Kind.PAUSED, at(10)), (Kind.RESUMED, at(11.5)),
        (Kind.WARNED, at(13.5)), (Kind.FAILED, at(14.5)),
    ]  # fmt: skip


def test_p3_pause_over_closing() -> None:
    desk = Desk(document(item(hours="office")))
    story = Story(desk).created(at(9)).changed(at(12), status="on_hold").changed(at(20), status="in_progress")
    assert story.instance(at(21)).failure_due == at(10, day=1)


def test_success_while_paused_is_on_time() -> None:
    story = Story().created(at(9)).changed(at(10), status="on_hold").resolved(at(23))
    assert story.instance(at(23.5)).status is Status.SUCCEEDED


def test_reopened_and_kept() -> None:
    story = Story().created(at(9)).resolved(at(10)).reopened(at(11))
    assert story.instance(at(23)).status is Status.SUCCEEDED


def test_unmet_by_closing_goes_on() -> None:
    responded = {"all": [{"field": "responded", "op": "is", "value": True}]}
    desk = Desk(document(item("response", kpi="response", success=responded)))
    story = Story(desk).created(at(9)).resolved(at(10)).reopened(at(15))
    instance = story.instance(at(16), "response")
    assert (instance.status, instance.failure_due) == (Status.IN_PROGRESS, at(18))
