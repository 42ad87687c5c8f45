"""Forms of the commands on one clock."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from sla_project.operations.problems import REASON_LIMIT
from slas.domain.durations import Duration
from slas.forms.duration_fields import DurationField


class RecalculateForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=REASON_LIMIT,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Kept with the timer and in the audit trail."),
    )


class ExtendForm(RecalculateForm):
    length = DurationField(
        label=gettext_lazy("More working time"),
        help_text=gettext_lazy("Such as 45m, 1h 30m or 2 business days. Warnings stay where they are."),
    )
    field_order = ("length", "reason")

    def clean_length(self) -> Duration:
        length: dict[str, Any] = self.cleaned_data["length"]
        return Duration.parse_document(length)
