"""One row of an event log as values of a case."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from django.utils.translation import gettext as _

from cases.importing.mapping import CHOICES, LOOKUPS, STATE_OF, TEXTS, TIMES, EventLogMapping, FieldMapping
from cases.importing.reading import BadRow
from sla_project.operations.errors import Invalid, Problem

KEEP = object()
"""What a cell says that does not change the case."""
LONGEST_HEADER = 300
LONGEST_NUMBER = 100
EARLIEST = datetime(1970, 1, 2, tzinfo=UTC)

Cells = Sequence[str]
Read = Callable[[Cells], object]
_NUMBERS = {
    "%d": ("day", "1,2"), "%m": ("month", "1,2"), "%Y": ("year", "4"),
    "%H": ("hour", "1,2"), "%M": ("minute", "1,2"), "%S": ("second", "1,2"),
}  # fmt: skip
_PLACEHOLDER = re.compile(r"\{([^{}]+)\}")


@dataclass(frozen=True, slots=True)
class Named:
    """A customer or team that a cell names; `key` is the cell's word, `name` what to call it."""

    key: str
    name: str


Row = tuple[int, datetime, dict[str, Any]]
"""What a row says: its line, when, and the values that it sets, by attribute of the case. A plain tuple, since very
many of them are handed to another process."""


@dataclass(frozen=True, slots=True)
class Incident:
    """One record of the other system with its good rows in file order."""

    number: str
    rows: list[Row]


class RowReader:
    """A mapping bound to the columns of one file. Raises `Invalid` where they do not fit together."""

    def __init__(self, mapping: EventLogMapping, header: Sequence[str]) -> None:
        self.mapping = mapping
        self.width = len(header)
        self._places: dict[str, int | None] = {}
        for place, column in enumerate(header):  # a column that appears twice cannot be named
            self._places[column] = None if column in self._places else place
        self._problems: list[Problem] = []
        self._number = self._place(mapping.number, "/number")
        self._at = self._place(mapping.at, "/at")
        self._strptime = time_parser(mapping.time_format)
        self._time = lru_cache(maxsize=65536)(self._parse_time)
        readers = [(each.field, self._reader(each), self._places_of(each)) for each in mapping.fields]
        self._columns = [(field, read, places[0]) for field, read, places in readers if len(places) == 1]
        self._others = [(field, read, places) for field, read, places in readers if len(places) != 1]
        if self._problems:
            raise Invalid(self._problems)

    def number_of(self, cells: Cells) -> str:
        """The other system's number of the record. Raises `BadRow`."""
        number = cells[self._number].strip()
        if number in self.mapping.missing:
            raise BadRow(_("The number is missing."))
        if len(number) > LONGEST_NUMBER:
            raise BadRow(_("The number has more than %d characters.") % LONGEST_NUMBER)
        return number

    def read(self, line: int, cells: Cells, before: Cells | None = None) -> Row:
        """The row's values; with the record's row `before`, only those whose cells differ. Raises `BadRow`."""
        values: dict[str, Any] = {}
        for field, read, place in self._columns:  # the hottest loop of an import
            if before is not None and cells[place] == before[place]:
                continue
            value = read(cells)
            if value is not KEEP:
                values[field] = value
        for field, read, places in self._others:
            if before is None or any(cells[place] != before[place] for place in places):
                value = read(cells)
                if value is not KEEP:
                    values[field] = value
        if "status" in values:
            values["state"] = STATE_OF[values["status"]]
        return line, self._time(self.mapping.at, cells[self._at].strip()), values

    def _place(self, column: str, pointer: str) -> int:
        place = self._places.get(column, -1)
        if place is None:
            message = _("The file has several columns called “%s”.")
            self._problems.append(Problem(pointer, "duplicate_column", message % column))
        elif place < 0:
            message = _("The file has no column “%s”.") % column
            if not self._problems:  # said once: with a wrong delimiter it is one long name
                names = ", ".join(f"“{name}”" for name in self._places)[:LONGEST_HEADER] or _("none")
                message += " " + _("Its columns, divided by “%(delimiter)s”: %(names)s.") % {
                    "delimiter": self.mapping.delimiter,
                    "names": names,
                }
            self._problems.append(Problem(pointer, "unknown_column", message))
        return place or 0

    def _places_of(self, rule: FieldMapping) -> list[int]:
        columns = _PLACEHOLDER.findall(rule.template) if rule.template else [rule.column] if rule.column else []
        return [place for column in columns if (place := self._places.get(column)) is not None]

    def _reader(self, rule: FieldMapping) -> Read:
        if rule.template:
            return self._template(rule)
        if not rule.column:
            return lambda cells: rule.value
        place = self._place(rule.column, f"{rule.pointer}/column")
        if rule.field in CHOICES:
            return _choice_reader(rule, place)
        if rule.field in TIMES:
            return self._time_reader(rule, place)
        if rule.field in LOOKUPS:
            return self._lookup_reader(rule, place)
        return lambda cells: _text(rule.field, cells[place].strip())

    def _template(self, rule: FieldMapping) -> Read:
        places = {
            column: self._place(column, f"{rule.pointer}/template") for column in _PLACEHOLDER.findall(rule.template)
        }

        def read(cells: Cells) -> object:
            filled = _PLACEHOLDER.sub(lambda found: cells[places[found[1]]].strip(), rule.template)
            return _text(rule.field, filled)

        return read

    def _time_reader(self, rule: FieldMapping, place: int) -> Read:
        def read(cells: Cells) -> object:
            word = cells[place].strip()
            return KEEP if word in self.mapping.missing else self._time(rule.column, word)

        return read

    def _lookup_reader(self, rule: FieldMapping, place: int) -> Read:
        known: dict[str, Named] = {}

        def read(cells: Cells) -> object:
            word = cells[place].strip()
            if word in self.mapping.missing:
                return None
            named = known.get(word)
            if named is None:
                name = rule.name.replace("{value}", word)
                if len(name) > LOOKUPS[rule.field]:
                    raise BadRow(_("%s: the name is too long.") % rule.column)
                named = known[word] = Named(word, name)
            return named

        return read

    def _parse_time(self, column: str, word: str) -> datetime:
        try:
            naive = self._strptime(word)
            moment = naive.replace(tzinfo=naive.tzinfo or self.mapping.time_zone).astimezone(UTC)
        except (ValueError, OverflowError):
            found = {"column": column, "word": word[:40], "format": self.mapping.time_format}
            raise BadRow(_("%(column)s: “%(word)s” is not a time written as %(format)s.") % found) from None
        if moment < EARLIEST:
            raise BadRow(_("%(column)s: “%(word)s” lies too long ago.") % {"column": column, "word": word[:40]})
        return moment


def time_parser(time_format: str) -> Callable[[str], datetime]:
    """`strptime` for one format; four times as fast where the format consists of plain numbers."""
    pattern, names = "", []
    for part in re.findall(r"%.|[^%]+", time_format):
        if part in _NUMBERS:
            name, digits = _NUMBERS[part]
            names.append(name)
            pattern += f"([0-9]{{{digits}}})"
        elif part.startswith("%"):
            names = []
            break
        else:
            pattern += re.escape(part)
    if len(set(names)) != len(names) or not {"year", "month", "day"} <= set(names):
        return lambda word: datetime.strptime(word, time_format)  # noqa: DTZ007 - the mapping knows the zone
    match = re.compile(pattern).fullmatch

    def parse(word: str) -> datetime:
        found = match(word)
        if found is None:
            raise ValueError(word)
        parts: dict[str, Any] = dict(zip(names, map(int, found.groups()), strict=True))
        return datetime(**parts)  # noqa: DTZ001 - the mapping knows the zone

    return parse


def _choice_reader(rule: FieldMapping, place: int) -> Read:
    values: Mapping[str, object] = {
        word: KEEP if value is None else value for word, value in (rule.values or {}).items()
    }

    def read(cells: Cells) -> object:
        word = cells[place].strip()
        try:
            return values[word]
        except KeyError:
            found = {"column": rule.column, "word": word[:40]}
            raise BadRow(_("%(column)s: the mapping does not know “%(word)s”.") % found) from None

    return read


def _text(field: str, text: str) -> str:
    if len(text) > TEXTS[field]:
        raise BadRow(_("%(field)s: more than %(count)d characters.") % {"field": field, "count": TEXTS[field]})
    if field == "title" and not text:
        raise BadRow(_("The title is empty."))
    return text
