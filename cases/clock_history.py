"""Geometry of the clock history: when each clock counted, paused or lay outside its hours, as a drawing and a table.

Pure: it reads no database and no clock.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

KINDS = {
    "count": gettext_lazy("Counting"),
    "pause": gettext_lazy("Paused"),
    "closed": gettext_lazy("Out of hours"),
    "todo": gettext_lazy("Left until due"),
    "warn": gettext_lazy("Warning"),
    "due": gettext_lazy("Due"),
}
Span = tuple[datetime, datetime]
Windows = Callable[[datetime, datetime], Sequence[Span]]

NAME_WIDTH, PLOT_WIDTH, NOTE_WIDTH, ROW_HEIGHT, BAR_HEIGHT, TOP = 150.0, 550.0, 110.0, 40.0, 20.0, 34.0
LONGEST_IN_DETAIL = timedelta(days=92)
"""Beyond this a working day is thinner than a pixel: hours are no longer told apart."""
TICK_STEPS = (
    *(timedelta(minutes=minutes) for minutes in (1, 5, 10, 15, 30, 60, 120, 180, 360, 720)),
    *(timedelta(days=days) for days in (1, 2, 7, 14, 28, 91, 182, 364)),
)
MOST_TICKS = 6


@dataclass(frozen=True)
class Clock:
    """One KPI instance. `pauses` are closed or (end None) still going on; `due` and `warn` are computed times."""

    name: str
    start: datetime
    end: datetime | None
    pauses: Sequence[tuple[datetime, datetime | None]]
    windows: Windows
    due: datetime | None = None
    warn: datetime | None = None
    note: str = ""


@dataclass(frozen=True)
class Stretch:
    """A piece of a row; `kind` is count, pause, closed or todo."""

    kind: str
    start: datetime
    end: datetime
    x: float = 0
    width: float = 0

    @property
    def label(self) -> str | Promise:
        return KINDS[self.kind]


@dataclass(frozen=True)
class Mark:
    """A computed time: warn or due."""

    kind: str
    at: datetime
    x: float

    @property
    def label(self) -> str | Promise:
        return KINDS[self.kind]


@dataclass(frozen=True)
class Row:
    name: str
    y: float
    stretches: list[Stretch]
    marks: list[Mark]
    note: str
    note_x: float

    @property
    def text_y(self) -> float:
        return self.y + BAR_HEIGHT - 6

    @property
    def bottom(self) -> float:
        return self.y + BAR_HEIGHT

    @property
    def mark_top(self) -> float:
        return self.y - 3

    @property
    def mark_bottom(self) -> float:
        return self.bottom + 3


@dataclass(frozen=True)
class Tick:
    x: float
    label: str


@dataclass
class ClockHistory:
    """Everything the template draws. All lengths are in the drawing's own units."""

    rows: list[Row]
    ticks: list[Tick] = field(default_factory=list)
    now_x: float | None = None
    width: float = NAME_WIDTH + PLOT_WIDTH + NOTE_WIDTH
    height: float = TOP
    bar: float = BAR_HEIGHT


def clock_history(clocks: Sequence[Clock], *, now: datetime, zone: tzinfo) -> ClockHistory | None:
    """The drawing of some clocks as of `now`; None if there is none to draw."""
    if not clocks:
        return None
    first, last = _extent(clocks, now)
    scale = PLOT_WIDTH / (last - first).total_seconds()

    def x(at: datetime) -> float:
        return round(NAME_WIDTH + (at - first).total_seconds() * scale, 1)

    rows = [_row(clock, index, x=x, now=now, last=last) for index, clock in enumerate(clocks)]
    return ClockHistory(
        rows=rows,
        ticks=_ticks(first, last, zone, x),
        now_x=x(now) if first <= now <= last else None,
        height=TOP + ROW_HEIGHT * len(rows) + 18,
    )


def _extent(clocks: Sequence[Clock], now: datetime) -> Span:
    """From the first start to the last thing shown, with a little air.

    The due time of an ended clock is shown where that does not dwarf what happened: it may double the span.
    """
    first = min(clock.start for clock in clocks)
    last = max(clock.end or max(now, clock.due or now) for clock in clocks)
    limit = last + max(last - first, timedelta(hours=1))
    last = max([last, *(clock.due for clock in clocks if clock.due is not None and clock.due <= limit)])
    air = max((last - first) * 0.04, timedelta(minutes=1))
    return first - air / 4, last + air


def stretches(clock: Clock, now: datetime) -> list[Stretch]:
    """What the clock did, in order, up to its end or now."""
    end = clock.end or now
    found: list[Stretch] = []
    at = clock.start
    for pause_start, pause_end in sorted(clock.pauses, key=lambda pause: pause[0]):
        begin = min(max(pause_start, at), end)
        until = min(pause_end or end, end)
        found += _running(clock, at, begin)
        if until > begin:
            found.append(Stretch("pause", begin, until))
        at = max(at, until)
    return found + _running(clock, at, end)


def _running(clock: Clock, start: datetime, end: datetime) -> list[Stretch]:
    """Counting within the hours, closed between them."""
    if end <= start:
        return []
    if end - start > LONGEST_IN_DETAIL:
        return [Stretch("count", start, end)]
    found: list[Stretch] = []
    at = start
    for opening, closing in clock.windows(start, end):
        if opening > at:
            found.append(Stretch("closed", at, opening))
        found.append(Stretch("count", opening, closing))
        at = closing
    if at < end:
        found.append(Stretch("closed", at, end))
    return found


def _row(clock: Clock, index: int, *, x: Callable[[datetime], float], now: datetime, last: datetime) -> Row:
    done = [
        Stretch(piece.kind, piece.start, piece.end, x(piece.start), round(x(piece.end) - x(piece.start), 1))
        for piece in stretches(clock, now)
    ]
    begin = max(now, clock.start)
    paused = any(end is None for _start, end in clock.pauses)
    if clock.end is None and not paused and clock.due is not None and clock.due > begin:
        done.append(Stretch("todo", begin, clock.due, x(begin), round(x(clock.due) - x(begin), 1)))
    marks = [
        Mark(kind, at, x(at))
        for kind, at in (("warn", clock.warn), ("due", None if paused else clock.due))
        if at is not None and clock.start <= at <= last
    ]
    y = TOP + index * ROW_HEIGHT
    ends = [piece.x + piece.width for piece in done] + [mark.x for mark in marks]
    return Row(clock.name, y, done, marks, clock.note, note_x=max(ends, default=NAME_WIDTH) + 8)


def _ticks(first: datetime, last: datetime, zone: tzinfo, x: Callable[[datetime], float]) -> list[Tick]:
    """Round local times, at most six of them."""
    span = last - first
    step = next((step for step in TICK_STEPS if span / step <= MOST_TICKS), TICK_STEPS[-1])
    local = first.astimezone(zone).replace(tzinfo=None)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    number = -((midnight - local) // step)
    ticks = []
    while (at := (midnight + number * step).replace(tzinfo=zone)) <= last:
        if at >= first:
            ticks.append(Tick(x(at), _tick_label(at, step, span)))
        number += 1
    return ticks


def _tick_label(at: datetime, step: timedelta, span: timedelta) -> str:
    if step >= timedelta(days=1):
        return f"{at.day} {at:%b}" if span < timedelta(days=300) else f"{at.day} {at:%b %Y}"
    return f"{at:%H:%M}" if span <= timedelta(days=1) else f"{at:%a %H:%M}"
