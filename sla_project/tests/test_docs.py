"""What the handbook names is there: files it links to, modules, templates and tests it points at."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
LINK = re.compile(r"\]\((?!https?:)([^)#]+)")
CODE = re.compile(r"`([\w./-]+/[\w./-]*)`")
OURS = ("actions/", "benchmarks/", "cases/", "scripts/", "sla_project/", "slas/")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_what_a_page_names_exists(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    links = [page.parent / target for target in LINK.findall(text)]
    named = [ROOT / path for path in CODE.findall(text) if path.startswith(OURS)]
    missing = [str(path) for path in [*links, *named] if not (path.exists() or path.with_suffix(".py").exists())]
    assert missing == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_tests_that_a_page_names_exist(page: Path) -> None:
    names = set(re.findall(r"`(test_\w+)`", page.read_text(encoding="utf-8")))
    known = {path.stem for app in OURS for path in (ROOT / app).rglob("test_*.py")}
    assert names <= known


def test_the_rooms_of_slas_are_those_of_the_architecture() -> None:
    rooms = {"policy", "hours", "clocks", "reports"}
    for layer in ("selectors", "services", "api", "views"):
        assert {each for each in rooms if (ROOT / "slas" / layer / each).is_dir()} == rooms, layer
