"""Faults in times and actions, put into clean SLAs on purpose."""

from __future__ import annotations

import copy
from random import Random
from typing import Any

from slas.domain.tests.checking.desk import RESPONDED, after, any_, creates, item, leaf, sets
from slas.domain.tests.checking.seeding import (
    Seeded,
    Unsuitable,
    at,
    base,
    both,
    defect,
    free_choice,
    index_of,
    twin,
)

# --- times ---


def moment_of(target: dict[str, Any], kind: str) -> tuple[int, dict[str, Any]]:
    return next((number, each) for number, each in enumerate(target["moments"]) if each["kind"] == kind)


def give_times(target: dict[str, Any], warn: dict[str, Any] | None, fail: dict[str, Any], hours: str | None) -> None:
    fresh = item("fresh", warn=warn, fail=fail)["moments"]
    target["moments"], target["business_hours"] = fresh, hours


@defect
def warning_after_failure(random: Random) -> Seeded:
    document = base(random)
    target = random.choice(document["items"])
    warn, fail, hours = random.choice(
        [
            (after(60), after(1, "hours"), None),
            (after(2, "hours"), after(90), "office"),
            (after(3, "business_days"), after(2, "business_days"), "office"),
            (after(8, "hours"), after(1, "business_days"), "office"),
            (after(30, "hours"), after(2, "business_days"), "office"),
            (after(1, "business_days"), after(90), "office"),
        ]
    )
    give_times(target, warn, fail, hours)
    return Seeded(document, at(document, target["key"], "moments", "0"), ("warning_not_before_failure",))


@defect
def warning_sometimes_after_failure(random: Random) -> Seeded:
    document = base(random)
    target = random.choice(document["items"])
    give_times(target, after(random.randint(6, 7), "hours"), after(1, "business_days"), "short fridays")
    return Seeded(document, at(document, target["key"], "moments", "0"), ("warning_may_be_late",))


@defect
def out_of_reach(random: Random) -> Seeded:
    document = base(random)
    target = random.choice(document["items"])
    fail = random.choice([after(60, "hours"), after(90, "hours"), after(60, "business_days")])
    give_times(target, None, fail, "saturdays")
    return Seeded(document, at(document, target["key"], "moments", "0"), ("target_far",))


@defect
def closed_hours(random: Random) -> Seeded:
    document = base(random)
    target = random.choice(document["items"])
    target["business_hours"] = "closed"
    return Seeded(document, at(document, target["key"], "business_hours"), ("hours_closed",))


@defect
def business_days_around_the_clock(random: Random) -> Seeded:
    document = base(random)
    target = random.choice(document["items"])
    document["business_hours"] = None
    give_times(target, None, after(random.randint(1, 9), "business_days"), None)
    return Seeded(document, at(document, target["key"], "moments", "0"), ("business_days_around_the_clock",))


@defect
def days_in_business_hours(random: Random) -> Seeded:
    document = base(random)
    target = random.choice(document["items"])
    give_times(target, None, after(random.randint(1, 9), "days"), "office")
    return Seeded(document, at(document, target["key"], "moments", "0"), ("days_of_24_hours",))


# --- actions ---


def add_action(target: dict[str, Any], kind: str, action: dict[str, Any]) -> None:
    moment_of(target, kind)[1]["actions"].append(action)


@defect
def items_that_wake_each_other(random: Random) -> Seeded:
    """Two items between which a warning's action goes back and forth."""
    document = base(random)
    target = random.choice(document["items"])
    path, codes = free_choice(random, document["items"])
    one, other = random.sample(codes, 2)
    give_times(target, after(30), after(60), None)
    first = twin(target, "there", applicable_when=both(target["applicable_when"], leaf(path, "is", one)))
    second = twin(target, "back", applicable_when=both(target["applicable_when"], leaf(path, "is", other)))
    for each, code in ((first, other), (second, one)):
        add_action(each, "warning", {"kind": "update_record", "set": {path: code}})
        if random.random() < 0.5:
            add_action(each, "warning", sets(value="1"))
    place = index_of(document, target["key"])
    document["items"][place:place] = [first, second]
    return Seeded(document, "/items", ("action_loop",))


@defect
def records_without_end(random: Random) -> Seeded:
    """An item whose failure creates a record that the item is for."""
    document = base(random)
    target = document["items"][-1]
    if target["applicable_when"] or target["kpi"] == "escalate":
        raise Unsuitable
    earlier = str([each["applicable_when"] for each in document["items"] if each["kpi"] == target["kpi"]][:-1])
    if "customer" in earlier or "title" in earlier or "seats" in earlier:
        raise Unsuitable
    born = {"title": "Follow up", "service_level": None}
    if any(f"'{path}'" in earlier for path in ("service_level", "priority", "channel", "contract_end")):
        raise Unsuitable
    add_action(target, "failure", creates(**{path: value for path, value in born.items() if value}))
    return Seeded(document, "/items", ("action_loop",))


@defect
def counting_up(random: Random) -> Seeded:
    """Each warning adds to a number that decides between two items."""
    document = base(random)
    target = random.choice(document["items"])
    if "seats" in str(document["items"]):
        raise Unsuitable
    give_times(target, after(30), after(60), None)
    low = twin(target, "low", applicable_when=both(target["applicable_when"], leaf("seats", "lt", 5)))
    high = twin(target, "high", applicable_when=both(target["applicable_when"], leaf("seats", "gte", 5)))
    add_action(low, "warning", {"kind": "update_record", "increment": {"seats": 10}})
    add_action(high, "warning", {"kind": "update_record", "set": {"seats": 0}})
    place = index_of(document, target["key"])
    document["items"][place:place] = [low, high]
    return Seeded(document, "/items", ("action_loop",))


@defect
def action_meets_its_own_success(random: Random) -> Seeded:
    document = base(random)
    target = random.choice(document["items"])
    give_times(target, after(30), after(60), None)
    target["success_when"] = copy.deepcopy(
        random.choice([RESPONDED, any_(leaf("responded", "is", True), leaf("state", "is", "resolved"))])
    )
    add_action(target, "warning", sets(responded=True))
    return Seeded(document, at(document, target["key"], "moments"), ("action_meets_success",))
