"""One field that an action writes: what to do with it, and the value in the field's own widget."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from actions.targets import FieldType, Target, TargetField
from slas.forms.items.offers import Offers
from slas.forms.items.parts import Choice, PartForm, ProblemText, labels, with_current
from slas.forms.items.raw import Raw, text_in

OPERATIONS = {
    "set": gettext_lazy("set to"),
    "append": gettext_lazy("append"),
    "increment": gettext_lazy("add"),
    "decrement": gettext_lazy("subtract"),
    "clear": gettext_lazy("clear"),
}
_NUMBERS = (FieldType.INTEGER, FieldType.DECIMAL)
_LONG_TEXT = 500
BOOLEANS = {"true": gettext_lazy("Yes"), "false": gettext_lazy("No")}


class ChangeForm(PartForm):
    """A field of the target with an operation and a value.

    `on_new`: the record is being created, so there is nothing to append to or to clear.
    """

    field = forms.CharField(widget=forms.HiddenInput)
    operation = forms.ChoiceField(label=gettext_lazy("Operation"), choices=())

    def __init__(
        self, raw: Raw, *, prefix: str, quiet: bool, offers: Offers, target: Target, on_new: bool = False
    ) -> None:
        super().__init__({"operation": ["set"], **raw}, prefix=prefix, quiet=quiet)
        self.path = text_in(raw, "field")
        self.target_field = target.fields[self.path]  # KeyError: no field that actions may write
        self.offer("operation", [("set", _("set to"))] if on_new else _operations(target, self.target_field))
        self.fields["value"] = _value_field(offers, target, self.path, self.target_field, text_in(raw, "value"))

    @property
    def label(self) -> str:
        return str(self.target_field.label)

    @property
    def summary(self) -> str:
        """“Escalated: Yes”, as far as it is entered."""
        operation = self.text("operation")
        value = self.chosen("value") if self.offered("value") else self.text("value")
        said = OPERATIONS["clear"] if operation == "clear" else value.strip().partition("\n")[0]
        return f"{self.label}: {said or '…'}"

    @property
    def is_fixed(self) -> bool:
        """Whether there is only one thing to do with the field."""
        return len(self.offered("operation")) == 1

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        if values.get("operation") == "clear":
            self.errors.pop("value", None)
        elif "value" not in self.errors and values.get("value") in (None, ""):
            self.add_error("value", ValidationError(_("Give a value."), code="required"))
        return values

    def change(self) -> tuple[str, str, Any]:
        """(operation, field, value) as the action's document has them."""
        return self.cleaned_data["operation"], self.path, self.cleaned_data.get("value")

    def add_problem(self, parts: Sequence[str], problem: ProblemText) -> None:
        super().add_problem(["value"], problem)


def change_raw(operation: str, name: str, value: Any) -> Raw:
    """A value of a document as it stands in its widget."""
    if value is None:
        text = ""
    elif isinstance(value, bool):
        text = "true" if value else "false"
    else:
        text = str(value)
    return {"field": [name], "operation": [operation], "value": [text]}


def _operations(target: Target, field: TargetField) -> list[Choice]:
    offered = ["set"]
    if target.current is not None and field.type == FieldType.TEXT:
        offered.append("append")
    if target.current is not None and field.type in _NUMBERS:
        offered += ["increment", "decrement"]
    if not field.required and field.type != FieldType.BOOLEAN:
        offered.append("clear")
    return [(name, OPERATIONS[name]) for name in offered]


def _value_field(offers: Offers, target: Target, name: str, field: TargetField, current: str) -> forms.Field:
    label = field.label
    widget: forms.Widget = forms.TextInput()
    match FieldType(field.type):
        case FieldType.TEXT:
            if (field.max_length or 0) > _LONG_TEXT:
                widget = forms.Textarea(attrs={"rows": 2})
            return PlainText(label=label, required=False, strip=False, widget=widget)
        case FieldType.CHOICE:
            return _select(label, with_current(labels(field.choices), current))
        case FieldType.BOOLEAN:
            return forms.TypedChoiceField(
                label=label, required=False, choices=list(BOOLEANS.items()), coerce=lambda text: text == "true"
            )
        case FieldType.INTEGER:
            widget = forms.TextInput(attrs={"inputmode": "numeric"})
            return forms.IntegerField(label=label, required=False, widget=widget)
        case FieldType.DECIMAL:
            return PlainText(label=label, required=False, widget=forms.TextInput(attrs={"inputmode": "decimal"}))
        case FieldType.DATETIME:
            return PlainText(label=label, required=False, help_text=_("With its zone, such as 2026-03-02T09:30:00Z."))
        case FieldType.USER:
            return _select(label, with_current(offers.people, current))
        case FieldType.TEAM:
            return _select(label, with_current(offers.teams, current))
        case FieldType.LOOKUP:
            offered = with_current(offers.related(target, name, field), current, f"#{current}")
            return _select(label, offered, coerce=int)


class PlainText(forms.CharField):
    """A text whose lines end as in documents, not as browsers post them."""

    def to_python(self, value: Any) -> str:
        return (super().to_python(value) or "").replace("\r\n", "\n")


def _select(label: Any, choices: list[Choice], coerce: Any = str) -> forms.Field:
    blank: Choice = ("", _("Choose …"))
    return forms.TypedChoiceField(
        label=label, required=False, choices=[blank, *choices], coerce=coerce, empty_value=None
    )
