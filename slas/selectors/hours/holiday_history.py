"""What happened to a holiday schedule, out of the audit log, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from sla_project.operations.models import AuditEntry
from slas.models import HolidaySchedule

SHOWN = 100
NAMED = 5
Days = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class HistoryRow:
    entry: AuditEntry
    changes: Sequence[str]


def holiday_history(schedule: HolidaySchedule) -> list[HistoryRow]:
    """The last changes, newest first."""
    entries = AuditEntry.objects.filter(
        object_type=HolidaySchedule._meta.label_lower, object_id=str(schedule.pk)
    ).select_related("by")
    return [HistoryRow(entry, _changes(entry.before, entry.after)) for entry in entries[:SHOWN]]


def _changes(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> list[str]:
    if after is None:
        return []
    old, new = _days(before or {}), _days(after)
    found = []
    if before is None:
        found.append(_("Created"))
    else:
        for key, label in (("name", _("Name")), ("description", _("Description"))):
            if before.get(key) != after.get(key):
                found.append(_("%(label)s changed") % {"label": label})
    if added := sorted(new.keys() - old.keys()):
        words = ngettext("%(count)d holiday added: %(days)s", "%(count)d holidays added: %(days)s", len(added))
        found.append(words % {"count": len(added), "days": _named(added, new)})
    if removed := sorted(old.keys() - new.keys()):
        words = ngettext("%(count)d holiday removed: %(days)s", "%(count)d holidays removed: %(days)s", len(removed))
        found.append(words % {"count": len(removed), "days": _named(removed, old)})
    if changed := sorted(day for day in new.keys() & old.keys() if new[day] != old[day]):
        words = ngettext("%(count)d holiday changed: %(days)s", "%(count)d holidays changed: %(days)s", len(changed))
        found.append(words % {"count": len(changed), "days": _named(changed, new)})
    return found


def _days(snapshot: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    return {day["date"]: day for day in snapshot.get("holidays", ())}


def _named(dates: Sequence[str], days: Days) -> str:
    named = [f"{date_format(date.fromisoformat(day), 'j M Y')} {days[day]['name']}" for day in dates[:NAMED]]
    return ", ".join(named) + (" …" if len(dates) > NAMED else "")
