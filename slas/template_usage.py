"""Tells the pages of email templates which SLAs name them (port `actions.usage`)."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from actions import usage
from slas.selectors.policy.usage import uses_of_template


def register() -> None:
    usage.register(template_uses)


def template_uses(code: str) -> list[usage.Use]:
    found = []
    for use in uses_of_template(code):
        version = _("Version %(number)d") % {"number": use.version} if use.version else _("Draft")
        url = reverse("slas:sla_detail", args=[use.sla.pk])
        detail = f"{version}: {', '.join(use.items)}"
        found.append(usage.Use(use.sla.name, detail, url if use.version else f"{url}?show=draft"))
    return found
