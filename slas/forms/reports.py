"""The form of a saved report. It shapes input; the service decides what is valid."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlencode

from django import forms
from django.utils.translation import gettext_lazy as _

from sla_project.accounts.fields import PeopleField
from sla_project.accounts.models import User
from slas.models import SavedReport

HOURS = [(hour, f"{hour:02d}:00") for hour in range(24)]


class SavedReportForm(forms.Form):
    """`query` is the report's question as it stands in an address."""

    name = forms.CharField(label=_("Name"), max_length=120)
    query = forms.CharField(widget=forms.HiddenInput, required=False)
    weekday = forms.TypedChoiceField(
        label=_("Mailed"),
        choices=[("", _("Not mailed")), *SavedReport.Weekday.choices],
        coerce=int,
        empty_value=None,
        required=False,
        help_text=_("Once a week, on this day."),
    )
    hour = forms.TypedChoiceField(
        label=_("At"), choices=HOURS, coerce=int, initial=7, help_text=_("In the organisation's time zone.")
    )
    users = PeopleField(
        label=_("To people"),
        queryset=User.objects.filter(is_active=True).order_by("display_name", "pk"),
        required=False,
    )
    addresses = forms.CharField(
        label=_("To other addresses"),
        widget=forms.Textarea(attrs={"rows": 3}),
        required=False,
        help_text=_("One on each line. They need no account, and see the mail's table but not the pages behind it."),
    )

    def clean_query(self) -> dict[str, str]:
        return dict(parse_qsl(self.cleaned_data["query"]))

    def clean_addresses(self) -> list[str]:
        return [line.strip() for line in self.cleaned_data["addresses"].splitlines() if line.strip()]

    @staticmethod
    def initial_of(report: SavedReport) -> dict[str, Any]:
        return {
            "name": report.name,
            "query": urlencode(report.query),
            "weekday": "" if report.weekday is None else report.weekday,
            "hour": report.hour,
            "users": list(report.users.values_list("pk", flat=True)),
            "addresses": "\n".join(report.addresses),
        }
