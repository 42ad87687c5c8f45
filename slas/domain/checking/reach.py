"""Does an item ever apply, can it succeed, and does its success stay its own? (engine.md R17, R20, R28)"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from slas.domain.checking.kpi_view import KPIView
from slas.domain.checking.rehearsal import Story
from slas.domain.checking.subject import CheckedItem, Finding
from slas.domain.conditions import Condition
from slas.domain.conditions.diagrams import NEVER, Diagram
from slas.domain.engine import Kind


def check_reach(view: KPIView, item: CheckedItem, now: datetime) -> Iterator[Finding]:
    """An item whose own conditions contradict themselves is left to `parts`."""
    d = view.diagrams
    applies = d.both(view.applies[item.key], view.possible)
    success = d.both(view.success(item), view.possible)
    if NEVER in (applies, success):
        return
    wins = d.both(view.open, view.wins[item.key])
    if wins == NEVER:
        yield _never_applies(view, item)
    met = d.both(view.success(item), d.both(view.live, applies))
    if met == NEVER:
        yield _never_succeeds(view, item, now, reason="stops_applying")
    elif wins == NEVER:
        return
    elif d.both(met, view.wins[item.key]) == NEVER:
        yield _never_succeeds(view, item, now, reason="handed_over", others=_covering(view, item, met))
    elif d.implies(wins, success):
        yield from _succeeds_at_once(view, item, wins, now)
    else:
        yield from _hands_over(view, item, now)
        yield from _born_met(view, item, wins, now)


# --- never applies ---


def _never_applies(view: KPIView, item: CheckedItem) -> Finding:
    d = view.diagrams
    applies = d.both(view.open, view.applies[item.key])
    pointer = f"{item.pointer}/applicable_when"
    if applies == NEVER:
        return Finding("never_applies", pointer, item.key, data={"reason": "never_open"})
    same = [other for other in view.before(item) if view.applies[other.key] == view.applies[item.key]]
    others = same[:1] or _covering(view, item, applies)
    witness = view.example(applies)
    if witness is not None and not _goes_elsewhere(view, item, witness):
        witness = None
    code = "duplicate_item" if same else "never_applies"
    data = {"reason": "earlier", "others": tuple(other.name for other in others)}
    return Finding(code, pointer, item.key, data=data, witness=witness)


def _goes_elsewhere(view: KPIView, item: CheckedItem, record: Mapping[str, object]) -> bool:
    winner = view.winner(record)
    return item.policy.applicable_when.evaluate(view.filled(record)) and winner is not None and winner.key != item.key


def _covering(view: KPIView, item: CheckedItem, records: Diagram) -> Sequence[CheckedItem]:
    """As few earlier items as take all these records: one alone if there is one, else none to spare."""
    d = view.diagrams
    earlier = [other for other in view.before(item) if d.both(view.applies[other.key], records) != NEVER]
    for other in earlier:
        if d.implies(records, view.applies[other.key]):
            return [other]
    needed: list[CheckedItem] = []
    rest = d.any_of(view.applies[other.key] for other in earlier)
    left = records
    for index, other in enumerate(earlier):
        rest = d.any_of(view.applies[later.key] for later in earlier[index + 1 :])
        if not d.implies(left, rest):
            needed.append(other)
            left = d.without(left, view.applies[other.key])
    return needed


# --- success ---


def _never_succeeds(
    view: KPIView, item: CheckedItem, now: datetime, *, reason: str, others: Sequence[CheckedItem] = ()
) -> Finding:
    witness = changed_out_of(view, item, item.policy.success_when, now, wide=True)
    names = tuple(other.name for other in others)
    data = {"reason": reason, "others": names}
    return Finding("never_succeeds", f"{item.pointer}/success_when", item.key, True, data, witness)


def _hands_over(view: KPIView, item: CheckedItem, now: datetime) -> Iterator[Finding]:
    """Some successes end the item before they count: what meets the criteria also decides who applies."""
    witness = changed_out_of(view, item, item.policy.success_when, now, wide=False)
    if witness is not None:
        winner = view.winner(witness)
        data = {"to": winner.name if winner else ""}
        yield Finding("success_may_hand_over", f"{item.pointer}/success_when", item.key, data=data, witness=witness)


def changed_out_of(
    view: KPIView, item: CheckedItem, rule: Condition, now: datetime, *, wide: bool
) -> Mapping[str, object] | None:
    """A record, once the item's own, on which a change made the rule true and thereby canceled the item's clock."""
    for story in _stories(view, item, rule, wide=wide):
        if _is_lost(view, item, story, now):
            return _trimmed(view, item, rule, story, now)
    return None


def _trimmed(view: KPIView, item: CheckedItem, rule: Condition, story: Records, now: datetime) -> Mapping[str, object]:
    """The record after the change without what is as in any new record and makes no difference."""
    before, after = story
    for path, value in view.sla.kind.defaults.items():
        if path in rule.paths or after.get(path) != value or before.get(path, value) != value:
            continue
        fewer = {other: each for other, each in after.items() if other != path}
        if _is_lost(view, item, (before, fewer), now):
            after = fewer
    return after


Records = tuple[Mapping[str, object], Mapping[str, object]]


def _stories(view: KPIView, item: CheckedItem, rule: Condition, *, wide: bool) -> Iterator[Records]:
    """A record on which the item runs, and the same one after a change that makes the rule true but ends the item.

    Only the rule's fields change, with those tied to them; `wide` tells a story in which anything may.
    """
    d = view.diagrams
    holds = d.of(rule.root)
    running = d.without(d.both(view.open, view.wins[item.key]), holds)
    lost = d.without(d.both(view.live, holds), view.wins[item.key])
    spaces = [d.space.positions_of(view.tied_to(rule.paths))]
    if wide:
        spaces.append(frozenset(range(len(d.space.variables))))
    for changing in spaces:
        kept = d.both(lost, d.forget(running, changing))
        after = d.example(kept)
        if after is None:
            continue
        fixed = {index: 1 << number for index, number in d.space.classes_of(after).items() if index not in changing}
        before = d.example(d.both(running, d.box(fixed)))
        if before is not None:
            paths = {d.space.variables[index].path for index in changing}
            yield before, {**{path: value for path, value in before.items() if path not in paths}, **after}


def _is_lost(view: KPIView, item: CheckedItem, story: Records, now: datetime) -> bool:
    """Replayed: the clock of the item runs, and the change cancels it."""
    before, after = story
    told = Story(view.sla, now).born(view.kpi, before)
    if not told.last(item.key, Kind.STARTED) or told.last(item.key, Kind.SUCCEEDED):
        return False
    told = told.changed(after)
    return told.last(item.key, Kind.CANCELED) and not told.last(item.key, Kind.SUCCEEDED)


def _succeeds_at_once(view: KPIView, item: CheckedItem, wins: Diagram, now: datetime) -> Iterator[Finding]:
    witness = view.example(wins)
    if witness is not None and Story(view.sla, now).born(view.kpi, witness).last(item.key, Kind.SUCCEEDED):
        pointer = f"{item.pointer}/success_when"
        yield Finding("succeeds_at_once", pointer, item.key, data={"reason": "always"}, witness=witness)


def _born_met(view: KPIView, item: CheckedItem, wins: Diagram, now: datetime) -> Iterator[Finding]:
    """What a new record is born with meets the criteria already."""
    success, defaults = item.policy.success_when, view.sla.kind.defaults
    if not success.paths <= defaults.keys() or not success.evaluate(defaults):
        return
    born = born_with(view, wins, success.paths)
    if born is not None and Story(view.sla, now).born(view.kpi, born).last(item.key, Kind.SUCCEEDED):
        pointer = f"{item.pointer}/success_when"
        yield Finding("succeeds_at_once", pointer, item.key, data={"reason": "new"}, witness=born)


def born_with(view: KPIView, records: Diagram, paths: frozenset[str]) -> Mapping[str, object] | None:
    """A record among these that has the defaults in these fields."""
    d = view.diagrams
    given = {path: view.sla.kind.defaults[path] for path in paths}
    found = view.example(d.both(records, d.box(d.space.bits_of(given))))
    return None if found is None else {**found, **given}
