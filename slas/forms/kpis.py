"""The form of a KPI. It shapes what people type; the services decide what is valid."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from slas import records
from slas.domain.fields import FieldType
from slas.forms.condition_fields import ALWAYS, ConditionField
from slas.forms.slas import record_type_choices
from slas.models import KPI


class KPIForm(forms.ModelForm):
    """What is measured cannot be changed once the KPI exists, so those fields are there for a new one only."""

    class Meta:
        model = KPI
        fields = ("name", "code", "record_type", "applicable_from", "description", "pause_override")
        widgets = {"description": forms.Textarea(attrs={"rows": 3})}
        labels = {"pause_override": gettext_lazy("A pause rule of its own")}
        help_texts = {
            "pause_override": gettext_lazy(
                "Otherwise it pauses with the pause statuses of the record type, which are among the settings."
            ),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            for name in ("code", "record_type", "applicable_from"):
                del self.fields[name]
        else:
            self._add_what_is_measured()
        self.fields["pause_when"] = ConditionField(
            self.record_type,
            purpose="pause",
            about={"kpi": self.instance.code},
            follow={} if self.instance.pk else {"record_type": "record_type"},
            label=_("Pauses when"),
            help_text=_("An item of an SLA may have a rule of its own, which replaces this one."),
            initial=self.instance.pause_when,
        )

    @property
    def record_type(self) -> str:
        """Of the KPI, or the one that is chosen in the form."""
        if self.instance.pk:
            return self.instance.record_type
        known = [one.name for one in records.all()]
        chosen = self.data.get(self.add_prefix("record_type"))
        return chosen if chosen in known else known[0]

    def _add_what_is_measured(self) -> None:
        self.fields["code"].help_text = _("A stable name for the API and in files, such as resolve_by.")
        self.fields["record_type"] = forms.ChoiceField(
            label=_("Measures"), choices=record_type_choices(), help_text=_("Cannot be changed later.")
        )
        self.fields["applicable_from"] = forms.ChoiceField(
            label=_("Applicable from"),
            choices=[(str(one.plural), _times(one)) for one in records.all()],
            help_text=_("Warning and failure count from this time of the record. Cannot be changed later."),
        )

    def _post_clean(self) -> None:
        """The service assigns and checks; the row itself is never touched here."""

    def clean(self) -> dict[str, Any]:
        """What the service takes: a rule only where it counts."""
        values = super().clean() or {}
        if not values.get("pause_override") or values.get("pause_when") == ALWAYS:
            values["pause_when"] = None
        return values


def _times(record_type: records.RecordType) -> list[tuple[str, str]]:
    fields = record_type.fields
    return [
        (field.path, fields.full_label(field.path))
        for field in fields.values()
        if field.type is FieldType.DATETIME and not field.system
    ]
