"""The fields that some conditions ask about, each cut into finitely many classes of values.

Two values are in one class if every leaf of these conditions answers alike for both, so one value of each class
stands for all. Where a field's classes cannot all be found (texts with too many patterns), each of its leaves becomes
a question of its own that may be answered freely: what is impossible then is impossible all the more with real values,
and an example is only given where a real value answers so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from slas.domain.conditions.candidates import MAX_ANSWERS, candidate_values
from slas.domain.conditions.evaluation import Predicate, compile_leaf
from slas.domain.conditions.nodes import Leaf, Node, leaves_of
from slas.domain.conditions.steps import Steps, TooMuch
from slas.domain.fields import FieldSet


@dataclass(frozen=True)
class Variable:
    """One thing to choose: a value class of a field, or (`leaf`) the answer to one leaf of a field.

    `values` holds one value per class, those that people would think of first, and `members` all that are known of
    each; `bits[leaf]` has a bit set for each class for which the leaf is true.
    """

    path: str
    values: tuple[object, ...]
    bits: Mapping[Leaf, int]
    members: tuple[tuple[object, ...], ...]
    leaf: Leaf | None = None

    @property
    def all(self) -> int:
        return (1 << len(self.values)) - 1


MAX_VARIABLES = 220
"""Diagrams are walked by recursion, one level for each variable."""


class Space:
    """All variables, in the order in which the conditions ask first; `position` says which one a leaf asks about.

    Raises `TooMuch` for what has too many variables or takes too many steps to cut into classes.
    """

    def __init__(self, roots: Iterable[Node], fields: FieldSet, steps: Steps) -> None:
        self.fields = fields
        self.steps = steps
        self.variables: list[Variable] = []
        self.position: dict[Leaf, int] = {}
        self._tests: dict[str, dict[Leaf, Predicate]] = {}
        self._candidates: dict[str, list[object]] = {}
        for root in roots:
            for leaf in leaves_of(root):
                if leaf.lost:
                    self._settle(leaf)
                    continue
                tests = self._tests.setdefault(leaf.path, {})
                if leaf not in tests:
                    tests[leaf] = compile_leaf(leaf)
        for path, tests in self._tests.items():
            self._cut(path, tests)
        if len(self.variables) > MAX_VARIABLES:
            raise TooMuch

    @property
    def paths(self) -> frozenset[str]:
        return frozenset(self._tests)

    def positions_of(self, paths: Iterable[str]) -> frozenset[int]:
        wanted = set(paths)
        return frozenset(index for index, variable in enumerate(self.variables) if variable.path in wanted)

    def record(self, chosen: Mapping[int, int]) -> dict[str, object] | None:
        """Values for a choice of classes (position → class); None where no value is known to answer so."""
        values: dict[str, object] = {}
        wanted: dict[str, dict[Leaf, bool]] = {}
        for index, number in chosen.items():
            variable = self.variables[index]
            if variable.leaf is None:
                values[variable.path] = variable.values[number]
            else:
                wanted.setdefault(variable.path, {})[variable.leaf] = bool(number)
        for path, answers in wanted.items():
            found = self._value_answering(path, answers)
            if found is _NOTHING:
                return None
            values[path] = found
        return values

    def classes_of(self, record: Mapping[str, object]) -> dict[int, int]:
        """The class of each variable that a record's values fall into; fields it does not name are left out."""
        chosen: dict[int, int] = {}
        for index, variable in enumerate(self.variables):
            if variable.path not in record:
                continue
            tests = self._tests.get(variable.path, {})
            if variable.leaf is not None:
                chosen[index] = int(tests[variable.leaf](record))
                continue
            answers = [(bits, tests[leaf](record)) for leaf, bits in variable.bits.items() if leaf in tests]
            for number in range(len(variable.values)):
                if all(bool(bits >> number & 1) is answer for bits, answer in answers):
                    chosen[index] = number
                    break
        return chosen

    def bits_of(self, record: Mapping[str, object]) -> dict[int, int]:
        """The same as a box (position → bits)."""
        return {index: 1 << number for index, number in self.classes_of(record).items()}

    def _cut(self, path: str, tests: Mapping[Leaf, Predicate]) -> None:
        answers = self.steps.affordable(MAX_ANSWERS)
        candidates, complete = candidate_values(tests, self.fields.get(path), answers)
        self.steps.spend(len(candidates) * len(tests))
        if not complete:
            self._candidates[path] = candidates
            for leaf in tests:
                self._add(Variable(path, (False, True), {leaf: 0b10}, ((False,), (True,)), leaf))
            return
        classes: dict[tuple[bool, ...], list[object]] = {}
        predicates = list(tests.values())
        for value in candidates:
            record = {path: value}
            classes.setdefault(tuple([holds(record) for holds in predicates]), []).append(value)
        bits = {
            leaf: sum(1 << number for number, answers in enumerate(classes) if answers[column])
            for column, leaf in enumerate(tests)
        }
        members = tuple(map(tuple, classes.values()))
        self._add(Variable(path, tuple(values[0] for values in members), bits, members))

    def _settle(self, leaf: Leaf) -> None:
        """A leaf that cannot be asked any more answers alike for all."""
        if leaf not in self.position:
            answer = int(compile_leaf(leaf)({}))
            self._add(Variable(leaf.path, (None,), {leaf: answer}, ((None,),)))

    def _add(self, variable: Variable) -> None:
        for leaf in variable.bits:
            self.position[leaf] = len(self.variables)
        self.variables.append(variable)

    def _value_answering(self, path: str, answers: Mapping[Leaf, bool]) -> object:
        tests = self._tests[path]
        for value in self._candidates[path]:
            self.steps.spend(1)
            record = {path: value}
            if all(tests[leaf](record) is answer for leaf, answer in answers.items()):
                return value
        return _NOTHING


_NOTHING = object()
