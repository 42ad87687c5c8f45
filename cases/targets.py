"""What actions may do to cases and activities (`actions.targets`); each act is a service of this app.

An action writes as the system: the change carries the action's depth and cause (`engine.md` R31–R32).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Model
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from actions import targets
from actions.targets import FieldType, Target, TargetField
from cases import choices, services
from cases.choices import ACTIVITY_STATUSES, CASE_STATUSES, ActivityState, ActivityStatus, CaseState, CaseStatus
from cases.models import Activity, Case, Product
from cases.registry import ACTIVITY_FIELDS, CASE_FIELDS, lookup_options
from sla_project.accounts.models import Team, User
from sla_project.operations.clock import clock_now
from slas.domain.fields import FieldSet
from slas.selectors.clocks.instances import record_of
from slas.services.flow.changes import record_command
from slas.services.flow.contexts import present_context


def _codes(codes: Sequence[Any]) -> dict[str, str]:
    return {str(code.value): code.label for code in codes}


def _choice(label: Any, codes: Sequence[Any], *, max_length: int = 24) -> TargetField:
    return TargetField(label, FieldType.CHOICE, choices=_codes(codes), max_length=max_length)


OWNER = TargetField(gettext_lazy("Owner"), FieldType.USER)
TEAM = TargetField(gettext_lazy("Team"), FieldType.TEAM)
DESCRIPTION = TargetField(gettext_lazy("Description"), FieldType.TEXT, max_length=20_000)
PRIORITY = _choice(gettext_lazy("Priority"), list(choices.Priority))

CASE_TARGET_FIELDS = {
    "priority": PRIORITY,
    "type": _choice(gettext_lazy("Type"), list(choices.CaseType)),
    "service_level": _choice(gettext_lazy("Service level"), list(choices.ServiceLevel)),
    "status": _choice(gettext_lazy("Status"), [CaseStatus(s) for s in CASE_STATUSES[CaseState.ACTIVE]]),
    "is_escalated": TargetField(gettext_lazy("Escalated"), FieldType.BOOLEAN),
    "first_response_sent": TargetField(gettext_lazy("First response sent"), FieldType.BOOLEAN),
    "description": DESCRIPTION,
    "product": TargetField(gettext_lazy("Product"), FieldType.LOOKUP, options=lambda: lookup_options("product")),
    "owner": OWNER,
    "team": TEAM,
}
ACTIVITY_TARGET_FIELDS = {
    "subject": TargetField(gettext_lazy("Subject"), FieldType.TEXT, max_length=200, required=True),
    "description": DESCRIPTION,
    "priority": PRIORITY,
    "status": _choice(gettext_lazy("Status"), [ActivityStatus(s) for s in ACTIVITY_STATUSES[ActivityState.OPEN]]),
    "due_at": TargetField(gettext_lazy("Due"), FieldType.DATETIME),
    "duration_minutes": TargetField(gettext_lazy("Duration in minutes"), FieldType.INTEGER),
    "owner": OWNER,
    "team": TEAM,
}
_RELATED: Mapping[str, type[Model]] = {"owner": User, "team": Team, "product": Product}


def _placeholders(name: str, fields: FieldSet) -> dict[str, str]:
    """What a mail text may name: the record's number and label and every path that is not itself a relation."""
    relations = {fields[path].relation for path in fields}
    own = {f"{name}.number": _("Number"), f"{name}.label": _("Label")}
    return own | {f"{name}.{path}": fields.full_label(path) for path in fields if path not in relations}


def _resolve(values: Mapping[str, Any]) -> dict[str, Any]:
    """Ids of people, teams and products as their rows."""
    return {
        name: _RELATED[name]._default_manager.get(pk=value) if name in _RELATED and value is not None else value
        for name, value in values.items()
    }


def _words(fields: Mapping[str, TargetField], values: Mapping[str, Any]) -> str:
    return ", ".join(
        f"{fields[name].label}: {fields[name].choices.get(str(value), value)}" for name, value in values.items()
    )


def _find(model: type[Case] | type[Activity]) -> Any:
    def find(number: str) -> int | None:
        return model.objects.filter(number__iexact=number.strip()).values_list("pk", flat=True).first()

    return find


def _numbers(model: type[Case] | type[Activity]) -> Any:
    def numbers(ids: Collection[int]) -> Mapping[int, str]:
        return dict(model.objects.filter(pk__in=ids).values_list("pk", "number"))

    return numbers


def _context(model: type[Case] | type[Activity]) -> Any:
    def context(id: int) -> Mapping[str, Any]:
        return present_context(record_of(model.objects.get(pk=id)), clock_now())

    return context


def _current(model: type[Case] | type[Activity]) -> Any:
    def current(id: int, names: Sequence[str]) -> Mapping[str, Any]:
        return model.objects.values(*names).get(pk=id)

    return current


def _recipient(record: Case | Activity, role: str) -> tuple[str, str] | None:
    case = record if isinstance(record, Case) else record.case
    person: Any = {
        "owner": record.owner,
        "team": record.team,
        "lead": record.team.lead if record.team else None,
        "contact": case.contact if case else None,
    }.get(role)
    if person is None or not person.email or not getattr(person, "is_active", True):
        return None
    return str(person), person.email


def _assignment(record: Case | Activity, user_id: int | None, team_id: int | None) -> tuple[User | None, Team | None]:
    """A person takes over within the team; another team takes over without a person who is not in it."""
    owner = User.objects.get(pk=user_id) if user_id is not None else record.owner
    team = Team.objects.get(pk=team_id) if team_id is not None else record.team
    if team_id is not None and user_id is None and owner is not None and team is not None:
        owner = owner if team.members.filter(pk=owner.pk).exists() else None
    return owner, team


# --- cases ---


def case_update(id: int, values: Mapping[str, Any], *, now: datetime, depth: int, cause: str) -> str:
    case = Case.objects.get(pk=id)
    with record_command(by=None, source="action", now=now, depth=depth, cause=cause):
        services.case_update(case=case, by=None, now=now, via="action", **_resolve(values))
    return _words(CASE_TARGET_FIELDS, values)


def case_change_status(id: int, status: str, *, now: datetime, depth: int, cause: str) -> str:
    """Resolves, cancels or reactivates where the status asks for it."""
    case = Case.objects.get(pk=id)
    state = next(state for state, codes in CASE_STATUSES.items() if status in codes)
    with record_command(by=None, source="action", now=now, depth=depth, cause=cause):
        if state == CaseState.RESOLVED:
            services.case_resolve(case=case, status=status, by=None, now=now, via="action")
        elif state == CaseState.CANCELED:
            services.case_cancel(case=case, by=None, now=now, via="action")
        elif case.is_open:
            services.case_update(case=case, status=status, by=None, now=now, via="action")
        else:
            services.case_reactivate(case=case, status=status, by=None, now=now, via="action")
    return str(CaseStatus(status).label)


def case_assign(id: int, *, user_id: int | None, team_id: int | None, now: datetime, depth: int, cause: str) -> str:
    case = Case.objects.get(pk=id)
    owner, team = _assignment(case, user_id, team_id)
    with record_command(by=None, source="action", now=now, depth=depth, cause=cause):
        services.case_assign(case=case, owner=owner, team=team, by=None, now=now, via="action")
    return " · ".join(str(each) for each in (owner, team) if each)


CASE = Target(
    name="case",
    label=gettext_lazy("Case"),
    fields=CASE_TARGET_FIELDS,
    placeholders=_placeholders("case", CASE_FIELDS),
    exists=lambda id: Case.objects.filter(pk=id).exists(),
    label_of=lambda id: str(Case.objects.get(pk=id)),
    url=lambda id: reverse("cases:case_detail", args=[id]),
    update=case_update,
    recipient=lambda id, role: _recipient(Case.objects.get(pk=id), role),
    statuses=_codes([status for status in CaseStatus if status != CaseStatus.MERGED]),
    change_status=case_change_status,
    assign=case_assign,
    current=_current(Case),
    find=_find(Case),
    numbers=_numbers(Case),
    context=_context(Case),
)


# --- activities ---


def activity_update(id: int, values: Mapping[str, Any], *, now: datetime, depth: int, cause: str) -> str:
    activity = Activity.objects.get(pk=id)
    with record_command(by=None, source="action", now=now, depth=depth, cause=cause):
        changes = _resolve(values)
        services.activity_update(activity=activity, by=None, now=now, via="action", **changes)
    return _words(ACTIVITY_TARGET_FIELDS, values)


def activity_create(
    values: Mapping[str, Any], *, origin_type: str, origin_id: int, now: datetime, depth: int, cause: str
) -> tuple[str, int]:
    """An activity about the case that caused it; it goes to that case's owner and team unless told otherwise."""
    case = None
    if origin_type == "case":
        case = Case.objects.filter(pk=origin_id).first()
    elif origin_type == "activity":
        case = Case.objects.filter(activities=origin_id).first()
    given = _resolve(values)
    if case is not None and not {"owner", "team"} & given.keys():
        given |= {"owner": case.owner if case.owner and case.owner.is_active else None, "team": case.team}
    with record_command(by=None, source="action", now=now, depth=depth, cause=cause):
        activity = services.activity_create(by=None, now=now, via="action", case=case, **given)
    return "activity", activity.pk


def activity_change_status(id: int, status: str, *, now: datetime, depth: int, cause: str) -> str:
    activity = Activity.objects.get(pk=id)
    with record_command(by=None, source="action", now=now, depth=depth, cause=cause):
        if status == ActivityStatus.COMPLETED:
            services.activity_complete(activity=activity, by=None, now=now, via="action")
        elif status == ActivityStatus.CANCELED:
            services.activity_cancel(activity=activity, by=None, now=now, via="action")
        else:
            if not activity.is_open:
                services.activity_reactivate(activity=activity, by=None, now=now, via="action")
            services.activity_update(activity=activity, status=status, by=None, now=now, via="action")
    return str(ActivityStatus(status).label)


def activity_assign(id: int, *, user_id: int | None, team_id: int | None, now: datetime, depth: int, cause: str) -> str:
    activity = Activity.objects.get(pk=id)
    owner, team = _assignment(activity, user_id, team_id)
    with record_command(by=None, source="action", now=now, depth=depth, cause=cause):
        services.activity_update(activity=activity, owner=owner, team=team, by=None, now=now, via="action")
    return " · ".join(str(each) for each in (owner, team) if each)


ACTIVITY = Target(
    name="activity",
    label=gettext_lazy("Activity"),
    fields=ACTIVITY_TARGET_FIELDS,
    placeholders=_placeholders("activity", ACTIVITY_FIELDS),
    exists=lambda id: Activity.objects.filter(pk=id).exists(),
    label_of=lambda id: str(Activity.objects.get(pk=id)),
    url=lambda id: reverse("cases:activity_detail", args=[id]),
    update=activity_update,
    recipient=lambda id, role: _recipient(Activity.objects.get(pk=id), role),
    statuses=_codes(list(ActivityStatus)),
    create=activity_create,
    change_status=activity_change_status,
    assign=activity_assign,
    current=_current(Activity),
    find=_find(Activity),
    numbers=_numbers(Activity),
    context=_context(Activity),
)


def register() -> None:
    targets.register(CASE)
    targets.register(ACTIVITY)
