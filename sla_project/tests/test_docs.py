"""Whoever follows a pointer arrives: the papers that the code cites, and what the papers name, are there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.core.management import get_commands

ROOT = Path(settings.BASE_DIR)
APPS = ("sla_project", "slas", "cases", "actions", "scripts", "benchmarks", "templates")
OURS = {".py", ".html", ".js", ".css"}
PAPER = re.compile(r"\b[a-z][\w-]*\.md\b|§")
FOLDERS = (ROOT, ROOT / "sla_project" / "static")
"""What a path in the map may begin in."""
PAPERS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
WORDS = "\n".join(path.read_text(encoding="utf-8") for path in PAPERS)


def sources() -> Iterator[Path]:
    for app in APPS:
        for path in (ROOT / app).rglob("*"):
            if path.suffix in OURS and "vendor" not in path.parts and path != Path(__file__):
                yield path


def test_the_code_cites_no_paper_that_is_not_here() -> None:
    papers = {path.name for path in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]}
    cited = {(path, paper) for path in sources() for paper in PAPER.findall(path.read_text(encoding="utf-8"))}
    assert {(str(path), paper) for path, paper in cited if paper not in papers} == set()


def test_the_map_of_the_architecture_leads_somewhere() -> None:
    table = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8").partition("## Where to find what")[2]
    named = [path for path in re.findall(r"`([\w./]+)`", table) if "/" in path and not path.startswith("/")]
    assert named
    assert [path for path in named if not any((folder / path).exists() for folder in FOLDERS)] == []


def test_every_command_that_is_told_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    told = set(re.findall(r"(?:^|`)make ([a-z-]+)", WORDS, re.MULTILINE))
    assert told and told <= targets
    managed = set(re.findall(r"manage\.py ([a-z_]+)", WORDS))
    assert managed and managed <= get_commands().keys()


def test_every_test_and_every_file_that_is_named_exists() -> None:
    code = [path for app in APPS for path in (ROOT / app).rglob("*.py")]
    names = {path.stem for path in code} | set(
        re.findall(r"def (test_\w+)", "\n".join(path.read_text(encoding="utf-8") for path in code))
    )
    named = set(re.findall(r"`(?:[\w/]+/)?(test_\w+)(?:\.py)?`", WORDS))
    assert named and named - names == set()
    files = set(re.findall(r"`((?:\w+/)+\w+\.(?:py|js|html|json|gz))`", WORDS))
    assert [path for path in files if not any((folder / path).exists() for folder in FOLDERS)] == []
