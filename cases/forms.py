"""Forms of the pages. They check types and choices; services check everything else."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any
from uuid import uuid4

from django import forms
from django.db.models import Model
from django.forms.models import fields_for_model, model_to_dict
from django.utils.translation import gettext_lazy as _

from cases import choices
from cases.lookup_fields import LookupField, Typed
from cases.lookups import lookup_rows
from cases.models import Activity, Case, Contact, Customer
from sla_project.accounts.models import Team, User
from sla_project.operations.numbers import whole_number
from sla_project.operations.problems import REASON_LIMIT
from slas.models import SLA

LOOKUPS_OF_FIELDS = {
    "case": "case",
    "owner": "user",
    "team": "team",
    "customer": "customer",
    "contact": "contact",
    "product": "product",
    "entitlement": "entitlement",
}
LOCAL_TIME = forms.DateTimeInput(attrs={"type": "datetime-local", "step": "1"}, format="%Y-%m-%dT%H:%M:%S")


def form_for(
    model: type[Model], names: list[str], *, empty: Mapping[str, Any] | None = None, **options: Any
) -> type[forms.Form]:
    """A plain form with the model's own fields: nothing is written or checked behind the services' back.

    `empty` says by field what it means to choose nothing, where that is more than “None”.
    """
    declared = fields_for_model(model, fields=names, **options)
    for name, field in declared.items():
        _say_empty(field, (empty or {}).get(name, _("None")))
    return type(f"{model.__name__}Form", (forms.Form,), {name: declared[name] for name in names})


def _say_empty(field: forms.Field, words: Any) -> None:
    """Words instead of the row of dashes that a list begins with."""
    if type(field) is forms.ModelChoiceField:
        if field.empty_label is not None:
            field.empty_label = words
    elif type(field) is forms.TypedChoiceField:
        offered: Any = field.choices
        field.choices = [(code, label if code else words) for code, label in offered]


def initial_of(obj: Model, names: list[str]) -> dict[str, Any]:
    return model_to_dict(obj, fields=names)


def remember_initial(form: forms.BaseForm) -> None:
    """The page carries what it showed, so that only what its reader changed is written.

    Two people who edit different fields of one record at the same time then do not undo each other.
    """
    for field in form.fields.values():
        field.show_hidden_initial = True


def changed_values(form: forms.BaseForm) -> dict[str, Any]:
    return {name: form.cleaned_data[name] for name in form.changed_data}


def only_active(form: forms.BaseForm, obj: Model | None) -> None:
    """Offers active records, and what the object has already even if that is inactive by now."""
    for name, lookup in LOOKUPS_OF_FIELDS.items():
        field = form.fields.get(name)
        if isinstance(field, forms.ModelChoiceField):
            kept = getattr(obj, f"{name}_id", None) if obj is not None else None
            offered = lookup_rows(lookup)
            if kept is not None:
                offered |= lookup_rows(lookup, inactive=True).filter(pk=kept)
            field.queryset = offered
    _follow_customer(form)


def _follow_customer(form: forms.BaseForm) -> None:
    """Contact and entitlement are looked for among those of the customer that the form has now."""
    customer = form.fields.get("customer")
    if isinstance(customer, LookupField):
        for name in ("contact", "entitlement"):
            field = form.fields.get(name)
            if isinstance(field, LookupField):
                field.belong(_customer_of(form, customer), follow="customer")


def _customer_of(form: forms.BaseForm, field: LookupField) -> int | None:
    given = form["customer"].value()
    if isinstance(given, Typed):
        try:
            given = field.to_python(given).pk
        except forms.ValidationError:
            return None  # said at the customer's own field
    return whole_number(str(given or ""))


CASE_FIELDS = [
    "title",
    "customer",
    "contact",
    "product",
    "entitlement",
    "channel",
    "type",
    "priority",
    "service_level",
    "owner",
    "team",
    "description",
]
CASE_EDIT_FIELDS = [*CASE_FIELDS, "first_response_sent", "is_escalated"]
_CASE_HELP = {
    "service_level": _("Taken from the customer if you leave it empty."),
    "entitlement": _("The customer's default entitlement is used if you leave it empty."),
}


LOOKED_UP = dict.fromkeys(("customer", "contact", "product", "entitlement", "owner", "case"), LookupField)
CaseForm = form_for(
    Case,
    CASE_FIELDS,
    empty={"service_level": _("From the customer")},
    field_classes=LOOKED_UP,
    help_texts=_CASE_HELP,
)
CaseEditForm = form_for(Case, CASE_EDIT_FIELDS, field_classes=LOOKED_UP)

ACTIVITY_FIELDS = [
    "subject",
    "case",
    "owner",
    "team",
    "priority",
    "due_at",
    "duration_minutes",
    "description",
]
ActivityForm = form_for(Activity, ACTIVITY_FIELDS, field_classes=LOOKED_UP, widgets={"due_at": LOCAL_TIME})


class ActivityEditForm(ActivityForm):  # type: ignore[misc, valid-type]  # form_for made its base
    status = forms.ChoiceField(
        label=_("Status"),
        choices=[
            (code, choices.ActivityStatus(code).label) for code in choices.ACTIVITY_STATUSES[choices.ActivityState.OPEN]
        ],
    )


CUSTOMER_FIELDS = ["name", "code", "service_level", "email"]
CustomerForm = form_for(Customer, CUSTOMER_FIELDS)
CONTACT_FIELDS = ["name", "email", "phone"]
ContactForm = form_for(Contact, CONTACT_FIELDS)


def statuses_of(state: str) -> list[tuple[str, Any]]:
    """The statuses that a case may have in a state, merged aside: that is a command of its own."""
    codes = choices.CASE_STATUSES[choices.CaseState(state)]
    return [(code, choices.CaseStatus(code).label) for code in codes if code != choices.CaseStatus.MERGED]


class StatusForm(forms.Form):
    """Stands among the buttons of a case's head, so it styles itself."""

    status = forms.ChoiceField(
        label=_("Status"),
        choices=statuses_of("active"),
        widget=forms.Select(attrs={"class": "form-select w-auto"}),
    )
    shown = forms.CharField(required=False, widget=forms.HiddenInput)
    """The status that the page shows, so that one which is no longer true undoes nothing."""


class HoldForm(forms.Form):
    """Which pausing status, and why."""

    status = forms.ChoiceField(label=_("Status"))
    reason = forms.ChoiceField(label=_("Why it waits"), choices=choices.HoldReason.choices)
    details = forms.CharField(
        label=_("Details"),
        required=False,
        max_length=REASON_LIMIT,
        help_text=_("For example whom you asked, or the order number."),
    )

    def __init__(self, *args: Any, pausing: Collection[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["status"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(code, label) for code, label in statuses_of("active") if code in pausing]


class ResolveForm(forms.Form):
    status = forms.ChoiceField(label=_("Outcome"), choices=statuses_of("resolved"))
    resolution = forms.CharField(label=_("Resolution"), required=False, widget=forms.Textarea, max_length=20_000)
    billable_minutes = forms.IntegerField(
        label=_("Billable minutes"), required=False, min_value=0, max_value=2_147_483_647
    )


class ReplyForm(forms.Form):
    text = forms.CharField(label=_("Your answer"), widget=forms.Textarea, max_length=20_000)
    key = forms.UUIDField(label=_("Key"), required=False, widget=forms.HiddenInput, initial=uuid4)
    """Of this page, so that going back to it and sending again answers nobody twice."""


class EraseForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"),
        max_length=REASON_LIMIT,
        help_text=_("Goes into the audit trail: write nothing personal here."),
    )


class AssignForm(forms.Form):
    owner = LookupField(label=_("Owner"), queryset=User.objects.none(), required=False)
    team = forms.ModelChoiceField(label=_("Team"), queryset=Team.objects.none(), required=False, empty_label=_("None"))


class MergeForm(forms.Form):
    into = forms.ModelChoiceField(
        label=_("Case number to merge into"),
        queryset=Case.objects.filter(state=choices.CaseState.ACTIVE),
        to_field_name="number",
        widget=forms.TextInput,
        help_text=_("For example CASE-1042. Activities move to that case."),
    )


class ApplySLAForm(forms.Form):
    AUTOMATIC, NONE = "automatic", "none"
    sla = forms.ChoiceField(label=_("SLA"))

    def __init__(self, *args: Any, record_type: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        active = SLA.objects.filter(record_type=record_type, state=SLA.State.ACTIVE)
        field = self.fields["sla"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            (self.AUTOMATIC, _("Automatic: entitlement, else the default")),
            (self.NONE, _("No SLA")),
            *((str(sla.pk), sla.name) for sla in active),
        ]


class CompleteForm(forms.Form):
    duration_minutes = forms.IntegerField(
        label=_("Duration in minutes"), required=False, min_value=0, max_value=2_147_483_647
    )
