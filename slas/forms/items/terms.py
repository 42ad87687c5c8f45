"""What an SLA says for all of its items."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sla_project.operations.models import OrganisationSettings, Reopening
from slas.forms.items.item import hours_choices
from slas.forms.items.parts import SelectsForm, with_current
from slas.models import BusinessHours

_FLAGS = {"yes": True, "no": False}


class TermsForm(SelectsForm):
    """Business hours, reopening and recalculation. Empty: around the clock, and as the organisation."""

    business_hours = forms.ChoiceField(
        label=gettext_lazy("Usual business hours"),
        choices=(),
        required=False,
        help_text=gettext_lazy("For every item that has no hours of its own."),
    )
    reopening = forms.ChoiceField(label=gettext_lazy("When a record is reopened"), choices=(), required=False)
    recalculate_on_terminal = forms.ChoiceField(
        label=gettext_lazy("Recalculate after success or failure"),
        choices=(),
        required=False,
        help_text=gettext_lazy("Whether a later change may replace a timer that has already succeeded or failed."),
    )
    revision = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(
        self,
        data: Any,
        *,
        document: Mapping[str, Any],
        revision: int,
        hours: list[BusinessHours],
        settings: OrganisationSettings,
    ) -> None:
        recalculate = {True: "yes", False: "no", None: ""}[document["recalculate_on_terminal"]]
        initial = {
            "business_hours": document["business_hours"] or "",
            "reopening": document["reopening"] or "",
            "recalculate_on_terminal": recalculate,
            "revision": revision,
        }
        super().__init__(data, initial=initial)
        offered = with_current(hours_choices(hours), document["business_hours"] or "")
        self.offer("business_hours", [("", _("Around the clock (24 × 7)")), *offered])
        usual = _("As the organisation: %(setting)s") % {"setting": Reopening(settings.reopening).label}
        self.offer("reopening", [("", usual), *Reopening.choices])
        answer = _("yes") if settings.recalculate_on_terminal else _("no")
        usual = _("As the organisation: %(setting)s") % {"setting": answer}
        self.offer("recalculate_on_terminal", [("", usual), ("yes", _("Yes")), ("no", _("No"))])

    def changes(self) -> dict[str, Any]:
        """As the document has them."""
        values = self.cleaned_data
        return {
            "business_hours": values["business_hours"] or None,
            "reopening": values["reopening"] or None,
            "recalculate_on_terminal": _FLAGS.get(values["recalculate_on_terminal"]),
        }
