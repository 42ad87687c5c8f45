"""Business hours in words: a week in one line, and what one version changed against the version before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from slas.domain.week_text import intervals_text, week_lines
from slas.models import BusinessHours, KPIInstance, ScheduleVersion
from slas.selectors.counting import count_of
from slas.selectors.hours.schedules import schedule_versions
from slas.weekdays import DAYS

NAMED_DATES = 4
Intervals = Iterable[Iterable[str]]


def week_words(week: Mapping[str, Any]) -> str:
    """*Mon–Fri 09:00–17:00 · Sat 10:00–12:00*: neighbouring days with equal hours together."""
    groups: list[tuple[list[str], str]] = []
    for day, text in week_lines(week).items():
        label = str(DAYS[day])[:3]
        if groups and groups[-1][1] == text:
            groups[-1][0].append(label)
        else:
            groups.append(([label], text))
    return " · ".join(
        f"{days[0]}–{days[-1]} {text}" if len(days) > 1 else f"{days[0]} {text}" for days, text in groups if text
    )


def holiday_words(hours: Intervals | None, closed: Intervals | None) -> str:
    """*closed*, *open 09:00–12:00* or *closed 12:00–24:00*."""
    if closed:
        return _("closed %(hours)s") % {"hours": intervals_text(closed)}
    return _("open %(hours)s") % {"hours": intervals_text(hours)} if hours else _("closed")


@dataclass(frozen=True)
class VersionRow:
    """A version with what it changed, in sentences, and how many open timers count by it."""

    version: ScheduleVersion
    changes: Sequence[str]
    running: int
    is_latest: bool


def version_rows(hours: BusinessHours) -> list[VersionRow]:
    """Newest first."""
    running = count_of(KPIInstance.objects.filter(ended_at__isnull=True), "schedule_version")
    versions = list(schedule_versions(hours).annotate(running=running))
    earlier: list[ScheduleVersion | None] = [*versions[1:], None]
    return [
        VersionRow(version, version_changes(before, version), version.running, number == 0)
        for number, (version, before) in enumerate(zip(versions, earlier, strict=True))
    ]


def version_changes(before: ScheduleVersion | None, after: ScheduleVersion) -> list[str]:
    if before is None:
        words = {"week": week_words(after.document["week"]), "tz": after.document["tz"]}
        return [_("The first version: %(week)s in %(tz)s") % words]
    return document_changes(before.document, after.document)


def document_changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """What differs between two schedule documents, one sentence each."""
    found = []
    if before["tz"] != after["tz"]:
        found.append(_("Time zone: %(old)s → %(new)s") % {"old": before["tz"], "new": after["tz"]})
    old_week, new_week = week_lines(before["week"]), week_lines(after["week"])
    for day, label in DAYS.items():
        if old_week[day] != new_week[day]:
            old, new = old_week[day] or _("closed"), new_week[day] or _("closed")
            found.append(_("%(day)s: %(old)s → %(new)s") % {"day": label, "old": old, "new": new})
    old_dates, new_dates = set(before.get("holidays", ())), set(after.get("holidays", ()))
    if closed := new_dates - old_dates:
        words = ngettext("%(count)d day is closed: %(dates)s", "%(count)d days are closed: %(dates)s", len(closed))
        found.append(words % {"count": len(closed), "dates": _dates(closed)})
    if reopened := old_dates - new_dates:
        words = ngettext(
            "%(count)d day is no longer closed: %(dates)s",
            "%(count)d days are no longer closed: %(dates)s",
            len(reopened),
        )
        found.append(words % {"count": len(reopened), "dates": _dates(reopened)})
    return found + _override_changes(before.get("overrides", {}), after.get("overrides", {}))


def _override_changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    found = []
    changed = sorted(day for day in before.keys() | after.keys() if before.get(day) != after.get(day))
    for day in changed[:NAMED_DATES]:
        words = {"date": _date(day), "old": _hours(before, day), "new": _hours(after, day)}
        found.append(_("%(date)s: %(old)s → %(new)s") % words)
    more = len(changed) - NAMED_DATES
    if more > 0:
        found.append(ngettext("%(count)d more date", "%(count)d more dates", more) % {"count": more})
    return found


def _hours(overrides: Mapping[str, Any], day: str) -> str:
    if day not in overrides:
        return _("as usual")
    return intervals_text(overrides[day]) or _("closed")


def _dates(dates: Iterable[str]) -> str:
    ordered = sorted(dates)
    named = ", ".join(_date(day) for day in ordered[:NAMED_DATES])
    return f"{named} …" if len(ordered) > NAMED_DATES else named


def _date(iso: str) -> str:
    return str(date_format(date.fromisoformat(iso), "j M Y"))
