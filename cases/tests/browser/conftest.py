"""A seeded desk behind a live server, and somebody signed in."""

from __future__ import annotations

import random

import pytest
from playwright.sync_api import Browser, BrowserContext
from pytest_django.live_server_helper import LiveServer

from cases.demo.people import PASSWORD, Desk, desk_create, entitlements_create
from cases.demo.policies import policies_create
from cases.demo.story import Story, today
from sla_project.operations.clock import clock_now


@pytest.fixture
def desk(transactional_db: None) -> Desk:
    """The demo's people and policies, and its last hours: a case in every state."""
    now = clock_now()
    desk = desk_create(now=now)
    sla = policies_create(by=desk.administrator, now=now)
    entitlements_create(desk=desk, sla=sla, now=now)
    story = Story(desk, now, random.Random(1))
    today(story)
    story.tell()
    return desk


def sign_in(browser: Browser, live_server: LiveServer, email: str, **context: object) -> BrowserContext:
    """A context that stays open until the browser ends: now and then Chromium never comes back from closing one."""
    opened = browser.new_context(base_url=live_server.url, **context)  # type: ignore[arg-type]
    page = opened.new_page()
    page.goto("/login/")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/")
    page.close()
    return opened
