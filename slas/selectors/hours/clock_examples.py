"""What warning and failure times come to: a start shortly before a long closing, and when the times run out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from sla_project.operations.models import OrganisationSettings
from slas.domain.durations import Duration
from slas.domain.worktime import WorkingTime
from slas.domain.worktime.errors import WorkingTimeRangeError
from slas.models import BusinessHours
from slas.selectors.hours.schedules import schedule_version_at, working_time

LOOK_AHEAD = timedelta(days=14)
LEAD = timedelta(minutes=30)
FRIDAY, AFTERNOON = 4, (16, 30)
_MOST_DAYS_DRAWN = 14
# Of the whole width in percent: what all closed stretches may take together, and what a single one takes at most.
_CLOSED_WIDTH, _CLOSED_MOST = 45.0, 24.0
_LABEL_WIDTH = 15.0


@dataclass(frozen=True)
class Hours:
    """The hours that an item's clock runs in."""

    name: str
    zone: ZoneInfo
    working: WorkingTime
    always_open: bool = False


@dataclass(frozen=True)
class Mark:
    """A moment of the example; `x` is its place on the bar in percent."""

    at: datetime
    words: str
    x: float = 0.0
    never_shown: bool = False

    @property
    def anchor(self) -> str:
        """Where a label at this place begins, so that it stays on the bar."""
        return "start" if self.x < 25 else "end" if self.x > 75 else "middle"


@dataclass(frozen=True)
class Stretch:
    """A piece of the bar, in percent: running, late (after the first warning) or closed."""

    kind: str
    x: float
    width: float

    @property
    def is_wide_closing(self) -> bool:
        return self.kind == "closed" and self.width >= _LABEL_WIDTH

    @property
    def middle(self) -> float:
        return round(self.x + self.width / 2, 2)


@dataclass(frozen=True)
class ClockExample:
    """“Opened Fri 16:30 → warn Mon 09:15 → breach Mon 09:30.”"""

    hours: Hours
    start: Mark
    warnings: list[Mark]
    failure: Mark
    stretches: list[Stretch]

    @property
    def shown_warnings(self) -> list[Mark]:
        return [mark for mark in self.warnings if not mark.never_shown]

    @property
    def useless_warnings(self) -> list[Mark]:
        """Those that come when the item has failed already."""
        return [mark for mark in self.warnings if mark.never_shown]


def hours_of(business_hours: BusinessHours | None, settings: OrganisationSettings, now: datetime) -> Hours:
    """The working time of business hours as it is now; without any, around the clock."""
    if business_hours is None:
        zone = settings.time_zone
        return Hours(_("24 × 7"), ZoneInfo(zone), WorkingTime.always(zone), always_open=True)
    working = working_time(schedule_version_at(business_hours, now))
    return Hours(business_hours.name, ZoneInfo(business_hours.tz), working)


def clock_example(
    hours: Hours, warnings: Sequence[Duration], failure: Duration, *, now: datetime
) -> ClockExample | None:
    """An example of these times; None if they run out after the end of the calendar."""
    try:
        start = instructive_start(hours, failure, now)
        failed = _due(start, failure, hours)
        warned = [_due(start, warning, hours) for warning in warnings]
    except WorkingTimeRangeError:
        return None
    scale = _Scale(hours.working, start, failed)
    said = _Words(hours.zone, start, failed)
    marks = [Mark(at, said.of(at), scale.x(min(at, failed)), never_shown=at >= failed) for at in sorted(warned)]
    first = min((at for at in warned if at < failed), default=None)
    return ClockExample(
        hours=hours,
        start=Mark(start, said.of(start)),
        warnings=marks,
        failure=Mark(failed, said.of(failed), scale.x(failed)),
        stretches=scale.stretches(first),
    )


def instructive_start(hours: Hours, failure: Duration, now: datetime) -> datetime:
    """Shortly before the longest closing of the next two weeks; on a Friday afternoon where it never closes."""
    windows = hours.working.windows(now, now + LOOK_AHEAD)
    closings = [(opening - closing, closing, begin) for (begin, closing), (opening, _end) in pairwise(windows)]
    if not closings:
        return _friday_afternoon(hours, now)
    _gap, closing, begin = max(closings, key=lambda found: found[0])
    lead = min(LEAD, timedelta(seconds=(failure.seconds or LEAD.total_seconds() * 2) / 2))
    lead = max(timedelta(minutes=1), timedelta(minutes=lead // timedelta(minutes=1)))
    return max(begin, closing - lead)


def _friday_afternoon(hours: Hours, now: datetime) -> datetime:
    local = now.astimezone(hours.zone)
    day = local.date() + timedelta(days=(FRIDAY - local.weekday()) % 7)
    start = datetime(day.year, day.month, day.day, *AFTERNOON, tzinfo=hours.zone)
    return hours.working.next_opening(start) or start


def _due(start: datetime, duration: Duration, hours: Hours) -> datetime:
    return hours.working.add(start, duration.working_seconds(start, hours.working))


class _Scale:
    """Places on the bar. Closed time is drawn short, so that the working hours around it can be seen."""

    def __init__(self, working: WorkingTime, start: datetime, end: datetime) -> None:
        self.points: list[tuple[datetime, datetime, float, float, bool]] = []
        windows = working.windows(start, end) if end - start <= timedelta(days=_MOST_DAYS_DRAWN) else [(start, end)]
        pieces = _pieces(windows, start, end)
        closed = sum(1 for _begin, _end, is_open in pieces if not is_open)
        closed_width = min(_CLOSED_MOST, _CLOSED_WIDTH / closed) if closed else 0.0
        open_seconds = sum((stop - begin).total_seconds() for begin, stop, is_open in pieces if is_open) or 1.0
        x = 0.0
        for begin, stop, is_open in pieces:
            share = (100.0 - closed * closed_width) * (stop - begin).total_seconds() / open_seconds
            width = share if is_open else closed_width
            self.points.append((begin, stop, x, width, is_open))
            x += width

    def x(self, at: datetime) -> float:
        for begin, stop, x, width, _open in self.points:
            if at <= stop:
                return round(x + width * ((at - begin) / (stop - begin) if stop > begin else 0), 2)
        return 100.0

    def stretches(self, warned: datetime | None) -> list[Stretch]:
        """The pieces, with the running ones cut where the first warning is."""
        found = []
        for begin, stop, x, width, is_open in self.points:
            if not is_open:
                found.append(Stretch("closed", round(x, 2), round(width, 2)))
                continue
            cut = self.x(warned) if warned is not None and begin < warned < stop else None
            if cut is None:
                late = warned is not None and warned <= begin
                found.append(Stretch("late" if late else "running", round(x, 2), round(width, 2)))
            else:
                found += [Stretch("running", round(x, 2), round(cut - x, 2))]
                found += [Stretch("late", cut, round(x + width - cut, 2))]
        return found


def _pieces(
    windows: Sequence[tuple[datetime, datetime]], start: datetime, end: datetime
) -> list[tuple[datetime, datetime, bool]]:
    """The time from start to end as open and closed pieces, in order."""
    pieces, reached = [], start
    for opening, closing in windows:
        if opening > reached:
            pieces.append((reached, opening, False))
        pieces.append((opening, closing, True))
        reached = closing
    return [*pieces, (reached, end, False)] if end > reached else pieces


class _Words:
    """Times as short as they stay clear: the weekday within a week, else the date; the year where it changes."""

    def __init__(self, zone: ZoneInfo, start: datetime, end: datetime) -> None:
        self.zone = zone
        if end - start < timedelta(days=6):
            self.format = "D H:i"
        elif start.astimezone(zone).year == end.astimezone(zone).year:
            self.format = "D j M H:i"
        else:
            self.format = "D j M Y H:i"

    def of(self, at: datetime) -> str:
        return date_format(at.astimezone(self.zone), self.format)
