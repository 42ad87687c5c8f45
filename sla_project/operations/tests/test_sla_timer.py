"""The timer element in a real browser, with the browser's clock in the test's hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone
from playwright.sync_api import Page

pytestmark = pytest.mark.browser

SCRIPT = Path(settings.BASE_DIR) / "sla_project" / "static" / "console" / "sla-timer.js"
NOW = datetime(2026, 11, 20, 16, 30, tzinfo=UTC)  # a Friday afternoon
WRONG_CLOCK = datetime(2031, 1, 1, tzinfo=UTC)  # of the visitor's machine


def show(page: Page, **timer: Any) -> None:
    """Put one timer on an empty page, as the server would render it at NOW for a reader in London."""
    with timezone.override(ZoneInfo("Europe/London")):
        texts = render_to_string("parts/_timer_texts.html")
        element = render_to_string("parts/_timer.html", {"timer": {"now": NOW, "text": "as served", **timer}})
    page.clock.install(time=WRONG_CLOCK)
    page.set_content(f"<html lang='en-gb'><body>{element}{texts}</body></html>")
    page.evaluate("""() => {
        window.said = [];
        document.addEventListener("announce", (event) => said.push(event.detail));
        document.addEventListener("sla-timer-change", (event) => said.push(event.detail.state));
    }""")
    page.add_script_tag(path=str(SCRIPT))


def words(page: Page) -> list[str]:
    return [part for part in page.locator("sla-timer > span").all_inner_texts() if part]


def test_it_counts_down_by_the_servers_clock_and_not_the_visitors(page: Page) -> None:
    show(page, state="in_progress", due=NOW + timedelta(minutes=41, seconds=30))
    assert words(page) == ["In progress", "41 min left"]
    page.clock.run_for(timedelta(minutes=32) // timedelta(milliseconds=1))
    assert words(page) == ["In progress", "9 min 30 s left"]


@pytest.mark.parametrize(("is_working_time", "left"), [(False, "2 d 2 h left"), (True, "50 h left")])
def test_working_time_is_said_in_hours_and_other_time_in_days(page: Page, is_working_time: bool, left: str) -> None:
    show(page, state="in_progress", due=NOW + timedelta(hours=50, seconds=30), is_working_time=is_working_time)
    assert words(page) == ["In progress", left]


def test_it_passes_its_warning_and_its_failure_and_says_each_once(page: Page) -> None:
    warning, failure = NOW + timedelta(seconds=5), NOW + timedelta(seconds=10)
    show(page, state="in_progress", warn_at=warning, due=failure, label="Resolve by for CASE-7")
    page.clock.run_for(6000)
    assert words(page) == ["Nearing noncompliance", "4 s left"]
    page.clock.run_for(16_000)
    assert words(page) == ["Noncompliant", "12 s over"]
    assert page.locator("sla-timer").get_attribute("state") == "noncompliant"
    assert page.evaluate("said") == [
        "Resolve by for CASE-7: Nearing noncompliance",
        "nearing_noncompliance",
        "Resolve by for CASE-7: Noncompliant",
        "noncompliant",
    ]


WINDOWS = [
    (datetime(2026, 11, 20, 9, tzinfo=UTC), datetime(2026, 11, 20, 17, tzinfo=UTC)),
    (datetime(2026, 11, 23, 9, tzinfo=UTC), datetime(2026, 11, 23, 9, 30, 30, tzinfo=UTC)),
]


@pytest.mark.parametrize("extra", [{}, {"remaining": 3630}])
def test_out_of_hours_it_stands_still_and_says_when_it_resumes(page: Page, extra: dict[str, Any]) -> None:
    show(page, **{"state": "in_progress", "due": WINDOWS[-1][1], "windows": WINDOWS, **extra})
    assert words(page) == ["In progress", "1 h left"]
    page.clock.fast_forward(45 * 60 * 1000)
    page.clock.run_for(2000)
    assert words(page) == ["In progress", "30 min left", "Out of hours, resumes Mon 09:00"]


def test_it_says_when_counting_begins(page: Page) -> None:
    begins = NOW + timedelta(hours=2)
    show(page, state="in_progress", started=begins, due=begins + timedelta(hours=1))
    assert words(page) == ["In progress", "1 h left", "Not started, begins 18:30"]


@pytest.mark.parametrize(
    "timer",
    [
        {"state": "paused", "remaining": 5280},
        {"state": "succeeded", "due": NOW - timedelta(hours=1), "ended": True},
        {"state": "noncompliant", "due": NOW - timedelta(hours=1), "ended": True},
        {"state": "canceled"},
    ],
)
def test_what_does_not_run_stays_as_the_server_wrote_it(page: Page, timer: dict[str, Any]) -> None:
    show(page, **timer)
    page.clock.run_for(5000)
    assert words(page)[1] == "as served"
    assert page.evaluate("said") == []
