"""The words, times and badges of the console's template tags."""

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


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 min"),
        (45, "45 s"),
        (300, "5 min"),
        (690, "11 min 30 s"),
        (3600, "1 h"),
        (4800, "1 h 20 min"),
        (3661, "1 h 1 min"),
        (86400, "1 d"),
        (183600, "2 d 3 h"),
        (-720, "12 min"),
    ],
)
def test_a_duration_is_said_in_at_most_two_units(seconds: int, words: str) -> None:
    assert console.words_of_duration(seconds) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 s"),
        (9.9, "9 s"),
        (59, "59 s"),
        (60, "1 min 00 s"),
        (540, "9 min 00 s"),
        (599, "9 min 59 s"),
        (600, "10 min"),
        (2519, "41 min"),
        (8760, "2 h 26 min"),
        (86400 * 2 + 3599, "2 d 59 min"),
        (-725, "12 min"),
    ],
)
def test_a_timer_shows_seconds_only_below_ten_minutes(seconds: float, words: str) -> None:
    assert console.words_of_ticking(seconds) == words


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        (NOW + timedelta(minutes=87), "Today 13:27"),
        (NOW + timedelta(hours=21), "Tomorrow 09:00"),
        (NOW - timedelta(hours=13), "Yesterday 23:00"),
        (NOW + timedelta(days=2), "Tue 12:00"),
        (NOW + timedelta(days=6), "Sat 12:00"),
        (NOW + timedelta(days=7), "29 Nov 2026 12:00"),
        (NOW - timedelta(days=2), "20 Nov 2026 12:00"),
    ],
)
def test_a_time_is_said_as_seen_from_now(moment: datetime, words: str) -> None:
    assert console.words_of_time(moment, NOW, LONDON) == words


def test_a_time_is_said_in_the_users_zone() -> None:
    tokyo = ZoneInfo("Asia/Tokyo")
    assert console.words_of_time(NOW + timedelta(hours=4), NOW, tokyo) == "Tomorrow 01:00"
    assert console.full_time(datetime(2026, 7, 1, 12, 0, tzinfo=UTC), LONDON) == "Wed 1 Jul 2026 13:00:00 BST"


def test_without_now_a_time_is_said_in_full() -> None:
    assert console.words_of_time(NOW, None, LONDON, seconds=True) == "22 Nov 2026 12:00:00"


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
