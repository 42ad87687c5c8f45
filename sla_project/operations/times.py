"""Times and lengths of time as people read them, and as machines do. Pure: the moment and the zone are parameters."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo

from django.utils.formats import date_format
from django.utils.translation import gettext as _

MINUTE, HOUR, DAY = 60, 3600, 86400
SECONDS_SHOWN_BELOW = 10 * MINUTE
EARLIEST, LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
"""Times that a clock can be computed from, and that every database can hold in every zone."""


def split_units(seconds: int, *, in_days: bool = True) -> list[tuple[int, str]]:
    """Split seconds into (amount, unit) pairs, greatest first, zeros left out. A day is 24 hours.

    Working time is split without days: nobody can tell how long one of them is.
    """
    units = ((DAY, _("d")), (HOUR, _("h")), (MINUTE, _("min")), (1, _("s")))
    parts = []
    for size, name in units if in_days else units[1:]:
        amount, seconds = divmod(seconds, size)
        if amount:
            parts.append((amount, name))
    return parts


def words_of_duration(seconds: float, *, in_days: bool = True) -> str:
    """Say a length in its two greatest units: "1 h 20 min", "2 d 3 h", "45 s". The sign is dropped."""
    parts = split_units(abs(int(seconds)), in_days=in_days)[:2]
    return " ".join(f"{amount} {name}" for amount, name in parts) or f"0 {_('min')}"


def words_of_ticking(seconds: float, *, in_days: bool = True) -> str:
    """Say a length as a running timer shows it: seconds only below ten minutes, so that nothing jitters."""
    whole = abs(int(seconds))
    if whole < MINUTE:
        return f"{whole} {_('s')}"
    if whole < SECONDS_SHOWN_BELOW:
        return f"{whole // MINUTE} {_('min')} {whole % MINUTE:02d} {_('s')}"
    return words_of_duration(whole - whole % MINUTE, in_days=in_days)


def words_of_time(
    moment: datetime, now: datetime | None, zone: tzinfo, *, seconds: bool = False, within: bool = False
) -> str:
    """Say when something is, seen from ``now``, both aware: "Today 13:27", "Mon 14:05", else the full date.

    ``within`` a sentence it is "today 13:27".
    Weekday names are used only for the next six days: "Mon 14:05" must never mean the Monday before.
    """
    local = moment.astimezone(zone)
    clock = date_format(local, "H:i:s" if seconds else "H:i")
    if now is not None:
        days = (local.date() - now.astimezone(zone).date()) // timedelta(days=1)
        near = {-1: _("Yesterday"), 0: _("Today"), 1: _("Tomorrow")}.get(days)
        if near and within:
            near = near.lower()
        if near is None and 2 <= days <= 6:
            near = date_format(local, "D")
        if near is not None:
            return f"{near} {clock}"
    return f"{date_format(local, 'j M Y')} {clock}"


def words_of_clock(moment: datetime, now: datetime, zone: tzinfo) -> str:
    """Say within a sentence when something is: "13:27" today, "Mon 14:05" within six days, else "9 Nov 13:27".

    What is to come reads as in the timer element's clockWords.
    """
    local = moment.astimezone(zone)
    clock = date_format(local, "H:i")
    days = (local.date() - now.astimezone(zone).date()) // timedelta(days=1)
    if days == 0:
        return clock
    if days == -1:
        return _("yesterday %(time)s") % {"time": clock}
    return f"{date_format(local, 'D' if 0 < days <= 6 else 'j M')} {clock}"


def full_time(moment: datetime, zone: tzinfo) -> str:
    """Say a time completely, with the zone's abbreviation: "Mon 9 Nov 2026 13:27:05 GMT"."""
    local = moment.astimezone(zone)
    return f"{date_format(local, 'D j M Y H:i:s')} {local.tzname()}"


def iso_time(moment: datetime | str | None) -> str:
    """RFC 3339 in UTC; text is taken to be one already, and no value gives no text."""
    if not isinstance(moment, datetime):
        return moment or ""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
