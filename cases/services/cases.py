"""Creating and changing cases. Every function is one command and so one change in the case's log (R2)."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import datetime
from typing import TypedDict, Unpack

from django.utils.translation import gettext as _

from cases.models import Activity, Case
from cases.services.case_values import CaseValues, case_changes, new_case
from cases.services.numbers import number_next
from sla_project.accounts.models import Team, User
from sla_project.operations.errors import Invalid, NotPossible, Problem, Stale
from sla_project.operations.unique import unique_or_invalid
from slas.models import SLA
from slas.services.flow.changes import record_command
from slas.services.flow.choosing import SLAChoice


class Assignment(TypedDict, total=False):
    owner: User | None
    team: Team | None


def case_create(
    *,
    by: User | None,
    now: datetime,
    via: str = "web",
    sla: SLA | SLAChoice | None = None,
    **values: Unpack[CaseValues],
) -> Case:
    """A new active case. Service level and entitlement come from the customer where they are not given.

    `sla` is a choice by hand (or over the API); None chooses automatically (R14). Raises `Invalid`.
    """
    case = new_case(values, now=now)
    check_sla(sla)
    with _one_for_its_source(), record_command(by=by, source=via, now=now) as command:
        case.number = number_next(Case.SERIES)
        command.create(case, sla=sla)
    return case


def case_update(*, case: Case, by: User | None, now: datetime, via: str = "web", **values: Unpack[CaseValues]) -> Case:
    """Changes what differs; never the state, which has commands of its own. Raises `Invalid`."""
    with _one_for_its_source(), record_command(by=by, source=via, now=now) as command:
        command.lock(case)
        command.save(case, case_changes(case, values, now=now))
    return case


def case_set_status(
    *, case: Case, status: str, by: User | None, now: datetime, shown: str | None = None, via: str = "web"
) -> Case:
    """Raises `Stale` where the case has by now another status than the one `shown` to whoever chose."""
    with record_command(by=by, source=via, now=now) as command:
        command.lock(case)
        if shown is not None and shown != case.status:
            raise Stale(_("It is %(status)s now. Choose again.") % {"status": case.get_status_display()})
        command.save(case, case_changes(case, {"status": status}, now=now))
    return case


def case_assign(
    *, case: Case, by: User | None, now: datetime, via: str = "web", **assignment: Unpack[Assignment]
) -> Case:
    """Gives the case to a person, a team, both, or nobody; who is not named stays."""
    return case_update(case=case, by=by, now=now, via=via, **assignment)


def case_apply_sla(*, case: Case, sla: SLA | SLAChoice, by: User | None, now: datetime, via: str = "web") -> Case:
    """An SLA, *No SLA*, or back to automatic; by hand from the console, else over the API (R14)."""
    check_sla(sla)
    with record_command(by=by, source=via, now=now) as command:
        command.lock(case)
        if not case.is_open:
            raise NotPossible(_("Only an active case can be given another SLA."), code="not_active")
        command.apply_sla(case, sla)
    return case


def case_delete(*, case: Case, by: User | None, now: datetime, via: str = "web") -> None:
    """Removes the case and its activities; their logs stay, with number and label (R27)."""
    if case.merged_cases.exists():
        raise NotPossible(_("Other cases were merged into this one."), code="in_use")
    with record_command(by=by, source=via, now=now) as command:
        activities = list(Activity.objects.filter(case=case))
        command.lock(case, *activities)
        for activity in activities:
            command.delete(activity)
        command.delete(case)


def check_sla(sla: SLA | SLAChoice | None, record_type: str = "case") -> None:
    """An SLA that is chosen must be active and be meant for such records (R15)."""
    if not isinstance(sla, SLA):
        return
    if sla.record_type != record_type:
        message = _("%(name)s is not an SLA for this kind of record.") % {"name": sla}
        raise Invalid([Problem("/sla", "wrong_record_type", message)])
    if sla.state != SLA.State.ACTIVE:
        raise Invalid([Problem("/sla", "inactive", _("%(name)s is not active.") % {"name": sla})])


def _one_for_its_source() -> AbstractContextManager[None]:
    return unique_or_invalid("external_number", _("Another case has this number of this source."))
