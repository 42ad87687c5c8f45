"""What every test may ask for: a clock that stands still, a lane beside the other processes, a browser."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.conf import settings
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from scripts.chromium import chromium_path
from sla_project import broker
from sla_project.operations import clock as application_clock

MONDAY_MORNING = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

_QUIET = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
hypothesis_settings.register_profile("fast", deadline=None, max_examples=30, suppress_health_check=_QUIET)
hypothesis_settings.register_profile("suite", deadline=None, suppress_health_check=_QUIET)
hypothesis_settings.register_profile("long", deadline=None, max_examples=5_000, suppress_health_check=_QUIET)
hypothesis_settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "suite"))


class Clock:
    """The one clock of a test; it moves only when the test says so."""

    def __init__(self, now: datetime = MONDAY_MORNING) -> None:
        self.now = now

    def set(self, moment: datetime) -> datetime:
        self.now = moment
        return self.now

    def advance(self, seconds: float) -> datetime:
        self.now += timedelta(seconds=seconds)
        return self.now


@pytest.fixture
def clock() -> Iterator[Clock]:
    standing = Clock()
    with application_clock.override(lambda: standing.now):
        yield standing


# Lanes: xdist workers and the processes that their tests start never meet ------------------------


def lane_number() -> int:
    """0 for a run without xdist, 1 for gw0, 2 for gw1 …"""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    return int(worker.removeprefix("gw")) + 1 if worker else 0


def lane_redis_url(url: str, lane: int) -> str:
    """Redis has sixteen numbers; 0 is left to whoever else uses the server."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{1 + lane % 15}"))


def pytest_configure(config: pytest.Config) -> None:
    """Give this process its own Redis number, queues and folder; its children inherit them.

    pytest-django has read the settings by now, so they are told as well; it names the database itself.
    """
    lane = lane_number()
    folder = Path(tempfile.gettempdir()) / f"sla-tests-{os.getuid()}" / f"lane-{lane}"
    redis_url = lane_redis_url(settings.REDIS_URL, lane) if settings.REDIS_URL else ""
    prefix = f"lane{lane}-"
    os.environ |= {"REDIS_URL": redis_url, "CELERY_QUEUE_PREFIX": prefix, "DATA_DIR": str(folder)}
    settings.REDIS_URL, settings.CELERY_QUEUE_PREFIX = redis_url, prefix
    settings.CELERY = broker.configuration(redis_url=redis_url, folder=folder / "broker", prefix=prefix)
    if in_browser(config):
        # Playwright runs an event loop in the thread of the test, which Django takes for asynchronous code.
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


# A real browser ----------------------------------------------------------------------------------


def in_browser(config: pytest.Config) -> bool:
    return config.getoption("markexpr") == "browser"


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, request: pytest.FixtureRequest
) -> None:
    """Threads of the live server share a file rather than one connection to a database in memory."""
    database = settings.DATABASES["default"]
    if in_browser(request.config) and database["ENGINE"].endswith("sqlite3"):
        database["TEST"]["NAME"] = str(Path(os.environ["DATA_DIR"]) / "browser.sqlite3")


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """The machine's own Chromium; as root it starts only without its sandbox."""
    arguments = ["--disable-dev-shm-usage", *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    return {**browser_type_launch_args, "executable_path": chromium_path(), "args": arguments}
