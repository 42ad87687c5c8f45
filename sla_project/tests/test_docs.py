"""Whoever follows a pointer arrives: papers name what is there, and the code cites papers that are there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import get_commands

ROOT = Path(settings.BASE_DIR)
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
LINK = re.compile(r"\]\((?!https?:)([^)#]+)")
CODE = re.compile(r"`([\w./-]+/[\w./-]*)`")
PAPER = re.compile(r"\b[a-z][\w-]*\.md\b|§")
CITING = {".py", ".html", ".js", ".css"}
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


def test_every_command_that_is_told_exists() -> None:
    words = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    told = set(re.findall(r"(?:^|`)make ([a-z-]+)", words, re.MULTILINE))
    assert told and told <= targets
    managed = set(re.findall(r"manage\.py ([a-z_]+)", words))
    assert managed and managed <= get_commands().keys()


def test_the_code_cites_no_paper_that_is_not_here() -> None:
    papers = {page.name for page in [*PAGES, *ROOT.glob("*.md")]}
    sources = [
        path
        for app in (*OURS, "templates")
        for path in (ROOT / app).rglob("*")
        if path.suffix in CITING and "vendor" not in path.parts and path != Path(__file__)
    ]
    cited = {(path, paper) for path in sources for paper in PAPER.findall(path.read_text(encoding="utf-8"))}
    assert {(str(path), paper) for path, paper in cited if paper not in papers} == set()
