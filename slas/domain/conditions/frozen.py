"""Reading the conditions of a frozen policy again, long after they were checked (engine.md R6).

A published document outlives the code: a field or a choice that it names may be gone. It is read all the same, and
what is gone is told, so that people can publish a version without it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from slas.domain.conditions.condition import ALWAYS, Condition
from slas.domain.conditions.nodes import Leaf
from slas.domain.conditions.parsing import ConditionError, Parser, Problem, short
from slas.domain.fields import Field, FieldSet, FieldType, FieldValueError, Operator


def parse_frozen(document: object, fields: FieldSet, *, pointer: str = "") -> tuple[Condition, list[Problem]]:
    """The condition, and what it names that is gone.

    A choice that is gone is compared by its code as ever, so it holds for the records that still have it. A leaf that
    cannot be asked any more, since its field is gone or of another type, is judged as if the value were missing.
    Raises `ConditionError` for what never was a condition.
    """
    if document is None or (isinstance(document, dict) and not document):
        return ALWAYS, []
    parser = _FrozenParser(fields)
    root = parser.node(document, pointer, depth=1)
    if parser.problems or root is None:
        raise ConditionError(parser.problems)
    return Condition(root), parser.gone


class _FrozenParser(Parser):
    def __init__(self, fields: FieldSet) -> None:
        super().__init__(fields)
        self.gone: list[Problem] = []

    def leaf(self, document: dict[Any, Any], pointer: str) -> Leaf | None:
        told, gone = len(self.problems), len(self.gone)
        leaf = super().leaf(document, pointer)
        if leaf is not None or not self.was_a_leaf(document):
            return leaf
        self.gone[gone:] = self.problems[told:]
        del self.problems[told:]
        return _lost(document)

    def was_a_leaf(self, document: dict[Any, Any]) -> bool:
        """It has the shape of one; only what it names can be wrong."""
        path, name = document.get("field"), document.get("op")
        return isinstance(path, str) and isinstance(name, str) and name in set(Operator)

    def field(self, path: object, pointer: str) -> Field | None:
        """A field that the system writes by itself now is asked as before."""
        known = self.fields.get(path) if isinstance(path, str) else None
        return known or super().field(path, pointer)

    def checked(self, field: Field, value: object, pointer: str) -> object:
        parsed = field.parse(value)
        try:
            return field.check(parsed)
        except FieldValueError as error:
            self.gone.append(Problem(pointer, error.code, f"{field.label} has no choice “{short(parsed)}” any more."))
            return parsed


def _lost(document: dict[Any, Any]) -> Leaf:
    """The leaf with its value as it was written, for people to read."""
    value = document.get("value")
    texts = tuple(map(str, value)) if isinstance(value, list) else None if value is None else str(value)
    leaf = Leaf(document["field"], FieldType.TEXT, Operator(document["op"]), texts)
    return replace(leaf, lost=True)
