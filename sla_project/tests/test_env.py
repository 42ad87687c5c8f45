"""A wrong environment variable is named, with what it should be."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from sla_project import env


@pytest.mark.parametrize(("value", "expected"), [("yes", True), ("1", True), ("Off", False), ("", False)])
def test_flags(monkeypatch, value: str, expected: bool) -> None:
    monkeypatch.setenv("DEBUG", value)
    assert env.flag("DEBUG") is expected


def test_lists_by_comma_or_space(monkeypatch) -> None:
    monkeypatch.setenv("ALLOWED_HOSTS", "a.example, b.example c.example")
    assert env.words("ALLOWED_HOSTS") == ["a.example", "b.example", "c.example"]


@pytest.mark.parametrize(
    ("name", "value", "read"),
    [
        ("DEBUG", "maybe", lambda: env.flag("DEBUG")),
        ("LOG_FORMAT", "xml", lambda: env.one_of("LOG_FORMAT", ["text", "json"], "text")),
        ("API_REQUESTS_PER_MINUTE", "-3", lambda: env.number("API_REQUESTS_PER_MINUTE", 5)),
    ],
)
def test_errors_name_the_variable_and_the_value(monkeypatch, name, value, read) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ImproperlyConfigured) as error:
        read()
    assert name in str(error.value)
    assert value in str(error.value)


def test_defaults_where_nothing_is_set(monkeypatch) -> None:
    for name in ("DEBUG", "HOSTS", "PORT"):
        monkeypatch.delenv(name, raising=False)
    assert (env.flag("DEBUG", True), env.words("HOSTS", ["a"]), env.number("PORT", 7)) == (True, ["a"], 7)


def test_every_variable_is_documented() -> None:
    """In the table of docs/operations.md, under its name."""
    sources = [path.read_text() for path in Path(settings.BASE_DIR, "sla_project").glob("*.py")]
    read = {name for text in sources for name in re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', text)}
    documented = set(re.findall(r"`([A-Z_]+)`", Path(settings.BASE_DIR, "docs/operations.md").read_text()))
    assert len(read) > 12
    assert read <= documented
