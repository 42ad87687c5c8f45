"""The forms of actions, one class for each kind; JSON for what the form of its kind cannot say."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from actions.kinds.people import ADDRESS, EMAIL_ROLES
from actions.services import REUSABLE
from actions.targets import Target
from slas.forms.items.action_base import ActionForm, Document
from slas.forms.items.changes import ChangeForm, PlainText, change_raw
from slas.forms.items.offers import Offers
from slas.forms.items.parts import Choice, ProblemText, labels
from slas.forms.items.raw import Raw, text_in

JSON = "json"
_ROLES = {
    "owner": gettext_lazy("Owner"),
    "team": gettext_lazy("Team"),
    "lead": gettext_lazy("Team lead"),
    "contact": gettext_lazy("Contact"),
}


class SendEmailForm(ActionForm):
    """To roles of the record and to addresses; by a template, or with a text of its own."""

    icon = "mail"
    fields_template = "slas/editor/_action_mail.html"
    order = forms.CharField(widget=forms.HiddenInput, required=False)
    to = forms.MultipleChoiceField(
        label=gettext_lazy("To"),
        required=False,
        choices=[(role, _ROLES[role]) for role in EMAIL_ROLES],
        widget=forms.CheckboxSelectMultiple,
    )
    addresses = forms.CharField(
        label=gettext_lazy("And to addresses"),
        required=False,
        help_text=gettext_lazy("Separated by commas."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    template = forms.ChoiceField(label=gettext_lazy("Template"), required=False, choices=())
    subject = PlainText(label=gettext_lazy("Subject"), required=False, strip=False)
    body = PlainText(label=gettext_lazy("Text"), required=False, strip=False, widget=forms.Textarea(attrs={"rows": 5}))

    def __init__(self, raw: Raw, **given: Any) -> None:
        super().__init__(raw, **given)
        self.choices("template", self.offers.templates, empty=_("No template: a text of its own"))

    @classmethod
    def raw_of(cls, document: Document, offers: Offers) -> Raw:
        to = document["to"]
        addresses = [entry.removeprefix(ADDRESS) for entry in to if entry.startswith(ADDRESS)]
        return {
            "order": [" ".join(to)],
            "to": [entry for entry in to if entry in EMAIL_ROLES],
            "addresses": [", ".join(addresses)],
            **{name: [document.get(name, "")] for name in ("template", "subject", "body")},
        }

    @property
    def summary(self) -> str:
        roles = [str(_ROLES[role]) for role in self["to"].value() or () if role in _ROLES]
        to = ", ".join([*roles, *filter(None, [self.text("addresses")])])
        said = ": ".join(filter(None, [to, self.chosen("template") or self.text("subject")]))
        return _("to %(recipients)s") % {"recipients": said} if to else said

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        if not values.get("to") and not values.get("addresses"):
            self.add_error("to", ValidationError(_("Choose at least one recipient."), code="required"))
        for name in ("subject", "body"):
            if not values.get("template") and not str(values.get(name, "")).strip():
                self.add_error(name, ValidationError(_("Write a text, or choose a template."), code="required"))
        return values

    def document(self) -> dict[str, Any]:
        values = self.cleaned_data
        if values["template"]:
            return {"kind": "send_email", "to": self._to(), "template": values["template"]}
        return {"kind": "send_email", "to": self._to(), "subject": values["subject"], "body": values["body"]}

    def _to(self) -> list[str]:
        """In the order of the document that was loaded; what is new comes last."""
        addresses = [part.strip() for part in self.cleaned_data["addresses"].replace(";", ",").split(",")]
        given = [*self.cleaned_data["to"], *(f"{ADDRESS}{address}" for address in addresses if address)]
        order = {entry: place for place, entry in enumerate(self.cleaned_data["order"].split())}
        return sorted(given, key=lambda entry: order.get(entry, len(order)))

    def add_problem(self, parts: Sequence[str], problem: ProblemText) -> None:
        if parts[:1] == ["to"] and len(parts) > 1 and parts[1].isdigit() and self.is_bound:
            entries = self._to() if "addresses" in self.cleaned_data else []
            at = int(parts[1])
            if at < len(entries) and entries[at].startswith(ADDRESS):
                parts = ["addresses"]
        super().add_problem(parts, problem)


class ChangeStatusForm(ActionForm):
    icon = "refresh"
    status = forms.ChoiceField(label=gettext_lazy("New status"), choices=())

    def __init__(self, raw: Raw, **given: Any) -> None:
        super().__init__(raw, **given)
        self.choices("status", labels(self.offers.target.statuses) if self.offers.target else [])

    @classmethod
    def raw_of(cls, document: Document, offers: Offers) -> Raw:
        return {"status": [document["status"]]}

    @property
    def summary(self) -> str:
        return self.chosen("status")

    def document(self) -> dict[str, Any]:
        return {"kind": "change_status", "status": self.cleaned_data["status"]}


class AssignForm(ActionForm):
    """To one of three: the lead of the record's team, a team, a person."""

    icon = "user-check"
    to = forms.ChoiceField(label=gettext_lazy("Assign to"), choices=())

    def __init__(self, raw: Raw, **given: Any) -> None:
        super().__init__(raw, **given)
        teams = [(f"team:{code}", name) for code, name in self.offers.teams]
        people = [(f"user:{email}", name) for email, name in self.offers.people]
        offered: list[Choice] = [("to:lead", _("The team lead")), (_("Teams"), teams), (_("People"), people)]
        self.choices("to", offered)

    @classmethod
    def raw_of(cls, document: Document, offers: Offers) -> Raw:
        key = next(key for key in ("to", "team", "user") if key in document)
        return {"to": [f"{key}:{document[key]}"]}

    @property
    def summary(self) -> str:
        return self.chosen("to")

    def document(self) -> dict[str, Any]:
        key, _colon, value = self.cleaned_data["to"].partition(":")
        return {"kind": "assign", key: value}

    def add_problem(self, parts: Sequence[str], problem: ProblemText) -> None:
        super().add_problem(["to"], problem)


class ChangesForm(ActionForm):
    """What the two kinds that write fields share: a list of changes, and a select to add one."""

    fields_template = "slas/editor/_action_changes.html"
    new_field = forms.ChoiceField(label=gettext_lazy("Another field"), choices=(), required=False)
    on_new = False

    def __init__(self, raw: Raw, *, prefix: str, **given: Any) -> None:
        super().__init__(raw, prefix=prefix, **given)
        self.written = self._written(raw)
        self.changes = [
            ChangeForm(
                change,
                prefix=f"{prefix}-changes-{index}",
                quiet=self.quiet,
                offers=self.offers,
                target=self.written,
                on_new=self.on_new,
            )
            for index, change in enumerate(raw.get("changes", []))
        ]
        used = {change.path for change in self.changes}
        offered = [(name, field.label) for name, field in self.written.fields.items() if name not in used]
        assert isinstance(self.data, MultiValueDict)
        self.data.setlist(self.add_prefix("new_field"), [""])
        self.choices("new_field", offered, empty=_("Choose a field …"))

    @property
    def summary(self) -> str:
        return ", ".join(change.summary for change in self.changes)

    def _written(self, raw: Raw) -> Target:
        """The record type whose fields are written; KeyError if there is none."""
        if self.offers.target is None:
            raise KeyError(self.offers.record_type.name)
        return self.offers.target

    def add_problem(self, parts: Sequence[str], problem: ProblemText) -> None:
        named = [change for change in self.changes if len(parts) > 1 and change.path == parts[1]]
        if named:
            named[0].add_problem([], problem)
        elif len(parts) > 1 and parts[1] in self.written.fields:
            label = str(self.written.fields[parts[1]].label)
            self.add_error(None, ValidationError(f"{label}: {problem.message}", code=problem.code))
        else:
            super().add_problem([], problem)


class UpdateRecordForm(ChangesForm):
    icon = "edit"

    @classmethod
    def raw_of(cls, document: Document, offers: Offers) -> Raw:
        changes = [
            change_raw(operation, name, value)
            for operation in ("set", "append", "increment", "decrement")
            for name, value in document.get(operation, {}).items()
        ]
        changes += [change_raw("clear", name, None) for name in document.get("clear", [])]
        return {"changes": changes}

    def document(self) -> dict[str, Any]:
        document: dict[str, Any] = {"kind": "update_record", "target": "record"}
        for operation, name, value in (change.change() for change in self.changes):
            if operation == "clear":
                document.setdefault("clear", []).append(name)
            else:
                document.setdefault(operation, {})[name] = value
        return document


class CreateRecordForm(ChangesForm):
    icon = "circle-plus"
    on_new = True
    type = forms.CharField(widget=forms.HiddenInput)

    def _written(self, raw: Raw) -> Target:
        return {target.name: target for target in self.offers.creatable}[text_in(raw, "type")]

    @property
    def label(self) -> str:
        return _("Create %(type)s") % {"type": str(self.written.label).lower()}

    @classmethod
    def raw_of(cls, document: Document, offers: Offers) -> Raw:
        changes = [change_raw("set", name, value) for name, value in document["set"].items()]
        return {"type": [document["type"]], "changes": changes}

    def document(self) -> dict[str, Any]:
        values = {name: value for _operation, name, value in (change.change() for change in self.changes)}
        return {"kind": "create_record", "type": self.cleaned_data["type"], "set": values}


class ReusableActionForm(ActionForm):
    """An action that was said once and is named here."""

    icon = "link"
    action = forms.ChoiceField(label=gettext_lazy("Action"), choices=())

    def __init__(self, raw: Raw, **given: Any) -> None:
        super().__init__(raw, **given)
        self.choices("action", self.offers.reusable)

    @property
    def label(self) -> str:
        return _("Reusable action")

    @property
    def summary(self) -> str:
        return self.chosen("action")

    @classmethod
    def raw_of(cls, document: Document, offers: Offers) -> Raw:
        return {"action": [document["action"]]}

    def document(self) -> dict[str, Any]:
        return {"kind": REUSABLE, "action": self.cleaned_data["action"]}


class JSONActionForm(ActionForm):
    """The document of one action as text: for what the form of its kind cannot say."""

    icon = "code"
    json = forms.CharField(
        label=gettext_lazy("Action"), strip=False, widget=forms.Textarea(attrs={"data-code": "json", "rows": 8})
    )

    @classmethod
    def raw_of(cls, document: Document, offers: Offers) -> Raw:
        return {"json": [json.dumps(document, indent=2, ensure_ascii=False)]}

    def clean_json(self) -> dict[str, Any]:
        try:
            document = json.loads(self.cleaned_data["json"])
        except ValueError:
            raise ValidationError(_("This is not valid JSON."), code="invalid_json") from None
        if not isinstance(document, dict):
            raise ValidationError(_("An action must be an object."), code="wrong_type")
        return document

    def document(self) -> dict[str, Any]:
        document: dict[str, Any] = self.cleaned_data["json"]
        return document

    def add_problem(self, parts: Sequence[str], problem: ProblemText) -> None:
        super().add_problem(["json"], problem)


FORMS: dict[str, type[ActionForm]] = {
    "send_email": SendEmailForm,
    "create_record": CreateRecordForm,
    "update_record": UpdateRecordForm,
    "change_status": ChangeStatusForm,
    "assign": AssignForm,
    REUSABLE: ReusableActionForm,
    JSON: JSONActionForm,
}


def action_form(raw: Raw, *, prefix: str, quiet: bool, offers: Offers) -> ActionForm | None:
    """The form of a posted action; None for what no page of ours has posted."""
    try:
        return FORMS[text_in(raw, "kind")](raw, prefix=prefix, quiet=quiet, offers=offers)
    except KeyError:
        return None


def action_raw(document: Document, offers: Offers) -> Raw:
    """An action as its form posts it; as JSON where the form would not say the same again."""
    kind = str(document.get("kind"))
    raw = _said_by(kind, FORMS[kind].raw_of, document, offers) if kind in FORMS and kind != JSON else None
    return raw or {"kind": [JSON], **JSONActionForm.raw_of(document, offers)}


def _said_by(kind: str, raw_of: Callable[[Document, Offers], Raw], document: Document, offers: Offers) -> Raw | None:
    try:
        raw = {"kind": [kind], **raw_of(document, offers)}
        form = FORMS[kind](raw, prefix="", quiet=False, offers=offers)
    except (KeyError, AttributeError, TypeError, StopIteration):
        return None  # a field, a type or a shape that this version does not know
    return raw if form.tree_is_valid() and form.document() == document else None


def new_action(choice: str, offers: Offers) -> Raw | None:
    """The empty action for an entry of `Offers.new_actions`; required fields of a new record stand ready."""
    if choice not in {value for value, _label in offers.new_actions}:
        return None
    kind, _colon, type_name = choice.partition(":")
    raw: Raw = {"kind": [kind], "new": ["1"]}
    if kind == "create_record":
        target = {target.name: target for target in offers.creatable}[type_name]
        required = [name for name, field in target.fields.items() if field.required]
        raw |= {"type": [type_name], "changes": [{"field": [name]} for name in required]}
    return raw
