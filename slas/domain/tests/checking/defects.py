"""Faults in conditions, put into clean SLAs on purpose: for each kind what is done, and what the checker has to say.

A defect knows where it was put, since it put it there; nothing here looks at what the checker thinks.
"""

from __future__ import annotations

import copy
from random import Random
from typing import Any

from slas.domain.tests.checking.desk import RESOLVED, RESPONDED, all_, any_, leaf, none_
from slas.domain.tests.checking.seeding import (
    Seeded,
    Unsuitable,
    at,
    base,
    both,
    defect,
    free_beside,
    free_choice,
    index_of,
    twin,
)

# --- which item ---


@defect
def shadowed_by_one(random: Random) -> Seeded:
    document = base(random)
    above = random.choice(document["items"])
    narrow, codes = free_choice(random, above["applicable_when"])
    when = both(above["applicable_when"], leaf(narrow, random.choice(["is", "is_not"]), random.choice(codes)))
    place = random.randint(index_of(document, above["key"]) + 1, len(document["items"]))
    document["items"].insert(place, twin(above, "seeded", applicable_when=when))
    return Seeded(document, at(document, "seeded", "applicable_when"), ("never_applies", "duplicate_item"))


@defect
def shadowed_by_several(random: Random) -> Seeded:
    document = base(random)
    target = random.choice(document["items"])
    path, codes = free_choice(random, target["applicable_when"])
    some, rest = leaf(path, "in", list(codes[:2])), leaf(path, "not_in", list(codes[:2]))
    place = index_of(document, target["key"])
    document["items"][place:place] = [
        twin(target, "part-a", applicable_when=both(target["applicable_when"], some)),
        twin(target, "part-b", applicable_when=both(target["applicable_when"], rest)),
    ]
    return Seeded(document, at(document, target["key"], "applicable_when"), ("never_applies",))


@defect
def duplicate(random: Random) -> Seeded:
    document = base(random)
    original = random.choice(document["items"])
    when = original["applicable_when"]
    said = random.choice([when, all_(when) if when else {}, none_(none_(when)) if when else {}])
    place = random.randint(index_of(document, original["key"]) + 1, len(document["items"]))
    document["items"].insert(place, twin(original, "seeded", applicable_when=said))
    return Seeded(document, at(document, "seeded", "applicable_when"), ("duplicate_item",))


@defect
def only_for_closed_records(random: Random) -> Seeded:
    document = base(random)
    target = random.choice(document["items"])
    closed = random.choice([leaf("state", "is", "resolved"), leaf("status", "in", ["solved", "answered"])])
    target["applicable_when"] = both(target["applicable_when"], closed)
    return Seeded(document, at(document, target["key"], "applicable_when"), ("never_applies",))


@defect
def gap(random: Random) -> Seeded:
    document = base(random)
    last = document["items"][-1]
    path, codes = free_choice(
        random, [each["applicable_when"] for each in document["items"] if each["kpi"] == last["kpi"]]
    )
    ways = [leaf(path, "is_not", codes[0]), leaf(path, "in", list(codes[:-1]))]
    if path in ("service_level", "customer.tier"):
        ways += [leaf(path, "is_set"), leaf(path, "in", list(codes))]
    if last["applicable_when"]:
        raise Unsuitable
    last["applicable_when"] = all_(random.choice(ways))
    return Seeded(document, "/items", ("gap",))


# --- success ---


@defect
def success_ends_the_item(random: Random) -> Seeded:
    document = base(random)
    target = random.choice(document["items"])
    path, codes = free_choice(random, target["applicable_when"])
    code, other = random.sample(codes, 2)
    ways = [
        (leaf("state", "is", "active"), RESOLVED),
        (leaf("status", "in", ["new", "in_progress", "on_hold", "waiting"]), RESOLVED),
        (leaf("responded", "is", False), RESPONDED),
        (leaf("responded", "is_not", True), all_(leaf("responded", "is", True), leaf("title", "is_set"))),
        (leaf(path, "is", code), all_(leaf(path, "is", other))),
        (leaf(path, "is", code), all_(leaf("responded", "is", True), none_(leaf(path, "is", code)))),
    ]
    own, success = random.choice(ways)
    target["applicable_when"] = both(target["applicable_when"], own)
    target["success_when"] = copy.deepcopy(success)
    return Seeded(document, at(document, target["key"], "success_when"), ("never_succeeds",))


@defect
def success_goes_to_an_earlier_item(random: Random) -> Seeded:
    document = base(random)
    target = random.choice(document["items"])
    success = target["success_when"]
    taking = (
        random.choice([success, both(success, {})])
        if random.random() < 0.5
        else both(target["applicable_when"], success)
    )
    above = twin(target, "taker", applicable_when=taking, success_when=all_(leaf("escalated", "is", True)))
    document["items"].insert(index_of(document, target["key"]), above)
    return Seeded(document, at(document, target["key"], "success_when"), ("never_succeeds",))


@defect
def some_successes_are_lost(random: Random) -> Seeded:
    document = base(random)
    target = random.choice(document["items"])
    own, success = random.choice(
        [
            (leaf("responded", "is", False), any_(leaf("responded", "is", True), leaf("state", "is", "resolved"))),
            (leaf("status", "is_not", "answered"), RESOLVED),
            (none_(leaf("status", "in", ["answered"])), all_(leaf("status", "in", ["solved", "answered"]))),
        ]
    )
    target["applicable_when"] = both(target["applicable_when"], own)
    target["success_when"] = copy.deepcopy(success)
    return Seeded(document, at(document, target["key"], "success_when"), ("success_may_hand_over",))


@defect
def met_at_once(random: Random) -> Seeded:
    document = base(random)
    target = random.choice(document["items"])
    path, codes = free_beside(random, document, target)
    ways = [
        (leaf(path, "is", codes[0]), leaf(path, "in", list(codes[:2]))),
        (leaf(path, "is", codes[0]), leaf(path, "is_set")),
        (None, leaf("status", "in", ["new", "solved", "answered"])),
        (None, leaf("responded", "is", False)),
        (None, leaf("escalated", "is_not", True)),
    ]
    own, success = random.choice(ways)
    target["applicable_when"] = both(target["applicable_when"], own) if own else target["applicable_when"]
    target["success_when"] = all_(success)
    target["pause"] = {"allowed": False, "when": None}
    return Seeded(document, at(document, target["key"], "success_when"), ("succeeds_at_once",))


# --- inside one condition ---

PAIRS = [
    (leaf("priority", "is", "low"), leaf("priority", "is", "high")),
    (leaf("service_level", "is_not_set"), leaf("service_level", "in", ["gold", "silver"])),
    (leaf("seats", "gt", 10), leaf("seats", "lte", 10)),
    (leaf("seats", "between", [1, 5]), leaf("seats", "gte", 6)),
    (leaf("value", "lt", "10.5"), leaf("value", "gte", "10.50")),
    (leaf("title", "starts_with", "Printer"), leaf("title", "not_contains", "print")),
    (leaf("title", "is", "Invoice"), leaf("title", "ends_with", "jam")),
    (leaf("customer", "in", [1, 2]), leaf("customer", "not_in", [2, 1, 3])),
    (leaf("contract_end", "lt", "2027-01-01T00:00:00Z"), leaf("contract_end", "gte", "2027-01-01T01:00:00+01:00")),
    (leaf("escalated", "is", True), leaf("escalated", "is_not_set")),
    (leaf("state", "is", "resolved"), leaf("status", "is", "on_hold")),
    (leaf("customer", "is_not_set"), leaf("customer.tier", "is", "a")),
]


def impossible(random: Random) -> dict[str, Any]:
    one, other = random.sample(list(random.choice(PAIRS)), 2)
    ways = [all_(one, other), none_(none_(one), none_(other)), all_(one, all_(other)), all_(any_(one), any_(other))]
    return copy.deepcopy(random.choice(ways))


@defect
def contradiction(random: Random) -> Seeded:
    document = base(random)
    target = random.choice(document["items"])
    part = random.choice(["applicable_when", "success_when"])
    members = [each for each in (target[part], impossible(random)) if each]
    random.shuffle(members)
    target[part] = all_(*members)
    return Seeded(document, at(document, target["key"], part), ("contradiction",))


@defect
def part_that_never_holds(random: Random) -> Seeded:
    document = base(random)
    target = random.choice(document["items"])
    members = [impossible(random), leaf("responded", "is", True), leaf("state", "is", "resolved")]
    random.shuffle(members)
    target["success_when"] = any_(*members)
    return Seeded(document, at(document, target["key"], "success_when", "any"), ("never_holds",))


@defect
def part_that_always_holds(random: Random) -> Seeded:
    document = base(random)
    target = random.choice(document["items"])
    rule = random.choice([each for pair in PAIRS for each in pair])
    opposite = {**rule, "op": "is_not"} if rule["op"] == "is" else none_(rule)
    members = [any_(rule, opposite), copy.deepcopy(target["success_when"])]
    random.shuffle(members)
    target["success_when"] = all_(*members)
    return Seeded(document, at(document, target["key"], "success_when", "all"), ("always_holds",))


WIDER = [
    (leaf("priority", "is", "low"), leaf("priority", "is_not", "high")),
    (leaf("seats", "gt", 10), leaf("seats", "gt", 5)),
    (leaf("title", "starts_with", "Printer"), leaf("title", "contains", "print")),
    (leaf("customer", "is", 4), leaf("customer", "in", [4, 5])),
    (leaf("contract_end", "lt", "2027-01-01T00:00:00Z"), leaf("contract_end", "lt", "2028-01-01T00:00:00Z")),
    (leaf("channel", "is", "web"), leaf("channel", "is", "web")),
]


@defect
def part_that_says_nothing_new(random: Random) -> Seeded:
    document = base(random)
    target = random.choice(document["items"])
    narrow, wide = random.choice(WIDER)
    members = [narrow, wide, RESPONDED]
    random.shuffle(members)
    kind = random.choice(["all", "any"])
    target["success_when"] = {kind: copy.deepcopy(members)}
    return Seeded(document, at(document, target["key"], "success_when", kind), ("redundant_part",))


@defect
def changing_field(random: Random) -> Seeded:
    document = base(random)
    target = random.choice(document["items"])
    if random.random() < 0.5:
        own = random.choice(
            [leaf("status", "is_not", "withdrawn"), leaf("status", "in", ["new", "solved", "answered"])]
        )
        target["applicable_when"] = both(target["applicable_when"], own)
        return Seeded(document, at(document, target["key"], "applicable_when"), ("changes_often",))
    path, codes = free_choice(random, document["items"])
    target["applicable_when"] = both(target["applicable_when"], leaf(path, "is", codes[0]))
    given = {"often": frozenset({path})}
    return Seeded(document, at(document, target["key"], "applicable_when"), ("changes_often",), given)


# --- pauses ---


@defect
def never_pauses(random: Random) -> Seeded:
    document = base(random)
    target = random.choice(document["items"])
    path, codes = free_beside(random, document, target)
    ways = [
        (leaf(path, "is", codes[0]), all_(leaf(path, "is", codes[1]))),
        (leaf("status", "in", ["new", "in_progress", "solved", "answered"]), all_(leaf("status", "in", ["waiting"]))),
        (leaf("status", "not_in", ["on_hold", "waiting"]), None),
        (None, impossible(random)),
    ]
    own, rule = random.choice(ways)
    target["applicable_when"] = both(target["applicable_when"], own) if own else target["applicable_when"]
    target["pause"] = {"allowed": True, "when": rule}
    return Seeded(document, at(document, target["key"], "pause"), ("never_pauses",))


@defect
def always_paused(random: Random) -> Seeded:
    document = base(random)
    target = random.choice(document["items"])
    path, codes = free_beside(random, document, target)
    ways = [
        (leaf(path, "is", codes[0]), all_(leaf(path, "in", list(codes[:2])))),
        (leaf(path, "is", codes[0]), any_(leaf("status", "is", "waiting"), leaf(path, "is_set"))),
        (None, all_(leaf("state", "is", "active"))),
        (None, all_(leaf("priority", "is_set"))),
        (None, any_(leaf("seats", "gt", 3), leaf("seats", "lte", 3), leaf("seats", "is_not_set"))),
    ]
    own, rule = random.choice(ways)
    target["applicable_when"] = both(target["applicable_when"], own) if own else target["applicable_when"]
    target["pause"] = {"allowed": True, "when": copy.deepcopy(rule)}
    return Seeded(document, at(document, target["key"], "pause"), ("always_paused",))


@defect
def paused_when_new(random: Random) -> Seeded:
    document = base(random)
    target = random.choice(document["items"])
    rule = random.choice(
        [
            all_(leaf("status", "in", ["new", "waiting"])),
            all_(leaf("status", "not_in", ["in_progress"])),
            all_(leaf("escalated", "is", False)),
            any_(leaf("status", "is", "waiting"), leaf("escalated", "is_not", True)),
        ]
    )
    target["pause"] = {"allowed": True, "when": rule}
    return Seeded(document, at(document, target["key"], "pause"), ("paused_at_start",))


@defect
def pause_ends_the_item(random: Random) -> Seeded:
    document = base(random)
    target = random.choice(document["items"])
    if random.random() < 0.5:
        target["applicable_when"] = both(target["applicable_when"], leaf("status", "is_not", "waiting"))
        target["pause"] = {"allowed": True, "when": None}
    else:
        target["applicable_when"] = both(target["applicable_when"], none_(leaf("escalated", "is", True)))
        rule = any_(leaf("escalated", "is", True), leaf("status", "is", "on_hold"))
        target["pause"] = {"allowed": True, "when": rule}
    return Seeded(document, at(document, target["key"], "pause"), ("pause_may_end_item",))
