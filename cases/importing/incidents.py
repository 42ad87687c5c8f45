"""The incidents of an event log, each complete with its rows, in batches; the file is read twice and never held whole.

The first reading counts the rows of each incident, so that the second knows an incident to be complete as soon as its
last row was read. The rows of one incident need not stand together.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.utils.translation import gettext as _

from cases.importing.mapping import EventLogMapping
from cases.importing.reading import BadRow, Line, header_read, lines_read, log_open
from cases.importing.rows import Incident, Row, RowReader


@dataclass(frozen=True, slots=True)
class Refusal:
    """A row that does not come in, and why."""

    line: int
    number: str
    reason: str


@dataclass(frozen=True, slots=True)
class Batch:
    """Complete incidents, what was refused since the batch before, and how many rows were read up to here."""

    incidents: Sequence[Incident]
    refusals: Sequence[Refusal]
    rows: int


class IncidentLog:
    """An event log under its mapping. Raises `Invalid` if they do not fit together or the file is damaged."""

    def __init__(self, path: Path, mapping: EventLogMapping) -> None:
        self.path = path
        self.mapping = mapping
        self.rows = 0
        self._read_rows = 0
        self._refusals: list[Refusal] = []
        self._sizes: dict[str, int] = {}
        self._count()

    @property
    def incidents(self) -> int:
        """How many incidents there are, those without any good row included."""
        return len(self._sizes)

    def batches(self, size: int, *, now: datetime) -> Iterator[Batch]:
        """So many incidents at a time, in the order in which they are complete. Rows after `now` are refused."""
        self._read_rows, self._refusals = 0, []
        incidents: list[Incident] = []
        for incident in self._read(now):
            incidents.append(incident)
            if len(incidents) == size:
                yield self._batch(incidents)
                incidents = []
        if incidents or self._refusals:
            yield self._batch(incidents)

    def _batch(self, incidents: Sequence[Incident]) -> Batch:
        refusals, self._refusals = self._refusals, []
        return Batch(incidents, refusals, self._read_rows)

    @contextmanager
    def _open(self) -> Iterator[tuple[RowReader, Iterator[Line]]]:
        encoding, delimiter = self.mapping.encoding, self.mapping.delimiter
        with log_open(self.path) as file:
            reader = RowReader(self.mapping, header_read(file, encoding=encoding, delimiter=delimiter))
            yield reader, lines_read(file, encoding=encoding, delimiter=delimiter, width=reader.width)

    def _count(self) -> None:
        sizes = self._sizes
        with self._open() as (reader, lines):
            for line in lines:
                self.rows += 1
                if line.refused:
                    continue
                try:
                    number = reader.number_of(line.cells)
                except BadRow:
                    continue
                sizes[number] = sizes.get(number, 0) + 1

    def _read(self, now: datetime) -> Iterator[Incident]:
        missing = dict(self._sizes)
        unfinished: dict[str, list[Row]] = {}
        before: dict[str, Sequence[str]] = {}  # the last good row of each unfinished incident
        with self._open() as (reader, lines):
            for line in lines:
                self._read_rows += 1
                number = ""
                try:
                    if line.refused:
                        raise BadRow(line.refused)
                    number = reader.number_of(line.cells)
                    rows = unfinished.setdefault(number, [])
                    missing[number] -= 1
                    row = reader.read(line.number, line.cells, before.get(number))
                    if row[1] > now:
                        raise BadRow(_("Its time lies in the future."))
                    rows.append(row)
                    before[number] = line.cells
                except BadRow as bad:
                    self._refusals.append(Refusal(line.number, number, bad.reason))
                if number and not missing[number]:
                    del missing[number]
                    before.pop(number, None)
                    if complete := unfinished.pop(number):
                        yield Incident(number, complete)
