"""`make screenshots`: the pictures of the README and the docs, taken of a running demo.

Start `make demo` in another terminal first (`URL=` names another address). The pictures show the demo's own day, so
their times differ from one run to the next.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from scripts.bootstrap import ROOT
from scripts.chromium import chromium_path

IMAGES = ROOT / "docs" / "images"
EMAIL, PASSWORD = "dana@example.com", "believable-day"
DESK: ViewportSize = {"width": 1366, "height": 860}
PHONE: ViewportSize = {"width": 390, "height": 844}


@dataclass(frozen=True)
class Picture:
    """A page by its path, or by the links (selectors) that lead to it from there."""

    name: str
    path: str
    links: tuple[str, ...] = ()
    options: Mapping[str, str] = field(default_factory=dict)
    viewport: ViewportSize = field(default_factory=lambda: DESK)


PICTURES = (
    Picture("dashboard-dark", "/", options={"color_scheme": "dark"}),
    Picture("cases", "/cases/"),
    Picture("case", "/cases/", links=("table a[href*='/cases/']",)),
    Picture("case-phone", "/cases/", links=("table a[href*='/cases/']",), viewport=PHONE),
    Picture("sla-editor", "/slas/", links=("a:has-text('Support Contract')", "a:text-is('Edit')")),
    Picture("try-on-a-case", "/slas/", links=("a:has-text('Support Contract')", "a:text-is('Try on a case')")),
    Picture("business-hours", "/business-hours/", links=("a:has-text('UK business hours')", "a:text-is('Year')")),
    Picture("compliance", "/reports/compliance/"),
)


def main() -> int:
    address = os.environ.get("URL", "http://127.0.0.1:8000")
    executable = chromium_path()
    if not executable:
        print("No Chromium on this machine.")
        return 1
    IMAGES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        for picture in PICTURES:
            path = take(browser, address, picture)
            print(f"{path.relative_to(ROOT)}: {path.stat().st_size // 1000} kB")
    return 0


def take(browser: Browser, address: str, picture: Picture) -> Path:
    context = browser.new_context(
        base_url=address,
        viewport=picture.viewport,
        color_scheme="dark" if picture.options.get("color_scheme") == "dark" else "light",
    )
    page = context.new_page()
    sign_in(page)
    page.goto(picture.path)
    for link in picture.links:
        page.locator("main").locator(link).first.click()
    page.wait_for_load_state("networkidle")
    path = IMAGES / f"{picture.name}.png"
    page.screenshot(path=path)
    context.close()
    return path


def sign_in(page: Page) -> None:
    page.goto("/login/")
    page.get_by_label("Email").fill(EMAIL)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "/login/" not in url)


if __name__ == "__main__":
    sys.exit(main())
