"""One clock, minute by minute, in the plainest way: what the fold must agree with (engine.md R10, R17–R24).

Everything is on whole minutes. It knows no due times: it counts worked minutes and looks whether they are enough.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

MINUTE = timedelta(minutes=1)
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True)
class Timetable:
    """Local opening hours; no holidays, and nothing near the hours in which clocks jump."""

    tz: str
    week: Mapping[str, Sequence[tuple[str, str]]]

    def is_open(self, at: datetime) -> bool:
        local = at.astimezone(ZoneInfo(self.tz))
        wall = f"{local.hour:02}:{local.minute:02}"
        return any(opening <= wall < closing for opening, closing in self.week.get(DAYS[local.weekday()], ()))


@dataclass
class Clock:
    """A KPI of a record that is created `at` a moment; `changes` say what it reads from then on."""

    timetable: Timetable
    start: datetime
    warning: int
    failure: int
    met: bool = False
    on_hold: bool = False
    worked: int = 0
    paused: bool = False
    warned_at: datetime | None = None
    status: str = "in_progress"
    ended_at: datetime | None = None

    def run(self, created: datetime, changes: Mapping[datetime, Sequence[Mapping[str, bool]]], until: datetime) -> None:
        at = created
        while at < until and self.ended_at is None:
            for change in changes.get(at, ()):
                self.met = change.get("met", self.met)
                self.on_hold = change.get("on_hold", self.on_hold)
                self._judge(at)
            self._begin(at)
            self._come_due(at)
            if at >= self.start and not self.paused and self.timetable.is_open(at):
                self.worked += 1
            at += MINUTE
        if self.ended_at is None and self.paused:
            self.status = "paused"

    def _judge(self, at: datetime) -> None:
        if self.ended_at is None and self.met:
            self.status, self.ended_at = "succeeded", at
        elif at >= self.start:
            self.paused = self.on_hold

    def _begin(self, at: datetime) -> None:
        if at == self.start:
            self.paused = self.on_hold

    def _come_due(self, at: datetime) -> None:
        if self.ended_at is not None or self.paused or at < self.start:
            return
        if self.worked >= self.failure:
            self.status, self.ended_at = "noncompliant", at
        elif self.worked >= self.warning and self.warned_at is None:
            self.status, self.warned_at = "nearing_noncompliance", at
