"""Random SLAs without a fault: made so by construction, never by asking the checker.

Each KPI's records are split into cells by a random decision tree over a few fields; every cell becomes an item, in any
order, since cells are disjoint. Some cells get a special case above them. A catch-all, or a complete split, comes last.
"""

from __future__ import annotations

import copy
from random import Random
from typing import Any

from slas.domain.tests.checking.desk import (
    RESOLVED,
    RESPONDED,
    after,
    all_,
    any_,
    document,
    item,
    leaf,
    none_,
    sets,
)

NAMES = ("Printer", "network", "Invoice", "outage")
CODES = {
    "priority": ("low", "normal", "high", "urgent"),
    "service_level": ("gold", "silver", "bronze"),
    "channel": ("phone", "email", "web"),
    "customer.tier": ("a", "b", "c"),
}
NULLABLE = frozenset({"service_level", "customer.tier"})
MAIL = {"kind": "send_email", "to": ["owner"]}


def clean_document(random: Random, *, kpis: tuple[str, ...] = ()) -> dict[str, Any]:
    """A whole SLA; item keys say which KPI and cell they are for."""
    chosen = kpis or tuple(random.sample(["respond", "resolve", "escalate"], random.randint(1, 3)))
    items: list[dict[str, Any]] = []
    for kpi in chosen:
        items += _items_of(random, kpi)
    if random.random() < 0.3:  # items of several KPIs may stand in any order among each other
        items = _interleaved(random, items)
    return document(
        *items,
        business_hours=random.choice([None, "office"]) if not _needs_hours(items) else "office",
        recalculate_on_terminal=random.random() < 0.3,
        reopening=random.choice(["keep", "continue", "restart"]),
    )


def _needs_hours(items: list[dict[str, Any]]) -> bool:
    return any(moment.get("after", {}).get("unit") == "business_days" for each in items for moment in each["moments"])


def _interleaved(random: Random, items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    queues: dict[str, list[dict[str, Any]]] = {}
    for each in items:
        queues.setdefault(each["kpi"], []).append(each)
    mixed = []
    while queues:
        kpi = random.choice(list(queues))
        mixed.append(queues[kpi].pop(0))
        if not queues[kpi]:
            del queues[kpi]
    return mixed


def _items_of(random: Random, kpi: str) -> list[dict[str, Any]]:
    success = random.choice([RESOLVED, RESPONDED, any_(leaf("responded", "is", True), leaf("state", "is", "resolved"))])
    pause = random.choice([None, None, all_(leaf("status", "is", "waiting")), {"any": [leaf("escalated", "is", True)]}])
    cells = split(random, [], random.randint(0, 2))
    random.shuffle(cells)
    conditions: list[Any] = []
    for cell in cells:
        if random.random() < 0.25:
            conditions.append(written(random, [*cell, special(random, cell)]))
        conditions.append(written(random, cell))
    if cells != [[]]:
        conditions.append({})
    return [_item(random, f"{kpi}-{number}", kpi, each, success, pause) for number, each in enumerate(conditions, 1)]


def _item(random: Random, key: str, kpi: str, when: Any, success: Any, pause: Any) -> dict[str, Any]:
    allowed = random.random() < 0.85
    warn, fail = _times(random)
    made = item(
        key,
        when,
        kpi=kpi,
        success_when=copy.deepcopy(success),
        warn=warn,
        fail=fail,
        pause={"allowed": allowed, "when": copy.deepcopy(pause) if allowed else None},
        business_hours="office" if "business_days" in (fail["unit"], (warn or fail)["unit"]) else None,
        acts=_acts(random),
    )
    random.shuffle(made["moments"])
    return made


def _times(random: Random) -> tuple[dict[str, Any] | None, dict[str, Any]]:
    unit = random.choice(["minutes", "hours", "hours", "business_days"])
    failure = random.randint(2, 20)
    warnings: list[dict[str, Any] | None] = [None, after(random.randint(1, failure - 1), unit)]
    if unit == "hours":
        warnings.append(after(random.randint(1, failure * 60 - 1), "minutes"))
    if unit == "business_days":
        warnings.append(after(random.randint(1, 4), "hours"))
    return random.choice(warnings), after(failure, unit)


def _acts(random: Random) -> dict[str, list[Any]]:
    """Mails, and writes that lead nowhere: all items write the same, so there is nothing to go back to."""
    kinds = [[], [], [MAIL], [MAIL, sets(value="12.5")], [sets(contract_end="2027-01-01T00:00:00Z")]]
    return {name: random.choice(kinds) for name in ("warning", "failure", "success")}


# --- conditions ---

Cell = list[dict[str, Any]]
"""Rules on different fields that hold together."""


def split(random: Random, cell: Cell, depth: int) -> list[Cell]:
    """Disjoint cells that leave some of the outer cell over for a catch-all."""
    if depth == 0:
        return [cell]
    used = {rule["field"] for rule in cell}
    field = random.choice(
        [field for field in [*CODES, "customer", "seats", "title", "contract_end"] if field not in used]
    )
    cells: list[Cell] = []
    for rule in _rules(random, field):
        cells += split(random, [*cell, rule], random.randint(0, depth - 1))
    return cells


def _rules(random: Random, field: str) -> list[dict[str, Any]]:
    """Rules on one field of which at most one holds, and not always one."""
    if field in CODES:
        codes = random.sample(CODES[field], len(CODES[field]))
        rules = [leaf(field, "is", codes[0]), leaf(field, "in", codes[1:-1]) if codes[1:-1] else None]
        if field in NULLABLE and random.random() < 0.4:
            rules.append(leaf(field, "is_not_set"))
        return [rule for rule in rules if rule]
    if field == "customer":
        ids = random.sample(range(1, 30), 5)
        return [leaf(field, "is", ids[0]), leaf(field, "in", ids[1:])]
    if field == "seats":
        low, high = sorted(random.sample(range(1, 100), 2))
        return random.sample([leaf(field, "lt", low), leaf(field, "between", [low, high]), leaf(field, "gt", high)], 2)
    if field == "contract_end":
        moment = f"20{random.randint(27, 40)}-05-01T00:00:00Z"
        return [leaf(field, "lt", moment), leaf(field, "gte", moment)]
    return [leaf(field, random.choice(["contains", "starts_with", "ends_with"]), random.choice(NAMES))]


def special(random: Random, cell: Cell) -> dict[str, Any]:
    """A rule on a field that the cell leaves open."""
    used = {rule["field"] for rule in cell}
    field = random.choice([field for field in CODES if field not in used])
    return leaf(field, "is", random.choice(CODES[field]))


def written(random: Random, cell: Cell) -> dict[str, Any]:
    """One of the ways to say it."""
    rules = [_rephrased(random, rule) for rule in cell]
    random.shuffle(rules)
    if not rules:
        return {}
    if len(rules) > 1 and random.random() < 0.3:
        return all_(rules[0], all_(*rules[1:]))
    if random.random() < 0.1:
        return none_(*[none_(rule) for rule in rules])
    return all_(*rules)


def _rephrased(random: Random, rule: dict[str, Any]) -> dict[str, Any]:
    if rule["op"] == "in" and random.random() < 0.4:
        return any_(*[leaf(rule["field"], "is", value) for value in rule["value"]])
    if rule["op"] == "is" and rule["field"] == "priority" and random.random() < 0.3:
        return none_(leaf("priority", "in", [code for code in CODES["priority"] if code != rule["value"]]))
    if rule["op"] == "between" and random.random() < 0.4:
        low, high = rule["value"]
        return all_(leaf(rule["field"], "gte", low), leaf(rule["field"], "lte", high))
    return rule
