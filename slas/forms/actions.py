"""The head of a reusable action; what it does is typed in the form of an SLA item's actions (`slas.forms.items`)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from actions.models import Action
from actions.services.actions import NAME_LIMIT
from sla_project.operations.codes import LONGEST_CODE
from sla_project.operations.seen import Edited


class ActionHeadForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=NAME_LIMIT)
    code = forms.CharField(
        label=gettext_lazy("Code"),
        max_length=LONGEST_CODE,
        help_text=gettext_lazy("The name in SLA documents and in the API, such as escalate. It never changes."),
    )

    def __init__(self, *args: Any, action: Action | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if action is not None:
            self.fields["code"].disabled = True
            Edited(action).add_to(self)
