"""Which SLA judges, and what another one does to the clocks (engine.md R14–R16)."""

from __future__ import annotations

from slas.domain.engine import Applied, Kind, Reason, Status
from slas.domain.tests.engine.desk_of_examples import RESPONDED, Desk, Story, at, document, item, level_is


def two_slas() -> Desk:
    """Version 1 is of SLA 1, version 2 of SLA 2, version 3 of SLA 1 again."""
    return Desk(
        document(item()), document(item(fail=600)), document(item(fail=1200)), sla_of_version={1: 1, 2: 2, 3: 1}
    )


def test_the_result_and_its_source_are_kept() -> None:
    """engine.md R14."""
    state, _ = Story().created(at(9)).until(at(10))
    assert (state.applied, state.source) == (Applied(1, 1, "default"), "default")


def test_no_sla_starts_nothing() -> None:
    """engine.md R14: none found, or *No SLA* by hand."""
    state, transitions = Story().created(at(9), sla=None).until(at(20))
    assert (state.applied, state.source, state.instances, transitions) == (None, "none", {}, [])


def test_a_change_that_decides_nothing_keeps_the_sla() -> None:
    """engine.md R14: never by time or by other changes."""
    state, _ = Story().created(at(9)).changed(at(10), status="in_progress").until(at(20, day=9))
    assert state.applied == Applied(1, 1, "default")


def test_another_sla_cancels_and_starts_its_own() -> None:
    """engine.md R16."""
    story = Story(two_slas()).created(at(9)).applied(at(10), 2, version=2)
    first, second = story.all_instances(at(11))
    assert (first.status, first.end_reason, first.ended_at) == (Status.CANCELED, Reason.SLA_CHANGED, at(10))
    assert (second.sla, second.start, second.failure_due, second.previous) == (2, at(9), at(19), None)


def test_another_sla_takes_no_pauses_over() -> None:
    """engine.md R16: its clock starts without the pauses of the previous one."""
    story = Story(two_slas()).created(at(9)).changed(at(10), status="on_hold").changed(at(11), status="new")
    instance = story.applied(at(12), 2, version=2).instance(at(13))
    assert (instance.held, instance.failure_due) == (0, at(19))


def test_another_sla_while_paused() -> None:
    """engine.md R16, R18: the pause of the old clock ends with it; the new one is born paused."""
    story = Story(two_slas()).created(at(9)).changed(at(10), status="on_hold").applied(at(11), 2, version=2)
    assert story.kinds(at(12))[-4:] == [
        (Kind.RESUMED, at(11)), (Kind.CANCELED, at(11)), (Kind.STARTED, at(11)), (Kind.PAUSED, at(11)),
    ]  # fmt: skip
    assert story.changed(at(12), status="new").instance(at(13)).failure_due == at(20)


def test_removing_the_sla_cancels() -> None:
    """engine.md R14, R16: *No SLA* is a choice of its own."""
    story = Story().created(at(9)).applied(at(10), None)
    (only,) = story.all_instances(at(20))
    assert (only.status, only.end_reason) == (Status.CANCELED, Reason.SLA_REMOVED)
    assert (story.until(at(20))[0].applied, story.until(at(20))[0].source) == (None, "hand_none")


def test_a_settled_result_of_an_earlier_time_does_not_count() -> None:
    """engine.md R16: returning to an SLA starts afresh, though its KPI was met before."""
    desk = Desk(
        document(item("response", kpi="response", success=RESPONDED, warn=None)), document(), sla_of_version={2: 2}
    )
    story = Story(desk).created(at(9)).changed(at(10), responded=True).applied(at(11), 2, version=2)
    story.changed(at(11.5), responded=False).applied(at(12), 1)
    instance = story.instance(at(13), "response")
    assert (instance.status, instance.previous, instance.number) == (Status.IN_PROGRESS, None, 3)


def test_a_pause_of_an_earlier_time_does_not_count() -> None:
    """engine.md R16: there and back again, the pause is lost."""
    story = Story(two_slas()).created(at(9)).changed(at(9.5), status="on_hold").changed(at(10.5), status="new")
    story.applied(at(11), 2, version=2).applied(at(11.5), 1)
    assert (story.instance(at(12)).held, story.instance(at(12)).failure_due) == (0, at(13))


def test_choosing_the_same_sla_again_changes_only_the_source() -> None:
    """engine.md R14: publishing never re-decides, so a newer version of the same SLA is not picked up either."""
    story = Story(two_slas()).created(at(9)).applied(at(10), 1, version=3)
    state, transitions = story.until(at(11))
    assert (state.applied, state.source) == (Applied(1, 1, "hand"), "hand")
    assert [each.kind for each in transitions] == [Kind.STARTED]


def test_choosing_while_closed_starts_nothing() -> None:
    """engine.md R14, R25: the SLA is decided, no instance starts while the record is not open."""
    story = Story(two_slas()).created(at(9)).resolved(at(10)).applied(at(11), 2, version=2)
    state, _ = story.until(at(20))
    assert (state.applied, state.instances) == (Applied(2, 2, "hand"), {})


def test_reopened_under_another_sla_starts_afresh() -> None:
    """engine.md R16, R26: nothing of the earlier SLA counts, also not what it settled."""
    story = Story(two_slas()).created(at(9)).resolved(at(10)).applied(at(11), 2, version=2).reopened(at(12))
    instance = story.instance(at(13))
    assert (instance.sla, instance.failure_due, instance.started_at) == (2, at(19), at(12))


def test_disabled_slas_start_nothing() -> None:
    """engine.md R15: *Disable SLAs* stops starting; the next change that matters after that starts the clock."""
    desk = Desk(document(item(when=level_is("silver"))))
    story = Story(desk).created(at(9)).changed(at(10), starting=False, level="silver")
    assert story.until(at(11))[1] == []
    story.changed(at(11), status="in_progress")
    assert (story.instance(at(12)).started_at, story.instance(at(12)).start) == (at(11), at(9))


def test_disabled_slas_let_running_clocks_go_on() -> None:
    """engine.md R15: pauses, success and timers are judged in full, and no other item takes over."""
    desk = Desk(document(item("gold", when=level_is("gold")), item("other")))
    story = Story(desk).created(at(9)).changed(at(10), starting=False, level="silver", status="on_hold")
    assert (story.instance(at(11)).item, story.instance(at(11)).status) == ("gold", Status.PAUSED)
    story.changed(at(11), starting=False, status="new")
    assert story.instance(at(20)).status is Status.NONCOMPLIANT


def test_disabled_slas_still_end_what_no_longer_applies() -> None:
    """engine.md R15, R20: stopping is not starting."""
    desk = Desk(document(item("gold", when=level_is("gold"))))
    story = Story(desk).created(at(9)).changed(at(10), starting=False, level="silver")
    assert story.instance(at(11)).end_reason == Reason.NO_ITEM


def test_disabled_slas_start_nothing_on_reopening() -> None:
    """engine.md R15, R26: it goes on with the next change that matters, closed time held."""
    desk = Desk(document(item("response", kpi="response", success=RESPONDED)))
    story = Story(desk).created(at(9)).resolved(at(10))
    story.changed(at(15), starting=False, state="active", status="new")
    assert story.instance(at(16), "response").status is Status.CANCELED
    instance = story.changed(at(16), status="in_progress").instance(at(17), "response")
    assert (instance.status, instance.failure_due) == (Status.IN_PROGRESS, at(18))
    (_, again) = story.transitions(at(17), Kind.STARTED)
    assert again.reason is Reason.CONTINUED
