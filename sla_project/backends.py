"""One URL per outside service: what DATABASE_URL, EMAIL_URL and SECRET_KEY mean to Django."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured
from django.core.management.utils import get_random_secret_key

POSTGRES_SCHEMES = ("postgres", "postgresql")
REDIS_SCHEMES = ("redis", "rediss", "redis+socket")
SMTP_PORTS = {"smtp": 25, "smtp+tls": 587, "smtps": 465}
# A stopped process frees its rows after 15 s; nobody waits longer than 10 s for a lock.
POSTGRES_OPTIONS = "-c idle_in_transaction_session_timeout=15s -c lock_timeout=10s"
# synchronous=FULL: a commit survives a power cut, so that no mail goes twice (0.4 ms a commit).
SQLITE_PRAGMAS = (
    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA busy_timeout=10000; PRAGMA journal_size_limit=67108864;"
)


def _split(name: str, url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - raises ValueError when it is not a number
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} is not a URL: {error}.") from None
    return parts


def database(url: str, *, data_dir: Path) -> dict[str, Any]:
    """The DATABASES entry for a URL; SQLite in the data folder when the URL is empty."""
    parts = _split("DATABASE_URL", url or f"sqlite:///{data_dir / 'console.sqlite3'}")
    if parts.scheme == "sqlite":
        return _sqlite(parts)
    if parts.scheme in POSTGRES_SCHEMES:
        return _postgres(parts)
    raise ImproperlyConfigured(
        f"DATABASE_URL must begin with postgres:// or sqlite:///, not {parts.scheme or 'nothing'}."
    )


def _sqlite(parts: SplitResult) -> dict[str, Any]:
    name = unquote(parts.path[1:])  # sqlite:///name is relative to here, sqlite:////name absolute
    if not name:
        raise ImproperlyConfigured("DATABASE_URL needs a file: sqlite:////absolute/path.sqlite3.")
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": name,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 10,
            "init_command": SQLITE_PRAGMAS,
        },
    }


def _postgres(parts: SplitResult) -> dict[str, Any]:
    name = unquote(parts.path.lstrip("/"))
    if not name:
        raise ImproperlyConfigured("DATABASE_URL needs a database name: postgres://host/name.")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"options": POSTGRES_OPTIONS, **dict(parse_qsl(parts.query))},
    }


def redis(url: str) -> str:
    """The broker's address, checked; empty for the files in the data folder."""
    parts = _split("REDIS_URL", url)
    if url and (parts.scheme not in REDIS_SCHEMES or not (parts.hostname or parts.path)):
        raise ImproperlyConfigured(
            "REDIS_URL must look like redis://:password@host:6379/0, rediss:// or redis+socket://."
        )
    return url


def email(url: str) -> dict[str, Any]:
    """Django's EMAIL_* settings for a URL; without one, mail stays in the outbox."""
    if not url:
        return {"EMAIL_BACKEND": "django.core.mail.backends.dummy.EmailBackend"}
    parts = _split("EMAIL_URL", url)
    if parts.scheme not in SMTP_PORTS or not parts.hostname:
        raise ImproperlyConfigured("EMAIL_URL must look like smtp://user:password@host:25, smtp+tls:// or smtps://.")
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": parts.port or SMTP_PORTS[parts.scheme],
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_TLS": parts.scheme == "smtp+tls",
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        # Shorter than a mail's lease, so that a slow server never makes a second copy.
        "EMAIL_TIMEOUT": 15,
    }


def secret_key(path: Path) -> str:
    """The key in the file, made at the first start and readable by this account only."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor, draft = tempfile.mkstemp(dir=path.parent)  # created with mode 0600
        with os.fdopen(descriptor, "w") as file:
            file.write(get_random_secret_key())
        with suppress(FileExistsError):
            os.link(draft, path)  # the first of several processes wins
        os.unlink(draft)
    return path.read_text().strip()
