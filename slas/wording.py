"""Reason codes in words. The engine stores codes with data; here they are said, when they are shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sla_project.operations.times import words_of_duration, words_of_ticking
from slas.models import KPIEvent, KPIInstance, SLASource

Text = str | Promise

END_REASONS: Mapping[str, Text] = {
    "item_changed": gettext_lazy("another item applies now"),
    "no_item": gettext_lazy("no item applies any more"),
    "start_changed": gettext_lazy("its start time changed"),
    "start_emptied": gettext_lazy("its start time was emptied"),
    "sla_changed": gettext_lazy("another SLA was applied"),
    "sla_removed": gettext_lazy("the SLA was removed"),
    "resolved_unmet": gettext_lazy("the record was resolved before it was met"),
    "record_canceled": gettext_lazy("the record was canceled"),
    "record_deleted": gettext_lazy("the record was deleted"),
    "reapplied": gettext_lazy("a new version of the SLA was applied"),
    "recalculated": gettext_lazy("it was recalculated"),
}
START_REASONS: Mapping[str, Text] = {
    "item_matched": gettext_lazy("the first item that applies"),
    "item_changed": gettext_lazy("it applies now in place of another item"),
    "start_changed": gettext_lazy("from the new start time"),
    "reapplied": gettext_lazy("by the new version of the SLA"),
    "recalculated": gettext_lazy("after a recalculation"),
    "continued": gettext_lazy("reopened: the clock goes on, the closed time does not count"),
    "restarted": gettext_lazy("reopened: the clock begins again"),
    "success_undone": gettext_lazy("its success came undone"),
}
SOURCES: Mapping[str, Text] = {
    SLASource.HAND: gettext_lazy("chosen by hand"),
    SLASource.NONE_BY_HAND: gettext_lazy("somebody chose “No SLA”"),
    SLASource.API: gettext_lazy("chosen over the API"),
    SLASource.ENTITLEMENT: gettext_lazy("from the entitlement"),
    SLASource.DEFAULT: gettext_lazy("the default"),
    SLASource.NONE: gettext_lazy("no entitlement names an active one, and there is no default SLA"),
}
EVENT_ICONS: Mapping[str, str] = {
    "started": "player-play",
    "warned": "alert-triangle",
    "failed": "flame",
    "succeeded": "circle-check",
    "paused": "player-pause",
    "resumed": "player-play",
    "canceled": "circle-minus",
    "late_success": "circle-check",
    "version_moved": "refresh",
    "extended": "clock",
}


def event_words(event: KPIEvent) -> str:
    """What happened, as one sentence without its subject: “reached its warning.”"""
    late = event.reason == "born_late"
    match event.kind:
        case KPIEvent.Kind.STARTED:
            return _("started: %(reason)s.") % {"reason": START_REASONS.get(event.reason, event.reason)}
        case KPIEvent.Kind.WARNED:
            return _("was past its warning time already.") if late else _("reached its warning.")
        case KPIEvent.Kind.FAILED:
            return _("was past its due time already.") if late else _("was missed.")
        case KPIEvent.Kind.SUCCEEDED:
            return _("had been met in time before it started.") if late else _("was met in time.")
        case KPIEvent.Kind.PAUSED:
            return _("paused.")
        case KPIEvent.Kind.RESUMED:
            return _("resumed.")
        case KPIEvent.Kind.CANCELED:
            return _("was canceled: %(reason)s.") % {"reason": END_REASONS.get(event.reason, event.reason)}
        case KPIEvent.Kind.LATE_SUCCESS:
            return _("was met, too late.")
        case KPIEvent.Kind.VERSION_MOVED:
            return _("goes on under the new version of the SLA.")
        case KPIEvent.Kind.EXTENDED:
            return _("was given %(time)s more.") % {"time": words_of_duration(event.data["seconds"])}
    return event.get_kind_display()


def end_words(instance: KPIInstance) -> str:
    """Why an instance ended, for the canceled ones."""
    return str(END_REASONS.get(instance.end_reason, ""))


def source_words(source: str) -> str:
    """Who chose the SLA: “the default”; where none applies, why."""
    return str(SOURCES.get(source, source))


HEARTBEAT_KINDS: Mapping[str, Text] = {
    "advance": gettext_lazy("Judges records"),
    "actions": gettext_lazy("Runs actions"),
    "mail": gettext_lazy("Sends mail"),
    "beat": gettext_lazy("Starts what is scheduled"),
}
HEARTBEAT_NUMBERS: Mapping[str, Text] = {
    "queued": gettext_lazy("waiting: %(value)s"),
    "queued_mail": gettext_lazy("mails waiting: %(value)s"),
    "held_back": gettext_lazy("held back: %(value)s"),
    "dead": gettext_lazy("given up: %(value)s"),
    "oldest": gettext_lazy("oldest for %(value)s"),
    "oldest_due_age": gettext_lazy("oldest for %(value)s"),
}


def heartbeat_kind_words(kind: str) -> str:
    return str(HEARTBEAT_KINDS.get(kind, kind))


def heartbeat_words(detail: Mapping[str, Any]) -> list[str]:
    """What a process saw at its last sign of life; a key without words is said as it is spelled."""
    found = []
    for name, value in detail.items():
        is_age = name.startswith("oldest")
        if is_age and not value:
            continue
        words = HEARTBEAT_NUMBERS.get(name, f"{name}: %(value)s")
        found.append(str(words) % {"value": words_of_ticking(value) if is_age else value})
    return found
