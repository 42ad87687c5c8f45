"""Forms of this app; what may be saved is decided by the services."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from actions import targets
from actions.services.templates import LIMITS
from sla_project.operations.codes import LONGEST_CODE


def _target_choices() -> list[tuple[str, Any]]:
    return [(target.name, target.label) for target in targets.all_targets()]


class EmailTemplateForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=LIMITS["name"])
    code = forms.CharField(
        label=_("Code"),
        max_length=LONGEST_CODE,
        help_text=_("The name in SLA documents and in the API, such as resolve-due-soon. It never changes."),
    )
    target_type = forms.ChoiceField(label=_("For"), choices=_target_choices)
    subject = forms.CharField(label=_("Subject"), max_length=LIMITS["subject"])
    body = forms.CharField(
        label=_("Text"),
        max_length=LIMITS["body"],
        strip=False,
        widget=forms.Textarea(attrs={"rows": 14}),
        help_text=_("Plain text. A blank line begins a new paragraph; addresses of pages become links."),
    )

    def __init__(self, *args: Any, is_new: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not is_new:
            self.fields["code"].disabled = True
