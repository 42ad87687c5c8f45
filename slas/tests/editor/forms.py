"""Posting the editor's form as a browser does: what the page shows, with some fields changed."""

from __future__ import annotations

from typing import Any

from django.test import Client
from django.urls import reverse

from slas.models import SLA


def edit_url(sla: SLA, item: str = "") -> str:
    return reverse("slas:sla_edit", args=[sla.pk]) + (f"?item={item}" if item else "")


def shown(client: Client, sla: SLA, item: str) -> dict[str, Any]:
    """Every field of the item's form as the page shows it, and the revision."""
    return fields_of(client.get(edit_url(sla, item)))


def fields_of(response: Any) -> dict[str, Any]:
    """The same for a page that is there already, such as the answer to *Add warning*."""
    fields: dict[str, Any] = {"revision": str(response.context["revision"])}
    for part in response.context["form"].tree():
        for bound in part:
            value = bound.value()
            if value is not None and value is not False:
                fields[bound.html_name] = value
    return fields


def draft(sla: SLA) -> dict[str, Any]:
    sla.refresh_from_db()
    assert sla.draft is not None
    return sla.draft
