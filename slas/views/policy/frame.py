"""What all pages of one SLA share: the row behind them, the way back, the head with its tabs."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from sla_project.accounts.policy import can_configure
from slas import records
from slas.models import SLA
from slas.selectors.forecasts.publications import draft_rebases
from slas.selectors.policy import reading

TONES = {"draft": "warn", "active": "good", "inactive": "neutral"}


def sla_get(pk: int) -> SLA:
    return get_object_or_404(reading.slas(), pk=pk)


def sla_crumbs(*above: SLA) -> list[dict[str, str]]:
    crumbs = [{"label": _("SLAs"), "url": reverse("slas:sla_list")}]
    return crumbs + [{"label": sla.name, "url": reverse("slas:sla_detail", args=[sla.pk])} for sla in above]


def shows_draft(request: HttpRequest, sla: SLA) -> bool:
    """Administrators see the draft first; everybody can ask for either."""
    if sla.draft is None or sla.current is None:
        return sla.draft is not None
    asked = request.GET.get("show")
    return asked == "draft" or (asked != "published" and can_configure(request.user))


def sla_frame(request: HttpRequest, sla: SLA, tab: str) -> dict[str, Any]:
    """The head that all pages of one SLA have."""
    record_type = records.get(sla.record_type)
    tabs = [
        ("items", _("Items"), "sla_detail"),
        ("check", _("Check"), "sla_check"),
        ("versions", _("Versions"), "sla_versions"),
        ("try", _("Try on %(record)s") % {"record": record_type.one}, "sla_try"),
        ("document", _("Document"), "sla_document"),
    ]
    return {
        "title": sla.name,
        "breadcrumbs": sla_crumbs(),
        "sla": sla,
        "tone": TONES[sla.state],
        "plural": record_type.plural,
        "record_type": record_type,
        "may_configure": can_configure(request.user),
        "rebases": draft_rebases(sla),
        "tabs": [
            {"label": label, "url": reverse(f"slas:{name}", args=[sla.pk]), "active": key == tab}
            for key, label, name in tabs
        ],
    }
