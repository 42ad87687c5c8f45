"""KPI instances as the pages show them: the card around the timer element."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from sla_project.operations.times import (
    words_of_clock,
    words_of_duration,
    words_of_ticking,
    words_of_time,
)
from slas.models import KPIInstance
from slas.selectors.clocks.timers import Timers, due_label, failure_due
from slas.wording import end_words


def card_of(
    instance: KPIInstance, timers: Timers, earlier: Sequence[KPIInstance] = (), paused_by: str = ""
) -> dict[str, Any]:
    """What `parts/_kpi_card.html` needs: the timer, how much of the time is used, when it is or was due.

    `paused_by` says what holds a paused one up: “Status is On hold”.
    """
    timer = timers.of(instance)
    return {
        "name": instance.kpi.name,
        "timer": timer,
        "progress": timer.progress,
        "url": _url(instance),
        "note": paused_by or _note(instance, timer.state, timers.now),
        "earlier": [_earlier(each, timers.now) for each in earlier],
        **_due(instance, timer.state, timers.now),
    }


def _url(instance: KPIInstance) -> str:
    """How it was worked out; nothing while no pass has stored it yet."""
    return reverse("slas:kpi_instance_detail", args=[instance.pk]) if instance.pk else ""


def _due(instance: KPIInstance, state: str, now: datetime) -> dict[str, Any]:
    if state == "paused":
        return {"due_text": _("moves with the pause")}
    if state == "canceled":
        return {}
    return {"due": failure_due(instance), "due_label": due_label(instance, now)}


def _note(instance: KPIInstance, state: str, now: datetime) -> str:
    if state == "succeeded":
        return _("Met after %(time)s") % {"time": _took(instance)}
    if state == "canceled":
        return capfirst(end_words(instance))
    if instance.late_success_at:
        return _("Met %(time)s") % {"time": _clock_words(instance.late_success_at, now)}
    if state == "nearing_noncompliance" and instance.nearing_at:
        ago = words_of_ticking((now - instance.nearing_at).total_seconds())
        return _("Warned %(time)s ago") % {"time": ago}
    return instance.item_name


def _took(instance: KPIInstance) -> str:
    end = instance.ended_at or instance.started_at
    return words_of_duration((end - instance.applicable_from_value).total_seconds())


def _earlier(instance: KPIInstance, now: datetime) -> dict[str, str]:
    words = _("%(status)s, %(time)s (version %(version)d)") % {
        "status": instance.get_status_display(),
        "time": _time_words(instance.ended_at or instance.started_at, now),
        "version": instance.sla_version.number,
    }
    return {"text": words, "url": _url(instance)}


def _clock_words(at: datetime, now: datetime) -> str:
    return words_of_clock(at, now, timezone.get_current_timezone())


def _time_words(at: datetime | None, now: datetime) -> str:
    return words_of_time(at, now, timezone.get_current_timezone()) if at else ""
