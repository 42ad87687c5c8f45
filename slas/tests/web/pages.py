"""What tests of pages share."""

from __future__ import annotations

from typing import Any

from django.urls import reverse


def url(name: str, *args: int) -> str:
    return reverse(f"slas:{name}", args=args)


def errors(response: Any) -> dict[str, list[str]]:
    """What the form of a refused page says, by field."""
    assert response.status_code == 422
    return dict(response.context["form"].errors)
