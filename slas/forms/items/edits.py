"""Adding, removing and moving the parts of what is typed, without judging or saving any of it.

A command is the value of a pressed button: `add-warning`, `remove-moment 1`, `add-action 1`, `move-action 1 0 -1`, …;
its numbers are places in the tree of `raw.py`. What fits no place does nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from slas.forms.items.actions import new_action
from slas.forms.items.offers import Offers
from slas.forms.items.raw import Raw, text_in

Parts = list[Any]


def item_edit(raw: Raw, command: str, offers: Offers) -> str:
    """Carries the command out on `raw`; returns the name of the part where the eye should go next."""
    name, *numbers = command.split()
    edit = _EDITS.get(name)
    try:
        places = [int(number) for number in numbers]
        return edit(raw, places, offers) if edit is not None else ""
    except (ValueError, IndexError, KeyError):
        return ""


def _add_warning(raw: Raw, places: list[int], offers: Offers) -> str:
    """Before the failure, behind the other warnings."""
    moments: Parts = raw.setdefault("moments", [])
    kinds = [text_in(moment, "kind") for moment in moments]
    at = kinds.index("failure") if "failure" in kinds else len(kinds)
    moments.insert(at, {"kind": ["warning"], "after": [""], "actions": []})
    return f"moments-{at}"


def _remove_moment(raw: Raw, places: list[int], offers: Offers) -> str:
    moment = raw["moments"][places[0]]
    if text_in(moment, "kind") == "warning":
        raw["moments"].remove(moment)
    return "times"


def _add_action(raw: Raw, places: list[int], offers: Offers) -> str:
    moment = raw["moments"][places[0]]
    action = new_action(text_in(moment, "new_action"), offers)
    if action is None:
        return f"moments-{places[0]}-new"
    actions: Parts = moment.setdefault("actions", [])
    actions.append(action)
    return f"moments-{places[0]}-actions-{len(actions) - 1}"


def _remove_action(raw: Raw, places: list[int], offers: Offers) -> str:
    del raw["moments"][places[0]]["actions"][places[1]]
    return f"moments-{places[0]}-new"


def _move_action(raw: Raw, places: list[int], offers: Offers) -> str:
    moment, place, step = places
    actions: Parts = raw["moments"][moment]["actions"]
    target = max(0, min(place + step, len(actions) - 1))
    actions.insert(target, actions.pop(place))
    return f"moments-{moment}-actions-{target}"


def _add_change(raw: Raw, places: list[int], offers: Offers) -> str:
    prefix = f"moments-{places[0]}-actions-{places[1]}"
    action = raw["moments"][places[0]]["actions"][places[1]]
    action["new"] = ["1"]  # stays unfolded
    changes: Parts = action.setdefault("changes", [])
    field = text_in(action, "new_field")
    if not field or field in [text_in(change, "field") for change in changes]:
        return f"{prefix}-new"
    changes.append({"field": [field]})
    return f"{prefix}-changes-{len(changes) - 1}"


def _remove_change(raw: Raw, places: list[int], offers: Offers) -> str:
    action = raw["moments"][places[0]]["actions"][places[1]]
    action["new"] = ["1"]
    del action["changes"][places[2]]
    return f"moments-{places[0]}-actions-{places[1]}-new"


_EDITS: dict[str, Callable[[Raw, list[int], Offers], str]] = {
    "add-warning": _add_warning,
    "remove-moment": _remove_moment,
    "add-action": _add_action,
    "remove-action": _remove_action,
    "move-action": _move_action,
    "add-change": _add_change,
    "remove-change": _remove_change,
}
