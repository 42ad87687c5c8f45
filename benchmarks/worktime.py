"""Working time side by side with two libraries: `python -m benchmarks.worktime [--json]`.

One run, one process, the same hours (Mon-Fri 09:00-17:00 UTC) and the same random questions for all: the
ratios are fairer than the numbers, which depend on the machine and on what else it does. Before anything is
timed the answers are compared.

businesstimedelta has both calls. opening-hours-py has neither: `OpeningHoursLoop` is the shortest correct
loop over its `intervals`.
"""

from __future__ import annotations

import argparse
import json
import platform
import random
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from itertools import repeat
from time import perf_counter
from typing import Any, Protocol

import businesstimedelta
import opening_hours

from slas.domain.worktime import WorkingTime

SPANS = {"1 h": 1 / 24, "1 day": 1.0, "30 days": 30.0, "365 days": 365.0}
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri")
CHECKED = 40
ROUNDS = 7
AT_LEAST = 0.05  # seconds of work in a round, so that the clock's grain does not show

Question = tuple[datetime, Any]


class Contender(Protocol):
    """Seconds of working time in and out; instants in UTC."""

    def add(self, start: datetime, seconds: float, /) -> datetime: ...

    def elapsed(self, start: datetime, end: datetime, /) -> float: ...


class BusinessTimeDelta:
    def __init__(self) -> None:
        self.rules = businesstimedelta.Rules(
            [
                businesstimedelta.WorkDayRule(
                    start_time=datetime(2026, 1, 1, 9).time(),  # noqa: DTZ001 - a time of day
                    end_time=datetime(2026, 1, 1, 17).time(),  # noqa: DTZ001
                    working_days=[0, 1, 2, 3, 4],
                )
            ]
        )

    def add(self, start: datetime, seconds: float) -> datetime:
        return start + businesstimedelta.BusinessTimeDelta(self.rules, seconds=seconds)

    def elapsed(self, start: datetime, end: datetime) -> float:
        span: timedelta = self.rules.difference(start, end).timedelta
        return span.total_seconds()


class OpeningHoursLoop:
    """It knows wall time only without a zone; UTC is then written as naive time."""

    def __init__(self) -> None:
        self.hours = opening_hours.OpeningHours("Mo-Fr 09:00-17:00")

    def add(self, start: datetime, seconds: float) -> datetime:
        left = timedelta(seconds=seconds)
        for begin, end, state, _ in self.hours.intervals(start.replace(tzinfo=None)):
            if state == opening_hours.State.OPEN:
                if end - begin >= left:
                    return (begin + left).replace(tzinfo=UTC)
                left -= end - begin
        raise ValueError("never open again")

    def elapsed(self, start: datetime, end: datetime) -> float:
        intervals = self.hours.intervals(start.replace(tzinfo=None), end.replace(tzinfo=None))
        spent = (close - begin for begin, close, state, _ in intervals if state == opening_hours.State.OPEN)
        return sum(spent, timedelta(0)).total_seconds()


@dataclass
class Row:
    call: str
    span: str
    ours: float
    businesstimedelta: float
    opening_hours_py: float


def contenders() -> tuple[Contender, BusinessTimeDelta, OpeningHoursLoop]:
    week = {day: [["09:00", "17:00"]] for day in WEEKDAYS}
    return WorkingTime.from_dict({"tz": "UTC", "week": week}), BusinessTimeDelta(), OpeningHoursLoop()


def questions(days: float, ours: Contender) -> tuple[list[Question], list[Question]]:
    """Random starts in half a year; ends about `days` later, and the working time that lies between."""
    chance = random.Random(20260302)  # the same questions in every run
    begin = datetime(2026, 1, 5, tzinfo=UTC)
    starts = [begin + timedelta(seconds=chance.randrange(180 * 86_400)) for _ in range(400)]
    ends = [start + timedelta(seconds=int(days * 86_400 * chance.uniform(0.95, 1.05))) for start in starts]
    seconds = [ours.elapsed(start, end) or chance.randrange(1, 3_600) for start, end in zip(starts, ends, strict=True)]
    return list(zip(starts, seconds, strict=True)), list(zip(starts, ends, strict=True))


def speed(call: Callable[[datetime, Any], object], asked: Sequence[Question], most: int) -> float:
    """Calls a second, the best of some rounds."""
    asked = asked[:most]
    started = perf_counter()
    for start, other in asked:
        call(start, other)
    times = max(1, int(AT_LEAST / (perf_counter() - started)))
    best = float("inf")
    for _ in range(ROUNDS):
        started = perf_counter()
        for _ in repeat(None, times):
            for start, other in asked:
                call(start, other)
        best = min(best, perf_counter() - started)
    return times * len(asked) / best


def disagreements(name: str, call: str, ours: Contender, theirs: Contender, asked: Sequence[Question]) -> list[str]:
    found = []
    for start, other in asked[:CHECKED]:
        mine, its = getattr(ours, call)(start, other), getattr(theirs, call)(start, other)
        if mine != its:
            found.append(f"{name}.{call}({start}, {other}) gives {its}, ours {mine}")
    return found


def run() -> tuple[list[Row], list[str]]:
    ours, delta, loop = contenders()
    rows, differences = [], []
    for span, days in SPANS.items():
        to_add, to_measure = questions(days, ours)
        most = 400 if days <= 1 else 20  # the others' cost grows with the span
        for call, asked in (("add", to_add), ("elapsed", to_measure)):
            for name, other in (("businesstimedelta", delta), ("opening-hours-py", loop)):
                differences += disagreements(name, call, ours, other, asked)
            rows.append(
                Row(
                    call,
                    span,
                    speed(getattr(ours, call), asked, 400),
                    speed(getattr(delta, call), asked, most),
                    speed(getattr(loop, call), asked, most),
                )
            )
    return rows, differences


def versions() -> dict[str, str]:
    names = ("businesstimedelta", "opening-hours-py")
    return {"python": f"{platform.python_implementation()} {platform.python_version()}"} | {
        name: version(name) for name in names
    }


def table(rows: Sequence[Row], differences: Sequence[str]) -> str:
    lines = [
        ", ".join(f"{name} {number}" for name, number in versions().items()),
        "",
        "| call | span | ours /s | businesstimedelta /s | ratio | opening-hours-py /s | ratio |",
        "|---|---|---:|---:|---:|---:|---:|",
    ]
    for row in sorted(rows, key=lambda row: row.call):
        delta, loop = row.businesstimedelta, row.opening_hours_py
        lines.append(
            f"| {row.call} | {row.span} | {row.ours:,.0f} | {delta:,.0f} | {row.ours / delta:,.0f}× "
            f"| {loop:,.0f} | {row.ours / loop:,.0f}× |"
        )
    agreed = [] if differences else [f"All gave the same answers ({CHECKED} questions for each row)."]
    return "\n".join([*lines, "", *agreed, *(f"- differs: {line}" for line in differences)])


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--json", action="store_true", help="numbers for a program instead of a table")
    as_json = parser.parse_args().json
    rows, differences = run()
    if as_json:
        result = {"versions": versions(), "rows": [asdict(row) for row in rows], "differences": differences}
        print(json.dumps(result, indent=2))
    else:
        print(table(rows, differences))
    return 0


if __name__ == "__main__":
    sys.exit(main())
