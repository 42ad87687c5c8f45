"""Actions that wake the SLA that caused them (engine.md R32): the graph of who can wake whom, then a rehearsal.

An action leads to an item if it writes a field that decides about the item, or creates a record that the item is for.
Only items on a cycle of this graph are rehearsed, and only what a replay shows to go round is reported.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from slas.domain.checking.chain import ChainReaction, Link
from slas.domain.checking.kpi_view import KPIView
from slas.domain.checking.subject import Act, CheckedItem, CheckedSLA, Create, Finding, Write
from slas.domain.engine import Kind

Place = tuple[str, str]
"""Record type and item."""
MAX_STARTS = 4


def check_loops(sla: CheckedSLA, views: Mapping[str, KPIView], now: datetime) -> Iterator[Finding]:
    """One finding per loop, at the action that closes it."""
    reported: set[frozenset[Place]] = set()
    cyclic = _on_cycles(_edges(sla))
    for item in sla.items:
        view = views.get(item.policy.kpi)
        if view is None or (sla.kind.name, item.key) not in cyclic:
            continue
        for record, met in _starts(view, item):
            loop = ChainReaction(sla, now, view.spend).run(view.kpi, record, met)
            members = frozenset((link.record_type, link.item) for link in loop)
            if loop and members not in reported:
                reported.add(members)
                yield _finding(sla, item, loop, record)
            if loop:
                break


def check_own_success(view: KPIView, item: CheckedItem, now: datetime) -> Iterator[Finding]:
    """An action of a warning that itself meets the item's success criteria: then nobody has to."""
    paths = item.policy.success_when.paths
    for act in item.acts:
        if not any(isinstance(effect, Write) and effect.path in paths for effect in act.effects):
            continue
        if act.moment not in {warning.key for warning in item.warnings}:
            continue
        for record, _met in _starts(view, item):
            told = ChainReaction(view.sla, now, view.spend).first_step(view.kpi, record, act)
            if any(one.kind is Kind.SUCCEEDED for one in told):
                yield Finding("action_meets_success", act.pointer, item.key, witness=record)
                return


def _finding(sla: CheckedSLA, item: CheckedItem, loop: tuple[Link, ...], record: Mapping[str, object]) -> Finding:
    own = next((link for link in loop if link.record_type == sla.kind.name), loop[0])
    steps = tuple((link.item_name, link.moment, link.effect) for link in loop)
    return Finding("action_loop", own.act.pointer, own.act.item, data={"steps": steps}, witness=record)


def _starts(view: KPIView, item: CheckedItem) -> Iterator[tuple[Mapping[str, object], Mapping[str, object]]]:
    """Records on which the item runs, and for each the values that meet its criteria, if any do."""
    d = view.diagrams
    running = d.without(d.both(view.open, view.wins[item.key]), d.either(view.success(item), view.pause(item)))
    wins = d.both(view.live, d.both(view.wins[item.key], view.success(item)))
    met = d.example(wins) or {}
    for count, box in enumerate(d.boxes(running)):
        record = view.example(d.both(running, d.box(box)))
        if record is not None:
            yield record, met
        if count + 1 == MAX_STARTS:
            return


# --- the graph ---


def _edges(sla: CheckedSLA) -> dict[Place, set[Place]]:
    """Everybody's actions, to everybody whom they may wake."""
    slas = {sla.kind.name: sla, **sla.neighbours}
    return {
        (name, item.key): {place for act in item.acts for place in _woken(slas, each, act)}
        for name, each in slas.items()
        for item in each.items
    }


def _woken(slas: Mapping[str, CheckedSLA], sla: CheckedSLA, act: Act) -> Iterator[Place]:
    for effect in act.effects:
        if isinstance(effect, Create):
            created = slas.get(effect.record_type)
            yield from ((effect.record_type, item.key) for item in (created.items if created else ()))
            continue
        for item in sla.items:
            if effect.path in _decides(sla, item):
                yield sla.kind.name, item.key


def _decides(sla: CheckedSLA, item: CheckedItem) -> frozenset[str]:
    """The fields that the item's clock depends on."""
    policy = item.policy
    paths = policy.applicable_when.paths | policy.success_when.paths | {sla.policy.applicable_from[policy.kpi]}
    paths |= {sla.kind.lifecycle_field}
    return paths if policy.pause_when is None else paths | policy.pause_when.paths


def _on_cycles(edges: Mapping[Place, set[Place]]) -> set[Place]:
    """The places from which one can come back to where one was."""
    found: set[Place] = set()
    for place in edges:
        seen: set[Place] = set()
        stack = list(edges[place])
        while stack:
            reached = stack.pop()
            if reached in seen:
                continue
            seen.add(reached)
            stack += edges.get(reached, ())
        if place in seen:
            found.add(place)
    return found
