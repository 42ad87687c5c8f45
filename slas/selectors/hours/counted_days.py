"""Working time day by day, as people check it: which hours of which day count, and how much that is in all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

from django.utils.formats import date_format

from slas.domain.worktime import WorkingTime


@dataclass(frozen=True)
class Window:
    """Working time counted on one day: from–to in the zone of the hours, and seconds up to there in all."""

    start: datetime
    end: datetime
    seconds: float
    total: float

    @property
    def day(self) -> str:
        return date_format(self.start, "D j M Y")

    @property
    def span(self) -> str:
        """*09:00–17:00*; a day ends at 24:00."""
        until = "24:00" if self.end.date() > self.start.date() else date_format(self.end, "H:i")
        return f"{date_format(self.start, 'H:i')}–{until}"


def day_windows(hours: WorkingTime, start: datetime, end: datetime, zone: tzinfo | None = None) -> Iterator[Window]:
    """Day by day, so that one sees which days count and how much; in the zone of the hours unless told otherwise."""
    zone = zone or ZoneInfo(str(hours.to_dict()["tz"]))
    total = 0.0
    for opening, closing in hours.windows(start, end):
        begin = opening.astimezone(zone)
        while begin < closing:
            midnight = datetime.combine(begin.date() + timedelta(days=1), time(), tzinfo=zone)
            until = min(closing, midnight).astimezone(zone)
            seconds = until.timestamp() - begin.timestamp()
            total += seconds
            yield Window(begin, until, seconds, total)
            begin = until
