"""The monitor page: do the passes run, how late are they, what is in trouble, and what to do about it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from sla_project.accounts.policy import administrator_required, can_configure, signed_in
from sla_project.operations.clock import clock_now
from sla_project.operations.requests import user_of
from sla_project.operations.selectors import monitor_status
from sla_project.operations.web import command_view
from slas import records
from slas.models import TrackedRecord
from slas.selectors import monitor as selectors
from slas.selectors.clocks.instance_lists import title_of
from slas.selectors.policy.gone import gone_parts
from slas.services.flow.dead_records import record_retry, records_wake
from slas.views.monitor_fixes import Findings, fixes
from slas.wording import heartbeat_kind_words, heartbeat_words

SHOWN = 50


@signed_in
def monitor(request: HttpRequest) -> HttpResponse:
    now = clock_now()
    processes = selectors.processes(now, SHOWN)
    found = _findings(now, beat_rings=selectors.beat_rings(processes))
    oldest = selectors.oldest_due_record(now)
    context = {
        "title": _("Monitor"),
        "status": found.status,
        "found": found,
        "fixes": fixes(found),
        "lateness": selectors.lateness(now),
        "oldest": oldest,
        "oldest_url": _url_of(oldest) if oldest else "",
        "processes": [
            (one, heartbeat_kind_words(one.heartbeat.kind), heartbeat_words(one.heartbeat.detail)) for one in processes
        ],
        "troubles": [(record, title_of(record), _url_of(record)) for record in selectors.records_in_trouble()[:SHOWN]],
        "gone": gone_parts(),
        "may_configure": can_configure(request.user),
    }
    return render(request, "slas/monitor.html", context)


def _findings(now: datetime, *, beat_rings: bool) -> Findings:
    backlog = selectors.backlog(now)
    return Findings(
        status=monitor_status(now),
        backlog=backlog,
        late=backlog.age(now),
        actions=selectors.actions(),
        jobs=selectors.jobs(),
        without_alarm=selectors.records_without_alarm().count(),
        beat_rings=beat_rings,
    )


def _url_of(record: TrackedRecord) -> str:
    return records.get(record.record_type).url(record.object_id)


@require_POST
@administrator_required
def record_retry_view(request: HttpRequest, pk: int) -> HttpResponse:
    record = get_object_or_404(TrackedRecord, pk=pk)

    def act() -> str:
        record_retry(record=record, by=user_of(request), now=clock_now())
        return _("The next pass tries it again.")

    return command_view(request, act=act, to=reverse("slas:monitor"))


@require_POST
@administrator_required
def records_wake_view(request: HttpRequest) -> HttpResponse:
    def act() -> Any:
        count = records_wake(records=selectors.records_without_alarm(), by=user_of(request), now=clock_now())
        return ngettext("%(n)d record is judged again.", "%(n)d records are judged again.", count) % {"n": count}

    return command_view(request, act=act, to=reverse("slas:monitor"))
