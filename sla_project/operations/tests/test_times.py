"""How times and lengths of time are said."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from sla_project.operations import times

LONDON = ZoneInfo("Europe/London")
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)  # a Sunday


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
    assert times.words_of_duration(seconds) == words


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
    assert times.words_of_ticking(seconds) == words


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
    assert times.words_of_time(moment, NOW, LONDON) == words


def test_a_time_is_said_in_the_users_zone() -> None:
    tokyo = ZoneInfo("Asia/Tokyo")
    assert times.words_of_time(NOW + timedelta(hours=4), NOW, tokyo) == "Tomorrow 01:00"
    assert times.full_time(datetime(2026, 7, 1, 12, 0, tzinfo=UTC), LONDON) == "Wed 1 Jul 2026 13:00:00 BST"


def test_within_a_sentence_a_time_begins_small() -> None:
    assert times.words_of_time(NOW, NOW, LONDON, within=True) == "today 12:00"
    assert times.words_of_time(NOW + timedelta(days=2), NOW, LONDON, within=True) == "Tue 12:00"


def test_without_now_a_time_is_said_in_full() -> None:
    assert times.words_of_time(NOW, None, LONDON, seconds=True) == "22 Nov 2026 12:00:00"


def test_working_time_is_said_without_days() -> None:
    """Fifty working hours are five days for one desk and two for another."""
    assert times.words_of_duration(50 * 3600, in_days=False) == "50 h"
    assert times.words_of_ticking(30 * 3600 + 90, in_days=False) == "30 h 1 min"
