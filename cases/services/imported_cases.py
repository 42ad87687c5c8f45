"""Incidents of an event log become judged cases. No database here: this part of an import runs in another process."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cases.choices import CaseState
from cases.importing.rows import Incident, Named, Row
from cases.models import Case, Customer
from cases.services.folding import with_folded
from sla_project.accounts.models import Team
from slas.services.importing.records import ImportedChange, ImportedRecord, ImportTerms, JudgedRecords, RecordJudge

Name = tuple[str, str, Customer | Team]
"""The field, the key that the log calls it by, and the row."""


@dataclass(frozen=True, slots=True)
class Question:
    """Incidents to judge at `now`; `names` are those in them that no question before had."""

    incidents: Sequence[Incident]
    names: Sequence[Name]
    now: datetime


@dataclass(frozen=True, slots=True)
class Moved:
    """A row that was taken at another time than its own."""

    line: int
    number: str
    own: datetime
    at: datetime


@dataclass(frozen=True, slots=True)
class Answer:
    judged: JudgedRecords
    moved: Sequence[Moved]


class CaseJudge:
    """Makes cases of incidents and judges them. Remembers the customers and teams that it was told of."""

    def __init__(self, source: str, terms: ImportTerms) -> None:
        self.source = source
        self._judge = RecordJudge(terms)
        self._names: dict[str, dict[str, Customer | Team]] = {"customer": {}, "team": {}}
        self._moved: list[Moved] = []

    def __call__(self, question: Question) -> Answer:
        for field, key, row in question.names:
            self._names[field][key] = row
        self._moved = []
        judged = self._judge.judge(self._imported(question.incidents), question.now)
        return Answer(judged, self._moved)

    def _imported(self, incidents: Iterable[Incident]) -> Iterable[ImportedRecord]:
        for incident in incidents:
            first, *later = incident.rows
            born = self._born(incident.number, first)
            yield ImportedRecord(first[1], born, self._changes(incident.number, first[1], born, later))

    def _born(self, number: str, row: Row) -> Mapping[str, Any]:
        _line, at, values = row
        own = {"source": self.source, "external_number": number}
        times = {"opened_on": at, "created_on": at, "modified_on": at}
        born = {**with_folded(Case, own), **times, **self._values(values)}
        if born.get("state") == CaseState.RESOLVED:
            born["resolved_on"] = at
        return born

    def _changes(
        self, number: str, at: datetime, born: Mapping[str, Any], rows: Iterable[Row]
    ) -> Sequence[ImportedChange]:
        """Rows are changes in file order; one that is earlier than the one before is taken at that one's time."""
        changes: list[ImportedChange] = []
        state = born.get("state", CaseState.ACTIVE)
        for line, own, said in rows:
            if own < at:
                self._moved.append(Moved(line, number, own, at))
            else:
                at = own
            values = self._values(said)
            values["modified_on"] = at
            if values.get("state", state) != state:
                state = values["state"]
                values["resolved_on"] = at if state == CaseState.RESOLVED else None
            changes.append(ImportedChange(at, values))
        return changes

    def _values(self, said: Mapping[str, Any]) -> dict[str, Any]:
        values = {
            name: self._names[name][value.key] if isinstance(value, Named) else value for name, value in said.items()
        }
        return with_folded(Case, values)
