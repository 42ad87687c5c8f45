"""Parameters of lists that refuse what they cannot mean: django-filter's own fail in the database, or pass it over."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_filters.fields import IsoDateTimeField

from sla_project.operations.times import EARLIEST, LATEST

LOST_PLUS = re.compile(r"(T[0-9:.]+) ([0-9]{2}:?[0-9]{2})\Z")
YES_OR_NO = {"true": True, "false": False, "unknown": None, "": None}
"""What the widget's options send; “unknown” is its word for either."""


def _check_day(day: date) -> None:
    if not EARLIEST.date() <= day < LATEST.date():
        raise ValidationError(_("The date is not between 1970 and 2200."), code="out_of_range")


def _check_moment(moment: datetime) -> None:
    if not EARLIEST <= moment < LATEST:
        raise ValidationError(_("The time is not between 1970 and 2200."), code="out_of_range")


class DayField(forms.DateField):
    default_validators = [_check_day]


class MomentField(IsoDateTimeField):
    default_validators = [_check_moment]

    def to_python(self, value: Any) -> Any:
        """`+` in an address is a space; before the offset from UTC nothing else can be meant."""
        return super().to_python(LOST_PLUS.sub(r"\1+\2", value) if isinstance(value, str) else value)


class YesNoSelect(forms.NullBooleanSelect):
    """Lets the field see what was sent, also where it is no option."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        return data.get(name)


class YesNoField(forms.NullBooleanField):
    widget = YesNoSelect
    default_error_messages = {"invalid": gettext_lazy("Expected true or false.")}

    def to_python(self, value: Any) -> Any:
        text = "" if value is None else str(value).lower()
        if text not in YES_OR_NO:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return YES_OR_NO[text]


class DayFilter(django_filters.DateFilter):
    field_class = DayField


class MomentFilter(django_filters.IsoDateTimeFilter):
    field_class = MomentField


class YesNoFilter(django_filters.BooleanFilter):
    field_class = YesNoField
