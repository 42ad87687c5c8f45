"""Days of which a part is closed, whatever the week's hours are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from slas.domain.worktime.hours import DAYS

Written = Sequence[Sequence[str]]  # [["09:00", "12:00"], …] of one date, as a schedule document writes them


def remaining(hours: Written, closed: Written) -> list[list[str]]:
    """What of the hours stays open. Times are texts such as 09:00 and 24:00, which sort as they follow each other."""
    left = [(begin, end) for begin, end in hours]
    for shut, opened in closed:
        left = [
            part
            for begin, end in left
            for part in ((begin, min(end, shut)), (max(begin, opened), end))
            if part[0] < part[1]
        ]
    return [list(part) for part in sorted(set(left))]


def with_closures(document: Mapping[str, Any], closures: Iterable[tuple[date, Written]]) -> dict[str, Any]:
    """A checked schedule document with parts of some dates closed.

    A date that has hours of its own keeps them; one whose hours are not touched stays as it is; one of which nothing
    remains becomes a holiday.
    """
    holidays, overrides = set(document["holidays"]), dict(document["overrides"])
    for day, closed in closures:
        iso, usual = day.isoformat(), document["week"].get(DAYS[day.weekday()], [])
        left = remaining(usual, closed)
        if iso in overrides or left == [list(part) for part in usual]:
            continue
        if left:
            overrides[iso] = left
        else:
            holidays.add(iso)
    return {**document, "holidays": sorted(holidays), "overrides": overrides}
