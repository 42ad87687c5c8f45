"""Forms that know what their user has seen, so that nobody overwrites unseen."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django import forms
from django.http import QueryDict


class SeenField(forms.CharField):
    """When the object was last changed before the form was shown; nothing for a new one."""

    widget = forms.HiddenInput

    def __init__(self, obj: Any) -> None:
        super().__init__(required=False, initial=obj.modified_at.isoformat() if obj.pk else "")

    def clean(self, value: Any) -> datetime | None:
        text = super().clean(value)
        try:
            return datetime.fromisoformat(text) if text else None
        except ValueError:
            return datetime.max.replace(tzinfo=UTC)  # tampered with, so certainly not what is stored


def has_seen(form: forms.BaseForm, obj: Any) -> None:
    """Once the user was told of the other change, the next save may replace it."""
    assert isinstance(form.data, QueryDict)
    form.data = form.data.copy()
    form.data["seen"] = type(obj)._default_manager.get(pk=obj.pk).modified_at.isoformat()
