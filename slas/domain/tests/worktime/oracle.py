"""A second opinion on opening hours: slow, and right for reasons of its own.

It walks minute by minute of UTC and keeps the latest time that the clock on the wall has shown so far. While
that time lies within an interval of its date, it is open. In a repeated hour the clock shows nothing new, so
what was open or closed when the hour began to repeat stays so until the clock gets further.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

MINUTE = timedelta(minutes=1)
# Long enough to have seen the clock before it was put back.
LEAD = 5 * 60


@lru_cache(maxsize=8)
def shown(zone: str, start: datetime, minutes: int) -> list[str]:
    """The latest wall time that was shown so far, for `start` (a whole minute) and each minute after it."""
    info = ZoneInfo(zone)
    walls: list[str] = []
    latest = ""
    for passed in range(-LEAD, minutes):
        latest = max(latest, (start + passed * MINUTE).astimezone(info).isoformat()[:16])
        walls.append(latest)
    return walls[LEAD:]


class Oracle:
    """The minutes from `start` on of which each is open or closed as a whole."""

    def __init__(self, document: dict[str, Any], start: datetime, minutes: int) -> None:
        self.document = document
        self.start = start
        walls = shown(document["tz"], start, minutes)
        days = {wall[:10]: self.hours(wall[:10]) for wall in walls}
        self.open = [any(begin <= wall[11:] < end for begin, end in days[wall[:10]]) for wall in walls]

    def hours(self, day: str) -> list[list[str]]:
        if day in self.document["overrides"]:
            return self.document["overrides"][day]
        if day in self.document["holidays"]:
            return []
        return self.document["week"].get(datetime.fromisoformat(day).strftime("%a").lower(), [])

    def elapsed(self, minutes: int) -> int:
        """The open seconds in the first so many minutes."""
        return 60 * sum(self.open[:minutes])

    def add(self, wanted: int) -> datetime | None:
        """The end of the n-th open minute; None if the walk did not get there."""
        for passed, is_open in enumerate(self.open, start=1):
            wanted -= is_open
            if wanted == 0:
                return self.start + passed * MINUTE
        return None

    def next_opening(self) -> datetime | None:
        """The first open minute; None if the walk did not get there."""
        return self.start + self.open.index(True) * MINUTE if True in self.open else None

    def windows(self, minutes: int) -> list[tuple[datetime, datetime]]:
        windows: list[tuple[datetime, datetime]] = []
        for passed, is_open in enumerate(self.open[:minutes]):
            at = self.start + passed * MINUTE
            if is_open and windows and windows[-1][1] == at:
                windows[-1] = (windows[-1][0], at + MINUTE)
            elif is_open:
                windows.append((at, at + MINUTE))
        return windows
