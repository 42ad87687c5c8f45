"""An installation as docs/operations.md describes it passes Django's own checks for one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings


def python(*arguments: str, **variables: str) -> str:
    """What it says in an environment of its own."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    command = [sys.executable, *arguments]
    done = subprocess.run(command, cwd=settings.BASE_DIR, env=kept | variables, capture_output=True, text=True)
    return done.stdout + done.stderr


def checked(**variables: str) -> str:
    return python("manage.py", "check", "--deploy", "--fail-level", "WARNING", **variables)


@pytest.mark.slow
def test_behind_https_nothing_is_doubtful(tmp_path: Path) -> None:
    said = checked(DATA_DIR=str(tmp_path), PUBLIC_URL="https://sla.example.com", BEHIND_PROXY="yes")
    assert "no issues" in said


@pytest.mark.slow
def test_without_https_it_is_said(tmp_path: Path) -> None:
    said = checked(DATA_DIR=str(tmp_path), PUBLIC_URL="http://sla.example.com")
    assert "SESSION_COOKIE_SECURE" in said and "SECURE_SSL_REDIRECT" in said


@pytest.mark.slow
def test_the_web_server_does_not_start_before_its_files_are_collected(tmp_path: Path) -> None:
    start = "import sla_project.wsgi"
    assert "run `manage.py collectstatic" in python("-c", start, DATA_DIR=str(tmp_path), STATIC_FILES="collected")
    (tmp_path / "static").joinpath("staticfiles.json").write_text("{}")
    assert python("-c", start, DATA_DIR=str(tmp_path), STATIC_FILES="collected") == ""


@pytest.mark.slow
def test_machines_are_answered_without_https(tmp_path: Path) -> None:
    """Here without tables, so none is healthy; what matters is that none is sent elsewhere."""
    ask = """
import sla_project.wsgi
from django.test import Client
print(*[Client().get(path).status_code for path in ("/healthz", "/readyz", "/metrics", "/login/")])
"""
    said = python("-c", ask, DATA_DIR=str(tmp_path), PUBLIC_URL="https://sla.example.com", ALLOWED_HOSTS="*")
    assert said.startswith("200 503 503 301\n")
