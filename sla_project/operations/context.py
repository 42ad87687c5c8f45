"""What the shell around every page needs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from sla_project.accounts.policy import can_read_all
from sla_project.operations.clock import clock_now
from sla_project.operations.selectors import monitor_status


@dataclass(frozen=True)
class NavigationEntry:
    """A link in the shell; `group` is the heading it stands under, empty for the first ones."""

    label: str
    url: str
    icon: str
    group: str
    active: bool


# (label, [(label, URL name, icon)])
NAVIGATION: tuple[tuple[Any, tuple[tuple[Any, str, str], ...]], ...] = (
    (
        "",
        (
            (_("Dashboard"), "slas:dashboard", "layout-dashboard"),
            (_("Cases"), "cases:case_list", "ticket"),
            (_("Activities"), "cases:activity_list", "checklist"),
            (_("Customers"), "cases:customer_list", "building"),
            (_("Entitlements"), "cases:entitlement_list", "id-badge"),
            (_("Products"), "cases:product_list", "tag"),
        ),
    ),
    (
        _("Service levels"),
        (
            (_("SLAs"), "slas:sla_list", "shield-check"),
            (_("KPIs"), "slas:kpi_list", "target"),
            (_("Business hours"), "slas:business_hours_list", "clock-hour-4"),
            (_("Holiday schedules"), "slas:holiday_schedule_list", "calendar-off"),
            (_("KPI instances"), "slas:kpi_instance_list", "hourglass"),
            (_("Reports"), "slas:saved_report_list", "chart-bar"),
        ),
    ),
    (
        _("Actions"),
        (
            (_("Action runs"), "actions:run_list", "player-play"),
            (_("Outbox"), "actions:outbox", "mail"),
            (_("Actions"), "slas:action_list", "bolt"),
            (_("Email templates"), "actions:email_template_list", "file-text"),
        ),
    ),
    (
        _("System"),
        (
            (_("Monitor"), "slas:monitor", "heartbeat"),
            (_("Jobs"), "operations:job_list", "list-check"),
            (_("Settings"), "slas:settings", "settings"),
            (_("People"), "accounts:person_list", "user"),
            (_("Teams"), "accounts:team_list", "users"),
            (_("Audit log"), "operations:audit_list", "history"),
            (_("API tokens"), "accounts:token_list", "key"),
        ),
    ),
)

FOR_MANAGERS = {"slas:saved_report_list", "operations:audit_list"}


def console(request: HttpRequest) -> dict[str, Any]:
    """What the shell shows; the monitor and the clock are asked only if a page uses them."""
    return {
        "navigation": SimpleLazyObject(lambda: navigation_for(request.path, reads_all=can_read_all(request.user))),
        "monitor": SimpleLazyObject(_monitor),
        "server_now": SimpleLazyObject(clock_now),
        "search_url": _url("cases:case_list"),
        "profile_url": _url("accounts:profile"),
    }


def _monitor() -> dict[str, Any]:
    status = monitor_status(clock_now())
    return {
        "running": status.running,
        "label": status.label,
        "detail": status.detail,
        "url": _url("slas:monitor"),
    }


def navigation_for(path: str, *, reads_all: bool = True) -> list[NavigationEntry]:
    """The links of the shell, the one that leads to this path marked; without those that only managers may follow."""
    urls = [_url(name) for _group, entries in NAVIGATION for _label, name, _icon in entries]
    matching = [url for url in urls if url and (path == url or (url != "/" and path.startswith(url)))]
    current = max(matching, key=len, default="")
    return [
        NavigationEntry(str(label), url, icon, str(group), active=url == current)
        for group, entries in NAVIGATION
        for label, name, icon in entries
        if (url := _url(name)) and (reads_all or name not in FOR_MANAGERS)
    ]


def _url(name: str) -> str:
    """The address, or nothing where an installation leaves an app's pages out."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""
