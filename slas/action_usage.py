"""Tells which SLAs and reusable actions name an email template or a reusable action (port `actions.usage`)."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from actions import usage
from actions.models import Action
from slas.selectors.policy.usage import uses_in_actions


def register() -> None:
    usage.register(uses_in_slas)
    usage.register(uses_in_reusable_actions)


def uses_in_slas(key: str, code: str) -> list[usage.Use]:
    found = []
    for use in uses_in_actions(key, code):
        version = _("Version %(number)d") % {"number": use.version} if use.version else _("Draft")
        url = reverse("slas:sla_detail", args=[use.sla.pk])
        detail = f"{version}: {', '.join(use.items)}"
        found.append(usage.Use(use.sla.name, detail, url if use.version else f"{url}?show=draft", use.is_current))
    return found


def uses_in_reusable_actions(key: str, code: str) -> list[usage.Use]:
    """None of them names another one."""
    if key == usage.ACTION:
        return []
    return [
        usage.Use(action.name, _("Action"), reverse("slas:action_detail", args=[action.pk]), action.is_active)
        for action in Action.objects.filter(document__template=code).order_by("name", "id")
    ]
