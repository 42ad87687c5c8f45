"""From JSON that anybody may have sent to a checked condition, or to the list of everything wrong with it.

Depth is checked before going down, so a body nested 500 deep costs six calls. Values of unknown shape are
only asked for their type: comparing, hashing or printing them could recurse too far.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import islice
from typing import Any, cast

from slas.domain.conditions.condition import ALWAYS, Condition
from slas.domain.conditions.nodes import MAX_DEPTH, MAX_NODES, Group, GroupKind, Leaf, Node
from slas.domain.fields import Field, FieldSet, FieldValueError, Operator, is_missing

MAX_LIST_VALUES = 200
MAX_TEXT_LENGTH = 1000
_MAX_UNKNOWN_KEYS = 10
"""More are not reported: the sender has read the first ten."""
_LEAF_KEYS = frozenset({"field", "op", "value"})
_OPERATORS = frozenset(operator.value for operator in Operator)
_GROUP_KEYS = frozenset(kind.value for kind in GroupKind)


@dataclass(frozen=True, slots=True)
class Problem:
    """`pointer` is a JSON pointer (RFC 6901), `code` is stable, `message` is plain English."""

    pointer: str
    code: str
    message: str


class ConditionError(ValueError):
    """A document that is not a condition, with every problem found."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = list(problems)
        super().__init__("; ".join(f"{problem.pointer or '/'}: {problem.message}" for problem in self.problems))


def parse(document: object, fields: FieldSet, *, pointer: str = "") -> Condition:
    """Checks any JSON value against the fields; `pointer` says where it stands in a larger document.

    None and `{}` are always true. Raises `ConditionError`.
    """
    if document is None or (isinstance(document, dict) and not document):
        return ALWAYS
    parser = Parser(fields)
    root = parser.node(document, pointer, depth=1)
    if parser.problems or root is None:
        raise ConditionError(parser.problems)
    return Condition(root)


class Parser:
    """Collects problems; a method returns None when what it looked at has one."""

    def __init__(self, fields: FieldSet) -> None:
        self.fields = fields
        self.problems: list[Problem] = []
        self.nodes = 1

    def refuse(self, pointer: str, code: str, message: str) -> None:
        self.problems.append(Problem(pointer, code, message))

    def node(self, document: object, pointer: str, depth: int) -> Node | None:
        if not isinstance(document, dict):
            self.refuse(pointer, "wrong_type", "Expected an object: a group or a rule.")
            return None
        if _LEAF_KEYS & document.keys():
            return self.leaf(document, pointer)
        return self.group(document, pointer, depth)

    def unknown_keys(self, document: dict[Any, Any], known: frozenset[str], pointer: str) -> None:
        for key in islice((key for key in document if key not in known), _MAX_UNKNOWN_KEYS):
            message = f"“{short(key)}” means nothing here.{_did_you_mean(key, known)}"
            self.refuse(f"{pointer}/{_token(key)}", "unknown_key", message)

    # --- groups ---

    def group(self, document: dict[Any, Any], pointer: str, depth: int) -> Group | None:
        self.unknown_keys(document, _GROUP_KEYS, pointer)
        kinds = [kind for kind in GroupKind if kind.value in document]
        if len(kinds) != 1:
            code = "several_groups" if kinds else "empty_node"
            self.refuse(pointer, code, "Expected exactly one of “all”, “any” and “none”, or a rule with a field.")
            return None
        if depth > MAX_DEPTH:
            self.refuse(pointer, "too_deep", f"Groups can be nested {MAX_DEPTH} deep.")
            return None
        return self.members(kinds[0], document[kinds[0].value], f"{pointer}/{kinds[0].value}", depth)

    def members(self, kind: GroupKind, members: object, pointer: str, depth: int) -> Group | None:
        if not isinstance(members, list):
            self.refuse(pointer, "wrong_type", "Expected a list of groups and rules.")
            return None
        if kind is GroupKind.ANY and not members:
            self.refuse(pointer, "empty_any", "“Any” of nothing is never true; add a rule or remove the group.")
            return None
        self.nodes += len(members)
        if self.nodes > MAX_NODES:
            self.refuse(pointer, "too_many_nodes", f"A condition can have {MAX_NODES} groups and rules.")
            return None
        children = [self.node(member, f"{pointer}/{index}", depth + 1) for index, member in enumerate(members)]
        return Group(kind, tuple(child for child in children if child is not None))

    # --- leaves ---

    def leaf(self, document: dict[Any, Any], pointer: str) -> Leaf | None:
        self.unknown_keys(document, _LEAF_KEYS, pointer)
        field = self.field(document.get("field"), f"{pointer}/field")
        operator = self.operator(document.get("op"), field, f"{pointer}/op")
        if field is None or operator is None:
            return None
        found = len(self.problems)
        value = self.value(field, operator, document.get("value"), f"{pointer}/value")
        return Leaf(field.path, field.type, operator, value) if len(self.problems) == found else None

    def field(self, path: object, pointer: str) -> Field | None:
        if path is None:
            self.refuse(pointer, "required", "Choose a field.")
        elif not isinstance(path, str):
            self.refuse(pointer, "wrong_type", "Expected the name of a field.")
        elif path not in self.fields:
            near = _did_you_mean(path, self.fields)
            self.refuse(pointer, "unknown_field", f"There is no field “{short(path)}”.{near}")
        elif self.fields[path].system:
            label = self.fields.full_label(path)
            self.refuse(pointer, "system_field", f"{label} is updated by the system and cannot be a condition.")
        else:
            return self.fields[path]
        return None

    def operator(self, name: object, field: Field | None, pointer: str) -> Operator | None:
        if name is None:
            self.refuse(pointer, "required", "Choose an operator.")
        elif not isinstance(name, str):
            self.refuse(pointer, "wrong_type", "Expected the name of an operator.")
        elif name not in _OPERATORS:
            offered = ", ".join(Operator if field is None else field.operators)
            self.refuse(pointer, "unknown_operator", f"There is no operator “{short(name)}”. Choose from {offered}.")
        elif field is not None and Operator(name) not in field.operators:
            label = self.fields.full_label(field.path)
            message = f"“{Operator(name).label}” cannot be asked of {label}, which is of type {field.type.value}."
            self.refuse(pointer, "operator_not_allowed", message)
        else:
            return Operator(name)
        return None

    # --- values ---

    def value(self, field: Field, operator: Operator, value: object, pointer: str) -> object:
        if not operator.takes_value:
            if value is not None:
                self.refuse(pointer, "unexpected_value", f"“{operator.label}” takes no value.")
            return None
        if operator.takes_list:
            return self.value_list(field, value, pointer)
        if operator is Operator.BETWEEN:
            return self.pair(field, value, pointer)
        return self.single(field, value, pointer)

    def value_list(self, field: Field, values: object, pointer: str) -> tuple[object, ...]:
        if not isinstance(values, list):
            self.refuse(pointer, "required" if values is None else "wrong_type", "Expected a list of values.")
        elif not values:
            self.refuse(pointer, "empty_list", "Choose at least one value.")
        elif len(values) > MAX_LIST_VALUES:
            self.refuse(pointer, "too_long", f"A list can have {MAX_LIST_VALUES} values.")
        else:
            parsed = (self.single(field, value, f"{pointer}/{index}") for index, value in enumerate(values))
            return tuple(dict.fromkeys(parsed))
        return ()

    def pair(self, field: Field, values: object, pointer: str) -> tuple[object, ...]:
        if not isinstance(values, list) or len(values) != 2:
            code = "required" if values is None else "wrong_type"
            self.refuse(pointer, code, "Expected two values, the lower first.")
            return ()
        found = len(self.problems)
        low, high = (self.single(field, value, f"{pointer}/{index}") for index, value in enumerate(values))
        if len(self.problems) == found and cast(Any, low) > cast(Any, high):
            self.refuse(pointer, "reversed", "The lower value comes first.")
        return (low, high)

    def single(self, field: Field, value: object, pointer: str) -> object:
        if is_missing(value):
            self.refuse(pointer, "required", "Enter a value; to ask for nothing, use “is not set”.")
            return None
        if isinstance(value, str) and len(value) > MAX_TEXT_LENGTH:
            self.refuse(pointer, "too_long", f"A value can have {MAX_TEXT_LENGTH} characters.")
            return None
        try:
            return self.checked(field, value, pointer)
        except FieldValueError as error:
            self.refuse(pointer, error.code, str(error))
            return None

    def checked(self, field: Field, value: object, pointer: str) -> object:
        return field.check(field.parse(value))


def short(text: object) -> str:
    """Foreign text that can be shown: not long, and no half characters."""
    text = _encodable(text)
    return text if len(text) <= 60 else f"{text[:60]}…"


def _did_you_mean(name: object, known: Iterable[str]) -> str:
    near = get_close_matches(short(name), list(known), n=1, cutoff=0.7)
    return f" Did you mean “{near[0]}”?" if near else ""


def _token(key: object) -> str:
    """A key as one step of a JSON pointer."""
    return _encodable(key).replace("~", "~0").replace("/", "~1")


def _encodable(text: object) -> str:
    # JSON knows only texts as keys; what else Python may hold is named by its type.
    return text.encode("utf-8", "replace").decode() if isinstance(text, str) else f"<{type(text).__name__}>"
