"""Durations in forms: `45m`, `1h 30m`, `2 business days` ↔ `{"amount": 90, "unit": "minutes"}`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy

from slas.domain.durations import Duration, DurationError, Unit

# Units whose greater amounts are easier read in two parts; the smaller part is never zero, so the unit stays.
_SPLIT = {Unit.SECONDS: ("m", "s"), Unit.MINUTES: ("h", "m")}
_WHOLE = {Unit.SECONDS: "s", Unit.MINUTES: "m", Unit.HOURS: "h"}


def duration_text(duration: Duration) -> str:
    """What a person would have typed: reading it gives the same duration, in the same unit."""
    great, small = divmod(duration.amount, 60)
    if duration.unit in _SPLIT and great and small:
        return f"{great}{_SPLIT[duration.unit][0]} {small}{_SPLIT[duration.unit][1]}"
    if duration.unit in _WHOLE:
        return f"{duration.amount}{_WHOLE[duration.unit]}"
    return duration.words()


class DurationField(forms.CharField):
    """One line of text; its value is the document of a duration, or None where it may stay empty."""

    default_error_messages = {"required": gettext_lazy("Say after how long, such as 45m or 2 business days.")}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": 60, **kwargs})
        self.widget.attrs.setdefault("autocomplete", "off")
        self.widget.attrs.setdefault("spellcheck", "false")

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, Mapping):
            return duration_text(Duration.parse_document(value))
        return value

    def clean(self, value: Any) -> dict[str, Any] | None:
        text = super().clean(value)
        if not text:
            return None
        try:
            duration = Duration.parse_text(text)
        except DurationError as error:
            raise ValidationError(str(error), code=error.code) from None
        return {"amount": duration.amount, "unit": duration.unit.value}
