"""Working time asked for: when is it due, or how long is it open, and which windows were counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from slas.domain.durations import Duration, Unit
from slas.models import ScheduleVersion
from slas.selectors.hours.schedules import working_time
from slas.selectors.hours.week_previews import hours_words

MAX_WINDOWS = 100
_LONGEST_SHOWN = timedelta(days=366)


@dataclass(frozen=True)
class Question:
    """`start` with exactly one of the others. Negative seconds go back."""

    start: datetime
    end: datetime | None = None
    seconds: int | None = None
    duration: Duration | None = None


@dataclass(frozen=True)
class Computation:
    """`seconds` are the working seconds between the two; `windows` the first hundred open times between them."""

    question: Question
    version: ScheduleVersion
    start: datetime
    end: datetime
    seconds: float
    windows: Sequence[tuple[datetime, datetime]]
    is_cut: bool

    @property
    def zone(self) -> str:
        """Whose opening hours these are, on the clocks of that zone."""
        return str(self.version.document["tz"])

    @property
    def rows(self) -> list[tuple[datetime, datetime, str, str]]:
        """Each window with its length, and the length of all up to it, in words."""
        found, total = [], 0.0
        for begin, end in self.windows:
            seconds = (end - begin).total_seconds()
            total += seconds
            found.append((begin, end, hours_words(seconds), hours_words(total)))
        return found

    @property
    def asked_words(self) -> str:
        """The working time that was asked for; business days by their number."""
        duration = self.question.duration
        if duration is not None and duration.unit is Unit.BUSINESS_DAYS:
            return duration.words()
        return self.working_words

    @property
    def working_words(self) -> str:
        return hours_words(abs(self.seconds))


def computation(version: ScheduleVersion, question: Question) -> Computation:
    """The answer for one schedule version. Raises `WorkingTimeRangeError`."""
    hours, start, end = working_time(version), question.start, question.end
    if end is None:
        duration = question.duration
        seconds = duration.working_seconds(start, hours) if duration is not None else question.seconds or 0
        end = hours.add(start, seconds)
    first, last = sorted((start, end))
    shown = min(last, first + _LONGEST_SHOWN)
    windows = hours.windows(first, shown)
    return Computation(
        question=question,
        version=version,
        start=start,
        end=end,
        seconds=hours.elapsed(start, end),
        windows=windows[:MAX_WINDOWS],
        is_cut=shown < last or len(windows) > MAX_WINDOWS,
    )
