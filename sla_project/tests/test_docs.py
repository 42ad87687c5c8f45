"""Whoever follows a pointer arrives: what the code cites and what the map of the architecture names is there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

ROOT = Path(settings.BASE_DIR)
APPS = ("sla_project", "slas", "cases", "actions", "scripts", "benchmarks", "templates")
OURS = {".py", ".html", ".js", ".css"}
PAPER = re.compile(r"\b[a-z][\w-]*\.md\b|§")
FOLDERS = (ROOT, ROOT / "sla_project" / "static")
"""What a path in the map may begin in."""


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
