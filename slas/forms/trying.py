"""The form of *Try on a case*: a real record or typed values, a moment, a version."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from slas.domain.fields import Field, FieldType
from slas.records import RecordType
from slas.selectors.conditions.options import options_find, options_named

DRAFT = "draft"
OPTIONS_SHOWN = 100
PREFIX = "f_"


class TryForm(forms.Form):
    """Asked by GET, so that a trial has an address. Fields that the document reads are typed inputs."""

    version = forms.ChoiceField(label=gettext_lazy("By"), choices=())
    record = forms.CharField(
        label=gettext_lazy("Real record"),
        required=False,
        max_length=100,
        help_text=gettext_lazy("Its number. Empty: only what you fill in below."),
    )
    at = forms.DateTimeField(
        label=gettext_lazy("At"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text=gettext_lazy("Judged until this moment. Empty: now."),
    )
    loaded = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        *args: Any,
        record_type: RecordType,
        paths: Iterable[str],
        versions: Sequence[tuple[str, str]],
        values: Mapping[str, object],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        version = self.fields["version"]
        assert isinstance(version, forms.ChoiceField)
        version.choices = list(versions)
        self._fields_of = {PREFIX + path: record_type.fields[path] for path in paths}
        for name, field in self._fields_of.items():
            self.fields[name] = _input(field, record_type, values.get(field.path))

    @property
    def typed_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self._fields_of]

    def typed_values(self) -> dict[str, Any]:
        """What was typed, as JSON values by path; an emptied field is null, one that was not sent is left out."""
        sent = {name: field for name, field in self._fields_of.items() if name in self.data}
        return {field.path: _json(field, self.cleaned_data[name]) for name, field in sent.items()}


def _input(field: Field, record_type: RecordType, value: object) -> forms.Field:
    label = record_type.fields.full_label(field.path)
    given: dict[str, Any] = {"label": label, "required": False, "initial": value}
    match field.type:
        case FieldType.CHOICE:
            options = [(choice.code, str(choice.label)) for choice in field.choices]
            return forms.ChoiceField(choices=[("", "–"), *options], **given)
        case FieldType.BOOLEAN:
            given["initial"] = str(value).lower() if isinstance(value, bool) else ""
            choices = [("", "–"), ("true", _("Yes")), ("false", _("No"))]
            return forms.ChoiceField(choices=choices, **given)
        case FieldType.LOOKUP:
            return forms.ChoiceField(choices=_options(field, record_type, value), **given)
        case FieldType.INTEGER:
            return forms.IntegerField(**given)
        case FieldType.DECIMAL:
            return forms.DecimalField(**given)
        case FieldType.DATETIME:
            widget = forms.DateTimeInput(attrs={"type": "datetime-local", "step": "1"}, format="%Y-%m-%dT%H:%M:%S")
            return forms.DateTimeField(widget=widget, **given)
    return forms.CharField(strip=False, **given)


def _options(field: Field, record_type: RecordType, value: object) -> list[tuple[str, str]]:
    """The first active records, and the present one wherever it stands."""
    assert field.lookup is not None
    found = options_find(record_type, field.lookup, "", limit=OPTIONS_SHOWN)
    if isinstance(value, int) and value not in {option.id for option in found}:
        found += options_named(record_type, field.lookup, [value])
    return [("", "–"), *((str(option.id), option.label) for option in found)]


def _json(field: Field, value: Any) -> Any:
    if value in ("", None):
        return None
    match field.type:
        case FieldType.BOOLEAN:
            return value == "true"
        case FieldType.LOOKUP:
            return int(value)
        case FieldType.DATETIME:
            moment: datetime = value
            return moment.isoformat()
        case FieldType.DECIMAL:
            return str(value)
    return value


def values_of(text: str) -> dict[str, Any]:
    """`?values=<json>`: an object of values by path; anything else is none."""
    try:
        document = json.loads(text)
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}
