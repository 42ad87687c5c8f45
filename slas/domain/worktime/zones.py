"""From the clock on a wall to an instant.

`Zone.instant` answers one question: when does the wall clock first show this time or a later one? So a time
inside a skipped hour becomes the jump, and a time in a repeated hour its first occurrence, and later wall
times never give earlier instants.

Instants are whole seconds of UTC counted from the ordinal 0, so that no date near the ends of the calendar
overflows.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

DAY = 86_400
MAX_ORDINAL = date.max.toordinal()

_NAME = re.compile(r"[A-Za-z0-9_+-]+(?:/[A-Za-z0-9_+-]+)*")
# Files beside the zones: `right/` counts leap seconds, which no clock here does; the others name no place.
_NOT_A_ZONE = re.compile(r"right/.*|posix/.*|posixrules|localtime|Factory")
_ZERO = timedelta(0)


def load_zone(name: str) -> ZoneInfo | None:
    """The IANA zone of that name, or None."""
    if not _NAME.fullmatch(name) or _NOT_A_ZONE.fullmatch(name):
        return None
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # unknown, not a zone file, a folder or a name too long
        return None


class Zone:
    """A time zone, seen from local dates given as ordinals."""

    __slots__ = ("_fixed", "info")

    def __init__(self, info: ZoneInfo) -> None:
        self.info = info
        # Asked about no time at all, only a zone that never jumps (UTC) has an answer.
        fixed = info.utcoffset(None)
        self._fixed = None if fixed is None else int(fixed.total_seconds())

    def steady_offset(self, ordinal: int) -> int | None:
        """The UTC offset in seconds if it holds from 00:00 to 24:00 of the date, else None."""
        if self._fixed is not None:
            return self._fixed
        begin = datetime.fromordinal(ordinal)
        end = datetime.fromordinal(min(ordinal + 1, MAX_ORDINAL))
        offset = self._offset(begin)
        # The fold is asked too because a gap over midnight still shows the old offset at 24:00.
        steady = offset == self._offset(end) == self._offset(end.replace(fold=1))
        return offset if steady else None

    def instant(self, ordinal: int, second: int) -> int:
        """When the clock first shows `second` (0 to 86,400) of the local date or something later."""
        ordinal, second = (ordinal + 1, 0) if second == DAY else (ordinal, second)
        wall = datetime.fromordinal(min(ordinal, MAX_ORDINAL)) + timedelta(seconds=second)
        total = ordinal * DAY + second
        before, after = self._offset(wall), self._offset(wall.replace(fold=1))
        return total - before if before >= after else self._jump(total - after, total - before)

    def _jump(self, early: int, late: int) -> int:
        """The transition in (early, late]: the offset at `late` is the new one."""
        new = self._offset_at(late)
        while late - early > 1:
            middle = (early + late) // 2
            if self._offset_at(middle) == new:
                late = middle
            else:
                early = middle
        return late

    def _offset(self, wall: datetime) -> int:
        offset = self.info.utcoffset(wall) or _ZERO
        return offset.days * DAY + offset.seconds

    def _offset_at(self, instant: int) -> int:
        days, seconds = divmod(instant, DAY)
        utc = datetime.fromordinal(days).replace(tzinfo=UTC) + timedelta(seconds=seconds)
        return self._offset(utc.astimezone(self.info))
