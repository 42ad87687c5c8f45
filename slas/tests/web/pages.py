"""What tests of pages share."""

from __future__ import annotations

from html import unescape
from typing import Any

from django.urls import reverse
from django.utils.html import strip_tags


def url(name: str, *args: int) -> str:
    return reverse(f"slas:{name}", args=args)


def text_of(response: Any) -> str:
    """What a page says, in one line."""
    return " ".join(unescape(strip_tags(response.content.decode())).split())


def errors(response: Any) -> dict[str, list[str]]:
    """What the form of a refused page says, by field."""
    assert response.status_code == 422
    return dict(response.context["form"].errors)
