"""Settings from environment variables: typed, and with an error that names the variable."""

from __future__ import annotations

import os
from collections.abc import Sequence
from email.utils import parseaddr
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.validators import EmailValidator

TRUE, FALSE = {"1", "true", "yes", "on"}, {"0", "false", "no", "off", ""}


def text(name: str, default: str = "") -> str:
    return os.environ.get(name, default).strip()


def flag(name: str, default: bool = False) -> bool:
    value = text(name, "yes" if default else "no").lower()
    if value not in TRUE | FALSE:
        raise ImproperlyConfigured(f"{name} must be yes or no, not {value!r}.")
    return value in TRUE


def words(name: str, always: Sequence[str] = ()) -> list[str]:
    """A list separated by commas or spaces, after what is `always` in it."""
    return list(dict.fromkeys([*always, *text(name).replace(",", " ").split()]))


def hosts(name: str, always: Sequence[str] = ()) -> list[str]:
    """Names or addresses of hosts; `.example.com` and `*` as Django means them."""
    found = words(name, always)
    for each in found:
        if "/" in each or (":" in each and not each.startswith("[")):
            raise ImproperlyConfigured(
                f"{name} takes names of hosts, without https:// and without a port, not {each!r}."
            )
    return found


def host_of(url: str) -> str:
    """As it stands in a request's Host, without its port."""
    host = urlsplit(url).hostname or ""
    return f"[{host}]" if ":" in host else host


def origin(name: str, default: str) -> str:
    """Scheme, host and, where it is not the usual one, port."""
    value = text(name, default).rstrip("/")
    return _checked_origin(name, value)


def origins(name: str, always: Sequence[str] = ()) -> list[str]:
    return [_checked_origin(name, each) for each in words(name, always)]


def _checked_origin(name: str, value: str) -> str:
    try:
        parts = urlsplit(value)
        right = (
            parts.scheme in ("http", "https") and bool(parts.hostname) and value == f"{parts.scheme}://{parts.netloc}"
        )
        parts.port  # noqa: B018 - raises ValueError when it is not a number
    except ValueError:
        right = False
    if not right:
        raise ImproperlyConfigured(
            f"{name} must look like https://sla.example.com, with nothing behind it, not {value!r}."
        )
    return value


def time_zone(name: str, default: str) -> str:
    value = text(name, default)
    try:
        ZoneInfo(value)
    except (ValueError, OSError, ZoneInfoNotFoundError):
        raise ImproperlyConfigured(f"{name} must be a time zone such as Europe/London, not {value!r}.") from None
    return value


def sender(name: str, default: str) -> str:
    """An address for mail, alone or as `Name <address>`."""
    value = text(name, default)
    address = parseaddr(value)[1]
    try:
        # Its domain may be a bare name: within a company there are such hosts.
        EmailValidator(allowlist=[address.rpartition("@")[2]])(address)
    except ValidationError:
        raise ImproperlyConfigured(f"{name} must look like Desk <desk@example.com>, not {value!r}.") from None
    return value


def one_of(name: str, choices: Sequence[str], default: str) -> str:
    """One of these words, written in capitals or not."""
    value = text(name, default)
    found = {choice.casefold(): choice for choice in choices}.get(value.casefold())
    if found is None:
        raise ImproperlyConfigured(f"{name} must be one of {', '.join(choices)}, not {value!r}.")
    return found


def number(name: str, default: int) -> int:
    value = text(name) or str(default)
    if not value.isdecimal():
        raise ImproperlyConfigured(f"{name} must be a whole number, not {value!r}.")
    return int(value)
