"""The dashboard: four numbers that are links, the worst first, and the days."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from sla_project.accounts.policy import can_configure, signed_in
from sla_project.operations.clock import clock_now
from sla_project.operations.times import words_of_duration
from slas import records
from slas.selectors.clocks.instance_lists import title_of
from slas.selectors.clocks.timers import Timers
from slas.selectors.dashboard import Numbers, finished_by_day, numbers, period_start, queue
from slas.selectors.policy.reading import is_any_published
from slas.selectors.reports.tables import percent_words
from slas.views.charts import day_chart

PERIODS = (7, 14, 30)
DEFAULT_PERIOD = 14


@signed_in
def dashboard(request: HttpRequest) -> HttpResponse:
    now = clock_now()
    days = _period(request.GET.get("days", ""))
    finished, found = finished_by_day(now, days), numbers(now, days)
    context = {
        "title": _("Dashboard"),
        "periods": [(one, one == days) for one in PERIODS],
        "tiles": _tiles(found, now, days),
        "queue": _queue(now),
        "queue_url": _list_url(show="breached", sort="failure_at"),
        "paused": found.paused,
        "paused_note": _since(_("longest for %(time)s"), found.paused_since, now),
        "paused_url": _list_url(show="paused"),
        "chart": day_chart(finished),
        "finished": finished,
        "is_any_published": is_any_published(),
        "may_configure": can_configure(request.user),
    }
    return render(request, "slas/dashboard.html", context)


def _period(asked: str) -> int:
    return int(asked) if asked in map(str, PERIODS) else DEFAULT_PERIOD


def _tiles(found: Numbers, now: datetime, days: int) -> list[dict[str, Any]]:
    percent = found.attainment.percent
    return [
        {
            "tone": "good",
            "icon": "circle-check",
            "number": percent_words(percent),
            "label": _("met this period"),
            "note": _change_words(found, days),
            "url": _list_url(show="finished", ended_after=_stamp(period_start(now, days))),
        },
        {
            "tone": "bad",
            "icon": "flame",
            "number": found.breached,
            "label": _("breached now"),
            "note": _since(_("oldest %(time)s over"), found.breached_since, now),
            "url": _list_url(show="breached", sort="failure_at"),
        },
        {
            "tone": "warn",
            "icon": "alert-triangle",
            "number": found.nearing,
            "label": _("nearing noncompliance"),
            "note": _since(_("soonest in %(time)s"), found.nearing_due, now),
            "url": _list_url(show="nearing", sort="failure_at"),
        },
        {
            "tone": "pause",
            "icon": "player-pause",
            "number": found.attainment.closed_paused,
            "label": _("closed while paused"),
            "note": _closed_paused_words(found),
            "url": _list_url(show="closed_paused", ended_after=_stamp(period_start(now, days))),
        },
    ]


def _change_words(found: Numbers, days: int) -> str:
    of = _("%(met)d of %(finished)d") % {"met": found.attainment.met, "finished": found.attainment.finished}
    if found.change is None:
        return _("%(count)s; nothing to compare with before") % {"count": of}
    values = {"count": of, "points": f"{abs(found.change):.1f}", "days": days}
    if round(found.change, 1) == 0:
        return _("%(count)s, as in the %(days)d days before") % values
    if found.change > 0:
        return _("%(count)s, up %(points)s points on the %(days)d days before") % values
    return _("%(count)s, down %(points)s points on the %(days)d days before") % values


def _closed_paused_words(found: Numbers) -> str:
    """They make the first number look better than it is, so it is also said without them."""
    percent = found.attainment.worked_percent
    if not found.attainment.closed_paused or percent is None:
        return _("nothing hides in the first number")
    return _("%(percent)s met without them") % {"percent": percent_words(percent)}


def _since(words: str, moment: datetime | None, now: datetime) -> str:
    return words % {"time": words_of_duration((now - moment).total_seconds())} if moment else ""


def _list_url(**query: str) -> str:
    return f"{reverse('slas:kpi_instance_list')}?{urlencode(query)}"


def _stamp(moment: datetime) -> str:
    return moment.isoformat()


def _queue(now: datetime) -> list[dict[str, Any]]:
    timers = Timers(now)
    return [
        {
            "record": record,
            "title": title_of(record),
            "url": records.get(record.record_type).url(record.object_id),
            "instance": instance,
            "timer": timers.of(instance),
        }
        for record, instance in queue()
    ]
