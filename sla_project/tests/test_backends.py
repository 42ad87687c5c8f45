"""One URL per outside service."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from sla_project import backends


def test_sqlite_in_the_data_folder_by_default(tmp_path: Path) -> None:
    entry = backends.database("", data_dir=tmp_path)
    assert entry["NAME"] == str(tmp_path / "console.sqlite3")
    assert entry["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout", "journal_size_limit"):
        assert pragma in entry["OPTIONS"]["init_command"]


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("sqlite:////var/lib/a%20b.sqlite3", "/var/lib/a b.sqlite3"),
        ("sqlite:///data/a.sqlite3", "data/a.sqlite3"),
    ],
)
def test_sqlite_paths(url: str, name: str, tmp_path: Path) -> None:
    assert backends.database(url, data_dir=tmp_path)["NAME"] == name


def test_postgres_with_its_limits(tmp_path: Path) -> None:
    url = "postgres://desk%40x:p%2Fw@db.example:5433/console?sslmode=require"
    entry = backends.database(url, data_dir=tmp_path)
    assert (entry["USER"], entry["PASSWORD"], entry["HOST"], entry["PORT"], entry["NAME"]) == (
        "desk@x",
        "p/w",
        "db.example",
        "5433",
        "console",
    )
    assert entry["OPTIONS"]["sslmode"] == "require"
    assert "idle_in_transaction_session_timeout=15s" in entry["OPTIONS"]["options"]


@pytest.mark.parametrize("url", ["mysql://a/b", "postgres://host", "sqlite://", "postgres://h:port/b", "console"])
def test_a_wrong_database_url_says_so(url: str, tmp_path: Path) -> None:
    with pytest.raises(ImproperlyConfigured, match="DATABASE_URL"):
        backends.database(url, data_dir=tmp_path)


@pytest.mark.parametrize(
    ("url", "port", "tls", "ssl"),
    [
        ("smtp://localhost", 25, False, False),
        ("smtp+tls://me:pw@mail.example", 587, True, False),
        ("smtps://mail.example:4465", 4465, False, True),
    ],
)
def test_mail(url: str, port: int, tls: bool, ssl: bool) -> None:
    found = backends.email(url)
    assert (found["EMAIL_PORT"], found["EMAIL_USE_TLS"], found["EMAIL_USE_SSL"]) == (port, tls, ssl)


def test_a_wrong_mail_url_says_so_without_its_password() -> None:
    with pytest.raises(ImproperlyConfigured, match="EMAIL_URL") as error:
        backends.email("imap://me:hunter2@mail.example")
    assert "hunter2" not in str(error.value)


def test_the_secret_key_is_made_once_and_private(tmp_path: Path) -> None:
    path = tmp_path / "new" / "secret_key"
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _n: backends.secret_key(path), range(16)))
    assert len(keys) == 1
    assert len(keys.pop()) >= 50
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [entry.name for entry in path.parent.iterdir()] == ["secret_key"]


@pytest.mark.django_db
def test_the_options_reach_the_database() -> None:
    postgres = connection.vendor == "postgresql"
    with connection.cursor() as cursor:
        cursor.execute("SHOW lock_timeout" if postgres else "PRAGMA synchronous")
        assert cursor.fetchone()[0] == ("10s" if postgres else 2)


@pytest.mark.parametrize("url", ["", "redis://:secret@host:6379/0", "rediss://host", "redis+socket:///run/redis.sock"])
def test_addresses_of_brokers(url: str) -> None:
    assert backends.redis(url) == url


@pytest.mark.parametrize("url", ["localhost:6379", "http://host", "redis://host:port/0", "redis://"])
def test_what_is_no_broker_is_named_without_its_password(url: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="REDIS_URL"):
        backends.redis(url)
