"""Template tags and filters of the console: icons, state badges, durations and times in words.

They call the functions of `operations.times` with what the template context knows.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django import template
from django.core.serializers.json import DjangoJSONEncoder
from django.template.context import Context
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy

from sla_project.accounts.policy import can_read_all
from sla_project.operations.audit import history_query
from sla_project.operations.times import full_time, iso_time, words_of_duration, words_of_ticking, words_of_time

register = template.Library()

NO_VALUE = "–"


@dataclass(frozen=True)
class StateLook:
    """How one status of a KPI instance looks: always icon + word + colour, never colour alone."""

    label: str | Promise
    icon: str
    tone: str


STATES: dict[str, StateLook] = {
    "in_progress": StateLook(gettext_lazy("In progress"), "clock", "run"),
    "nearing_noncompliance": StateLook(gettext_lazy("Nearing noncompliance"), "alert-triangle", "warn"),
    "noncompliant": StateLook(gettext_lazy("Noncompliant"), "flame", "bad"),
    "paused": StateLook(gettext_lazy("Paused"), "player-pause", "pause"),
    "succeeded": StateLook(gettext_lazy("Succeeded"), "circle-check", "good"),
    "canceled": StateLook(gettext_lazy("Canceled"), "circle-x", "off"),
}
UNKNOWN_STATE = StateLook(gettext_lazy("Unknown"), "help-circle", "off")


@register.simple_tag
def icon(name: str, label: str = "", css: str = "") -> SafeString:
    """Draw an icon of the sprite. It is hidden from screen readers unless it has a ``label`` of its own."""
    css_class = f"icon {css}".strip()
    speech = format_html('role="img" aria-label="{}"', label) if label else SafeString('aria-hidden="true"')
    return format_html(
        '<svg class="{}" width="18" height="18" focusable="false" {}><use href="{}#{}"></use></svg>',
        css_class,
        speech,
        static("console/icons.svg"),
        name,
    )


def draw_badge(text: object, tone: str, icon_name: str, *, pill: bool) -> SafeString:
    picture = icon(icon_name) if icon_name else ""
    kind = "badge-pill" if pill else "state"
    return format_html('<span class="{} tone-{}">{}<span>{}</span></span>', kind, tone, picture, text)


@register.simple_tag
def state_badge(status: str, label: object = "", icon: str = "", pill: bool = False) -> SafeString:
    """Show a KPI instance's status as icon, word and colour; ``label`` and ``icon`` replace the usual."""
    look = STATES.get(status, UNKNOWN_STATE)
    return draw_badge(label or look.label, look.tone, icon or look.icon, pill=pill)


BADGE_TONES = {"neutral": "off", "info": "run", "good": "good", "warn": "warn", "bad": "bad"}


@register.simple_tag
def badge(text: object, tone: str = "neutral", icon: str = "") -> SafeString:
    """Show any other status as a small pill; tones: neutral, info, good, warn, bad."""
    return draw_badge(text, BADGE_TONES.get(tone, "off"), icon, pill=True)


@register.filter
def duration_words(seconds: float | timedelta | None) -> str:
    if isinstance(seconds, timedelta):
        seconds = seconds.total_seconds()
    return NO_VALUE if seconds is None else words_of_duration(seconds)


@register.filter
def working_words(seconds: float) -> str:
    """Working time, so without days."""
    return words_of_duration(seconds, in_days=False)


@register.filter
def ticking_words(seconds: float | timedelta | None) -> str:
    if isinstance(seconds, timedelta):
        seconds = seconds.total_seconds()
    return NO_VALUE if seconds is None else words_of_ticking(seconds)


@register.simple_tag(takes_context=True)
def local_time(
    context: Context, moment: datetime | None, seconds: bool = False, within: bool = False
) -> SafeString | str:
    """Show a time in the active zone, seen from the context's ``server_now``; the title names the zone.

    ``within`` a sentence "tomorrow" is not capitalised.
    """
    if moment is None:
        return NO_VALUE
    zone = timezone.get_current_timezone()
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        iso_time(moment),
        full_time(moment, zone),
        words_of_time(moment, context.get("server_now"), zone, seconds=seconds, within=within),
    )


@register.simple_tag(takes_context=True)
def history_url(context: Context) -> str:
    """The audit log of the object whose page this is, for those who may read it."""
    request = context.get("request")
    match = getattr(request, "resolver_match", None)
    if request is None or match is None or not can_read_all(getattr(request, "user", None)):
        return ""
    query = history_query(match.view_name, match.kwargs)
    return f"{reverse('operations:audit_list')}?{urlencode(query)}" if query else ""


@register.filter
def iso(moment: datetime | str | None) -> str:
    return iso_time(moment)


@register.filter
def windows_json(windows: Iterable[tuple[datetime | str, datetime | str]] | None) -> str:
    """Working windows as the timer element reads them: a JSON list of [start, end] in UTC."""
    return json.dumps([[iso_time(start), iso_time(end)] for start, end in windows or ()])


@register.filter
def json_pretty(value: Any) -> str:
    """Indented JSON text; text that is JSON already is laid out again. The template escapes it."""
    if isinstance(value, str):
        try:
            document = json.loads(value)
        except ValueError:
            return value
    else:
        document = value
    return json.dumps(document, indent=2, ensure_ascii=False, cls=DjangoJSONEncoder)


@register.filter
def initials(name: str) -> str:
    """The first letters of the first and last word, for the round badge of a person: "Dana Admin" → "DA"."""
    words = [word for word in name.replace(".", " ").replace("@", " ").split() if word[0].isalnum()]
    return "".join(word[0] for word in (words[0], words[-1])[: len(words)]).upper() if words else "?"


@register.filter
def at(items: Sequence[Any], index: int) -> Any:
    """The item at an index, or nothing: for walking two lists side by side."""
    return items[index] if 0 <= index < len(items) else None
