"""The question before timers are recalculated after a change of hours or holidays."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy

from sla_project.operations.problems import REASON_LIMIT


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        required=False,
        max_length=REASON_LIMIT,
        help_text=gettext_lazy("Kept in the log of every record that it moves."),
    )
