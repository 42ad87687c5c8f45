"""Choosing people in a form."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from sla_project.accounts.models import User


class PeopleField(forms.ModelMultipleChoiceField):
    """Any number of people, as check boxes."""

    widget = forms.CheckboxSelectMultiple

    def clean(self, value: Any) -> QuerySet[User]:
        try:
            return super().clean(value)
        except OverflowError as error:  # SQLite stores no such number, so nobody has it
            raise forms.ValidationError(_("Choose people of the list."), code="invalid_choice") from error
