"""What holds for every template of the console: the content security policy, and icons that exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import get_template

from sla_project.operations.context import NAVIGATION
from sla_project.operations.templatetags import console

ROOT = Path(settings.BASE_DIR)
TEMPLATES = ROOT / "templates"
NAMES = sorted(str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*.html"))
SPRITE = ROOT / "sla_project" / "static" / "console" / "icons.svg"
SYMBOLS = set(re.findall(r'<symbol id="([^"]+)"', SPRITE.read_text(encoding="utf-8")))
ICON_TAG = re.compile(r"""{%\s*icon\s+["']([^"']+)["']""")
FORBIDDEN = (
    re.compile(r"<script(?![^>]*\b(src=|type=\"application/json\"))[^>]*>", re.IGNORECASE),
    re.compile(r"<style\b", re.IGNORECASE),
    re.compile(r"\sstyle\s*=", re.IGNORECASE),
    re.compile(r"\son[a-z]+\s*=", re.IGNORECASE),
    re.compile(r"javascript:", re.IGNORECASE),
)


@pytest.mark.parametrize("name", NAMES)
def test_a_template_needs_no_inline_script_or_style(name: str) -> None:
    source = (TEMPLATES / name).read_text(encoding="utf-8")
    assert [pattern.findall(source) for pattern in FORBIDDEN if pattern.search(source)] == []


@pytest.mark.parametrize("name", NAMES)
def test_a_template_uses_icons_of_the_sprite(name: str) -> None:
    assert set(ICON_TAG.findall((TEMPLATES / name).read_text(encoding="utf-8"))) <= SYMBOLS


@pytest.mark.parametrize("name", NAMES)
def test_a_template_compiles(name: str) -> None:
    assert get_template(name)


def test_icons_named_in_code_are_in_the_sprite() -> None:
    assert {look.icon for look in console.STATES.values()} <= SYMBOLS
    assert {icon for _group, entries in NAVIGATION for _label, _url, icon in entries} <= SYMBOLS


def test_the_sprite_holds_no_icon_that_nothing_draws() -> None:
    """Every page loads it whole."""
    code = [path for app in ("sla_project", "slas", "cases", "actions") for path in (ROOT / app).rglob("*.py")]
    scripts = list(SPRITE.parent.glob("*.js"))
    read = "\n".join(path.read_text(encoding="utf-8") for path in (*code, *scripts, *TEMPLATES.rglob("*.html")))
    assert {name for name in SYMBOLS if not re.search(rf"""["'#]{name}["']""", read)} == set()


@pytest.mark.parametrize("name", ["500.html", "404.html", "403.html", "403_csrf.html"])
def test_error_pages_need_nothing_from_the_context(name: str) -> None:
    html = get_template(name).render({})
    assert "<h1>" in html
    assert "Go to the dashboard" in html
