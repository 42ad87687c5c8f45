"""What the incident desk's SLA must say of an incident, worked out from the issue's sentences and nothing of ours.

Resolve by priority 1-4 within 4, 8, 30 and 50 working hours (Mon-Fri 08:00-18:00 UTC) from `opened_at`; met by
Resolved or Closed, at the row's time; no time passes while Awaiting User Info; a row earlier than the one before is
taken at that one's time; an unknown state (-100) changes nothing. Whatever is decided first stays decided.
"""

from __future__ import annotations

import csv
import gzip
import io
import zipfile
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby
from pathlib import Path

HOURS = {"1": 4, "2": 8, "3": 30, "4": 50}
WORDS = {"1": "urgent", "2": "high", "3": "normal", "4": "low"}
DONE = ("Resolved", "Closed")
WAITING = "Awaiting User Info"


@dataclass(frozen=True)
class Verdict:
    number: str
    priority: str
    status: str
    failure: datetime
    ended: datetime


def verdicts(path: Path) -> list[Verdict]:
    rows = csv.reader(io.StringIO(_text(path)))
    header = next(rows)
    columns = [header.index(name) for name in ("number", "ident_state", "sys_updated_at", "opened_at", "priority")]
    picked = ([row[column] for column in columns] for row in rows)
    return [_judge(number, [row[1:] for row in group]) for number, group in groupby(picked, key=lambda row: row[0])]


def _text(path: Path) -> str:
    if path.suffix == ".zip":
        with zipfile.ZipFile(path) as archive:
            return archive.read(archive.namelist()[0]).decode("latin-1")
    return gzip.decompress(path.read_bytes()).decode("latin-1")


def _moment(text: str) -> datetime:
    return datetime.strptime(text, "%d/%m/%Y %H:%M")


@dataclass
class _Clock:
    opened: datetime
    pauses: list[list[datetime]] = field(default_factory=list)

    def failure(self, hours: int) -> datetime:
        """Working time from the opening, the pauses taken in order; what falls into a pause is due at its end."""
        seconds = hours * 3600.0
        due = _add(self.opened, seconds)
        for begun, ended in self.pauses:
            if begun > due:
                break
            seconds += _between(max(begun, self.opened), ended)
            due = max(_add(self.opened, seconds), ended)
        return due


def _judge(number: str, rows: list[list[str]]) -> Verdict:
    clock = _Clock(_moment(rows[0][2]))
    at, state, judged_by = _moment(rows[0][1]), "New", ""
    waiting_since: datetime | None = None
    for said, updated, _opened, priority in rows:
        at = max(at, _moment(updated))
        if waiting_since is None and judged_by:
            due = clock.failure(HOURS[judged_by])
            if due < at:  # it ran out before this row
                return Verdict(number, WORDS[judged_by], "noncompliant", due, due)
        state = state if said == "-100" else said
        starts_to_wait = state == WAITING and waiting_since is None
        if waiting_since is not None and (state != WAITING or priority != judged_by):
            clock.pauses.append([waiting_since, at])
            waiting_since = None
            starts_to_wait = state == WAITING
        due = clock.failure(HOURS[priority])
        if priority != judged_by and due < at:  # the target that counts from now on is past already
            return Verdict(number, WORDS[priority], "noncompliant", due, at)
        if state in DONE:
            return Verdict(number, WORDS[priority], "succeeded", due, at)
        if starts_to_wait:
            waiting_since = max(at, clock.opened)
        judged_by = priority
    raise AssertionError(f"{number} is never closed")


def _opening(day: datetime) -> tuple[datetime, datetime] | None:
    midnight = day.replace(hour=0, minute=0)
    return (midnight + timedelta(hours=8), midnight + timedelta(hours=18)) if day.weekday() < 5 else None


def _add(start: datetime, seconds: float) -> datetime:
    day, left = start, seconds
    while True:
        opening = _opening(day)
        if opening and opening[1] > start:
            begin = max(opening[0], start)
            here = (opening[1] - begin).total_seconds()
            if here >= left:
                return begin + timedelta(seconds=left)
            left -= here
        day += timedelta(days=1)


def _between(start: datetime, end: datetime) -> float:
    total, day = 0.0, start.replace(hour=0, minute=0)
    while day < end:
        opening = _opening(day)
        if opening:
            total += max(0.0, (min(opening[1], end) - max(opening[0], start)).total_seconds())
        day += timedelta(days=1)
    return total
