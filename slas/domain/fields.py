"""What can be asked about a record: fields, their types and operators, and how values travel as JSON.

Python values are `str` (text, choice code, lookup id), `int` (integer, lookup id), `bool`, `Decimal` and
`datetime` in UTC; `None` and `""` mean *missing*. The domain is pure, so labels and messages are plain
English here; errors carry a `code` by which an outer layer may translate them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum

INTEGER_LIMIT = 2**63
"""Integers lie in [-2**63, 2**63), as in a database's big integer."""
DECIMAL_DIGITS = 18
"""At most so many digits before, and so many after, the decimal point."""
RELATION_ARROW = " › "

_DECIMAL_TEXT = re.compile(rf"-?[0-9]{{1,{DECIMAL_DIGITS}}}(\.[0-9]{{1,{DECIMAL_DIGITS}}})?")
_RFC3339 = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?([Zz]|[+-][0-9]{2}:[0-9]{2})"
)


class FieldType(StrEnum):
    TEXT = "text"
    CHOICE = "choice"
    LOOKUP = "lookup"
    BOOLEAN = "boolean"
    INTEGER = "integer"
    DECIMAL = "decimal"
    DATETIME = "datetime"


class Operator(StrEnum):
    IS = "is"
    IS_NOT = "is_not"
    IS_SET = "is_set"
    IS_NOT_SET = "is_not_set"
    IN = "in"
    NOT_IN = "not_in"
    CONTAINS = "contains"
    NOT_CONTAINS = "not_contains"
    STARTS_WITH = "starts_with"
    ENDS_WITH = "ends_with"
    GT = "gt"
    GTE = "gte"
    LT = "lt"
    LTE = "lte"
    BETWEEN = "between"

    @property
    def label(self) -> str:
        return _OPERATOR_LABELS[self]

    def label_for(self, type_: FieldType) -> str:
        """The label as one says it of this type: a number is *more than*, a time is *after*."""
        if type_ is FieldType.DATETIME:
            return _DATETIME_LABELS.get(self, self.label)
        return self.label

    @property
    def takes_value(self) -> bool:
        return self not in (Operator.IS_SET, Operator.IS_NOT_SET)

    @property
    def takes_list(self) -> bool:
        return self in (Operator.IN, Operator.NOT_IN)


_OPERATOR_LABELS = {
    Operator.IS: "is",
    Operator.IS_NOT: "is not",
    Operator.IS_SET: "is set",
    Operator.IS_NOT_SET: "is not set",
    Operator.IN: "is one of",
    Operator.NOT_IN: "is none of",
    Operator.CONTAINS: "contains",
    Operator.NOT_CONTAINS: "does not contain",
    Operator.STARTS_WITH: "starts with",
    Operator.ENDS_WITH: "ends with",
    Operator.GT: "is more than",
    Operator.GTE: "is at least",
    Operator.LT: "is less than",
    Operator.LTE: "is at most",
    Operator.BETWEEN: "is between",
}
_DATETIME_LABELS = {
    Operator.GT: "is after",
    Operator.GTE: "is at or after",
    Operator.LT: "is before",
    Operator.LTE: "is at or before",
}


def _operators(*own: Operator) -> tuple[Operator, ...]:
    return (Operator.IS, Operator.IS_NOT, *own, Operator.IS_SET, Operator.IS_NOT_SET)


_MEMBERSHIP = _operators(Operator.IN, Operator.NOT_IN)
_ORDERED = _operators(Operator.GT, Operator.GTE, Operator.LT, Operator.LTE, Operator.BETWEEN)

OPERATORS: dict[FieldType, tuple[Operator, ...]] = {
    FieldType.TEXT: _operators(Operator.CONTAINS, Operator.NOT_CONTAINS, Operator.STARTS_WITH, Operator.ENDS_WITH),
    FieldType.CHOICE: _MEMBERSHIP,
    FieldType.LOOKUP: _MEMBERSHIP,
    FieldType.BOOLEAN: _operators(),
    FieldType.INTEGER: _ORDERED,
    FieldType.DECIMAL: _ORDERED,
    FieldType.DATETIME: _ORDERED,
}


class FieldValueError(ValueError):
    """A value that does not fit its field; `code` is stable, the message is for people."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def fold(text: str) -> str:
    """The one form in which texts are compared, here and in stored folded columns.

    Composed again at the end, since folding takes some letters apart.
    """
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())


def is_missing(value: object) -> bool:
    return value is None or value == ""


def as_utc(moment: datetime) -> datetime:
    """The same moment in UTC; a naive time has no moment and is refused."""
    if moment.tzinfo is UTC:
        return moment
    if moment.utcoffset() is None:
        raise FieldValueError("wrong_type", "A time must say its zone.")
    return moment.astimezone(UTC)


# --- JSON to Python, by type ---


def _parse_text(value: object) -> str:
    if not isinstance(value, str):
        raise FieldValueError("wrong_type", "Expected a text.")
    if "\x00" in value:
        raise FieldValueError("invalid_text", "The text contains a NUL character.")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise FieldValueError("invalid_text", "The text contains half a character (a lone surrogate).") from None
    return value


def _parse_lookup(value: object) -> int | str:
    if isinstance(value, int) and not isinstance(value, bool):
        return _parse_integer(value)
    if isinstance(value, str):
        return _parse_text(value)
    raise FieldValueError("wrong_type", "Expected the id of a record.")


def _parse_boolean(value: object) -> bool:
    if not isinstance(value, bool):
        raise FieldValueError("wrong_type", "Expected true or false.")
    return value


def _parse_integer(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise FieldValueError("wrong_type", "Expected a whole number.")
    if not -INTEGER_LIMIT <= value < INTEGER_LIMIT:
        raise FieldValueError("out_of_range", "The number is too large.")
    return value


def _parse_decimal(value: object) -> Decimal:
    if isinstance(value, str) and _DECIMAL_TEXT.fullmatch(value):
        return Decimal(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return _within_limits(Decimal(_parse_integer(value)))
    if isinstance(value, float):
        return _within_limits(Decimal(repr(value)))
    if isinstance(value, Decimal):
        return _within_limits(value)
    raise FieldValueError("wrong_type", "Expected a number.")


def _within_limits(number: Decimal) -> Decimal:
    if not number.is_finite():
        raise FieldValueError("not_finite", "Expected a finite number.")
    exponent = number.as_tuple().exponent
    if number.adjusted() >= DECIMAL_DIGITS or not isinstance(exponent, int) or -exponent > DECIMAL_DIGITS:
        limit = f"at most {DECIMAL_DIGITS} digits before and after the point"
        raise FieldValueError("out_of_range", f"The number is too large or too fine: {limit}.")
    return number


def _parse_datetime(value: object) -> datetime:
    if not isinstance(value, str):
        raise FieldValueError("wrong_type", "Expected a time such as 2026-12-24T09:00:00Z.")
    if not _RFC3339.fullmatch(value):
        raise FieldValueError("invalid_time", "Expected a time with date and zone, such as 2026-12-24T09:00:00Z.")
    try:
        return as_utc(datetime.fromisoformat(value.upper()))
    except (ValueError, OverflowError):
        raise FieldValueError("invalid_time", "There is no such time.") from None


_PARSERS: dict[FieldType, Callable[[object], object]] = {
    FieldType.TEXT: _parse_text,
    FieldType.CHOICE: _parse_text,
    FieldType.LOOKUP: _parse_lookup,
    FieldType.BOOLEAN: _parse_boolean,
    FieldType.INTEGER: _parse_integer,
    FieldType.DECIMAL: _parse_decimal,
    FieldType.DATETIME: _parse_datetime,
}


def dump_value(value: object) -> object:
    """A Python value as JSON: times as RFC 3339 in UTC, decimals as text, so that nothing is rounded."""
    if isinstance(value, datetime):
        return as_utc(value).isoformat().replace("+00:00", "Z")
    if isinstance(value, Decimal):
        return decimal_text(value)
    return value


def decimal_text(number: Decimal) -> str:
    """Plain notation without superfluous zeros."""
    text = format(number, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


# --- fields ---


@dataclass(frozen=True, slots=True)
class Choice:
    code: str
    label: str


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that can be asked about a record.

    `path` may cross relations (`customer.seats`). `lookup` names the related record type. `volatile` warns
    that the field changes often; a `system` field is updated by the system itself and so can be neither a
    condition nor applicable-from (engine.md R13).
    """

    path: str
    label: str
    type: FieldType
    choices: tuple[Choice, ...] = ()
    lookup: str | None = None
    volatile: bool = False
    system: bool = False

    def __post_init__(self) -> None:
        if bool(self.choices) != (self.type is FieldType.CHOICE):
            raise ValueError(f"{self.path}: a choice field, and only that, has choices")

    @property
    def operators(self) -> tuple[Operator, ...]:
        return OPERATORS[self.type]

    @property
    def relation(self) -> str:
        """The path up to the field itself: `customer` for `customer.seats`, empty for the record's own."""
        return self.path.rpartition(".")[0]

    def choice_label(self, code: object) -> str | None:
        return next((str(choice.label) for choice in self.choices if choice.code == code), None)

    def parse(self, json_value: object) -> object:
        """JSON to Python; null stays None. Raises `FieldValueError` if the type is wrong.

        Choices are not looked up, so that stored values stay readable when a choice is gone: see `check`.
        """
        return None if json_value is None else _PARSERS[self.type](json_value)

    def check(self, value: object) -> object:
        """Refuses a choice that is not offered (`FieldValueError`); else hands the value back."""
        if self.choices and not is_missing(value) and self.choice_label(value) is None:
            raise FieldValueError("unknown_choice", f"{self.label} has no such choice.")
        return value

    def dump(self, value: object) -> object:
        return dump_value(value)


class FieldSet(Mapping[str, Field]):
    """The fields of one record type by path, in the order given.

    `label` names the record type. A relation is called by the label of its lookup field, unless `relations`
    (path to label) says otherwise.
    """

    def __init__(
        self, fields: Iterable[Field], *, label: str = "Record", relations: Mapping[str, str] | None = None
    ) -> None:
        self.label = label
        self._fields: dict[str, Field] = {}
        self._relations = dict(relations or {})
        for field in fields:
            if field.path in self._fields:
                raise ValueError(f"{field.path} is given twice")
            self._fields[field.path] = field

    def __getitem__(self, path: str) -> Field:
        return self._fields[path]

    def __iter__(self) -> Iterator[str]:
        return iter(self._fields)

    def __len__(self) -> int:
        return len(self._fields)

    def relation_label(self, relation: str) -> str:
        """How a relation is called: *Customer*; of a longer path each step: *Customer › Account manager*."""
        head, _, name = relation.rpartition(".")
        known = self._relations.get(relation)
        if known is None and relation in self._fields:
            known = self._fields[relation].label
        own = str(known) if known is not None else name.replace("_", " ").capitalize()
        return f"{self.relation_label(head)}{RELATION_ARROW}{own}" if head else own

    def full_label(self, path: str) -> str:
        """*Priority*, *Customer › Seats*; the path itself where it is not (or no longer) a field."""
        field = self._fields.get(path)
        if field is None:
            return path
        return (
            f"{self.relation_label(field.relation)}{RELATION_ARROW}{field.label}"
            if field.relation
            else str(field.label)
        )

    def groups(self) -> list[tuple[str, tuple[Field, ...]]]:
        """Fields by relation for a list to choose from: the record's own first, then in the order given."""
        members: dict[str, list[Field]] = {"": []}
        for field in self._fields.values():
            members.setdefault(field.relation, []).append(field)
        return [
            (self.relation_label(relation) if relation else str(self.label), tuple(group))
            for relation, group in members.items()
            if group
        ]

    def load_values(self, document: Mapping[str, object]) -> dict[str, object]:
        """Stored JSON values as Python values; paths that are no longer fields are left out."""
        return {path: self._fields[path].parse(value) for path, value in document.items() if path in self._fields}

    def dump_values(self, values: Mapping[str, object]) -> dict[str, object]:
        return {path: dump_value(value) for path, value in values.items()}
