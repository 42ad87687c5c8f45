"""A frozen SLA document, compiled (engine.md R6, R13, R17, R23, R29)."""

from __future__ import annotations

from typing import Any

import pytest

from slas.domain.durations import Duration, Unit
from slas.domain.policy import SLAPolicy, WarningMoment, compile_sla
from slas.domain.tests.engine.desk_of_examples import (
    FIELDS,
    KPIS,
    RESPONDED,
    document,
    is_,
    item,
    level_is,
)

HIGH = is_("priority", "high")


def compiled(*items: dict[str, Any], **settings: Any) -> SLAPolicy:
    return compile_sla(document(*items, **settings), FIELDS, sla=7, version=3)


def test_what_is_compiled() -> None:
    """engine.md R6: everything that judging needs is in the document."""
    policy = compiled(item("a", warn=[45], fail={"amount": 2, "unit": "business_days"}, hours="office"))
    (only,) = policy.items
    assert (policy.sla, policy.version, policy.reopening, policy.recalculate_on_terminal) == (7, 3, "keep", False)
    assert (only.key, only.kpi, only.business_hours) == ("a", "resolve", 1)
    assert only.warnings == (WarningMoment("warning-1", Duration(45, Unit.MINUTES)),)
    assert (only.failure_key, only.failure_after) == ("failure", Duration(2, Unit.BUSINESS_DAYS))
    assert only.success_key == "success"
    assert policy.item_by_key == {"a": only}
    assert policy.kpi_ids["resolve"] == 2


def test_settings_of_the_document() -> None:
    """engine.md R22, R26: frozen at publishing."""
    policy = compiled(reopening="restart", recalculate_on_terminal=True)
    assert (policy.reopening, policy.recalculate_on_terminal) == ("restart", True)
    nothing_said = compiled(reopening=None, recalculate_on_terminal=None)
    assert (nothing_said.reopening, nothing_said.recalculate_on_terminal) == ("keep", False)


@pytest.mark.parametrize(
    ("of_item", "of_sla", "hours"),
    [(None, None, None), ("office", None, 1), (None, "office", 1), ("home", "office", 2)],
)
def test_hours_of_the_item_else_of_the_sla_else_around_the_clock(
    of_item: str | None, of_sla: str | None, hours: int | None
) -> None:
    policy = compiled(item(hours=of_item), business_hours=of_sla, schedules={"office": 1, "home": 2})
    assert policy.items[0].business_hours == hours


@pytest.mark.parametrize(
    ("allowed", "own", "of_kpi", "statuses", "paths"),
    [
        (True, None, None, ["on_hold"], {"status"}),
        (True, None, HIGH, ["on_hold"], {"priority"}),
        (True, level_is("gold"), HIGH, ["on_hold"], {"level"}),
        (True, level_is("gold"), None, [], {"level"}),
        (True, None, None, [], None),
        (False, level_is("gold"), HIGH, ["on_hold"], None),
    ],
)
def test_the_pause_rule_that_counts(
    allowed: bool,
    own: dict[str, Any] | None,
    of_kpi: dict[str, Any] | None,
    statuses: list[str],
    paths: set[str] | None,
) -> None:
    """engine.md R23: the item's, else the KPI's, else the record type's pause statuses; only if pausing is allowed."""
    kpis = {**KPIS, "resolve": {**KPIS["resolve"], "pause_when": of_kpi}}
    (only,) = compiled(item(pause=allowed, pause_when=own), kpis=kpis, pause_statuses=statuses).items
    assert (only.pause_when.paths if only.pause_when else None) == paths
    assert only.allows_pausing is allowed


def test_nothing_said_about_pausing_allows_it() -> None:
    """The default is yes."""
    without = {key: value for key, value in item().items() if key != "pause"}
    assert compiled(without).items[0].allows_pausing
    assert compiled({**item(), "pause": None}).items[0].pause_when is not None


def test_pause_statuses() -> None:
    """engine.md R23."""
    rule = compiled(pause_statuses=["on_hold", "waiting"]).items[0].pause_when
    assert rule is not None
    assert [rule.evaluate({"status": status}) for status in ("on_hold", "waiting", "new", None)] == [
        True, True, False, False,
    ]  # fmt: skip


def test_the_first_item_of_a_kpi_that_holds_wins() -> None:
    """engine.md R17: in the order of the document, KPI by KPI."""
    policy = compiled(
        item("silver", when=level_is("silver")),
        item("response", kpi="response", success=RESPONDED),
        item("any"),
        item("never-reached", when=level_is("gold")),
    )
    assert policy.kpis == ("resolve", "response")
    assert [each.key for each in policy.items_by_kpi["resolve"]] == ["silver", "any", "never-reached"]
    assert [getattr(policy.winner("resolve", {"level": level}), "key", None) for level in ("silver", "gold")] == [
        "silver", "any",
    ]  # fmt: skip
    assert policy.winner("unknown", {}) is None
    assert compiled(item(when=level_is("silver"))).winner("resolve", {"level": "gold"}) is None


def test_paths_that_matter() -> None:
    """engine.md R13: applicable from, applicable when, success, pause; of the KPIs in use only."""
    kpis = {**KPIS, "unused": {"id": 3, "name": "Unused", "applicable_from": "created_on", "pause_when": None}}
    policy = compiled(item("a", kpi="response", when=level_is("gold"), success=RESPONDED), kpis=kpis)
    assert policy.paths == {"opened_on", "level", "responded", "status"}


@pytest.mark.parametrize(
    ("other", "same"),
    [
        (item(), True),
        ({**item(), "name": "Another name"}, True),
        (item(success=RESPONDED), True),
        (item(when=level_is("gold")), True),
        (item(fail={"amount": 4, "unit": "hours"}), True),
        (item(fail={"amount": 14400, "unit": "seconds"}), True),
        (item(hours="office"), False),
        (item(fail=241), False),
        (item(fail={"amount": 1, "unit": "business_days"}), False),
        (item(warn=181), False),
        (item(warn=[180, 200]), False),
        (item(pause=False), False),
        (item(pause_when=HIGH), False),
        (item("other"), False),
        (item(kpi="response"), False),
    ],
)
def test_terms(other: dict[str, Any], same: bool) -> None:
    """engine.md R29: what lets a running clock go on under another version."""
    mine, others = compiled(item()).items[0], compiled(other).items[0]
    assert mine.has_terms_of(others) is same
    assert others.has_terms_of(mine) is same


def test_business_days_equal_business_days() -> None:
    """engine.md R19, R29."""
    one, two = (compiled(item(fail={"amount": days, "unit": "business_days"})).items[0] for days in (1, 2))
    assert one.has_terms_of(one)
    assert not one.has_terms_of(two)


def test_pausing_allowed_without_a_rule_is_another_term() -> None:
    """engine.md R23, R29: neither pauses, but one counts the pauses of before."""
    allowed = compiled(item(), pause_statuses=[]).items[0]
    forbidden = compiled(item(pause=False), pause_statuses=[]).items[0]
    assert not allowed.has_terms_of(forbidden)


def test_a_success_moment_is_optional() -> None:
    """Actions for success are, so the moment may be missing."""
    without = {**item(), "moments": [moment for moment in item()["moments"] if moment["kind"] != "success"]}
    assert compiled(without).items[0].success_key == ""


def test_what_is_gone_is_told_and_judged_as_missing() -> None:
    """engine.md R6, R12: a published document outlives fields and choices; it compiles, and says what it lost."""
    resolve = {**KPIS["resolve"], "applicable_from": "received_on", "pause_when": is_("shift", "late")}
    policy = compiled(
        item("a", when=is_("region", "north")),
        item("b", when=is_("level", "platinum"), pause_when=is_("mood", "bad")),
        kpis={**KPIS, "resolve": resolve},
        pause_statuses=["on_hold", "asleep"],
    )
    assert [(problem.pointer, problem.code) for problem in policy.gone] == [
        ("/pause_statuses/all/0/value/1", "unknown_choice"),
        ("/items/0/applicable_when/all/0/field", "unknown_field"),
        ("/kpis/resolve/pause_when/all/0/field", "unknown_field"),
        ("/items/1/applicable_when/all/0/value", "unknown_choice"),
        ("/items/1/pause/when/all/0/field", "unknown_field"),
        ("/kpis/resolve/applicable_from", "unknown_field"),
    ]
    winner = policy.winner("resolve", {"region": "north", "level": "platinum"})
    assert winner is not None and winner.key == "b"
    assert compiled().gone == ()
