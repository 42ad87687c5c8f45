"""Conditions in addresses: the list of the records that a condition matches is a link like any other."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import django_filters
from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from slas import records
from slas.domain.conditions import Condition, ConditionError, Problem, parse
from slas.forms.condition_fields import MAX_ERRORS, MAX_LENGTH, problem_words, read_json
from slas.records import RecordType
from slas.selectors.conditions.matching import condition_query

LONGEST_PLAIN = 300
LONGEST_URL = 3_500
"""Web servers refuse lines of 4,094 characters."""
PACKED = "z"


def condition_token(document: Any) -> str:
    """The condition as a query parameter: its JSON, packed where that is long."""
    text = json.dumps(document, separators=(",", ":"))
    if len(text) <= LONGEST_PLAIN:
        return text
    return PACKED + base64.urlsafe_b64encode(zlib.compress(text.encode(), 9)).decode().rstrip("=")


def read_token(text: str) -> Any:
    """The condition document in a query parameter, not checked yet. Raises `ConditionError`."""
    if not text.startswith(PACKED):
        return read_json(text)
    packed = text[len(PACKED) :]
    unpacker = zlib.decompressobj()
    try:
        unpacked = unpacker.decompress(base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4)), MAX_LENGTH).decode()
    except (ValueError, zlib.error):
        unpacked = ""
    if not unpacked or not unpacker.eof:  # the latter also if it would unpack to more than any condition needs
        raise ConditionError([Problem("", "invalid_token", _("The address holds only a part of a condition."))])
    return read_json(unpacked)


def records_url(record_type: RecordType, condition: Condition, **query: str) -> str:
    """The list of the records that a condition matches, open or not; empty if no address can hold the condition."""
    asked: Mapping[str, str] = {
        "condition": condition_token(condition.to_document()),
        record_type.lifecycle_field: "",
        **query,
    }
    url = f"{record_type.list_url()}?{urlencode(asked)}"
    return url if len(url) <= LONGEST_URL else ""


class ConditionTokenField(forms.CharField):
    """A query parameter as a parsed condition; nothing where nothing is asked."""

    def __init__(self, *, record_type: str, **kwargs: Any) -> None:
        super().__init__(max_length=MAX_LENGTH, **kwargs)
        self.record_type = record_type

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        try:
            return parse(read_token(text), records.get(self.record_type).fields)
        except ConditionError as error:
            faults = [forms.ValidationError(problem_words(one), code=one.code) for one in error.problems[:MAX_ERRORS]]
            raise forms.ValidationError(faults) from None


class ConditionFilter(django_filters.CharFilter):
    """Narrows a list of records to those that a condition matches."""

    field_class = ConditionTokenField

    def __init__(self, record_type: str, **kwargs: Any) -> None:
        super().__init__(record_type=record_type, **kwargs)
        self.record_type = record_type

    def filter(self, queryset: QuerySet[Any], value: Condition | None) -> QuerySet[Any]:
        if value is None:
            return queryset
        return queryset.filter(condition_query(records.get(self.record_type), value))
