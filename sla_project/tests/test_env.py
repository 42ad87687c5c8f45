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
        ("PUBLIC_URL", "sla.example.com", lambda: env.origin("PUBLIC_URL", "")),
        ("PUBLIC_URL", "ftp://sla.example.com", lambda: env.origin("PUBLIC_URL", "")),
        ("PUBLIC_URL", "https://example.com/sla", lambda: env.origin("PUBLIC_URL", "")),
        ("PUBLIC_URL", "https://example.com:x", lambda: env.origin("PUBLIC_URL", "")),
        ("PUBLIC_URL", "https://", lambda: env.origin("PUBLIC_URL", "")),
        ("CSRF_TRUSTED_ORIGINS", "sla.example.com", lambda: env.origins("CSRF_TRUSTED_ORIGINS")),
        ("ALLOWED_HOSTS", "https://sla.example.com", lambda: env.hosts("ALLOWED_HOSTS")),
        ("ALLOWED_HOSTS", "sla.example.com:8000", lambda: env.hosts("ALLOWED_HOSTS")),
        ("TIME_ZONE", "Mars/Olympus", lambda: env.time_zone("TIME_ZONE", "UTC")),
        ("TIME_ZONE", "../etc/passwd", lambda: env.time_zone("TIME_ZONE", "UTC")),
        ("DEFAULT_FROM_EMAIL", "nobody", lambda: env.sender("DEFAULT_FROM_EMAIL", "")),
        ("LOG_LEVEL", "loud", lambda: env.one_of("LOG_LEVEL", ["INFO"], "INFO")),
    ],
)
def test_errors_name_the_variable_and_the_value(monkeypatch, name, value, read) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ImproperlyConfigured) as error:
        read()
    assert name in str(error.value)
    assert value in str(error.value)


def test_what_is_right_is_taken(monkeypatch) -> None:
    given = {
        "PUBLIC_URL": "https://sla.example.com:8443/",
        "ALLOWED_HOSTS": "10.0.0.7 .example.com *",
        "TIME_ZONE": "Europe/London",
        "DEFAULT_FROM_EMAIL": "Desk <desk@example.com>",
        "LOG_LEVEL": "warning",
    }
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    assert env.origin("PUBLIC_URL", "") == "https://sla.example.com:8443"
    assert env.time_zone("TIME_ZONE", "UTC") == "Europe/London"
    assert env.sender("DEFAULT_FROM_EMAIL", "") == "Desk <desk@example.com>"
    assert env.one_of("LOG_LEVEL", ["INFO", "WARNING"], "INFO") == "WARNING"
    assert [env.host_of(url) for url in ("https://sla.example.com:8443", "http://[::1]:8000")] == [
        "sla.example.com",
        "[::1]",
    ]


@pytest.mark.parametrize("value", ["desk@mailhost", "Desk <desk@localhost>", "desk@sub.example.com"])
def test_senders(monkeypatch, value: str) -> None:
    monkeypatch.setenv("DEFAULT_FROM_EMAIL", value)
    assert env.sender("DEFAULT_FROM_EMAIL", "") == value


@pytest.mark.parametrize("value", ["desk", "desk@", "@mailhost", "a b@mailhost", "Desk"])
def test_what_is_no_sender(monkeypatch, value: str) -> None:
    monkeypatch.setenv("DEFAULT_FROM_EMAIL", value)
    with pytest.raises(ImproperlyConfigured):
        env.sender("DEFAULT_FROM_EMAIL", "")


def test_further_hosts_and_origins_come_on_top(monkeypatch) -> None:
    monkeypatch.setenv("ALLOWED_HOSTS", "10.0.0.7 a.example")
    assert env.hosts("ALLOWED_HOSTS", ["localhost", "a.example"]) == ["localhost", "a.example", "10.0.0.7"]
    monkeypatch.setenv("CSRF_TRUSTED_ORIGINS", "https://b.example")
    assert env.origins("CSRF_TRUSTED_ORIGINS", ["https://a.example"]) == ["https://a.example", "https://b.example"]


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
