"""The form for the organisation's settings; the statuses that pause are ticked, per record type."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sla_project.operations.models import OrganisationSettings
from sla_project.operations.problems import REASON_LIMIT
from sla_project.operations.zones import time_zone_choices
from slas import records

PAUSE = "pause_"


class SettingsForm(forms.ModelForm):
    """Carries the ETag of what its user has read, so that nobody overwrites a colleague's change."""

    time_zone = forms.ChoiceField(label=gettext_lazy("Time zone"), choices=time_zone_choices)
    enabled_record_types = forms.MultipleChoiceField(
        label=gettext_lazy("Record types with SLAs"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("For the others no SLA is chosen and no timer starts; running timers go on."),
    )
    reason = forms.CharField(
        label=gettext_lazy("Why"),
        required=False,
        max_length=REASON_LIMIT,
        help_text=gettext_lazy("Goes into the audit log."),
    )

    class Meta:
        model = OrganisationSettings
        fields = [
            "name",
            "time_zone",
            "slas_disabled",
            "recalculate_on_terminal",
            "apply_sla_after_manual_override",
            "reopening",
            "apply_entitlement_on_create",
            "apply_entitlement_on_update",
        ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        row = self.instance
        types = list(records.all())
        enabled = self.fields["enabled_record_types"]
        assert isinstance(enabled, forms.MultipleChoiceField)
        enabled.choices = [(each.name, each.plural) for each in types]
        enabled.initial = [each.name for each in types if each.name not in row.disabled_record_types]
        for each in types:
            self.fields[f"{PAUSE}{each.name}"] = forms.MultipleChoiceField(
                label=_("Statuses that pause the timers of %(records)s") % {"records": str(each.plural).lower()},
                choices=each.pause_statuses(),
                initial=row.pause_statuses.get(each.name, []),
                required=False,
                widget=forms.CheckboxSelectMultiple,
                help_text=_("A KPI or an SLA item with a pause rule of its own does not use these."),
            )
        self.order_fields(
            [
                *("name", "time_zone", "slas_disabled", "enabled_record_types", "recalculate_on_terminal"),
                *("apply_sla_after_manual_override", "reopening"),
                *(f"{PAUSE}{each.name}" for each in types),
                *("apply_entitlement_on_create", "apply_entitlement_on_update", "reason"),
            ]
        )

    def changes(self) -> dict[str, Any]:
        """What the service is to be told; the reason apart."""
        cleaned = dict(self.cleaned_data)
        cleaned.pop("reason")
        enabled = cleaned.pop("enabled_record_types")
        pauses = {name: cleaned.pop(name) for name in list(cleaned) if name.startswith(PAUSE)}
        return {
            **cleaned,
            "disabled_record_types": [each.name for each in records.all() if each.name not in enabled],
            "pause_statuses": {name.removeprefix(PAUSE): codes for name, codes in pauses.items() if codes},
        }
