"""An audit log of another system comes in as cases with their history (engine.md R7, docs/import.md).

Whole incidents are committed in batches, so a run that was killed is simply started again: what is in is passed over.
Where there is a second processor, a large log is judged in a second process while this one reads and stores.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from cases.importing.incidents import Batch, IncidentLog
from cases.importing.mapping import EventLogMapping
from cases.importing.rows import Incident
from cases.models import Case
from cases.services.imported_cases import Answer, CaseJudge, Moved, Question
from cases.services.imported_names import NameBook
from cases.services.incident_desk import SLA_CODE, incident_desk_ensure
from cases.services.numbers import numbers_take
from sla_project.operations.clock import clock_now
from sla_project.operations.errors import Invalid, Problem
from sla_project.operations.garbage import collecting_between
from sla_project.operations.side_process import SideProcess, ThisProcess, Worker, has_second_processor
from slas.models import SLA
from slas.services.importing.records import ImportTerms, import_begin, records_store

BATCH = 500
WORTH_A_PROCESS = 2_000
"""Incidents from which on a second process saves more than its start costs."""


@dataclass(frozen=True, slots=True)
class Remark:
    """A row that was refused, or taken at another time than its own."""

    line: int
    kind: str
    number: str
    text: str


REFUSED, MOVED = "refused", "moved"


@dataclass
class Outcome:
    """What an import did so far."""

    rows: int = 0
    cases: int = 0
    changes: int = 0
    known: int = 0
    refused: int = 0
    moved: int = 0

    remark: Callable[[Remark], None] = field(default=lambda _remark: None)

    def refuse(self, line: int, reason: str, number: str = "") -> None:
        self.refused += 1
        self.remark(Remark(line, REFUSED, number, reason))

    def move(self, moved: Moved) -> None:
        self.moved += 1
        text = _("%(own)s is earlier than the row before; taken at %(at)s.")
        own = f"{moved.own:%Y-%m-%d %H:%M:%S}"
        self.remark(Remark(moved.line, MOVED, moved.number, text % {"own": own, "at": f"{moved.at:%Y-%m-%d %H:%M:%S}"}))


def event_log_import(
    *,
    path: Path,
    mapping: EventLogMapping,
    limit: int | None = None,
    batch: int = BATCH,
    processes: int | None = None,
    remark: Callable[[Remark], None] = lambda _remark: None,
    progress: Callable[[int, int], None] = lambda _rows, _of: None,
    now: datetime,
) -> Outcome:
    """Import the incidents of a log that are not in yet, at most `limit` of them.

    `now` is the import's start: runs caused before it are stored suppressed. Each batch is judged up to its own
    present moment. `processes` is one or two; by default two where that is faster. `progress` hears how many rows of
    how many are done. Raises `Invalid` if file and mapping do not fit or the file is damaged; what was committed until
    then stays, and counts as in when the import is run again.
    """
    log = IncidentLog(path, mapping)
    terms = import_begin(record_type="case", sla=_sla(mapping, now), started=now)
    outcome = Outcome(remark=remark)
    judge = _judge(mapping.source, terms, processes or _processes(terms, log, limit))
    try:
        with collecting_between() as collect:
            importer = _Importer(mapping.source, terms, judge, outcome, limit)
            for each in log.batches(batch, now=now):
                importer.take(each)
                importer.store(leave=judge.ahead)
                progress(outcome.rows, log.rows)
                collect()
                if importer.is_full:
                    break
            importer.store(leave=0)
            progress(outcome.rows, log.rows)
    finally:
        judge.close()
    return outcome


def _processes(terms: ImportTerms, log: IncidentLog, limit: int | None) -> int:
    """Choosing an SLA automatically asks the database, which only this process may do."""
    many = min(log.incidents, limit or log.incidents) >= WORTH_A_PROCESS
    return 2 if many and terms.texts is not None and has_second_processor() else 1


def _judge(source: str, terms: ImportTerms, processes: int) -> Worker:
    return (SideProcess if processes > 1 else ThisProcess)(CaseJudge, source, terms)


def _sla(mapping: EventLogMapping, now: datetime) -> SLA | None:
    if not mapping.sla:
        return None
    if mapping.sla == SLA_CODE:
        return incident_desk_ensure(by=None, now=now)
    sla = SLA.objects.filter(code=mapping.sla, record_type="case", state=SLA.State.ACTIVE).first()
    if sla is None:
        message = _("There is no active SLA for cases with the code “%(code)s”.") % {"code": mapping.sla}
        raise Invalid([Problem("/sla", "unknown_sla", message)])
    return sla


@dataclass(slots=True)
class _Asked:
    """A batch that is being judged: its incidents that were not in when it was taken."""

    batch: Batch
    fresh: Sequence[Incident]
    now: datetime


class _Importer:
    """Has batches judged, in turn, and stores them."""

    def __init__(self, source: str, terms: ImportTerms, judge: Worker, outcome: Outcome, limit: int | None) -> None:
        self.source = source
        self.terms = terms
        self.judge = judge
        self.outcome = outcome
        self.limit = limit
        self.names = NameBook(source)
        self._asked: deque[_Asked] = deque()
        self._taken = 0

    @property
    def is_full(self) -> bool:
        """As many cases were taken as were wanted."""
        return self.limit is not None and self._taken >= self.limit

    def take(self, batch: Batch) -> None:
        """Ask for the judgement of a batch."""
        fresh = self._fresh(batch.incidents)
        self.outcome.known += len(batch.incidents) - len(fresh)
        if self.limit is not None:
            fresh = fresh[: self.limit - self._taken]
        self._taken += len(fresh)
        self._ask(batch, fresh)

    def store(self, *, leave: int) -> None:
        """Commit batches that were asked for, all but the last `leave`, as soon as each is judged."""
        while len(self._asked) > leave:
            asked = self._asked.popleft()
            answer: Answer = self.judge.answer()
            try:
                self._commit(answer, asked.now)
            except IntegrityError:
                if not self._ask_again(asked):
                    raise
            else:
                self._tell(asked, answer)

    def _ask(self, batch: Batch, fresh: Sequence[Incident]) -> None:
        names = self.names.learn(values for incident in fresh for _line, _at, values in incident.rows)
        now = clock_now()
        self.judge.ask(Question(fresh, names, now))
        self._asked.append(_Asked(batch, fresh, now))

    def _ask_again(self, asked: _Asked) -> bool:
        """Once more without the incidents of a batch that somebody else brought in meanwhile, if there are any."""
        fresh = self._fresh(asked.fresh)
        others = len(asked.fresh) - len(fresh)
        if others:
            self.outcome.known += others
            self._ask(asked.batch, fresh)
        return others > 0

    def _commit(self, answer: Answer, now: datetime) -> None:
        judged = answer.judged
        if not judged.records:
            return
        with transaction.atomic():
            numbers = numbers_take(series=Case.SERIES, count=len(judged.records))
            records_store(terms=self.terms, judged=judged, numbers=numbers, now=now)

    def _tell(self, asked: _Asked, answer: Answer) -> None:
        outcome = self.outcome
        outcome.rows = max(outcome.rows, asked.batch.rows)
        outcome.cases += len(answer.judged.records)
        outcome.changes += len(answer.judged.changes)
        for refusal in asked.batch.refusals:
            outcome.refuse(refusal.line, refusal.reason, refusal.number)
        for moved in answer.moved:
            outcome.move(moved)

    def _fresh(self, incidents: Sequence[Incident]) -> Sequence[Incident]:
        numbers = [incident.number for incident in incidents]
        stored = Case.objects.filter(source=self.source, external_number__in=numbers)
        known = set(stored.values_list("external_number", flat=True))
        return [incident for incident in incidents if incident.number not in known]
