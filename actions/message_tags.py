"""Everything that the text engine knows: `{% if %}` and seven filters. Nothing else is loaded."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import template
from django.template import defaultfilters
from django.template.defaulttags import do_if
from django.utils import formats, timezone
from django.utils.translation import gettext as _

register = template.Library()
register.tag("if", do_if)
for filter_ in (
    defaultfilters.default,
    defaultfilters.upper,
    defaultfilters.lower,
    defaultfilters.title,
    defaultfilters.truncatechars,
):
    register.filter(filter_)


class Moment(str):
    """A time as it reads in a text, with its zone; `at` is what `date` and `time` format."""

    at: datetime

    def __new__(cls, at: datetime) -> Moment:
        local = timezone.localtime(at)
        moment = super().__new__(cls, f"{formats.date_format(local, 'j M Y, H:i')} {local.tzname()}")
        moment.at = local
        return moment


class Flag(str):
    """True or false as it reads in a text; `{% if %}` takes it for what it is."""

    def __new__(cls, value: bool) -> Flag:
        flag = super().__new__(cls, _("Yes") if value else _("No"))
        flag.value = value
        return flag

    value: bool

    def __bool__(self) -> bool:
        return self.value


@register.filter
def date(value: Any, arg: str | None = None) -> str:
    return str(defaultfilters.date(getattr(value, "at", ""), arg))


@register.filter
def time(value: Any, arg: str | None = None) -> str:
    return str(defaultfilters.time(getattr(value, "at", ""), arg))


FILTERS = tuple(sorted(register.filters))
