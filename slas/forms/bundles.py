"""The form that brings in an SLA: a file, or its text. The service reads what is in it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sla_project.operations.rest.parsers import MAX_BYTES


class BundleForm(forms.Form):
    file = forms.FileField(label=gettext_lazy("File"), required=False)
    text = forms.CharField(
        label=gettext_lazy("Or its text"),
        required=False,
        strip=False,
        max_length=MAX_BYTES,
        widget=forms.Textarea(attrs={"rows": 18, "spellcheck": "false", "class": "code"}),
    )

    def __init__(self, *args: Any, is_starter: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if is_starter:
            del self.fields["file"]
            self.fields["text"].label = _("The template")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        file = cleaned.get("file")
        if file is not None:
            cleaned["text"] = _file_text(file)
        if not cleaned.get("text", "").strip() and not self.errors:
            raise forms.ValidationError(_("Choose a file, or paste its text."), code="required")
        return cleaned


def _file_text(file: Any) -> str:
    if file.size > MAX_BYTES:
        message = _("The file is larger than %d kB.") % (MAX_BYTES // 1024)
        raise forms.ValidationError({"file": forms.ValidationError(message, code="too_large")})
    try:
        return str(file.read().decode("utf-8"))
    except UnicodeDecodeError:
        message = _("The file is not UTF-8 text.")
        raise forms.ValidationError({"file": forms.ValidationError(message, code="not_utf8")}) from None
