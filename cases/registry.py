"""What a case and an activity mean to the engine: their fields, lifecycle and lookups (`slas.records`).

Only many-to-one relations are crossed (`engine.md` R3). `modified_on` is left out on purpose: the system moves it by
itself, so no condition could rest on it (R13).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Model, Q, QuerySet
from django.urls import reverse

from cases import choices
from cases.models import Activity, Case, Contact, Customer, Entitlement, Product
from sla_project.accounts.models import Team, User
from slas import records
from slas.domain.fields import Choice, Field, FieldSet, FieldType, fold
from slas.models import SLA

CASE_LIFECYCLE: Mapping[str, str] = {"active": "open", "resolved": "resolved", "canceled": "canceled"}
ACTIVITY_LIFECYCLE: Mapping[str, str] = {"open": "open", "completed": "resolved", "canceled": "canceled"}


def _text(path: str, label: str) -> Field:
    return Field(path, label, FieldType.TEXT)


def _choice(path: str, label: str, codes: Iterable[tuple[str, Any]], *, volatile: bool = False) -> Field:
    options = tuple(Choice(code, str(word)) for code, word in codes)
    return Field(path, label, FieldType.CHOICE, choices=options, volatile=volatile)


def _lookup(path: str, label: str, lookup: str) -> Field:
    return Field(path, label, FieldType.LOOKUP, lookup=lookup)


def _time(path: str, label: str, *, system: bool = False) -> Field:
    return Field(path, label, FieldType.DATETIME, system=system)


def _flag(path: str, label: str) -> Field:
    return Field(path, label, FieldType.BOOLEAN)


CASE_FIELDS = FieldSet(
    [
        _text("title", "Title"),
        _choice("type", "Type", choices.CaseType.choices),
        _choice("channel", "Channel", choices.Channel.choices),
        _choice("priority", "Priority", choices.Priority.choices),
        _choice("service_level", "Service level", choices.ServiceLevel.choices),
        _choice("state", "State", choices.CaseState.choices),
        _choice("status", "Status", choices.CaseStatus.choices, volatile=True),
        _flag("first_response_sent", "First response sent"),
        _flag("is_escalated", "Escalated"),
        _lookup("owner", "Owner", "user"),
        _lookup("team", "Team", "team"),
        _lookup("customer", "Customer", "customer"),
        _text("customer.name", "Name"),
        _choice("customer.service_level", "Service level", choices.ServiceLevel.choices),
        _lookup("contact", "Contact", "contact"),
        _text("contact.name", "Name"),
        _text("contact.email", "Email"),
        _lookup("product", "Product", "product"),
        _text("product.name", "Name"),
        _lookup("entitlement", "Entitlement", "entitlement"),
        _text("entitlement.name", "Name"),
        _lookup("entitlement.sla", "SLA", "sla"),
        _text("source", "Source"),
        _text("external_number", "External number"),
        _time("opened_on", "Opened on"),
        _time("created_on", "Created on"),
        _time("escalated_on", "Escalated on"),
        _time("resolved_on", "Resolved on", system=True),
    ],
    label="Case",
)

ACTIVITY_FIELDS = FieldSet(
    [
        _text("subject", "Subject"),
        _choice("state", "State", choices.ActivityState.choices),
        _choice("status", "Status", choices.ActivityStatus.choices, volatile=True),
        _choice("priority", "Priority", choices.Priority.choices),
        _lookup("owner", "Owner", "user"),
        _lookup("team", "Team", "team"),
        _lookup("case", "Case", "case"),
        _text("case.title", "Title"),
        _choice("case.priority", "Priority", choices.Priority.choices),
        _choice("case.service_level", "Service level", choices.ServiceLevel.choices),
        _lookup("case.customer", "Customer", "customer"),
        _time("due_at", "Due"),
        _time("created_on", "Created on"),
        _time("completed_on", "Completed on", system=True),
        Field("duration_minutes", "Duration in minutes", FieldType.INTEGER),
    ],
    label="Activity",
)


def lookup_options(lookup: str) -> QuerySet[Any, Any]:
    """Records offered as values of a lookup field: the active ones only."""
    querysets: dict[str, QuerySet[Any, Any]] = {
        "user": User.objects.filter(is_active=True),
        "team": Team.objects.all(),
        "customer": Customer.objects.filter(is_active=True),
        "contact": Contact.objects.filter(is_active=True),
        "product": Product.objects.filter(is_active=True),
        "entitlement": Entitlement.objects.filter(state=choices.EntitlementState.ACTIVE),
        "sla": SLA.objects.filter(state=SLA.State.ACTIVE),
        "case": Case.objects.filter(state=choices.CaseState.ACTIVE),
    }
    return querysets[lookup]


def lookup_search(lookup: str, text: str, among: QuerySet[Any, Any] | None = None) -> QuerySet[Any, Any]:
    """Active records of a lookup (or those `among` others) that a text finds: by name, a person also by address, a
    case by number, what has a code by its beginning.
    """
    folded = fold(text)
    conditions = {
        "user": Q(display_name__icontains=text) | Q(email__icontains=text),
        "team": Q(name__icontains=text),
        "sla": Q(name__icontains=text),
        "case": Q(number__istartswith=text) | Q(title_folded__contains=folded),
        "contact": Q(name_folded__contains=folded) | Q(email_folded__contains=folded),
        "customer": Q(name_folded__contains=folded) | Q(code__istartswith=text),
        "product": Q(name_folded__contains=folded) | Q(code__istartswith=text),
    }
    rows = lookup_options(lookup) if among is None else among
    return rows.filter(conditions.get(lookup, Q(name_folded__contains=folded)))


# Contacts and entitlements have no name of their own that would be unique.
LOOKUP_KEYS = {"user": "email", "team": "code", "customer": "code", "product": "code", "sla": "code", "case": "number"}


def _status_goes_with_state(statuses: Mapping[str, Iterable[str]]) -> dict[str, Any]:
    """The condition that every record keeps: its status is one of its state's."""
    return {
        "any": [
            {
                "all": [
                    {"field": "state", "op": "is", "value": str(state)},
                    {"field": "status", "op": "in", "value": [str(code) for code in codes]},
                ]
            }
            for state, codes in statuses.items()
        ]
    }


def _number(obj: Model) -> str:
    return str(getattr(obj, "number", obj.pk))


CASE = records.RecordType(
    name="case",
    label="Case",
    one="a case",
    plural="Cases",
    model=Case,
    fields=CASE_FIELDS,
    lifecycle_field="state",
    lifecycle=CASE_LIFECYCLE,
    pause_field="status",
    facts=(_status_goes_with_state(choices.CASE_STATUSES),),
    choosers=frozenset({"customer", "contact", "product", "entitlement"}),
    personal=frozenset(
        {"title", "title_folded", "description", "resolution", "contact", "contact.name", "contact.email"}
    ),
    dimensions={
        "priority": "priority",
        "service_level": "service_level",
        "customer": "customer",
        "agent": "owner",
        "team": "team",
        "channel": "channel",
    },
    entitlement_sla="entitlement.sla",
    entitlements_url=lambda sla: f"{reverse('cases:entitlement_list')}?sla={sla}",
    url=lambda pk: reverse("cases:case_detail", args=[pk]),
    options=lookup_options,
    search=lookup_search,
    folded={
        "title": "title_folded",
        "source": "source_folded",
        "external_number": "external_number_folded",
        "customer.name": "customer.name_folded",
        "contact.name": "contact.name_folded",
        "contact.email": "contact.email_folded",
        "product.name": "product.name_folded",
        "entitlement.name": "entitlement.name_folded",
    },
    list_url=lambda: reverse("cases:case_list"),
    number=_number,
    lookup_keys=LOOKUP_KEYS,
)

ACTIVITY = records.RecordType(
    name="activity",
    label="Activity",
    one="an activity",
    plural="Activities",
    model=Activity,
    fields=ACTIVITY_FIELDS,
    lifecycle_field="state",
    lifecycle=ACTIVITY_LIFECYCLE,
    pause_field="status",
    facts=(_status_goes_with_state(choices.ACTIVITY_STATUSES),),
    personal=frozenset({"subject", "subject_folded", "description", "case.title"}),
    dimensions={
        "priority": "priority",
        "service_level": "case.service_level",
        "customer": "case.customer",
        "agent": "owner",
        "team": "team",
    },
    url=lambda pk: reverse("cases:activity_detail", args=[pk]),
    options=lookup_options,
    search=lookup_search,
    folded={"subject": "subject_folded", "case.title": "case.title_folded"},
    list_url=lambda: reverse("cases:activity_list"),
    number=_number,
    lookup_keys=LOOKUP_KEYS,
)


def register() -> None:
    records.register(CASE)
    records.register(ACTIVITY)
