"""What a body chooses: rows by their ids or by their codes, and one of a few words."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from sla_project.operations.unknown import short


class RowField(serializers.PrimaryKeyRelatedField[Any]):
    """By its id. DRF's own takes 1.5 for 1, and so writes to a row that nobody named."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, bool) or not isinstance(data, int | str):
            self.fail("incorrect_type", data_type="")
        try:
            return super().to_internal_value(data)
        except serializers.ValidationError as error:
            raise _naming_the_row(error, self, _("There is no %(what)s with the id %(key)s."), data) from None


class CodeField(serializers.SlugRelatedField[Any]):
    """By its code."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(slug_field="code", **kwargs)

    def to_internal_value(self, data: Any) -> Any:
        try:
            return super().to_internal_value(data)
        except serializers.ValidationError as error:
            raise _naming_the_row(error, self, _("There is no %(what)s with the code “%(key)s”."), data) from None


class WordField(serializers.ChoiceField):
    """One of a few words. A refusal says which there are, so that nobody has to look them up."""

    def to_internal_value(self, data: Any) -> Any:
        try:
            return super().to_internal_value(data)
        except serializers.ValidationError:
            words = ", ".join(str(word) for word in self.choices)
            message = _("“%(word)s” is none of: %(words)s.") % {"word": short(data), "words": words}
            raise serializers.ValidationError(message, code="invalid_choice") from None


def _naming_the_row(
    error: serializers.ValidationError, field: serializers.RelatedField[Any, Any, Any], words: str, key: object
) -> serializers.ValidationError:
    """The same error; of a row that is not there, with what was looked for."""
    rows = field.get_queryset()
    if rows is None or error.get_codes() != ["does_not_exist"]:
        return error
    what = rows.model._meta.verbose_name
    return serializers.ValidationError(words % {"what": what, "key": short(key)}, code="does_not_exist")
