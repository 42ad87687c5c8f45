"""Reading: the organisation's settings, jobs, and whether the monitor runs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from sla_project.operations import job_kinds
from sla_project.operations.models import Heartbeat, Job, OrganisationSettings

if TYPE_CHECKING:
    from sla_project.accounts.models import User

# A pass beats at least once a second while it runs; ten misses are not a hiccup.
SILENT_AFTER = timedelta(seconds=10)
# Due timers wait a quarter of a second for the next pass; two seconds are worth an alarm.
LATE_AFTER = timedelta(seconds=2)
TIMERS_KIND, ACTIONS_KIND, MAIL_KIND = "advance", "actions", "mail"
BEAT_KIND = "beat"
"""Not a process of ours: written by what Celery's beat has rung, so it says that beat and broker are up."""


def settings_get() -> OrganisationSettings:
    """The organisation's settings; with defaults, unsaved, before anybody changed them."""
    found = OrganisationSettings.objects.filter(pk=OrganisationSettings.SINGLETON).first()
    return found or OrganisationSettings()


def jobs_visible_to(user: User | AnonymousUser) -> QuerySet[Job]:
    """Your own jobs; those who read everything see all."""
    jobs = Job.objects.select_related("created_by")
    return jobs if user.has_perm("operations.view_job") else jobs.filter(created_by=user.pk)


@dataclass(frozen=True)
class JobWords:
    """A job for people: what it does, where that is, what came of it, and what could not be done."""

    title: str
    url: str = ""
    counts: Sequence[tuple[str, int]] = ()
    failures: Sequence[tuple[str, str]] = ()


def job_words(job: Job) -> JobWords:
    """A job of a kind that is registered no longer is called by its name."""
    try:
        kind = job_kinds.get(job.kind)
    except job_kinds.UnknownKind:
        return JobWords(str(job))
    return JobWords(
        title=str(job),
        url=kind.url(job.arguments),
        counts=[(str(label), job.result[name]) for name, label in kind.counts.items() if name in job.result],
        failures=[(kind.item_label(failure["id"]), failure["error"]) for failure in job.failures],
    )


@dataclass(frozen=True)
class MonitorStatus:
    """What the pages and `/readyz` say about the passes. Ages are seconds."""

    running: bool
    label: str
    detail: str
    last_pass_age: float | None
    oldest_due_age: float
    actions_running: bool
    dead: int
    queued_mail: int
    workers: int

    @property
    def healthy(self) -> bool:
        return self.running and self.oldest_due_age <= LATE_AFTER.total_seconds()


def monitor_status(now: datetime) -> MonitorStatus:
    """The state of the passes by their heartbeats, which also carry what they last saw."""
    beats = list(Heartbeat.objects.filter(at__gt=now - timedelta(days=1)))
    alive = [beat for beat in beats if now - beat.at <= SILENT_AFTER]
    timers = [beat for beat in beats if beat.kind == TIMERS_KIND]
    last = max((beat.at for beat in timers), default=None)
    last_age = None if last is None else max(0.0, (now - last).total_seconds())
    running = last_age is not None and last_age <= SILENT_AFTER.total_seconds()
    return MonitorStatus(
        running=running,
        label=_("Monitor running") if running else _("Monitor not running"),
        detail=_detail(last_age, running),
        last_pass_age=last_age,
        oldest_due_age=_oldest_due_age(timers, now) if timers else 0.0,
        actions_running=any(beat.kind == ACTIONS_KIND for beat in alive),
        dead=int(_latest(beats, "dead")),
        queued_mail=int(_latest(beats, "queued_mail")),
        workers=sum(beat.kind != BEAT_KIND for beat in alive),
    )


def _detail(last_age: float | None, running: bool) -> str:
    if last_age is None:
        return _("No worker has reported yet.")
    seconds = round(last_age)
    if running:
        return ngettext("Last pass %d second ago", "Last pass %d seconds ago", seconds) % seconds
    minutes = max(1, seconds // 60)
    return (
        ngettext(
            "The last pass was %d minute ago. Timers come due as soon as a worker runs again.",
            "The last pass was %d minutes ago. Timers come due as soon as a worker runs again.",
            minutes,
        )
        % minutes
    )


def _oldest_due_age(timers: Iterable[Heartbeat], now: datetime) -> float:
    """Seconds that the oldest due timer has waited: what the last pass saw, and older since."""
    latest = max(timers, key=lambda beat: beat.at)
    seen = float(latest.detail.get("oldest_due_age") or 0.0)
    return seen + max(0.0, (now - latest.at).total_seconds()) if seen else 0.0


def _latest(beats: Iterable[Heartbeat], name: str) -> float:
    """The most recently reported number of this name, one for each kind of pass, added up."""
    newest: dict[str, Heartbeat] = {}
    for beat in beats:
        known = newest.get(beat.kind)
        if name in beat.detail and (known is None or beat.at > known.at):
            newest[beat.kind] = beat
    return sum(float(beat.detail[name] or 0) for beat in newest.values())
