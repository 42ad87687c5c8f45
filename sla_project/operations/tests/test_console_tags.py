"""The times and badges of the console's template tags."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.template import Context, Template
from django.utils import timezone

from sla_project.operations.templatetags import console

LONDON = ZoneInfo("Europe/London")
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)  # a Sunday


def render(source: str, **context: Any) -> str:
    return Template("{% load console %}" + source).render(Context(context))


def test_local_time_carries_the_instant_and_the_zone() -> None:
    with timezone.override(LONDON):
        html = render("{% local_time moment %}", moment=NOW, server_now=NOW)
    assert 'datetime="2026-11-22T12:00:00Z"' in html
    assert 'title="Sun 22 Nov 2026 12:00:00 GMT"' in html
    assert ">Today 12:00<" in html
    assert render("{% local_time moment %}", moment=None) == "–"


@pytest.mark.parametrize(("status", "look"), console.STATES.items())
def test_a_state_is_icon_word_and_colour(status: str, look: console.StateLook) -> None:
    html = render("{% state_badge status %}", status=status)
    assert f"tone-{look.tone}" in html
    assert f"icons.svg#{look.icon}" in html
    assert str(look.label) in html


def test_a_state_never_seen_before_is_shown_and_not_hidden() -> None:
    assert "Unknown" in render("{% state_badge 'sleeping' %}")


def test_badges_escape_their_text() -> None:
    html = render("{% badge text 'warn' %}", text="<b>")
    assert "&lt;b&gt;" in html
    assert "tone-warn" in html


def test_an_icon_is_silent_unless_it_has_a_label() -> None:
    assert 'aria-hidden="true"' in render("{% icon 'clock' %}")
    labelled = render("{% icon 'trash' label=name %}", name='Delete "x"')
    assert 'role="img" aria-label="Delete &quot;x&quot;"' in labelled


def test_the_duration_filters_accept_lengths_and_nothing() -> None:
    assert render("{{ length|duration_words }}", length=timedelta(minutes=80)) == "1 h 20 min"
    assert render("{{ length|ticking_words }}", length=540) == "9 min 00 s"
    assert render("{{ length|duration_words }}", length=None) == "–"


def test_windows_are_json_in_utc() -> None:
    opening = datetime(2026, 7, 1, 9, 0, tzinfo=LONDON)
    windows = [(opening, "2026-07-01T16:00:00Z")]
    assert console.windows_json(windows) == '[["2026-07-01T08:00:00Z", "2026-07-01T16:00:00Z"]]'
    assert console.windows_json(None) == "[]"


def test_json_is_laid_out_and_escaped() -> None:
    assert console.json_pretty('{"b": [1]}') == '{\n  "b": [\n    1\n  ]\n}'
    assert console.json_pretty("not json") == "not json"
    assert "&lt;script&gt;" in render("{{ value|json_pretty }}", value={"a": "<script>"})


@pytest.mark.parametrize(
    ("name", "letters"), [("Dana Admin", "DA"), ("dana", "D"), ("d.admin@example.com", "DC"), ("", "?")]
)
def test_initials(name: str, letters: str) -> None:
    assert console.initials(name) == letters


TIMER = {
    "state": "nearing_noncompliance",
    "text": "41 min left",
    "due": NOW + timedelta(minutes=41),
    "label": "Resolve by",
}


def test_a_timer_says_everything_without_scripts() -> None:
    html = render("{% include 'parts/_timer.html' %}", timer=TIMER, server_now=NOW)
    assert "Nearing noncompliance" in html
    assert "41 min left" in html
    assert 'due="2026-11-22T12:41:00Z"' in html
    assert 'now="2026-11-22T12:00:00Z"' in html


def test_a_paused_timer_carries_what_is_left_even_if_that_is_nothing() -> None:
    html = render(
        "{% include 'parts/_timer.html' %}",
        timer={"state": "paused", "text": "0 s left", "remaining": 0},
        server_now=NOW,
    )
    assert 'remaining="0"' in html
    assert "due=" not in html
