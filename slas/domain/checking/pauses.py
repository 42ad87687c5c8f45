"""Pauses that never come, never end, or end the item instead (engine.md R23, R24)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from slas.domain.checking.kpi_view import KPIView
from slas.domain.checking.reach import born_with, changed_out_of
from slas.domain.checking.rehearsal import Story
from slas.domain.checking.subject import CheckedItem, Finding
from slas.domain.conditions.diagrams import NEVER
from slas.domain.engine import Kind


def check_pauses(view: KPIView, item: CheckedItem, now: datetime) -> Iterator[Finding]:
    """Nothing for an item without a pause rule, and for one that never runs anyway."""
    d, rule = view.diagrams, item.policy.pause_when
    running = d.without(d.both(view.open, view.wins[item.key]), view.success(item))
    if rule is None or running == NEVER:
        return
    pauses = d.both(view.pause(item), view.possible)
    if pauses == NEVER:
        if item.owns_pause_rule:
            yield Finding("never_pauses", item.pause_pointer, item.key, data={"reason": "contradiction"})
        return
    paused = d.both(running, pauses)
    if paused == NEVER:
        witness = changed_out_of(view, item, rule, now, wide=True)
        data = {"reason": "stops_applying"}
        yield Finding("never_pauses", item.pause_pointer, item.key, data=data, witness=witness)
    elif d.implies(running, pauses):
        witness = view.example(running)
        if witness is not None and Story(view.sla, now).born(view.kpi, witness).last(item.key, Kind.PAUSED):
            yield Finding("always_paused", item.pause_pointer, item.key, witness=witness)
    else:
        yield from _paused_when_born(view, item, now)
        witness = changed_out_of(view, item, rule, now, wide=False)
        if witness is not None:
            winner = view.winner(witness)
            data = {"to": winner.name if winner else ""}
            yield Finding("pause_may_end_item", item.pause_pointer, item.key, data=data, witness=witness)


def _paused_when_born(view: KPIView, item: CheckedItem, now: datetime) -> Iterator[Finding]:
    """What a new record is born with pauses it; said once for items that share the rule."""
    rule, defaults = item.policy.pause_when, view.sla.kind.defaults
    assert rule is not None
    if any(other.policy.pause_when == rule for other in view.before(item)):
        return
    if not rule.paths <= defaults.keys() or not rule.evaluate(defaults):
        return
    d = view.diagrams
    running = d.without(d.both(view.open, view.wins[item.key]), view.success(item))
    born = born_with(view, running, rule.paths)
    if born is not None and Story(view.sla, now).born(view.kpi, born).last(item.key, Kind.PAUSED):
        yield Finding("paused_at_start", item.pause_pointer, item.key, witness=born)
