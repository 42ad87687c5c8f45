"""The days as stacked bars: geometry for a server-rendered SVG, no script needed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from slas.selectors.dashboard import Day

WIDTH, HEIGHT = 340, 220
LEFT, RIGHT, TOP, BOTTOM = 34, 6, 10, 24
LABELS = 5
STEPS = (1, 2, 5)


@dataclass(frozen=True)
class Bar:
    """One part of one day's bar, in SVG units."""

    x: float
    y: float
    width: float
    height: float
    tone: str


@dataclass(frozen=True)
class Label:
    x: float
    date: date


@dataclass(frozen=True)
class Line:
    y: float
    value: int


@dataclass(frozen=True)
class Chart:
    bars: list[Bar]
    labels: list[Label]
    lines: list[Line]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT


def day_chart(days: Sequence[Day]) -> Chart:
    """Met at the bottom, then met after a warning, then missed; the axis ends at a round number."""
    step = _step(max((day.total for day in days), default=0))
    top = step * 4
    slot = (WIDTH - LEFT - RIGHT) / max(1, len(days))
    scale = (HEIGHT - TOP - BOTTOM) / top
    bars: list[Bar] = []
    for index, day in enumerate(days):
        x, y = LEFT + slot * (index + 0.15), float(HEIGHT - BOTTOM)
        for count, tone in ((day.met, "good"), (day.met_after_warning, "warn"), (day.missed, "bad")):
            if count:
                y -= count * scale
                bars.append(Bar(round(x, 1), round(y, 1), round(slot * 0.7, 1), round(count * scale, 1), tone))
    every = max(1, -(-len(days) // LABELS))
    labels = [
        Label(round(LEFT + slot * (index + 0.5), 1), day.date) for index, day in enumerate(days) if index % every == 0
    ]
    lines = [Line(round(HEIGHT - BOTTOM - value * scale, 1), value) for value in range(0, top + 1, step)]
    return Chart(bars, labels, lines)


def _step(largest: int) -> int:
    """The smallest of 1, 2, 5, 10, 20 … of which four reach the largest value."""
    size = 1
    while True:
        for step in STEPS:
            if step * size * 4 >= largest:
                return step * size
        size *= 10
