"""What is wrong, and what to do about it: in words, with the command or the page that mends it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from sla_project.operations.selectors import LATE_AFTER, MonitorStatus
from slas.selectors.monitor import Actions, Backlog, Jobs

START_WORKER = "celery -A sla_project worker -Q timers,actions"
START_TIMERS = "celery -A sla_project worker -Q timers"
START_ACTIONS = "celery -A sla_project worker -Q actions"
START_BEAT = "celery -A sla_project beat"


@dataclass(frozen=True)
class Fix:
    """`problem` is what is wrong, `words` what to do; then a command to run, or a page to open."""

    problem: str
    words: str
    command: str = ""
    url: str = ""
    url_label: str = ""


@dataclass(frozen=True)
class Findings:
    """Everything that the monitor looked at. `late` are seconds."""

    status: MonitorStatus
    backlog: Backlog
    late: float
    actions: Actions
    jobs: Jobs
    without_alarm: int
    beat_rings: bool


def fixes(found: Findings) -> list[Fix]:
    """In the order of urgency; nothing while all is well."""
    return [*_passes(found), *_records(found), *_actions(found)]


def _passes(found: Findings) -> Iterator[Fix]:
    if not found.status.running:
        yield Fix(
            _("No pass has run for a while: timers do not come due."),
            _("Start a worker. What came due meanwhile is done at once, with its own times."),
            START_WORKER,
        )
        return
    if found.late > LATE_AFTER.total_seconds():
        yield Fix(
            _("Timers come due late."),
            _("Start another worker for the timers queue, or give the database more power."),
            START_TIMERS,
        )
    if not found.status.actions_running:
        yield Fix(_("Actions and mails wait: no worker takes them."), _("Start one."), START_ACTIONS)
    if not found.beat_rings:
        yield Fix(
            _("Celery's beat does not ring, or the broker is away."),
            _("Timers and actions do without; entitlement dates, reconciling and tidying wait. Start it."),
            START_BEAT,
        )


def _records(found: Findings) -> Iterator[Fix]:
    if dead := found.backlog.dead:
        yield Fix(
            ngettext("Judging has given up on %(n)d record.", "Judging has given up on %(n)d records.", dead)
            % {"n": dead},
            _("Read its error below, mend the cause, then retry it."),
            url="#troubles",
            url_label=_("Records in trouble"),
        )
    if lost := found.without_alarm:
        yield Fix(
            ngettext(
                "%(n)d record has a running clock that no pass would look for.",
                "%(n)d records have running clocks that no pass would look for.",
                lost,
            )
            % {"n": lost},
            _("Somebody wrote to the database around the application. Wake them: the next pass puts it right."),
        )


def _actions(found: Findings) -> Iterator[Fix]:
    if dead := found.actions.runs_dead:
        yield Fix(
            ngettext("%(n)d action was given up.", "%(n)d actions were given up.", dead) % {"n": dead},
            _("Each says its last error. Mend the cause, then try them all again."),
            url=f"{reverse('actions:run_list')}?state=dead",
            url_label=_("Actions given up"),
        )
    if failed := found.actions.mails_failed:
        yield Fix(
            ngettext("%(n)d mail could not be sent.", "%(n)d mails could not be sent.", failed) % {"n": failed},
            _("Check EMAIL_URL and the recipient, then send it again from the outbox."),
            url=f"{reverse('actions:outbox')}?state=failed",
            url_label=_("Failed mails"),
        )
    if jobs := found.jobs.failed:
        yield Fix(
            ngettext("%(n)d job failed.", "%(n)d jobs failed.", jobs) % {"n": jobs},
            _("It says why, and can be tried again."),
            url=reverse("operations:job_list"),
            url_label=_("Jobs"),
        )
