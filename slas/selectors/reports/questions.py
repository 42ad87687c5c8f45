"""What can be asked of the compliance report: the same words in an address, in a saved report and over the API."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from sla_project.operations.errors import Invalid, Problem
from sla_project.operations.numbers import whole_number
from slas.filters import ReportFilter
from slas.models import KPIInstance
from slas.selectors.reports.compliance import Compliance, compliance, group_choices
from slas.selectors.reports.periods import DEFAULT_PERIOD, PERIODS, period_dates

DEFAULT_GROUP = "sla"
DEFAULT_PAUSE_HOURS = 24
LONGEST_PAUSE_HOURS = 100_000
OWN = ("period", "group_by", "pause_hours")
"""Parameters that are the report's own; all others filter the instances."""


@dataclass(frozen=True)
class Question:
    """A parsed question. `since` and `until` are local dates, both included; `filters` as the filter set takes them."""

    group_by: str
    pause_hours: int
    period: str
    since: date | None
    until: date | None
    filters: Mapping[str, str]

    @property
    def list_query(self) -> dict[str, str]:
        """The parameters by which the list of instances shows what the report counts."""
        dates = {"since": self.since, "until": self.until}
        return {**self.filters, **{name: day.isoformat() for name, day in dates.items() if day is not None}}


def question_parse(given: Mapping[str, str], *, now: datetime) -> Question:
    """Raises `Invalid` with a pointer for each parameter that makes no sense. Empty ones count as not given."""
    asked = {name: value for name, value in given.items() if value != ""}
    problems = list(_own_problems(asked))
    period = asked.get("period", "" if asked.keys() & {"since", "until"} else DEFAULT_PERIOD)
    known = ReportFilter.base_filters
    filters = {name: value for name, value in asked.items() if name in known and name not in ("since", "until")}
    problems += [Problem(f"/{name}", "unknown", _("Unknown.")) for name in sorted(asked.keys() - {*known, *OWN})]
    checked = ReportFilter(asked, queryset=KPIInstance.objects.none())
    if not checked.form.is_valid():
        for name, errors in checked.form.errors.items():
            problems += [Problem(f"/{name}", "invalid", str(error)) for error in errors]
    if problems:
        raise Invalid(problems)
    since, until = checked.form.cleaned_data["since"], checked.form.cleaned_data["until"]
    if period:
        since, until = period_dates(period, timezone.localtime(now).date())
    if since and until and since > until:
        raise Invalid([Problem("/until", "reversed", _("The period ends before it begins."))])
    return Question(
        group_by=asked.get("group_by", DEFAULT_GROUP),
        pause_hours=int(asked.get("pause_hours", DEFAULT_PAUSE_HOURS)),
        period=period,
        since=since,
        until=until,
        filters=filters,
    )


def _own_problems(asked: Mapping[str, str]) -> list[Problem]:
    problems = []
    groups = dict(group_choices())
    if asked.get("group_by", DEFAULT_GROUP) not in groups:
        message = _("One can group by %s.") % ", ".join(groups)
        problems.append(Problem("/group_by", "unknown", message))
    if asked.get("period", DEFAULT_PERIOD) not in PERIODS:
        message = _("The periods are %s.") % ", ".join(PERIODS)
        problems.append(Problem("/period", "unknown", message))
    if not whole_number(asked.get("pause_hours", "1"), largest=LONGEST_PAUSE_HOURS):
        problems.append(Problem("/pause_hours", "invalid", _("Give a whole number of hours above 0.")))
    return problems


def answer(question: Question, *, now: datetime) -> Compliance:
    """Ask the database."""
    narrowed = ReportFilter(question.list_query, queryset=KPIInstance.objects.all())
    limit = timedelta(hours=question.pause_hours)
    return compliance(narrowed.qs, group_by=question.group_by, pause_limit=limit, now=now)
