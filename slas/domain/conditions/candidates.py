"""For one field, a few values that between them give every combination of answers its leaves can give.

Values that people would expect come first: those asked for, then others, *missing* last.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from decimal import Decimal, localcontext
from itertools import chain, count, pairwise
from typing import Any

from slas.domain.conditions.evaluation import Predicate
from slas.domain.conditions.nodes import Leaf
from slas.domain.fields import INTEGER_LIMIT, Field, FieldType, FieldValueError, Operator, fold

MAX_ANSWERS = 100_000
"""Leaves asked about candidates, per field; beyond that the candidates are incomplete."""
MAX_TEXT_ANSWERS = 20_000
"""The same while texts are put together letter by letter."""
MAX_PATTERN_LETTERS = 1_000
_TICK = timedelta(microseconds=1)
_WHOLE_TEXT = frozenset({Operator.IS, Operator.IS_NOT, Operator.IS_SET, Operator.IS_NOT_SET})


def candidate_values(
    tests: Mapping[Leaf, Predicate], field: Field | None, answers: int = MAX_ANSWERS
) -> tuple[list[object], bool]:
    """Candidates for the field that these leaves ask about, and whether they cover all that can be.

    There are no more of them than can be asked about with so many answers.
    """
    asked = list(dict.fromkeys(chain.from_iterable(leaf.values for leaf in tests)))
    found: list[object]
    complete = True
    match next(iter(tests)).type:
        case FieldType.TEXT:
            others, complete = _texts(tests, min(answers, MAX_TEXT_ANSWERS))
            found = [*asked, *others]
        case FieldType.CHOICE:
            found = _choices(asked, field)
        case FieldType.LOOKUP:
            found = [*asked, _other_id(asked)]
        case FieldType.BOOLEAN:
            found = [True, False]
        case FieldType.INTEGER:
            found = list(_integers(asked))
        case FieldType.DECIMAL:
            found = list(_decimals(asked, field))
        case FieldType.DATETIME:
            found = list(_moments(asked))
    affordable = answers // len(tests)
    return [*found[:affordable], None], complete and len(found) <= affordable


def _choices(asked: list[object], field: Field | None) -> list[object]:
    if field is None:
        return asked
    known: list[object] = [choice.code for choice in field.choices]
    return [code for code in asked if code in known] + [code for code in known if code not in asked]


def _other_id(asked: Collection[object]) -> int | str:
    """An id that nobody asked for, of the kind that was asked for."""
    texts = [value for value in asked if isinstance(value, str)]
    if texts:
        return max(texts, key=len) + "-other"
    numbers = {value for value in asked if isinstance(value, int)}
    return next(number for number in range(1, len(numbers) + 2) if number not in numbers)


def _integers(asked: list[Any]) -> Iterator[int]:
    """Integers next to a bound stand for all up to the next bound."""
    yield from asked or [0]
    for value in chain.from_iterable((value - 1, value + 1) for value in asked):
        if -INTEGER_LIMIT <= value < INTEGER_LIMIT:
            yield value


def _decimals(asked: list[Any], field: Field | None) -> Iterator[Decimal]:
    """Between two bounds is another number, unless they differ in the last digit that a field can hold."""
    yield from asked or [Decimal(0)]
    with localcontext(prec=60):
        ordered = sorted(asked)
        between = [(low + high) / 2 for low, high in pairwise(ordered)]
        outside = [bound for value in ordered[:1] + ordered[-1:] for bound in (value - 1, value + 1)]
    for value in (*between, *outside):
        with suppress(FieldValueError):
            if field is not None:
                field.parse(value)
            yield value


def _moments(asked: list[Any]) -> Iterator[datetime]:
    yield from asked or [datetime(2000, 1, 1, tzinfo=UTC)]
    for value in asked:
        for step in (-_TICK, _TICK):
            with suppress(OverflowError):
                yield value + step


# --- texts ---


def _texts(tests: Mapping[Leaf, Predicate], answers: int) -> tuple[list[str], bool]:
    """Texts beside those asked for, and whether that covers all."""
    patterns = {fold(str(value)) for leaf in tests for value in leaf.values}
    another = _other_letter(patterns)
    if all(leaf.operator in _WHOLE_TEXT for leaf in tests):
        return [another], True
    if sum(map(len, patterns)) > MAX_PATTERN_LETTERS:
        return [another], False
    return _walk_texts(tests, patterns, answers)


def _walk_texts(tests: Mapping[Leaf, Predicate], patterns: Collection[str], affordable: int) -> tuple[list[str], bool]:
    """Walks the automaton that reads a text and knows all answers at its end; one shortest text per state.

    A state is the answers so far, the text itself while a pattern begins with it, and its longest end with
    which a pattern begins: nothing else about a text matters for what follows. The walk is incomplete if
    there are too many states, or if a text is not its own folded form (letters that combine).
    """
    path = next(iter(tests)).path
    heads = {pattern[:end] for pattern in patterns for end in range(len(pattern) + 1)}
    letters = [_other_letter(patterns), *sorted(set("".join(patterns)))]
    affordable //= len(tests) * len(letters)
    seen: dict[tuple[tuple[bool, ...], str | None, str], str] = {}
    complete = True
    queue = deque([("", "")])
    while queue:
        text, end = queue.popleft()
        for longer, tail in ((text + letter, _longest_head(end + letter, heads)) for letter in letters):
            if fold(longer) != longer:
                complete = False
                continue
            answers = tuple(holds({path: longer}) for holds in tests.values())
            state = (answers, longer if longer in heads else None, tail)
            if state not in seen:
                seen[state] = longer
                queue.append((longer, tail))
        if len(seen) > affordable:
            return list(seen.values()), False
    return list(seen.values()), complete


def _other_letter(patterns: Collection[str]) -> str:
    """One letter that stands for all that no pattern has: q and Chinese letters combine with no accent."""
    used = set("".join(patterns))
    return next(letter for letter in map(chr, chain([ord("q")], count(0x4E00))) if letter not in used)


def _longest_head(text: str, heads: Collection[str]) -> str:
    return next(text[start:] for start in range(len(text) + 1) if text[start:] in heads)
