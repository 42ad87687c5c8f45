"""Forms of this app's pages. They shape input; services decide what is valid."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from slas import records
from slas.models import SLA

CODE_AREA = {"data-code": "json", "rows": 20, "spellcheck": "false"}


def pretty(document: Any) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False)


def record_type_choices() -> list[tuple[str, str]]:
    return [(one.name, str(one.plural)) for one in records.all()]


class SLANewForm(forms.ModelForm):
    class Meta:
        model = SLA
        fields = ("name", "code", "record_type", "description")
        widgets = {"description": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["record_type"] = forms.ChoiceField(
            label=_("Judges"), choices=record_type_choices(), help_text=_("Cannot be changed later.")
        )
        self.fields["code"].help_text = _("A stable name for the API, such as gold-support.")


class SLARenameForm(forms.ModelForm):
    class Meta:
        model = SLA
        fields = ("name", "description")
        widgets = {"description": forms.Textarea(attrs={"rows": 3})}


class DocumentForm(forms.Form):
    """The draft as JSON text, with the revision that was read, so that nobody overwrites unseen."""

    document = forms.CharField(label=gettext_lazy("Document"), strip=False, widget=forms.Textarea(attrs=CODE_AREA))
    revision = forms.IntegerField(widget=forms.HiddenInput)
