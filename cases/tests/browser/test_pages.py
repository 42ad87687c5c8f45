"""Every page in light, dark and on a phone: no accessibility fault, no console error, nothing that overflows.

WCAG 2.2 AA by axe-core. A page that is added without being named here makes the first test fail.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.urls import URLPattern, URLResolver, get_resolver
from playwright.sync_api import Browser, Page
from pytest_django.live_server_helper import LiveServer

from actions.models import ActionRun, EmailTemplate, Message
from actions.services import action_create
from cases.demo.people import Desk
from cases.demo.policies import ESCALATE
from cases.models import Activity, Case, Entitlement, Product
from cases.tests.browser.conftest import sign_in
from sla_project.accounts.models import Team
from sla_project.operations.clock import clock_now
from sla_project.operations.models import AuditEntry
from slas.models import KPI, SLA, BusinessHours, HolidaySchedule, KPIInstance
from slas.services.policy.reapplying import reapply_start
from slas.services.reports.saved_reports import saved_report_create

pytestmark = pytest.mark.browser

AXE = Path(settings.BASE_DIR) / "tests_support" / "axe-4" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
LOOKS = [("light", 1366), ("dark", 1366), ("light", 390)]
# Routes that answer posts, programs or machines rather than show a page of their own.
NOT_PAGES = (
    "api/", "healthz", "readyz", "metrics", "logout/", "timers/", "preview/", "activate", "slug:verb",
    "escalate/", "take/",
    "retry", "revoke", "redeliver", "status/", "reactivate", "static", "complete/", "admin",
    "i18n", "holidays/", "import", "__", "favicon", "options/", "compute", "clone/", "delete/", "versions/<int:number>",
    "export/", "test/", "lookups/",
)  # fmt: skip
# Pages that look quite different by what their query asks for.
VIEWS = (
    "slas/<int:pk>/edit/?item=new",
    "slas/<int:pk>/edit/?view=matrix",
    "slas/<int:pk>/edit/?view=settings",
    "slas/<int:pk>/edit/delete/?item=gold-resolve",
    "slas/<int:pk>/versions/1/",
    "slas/<int:pk>/try/?record=CASE-1001",
    "slas/import/?starter=follow-the-sun",
    "actions/new/?for=case&kind=update_record",
    "business-hours/<int:pk>/?start=2026-12-23T16:30&duration=4h+30m",
    "holiday-schedules/<int:pk>/import/?country=GB&subdivision=SCT&first_year=2026&last_year=2027",
    "holiday-schedules/<int:pk>/import/calendar/",
)


def paths(desk: Desk) -> dict[str, str]:
    """Route → a path of it that exists in the seeded desk."""
    case = Case.objects.filter(number="CASE-1001").get()
    open_case = Case.objects.filter(state="active", status="researching").first() or case
    kwargs: dict[str, Any] = {
        "cases": open_case.pk,
        "activities": Activity.objects.filter(state="open").values_list("pk", flat=True)[0],
        "customers": desk.customers[0].pk,
        "contacts": next(iter(desk.contacts.values())).pk,
        "slas": SLA.objects.get(code="support-contract").pk,
        "kpis": KPI.objects.values_list("pk", flat=True)[0],
        "business-hours": BusinessHours.objects.get(code="uk-hours").pk,
        "holiday-schedules": HolidaySchedule.objects.get().pk,
        "kpi-instances": KPIInstance.objects.filter(status="noncompliant").values_list("pk", flat=True)[0],
        "action-runs": ActionRun.objects.values_list("pk", flat=True)[0],
        "outbox": Message.objects.values_list("pk", flat=True)[0],
        "reports": saved_report_create(name="Weekly", query={"group_by": "item"}, by=None, now=clock_now()).pk,
        "audit": AuditEntry.objects.exclude(before=None).values_list("pk", flat=True)[0],
        "people": desk.administrator.pk,
        "teams": Team.objects.values_list("pk", flat=True)[0],
        "products": Product.objects.values_list("pk", flat=True)[0],
        "entitlements": Entitlement.objects.values_list("pk", flat=True)[0],
        "actions": action_create(
            code="escalate", name="Escalate", target_type="case", document=ESCALATE, by=None, now=clock_now()
        ).pk,
        "email-templates": EmailTemplate.objects.values_list("pk", flat=True)[0],
        "jobs": reapply_start(
            version=SLA.objects.get(code="support-contract").versions.get(), by=None, run_actions=False, now=clock_now()
        ).pk,
    }
    found = {}
    pages = [route for route in routes(get_resolver().url_patterns) if not any(part in route for part in NOT_PAGES)]
    for route in [*pages, *VIEWS]:
        key = str(kwargs.get(route.partition("/")[0], ""))
        found[route] = "/" + route.replace("<int:pk>", key).replace("<uuid:pk>", key)
    return found


def routes(patterns: list[URLPattern | URLResolver], prefix: str = "") -> list[str]:
    found = []
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        found += routes(pattern.url_patterns, route) if isinstance(pattern, URLResolver) else [route]
    return found


@pytest.mark.parametrize(("theme", "width"), LOOKS, ids=["light", "dark", "phone"])
def test_every_page_is_whole(browser: Browser, live_server: LiveServer, desk: Desk, theme: Any, width: int) -> None:
    viewport: Any = {"width": width, "height": 900}
    context = sign_in(browser, live_server, "dana@example.com", color_scheme=theme, viewport=viewport)
    context.add_init_script(path=AXE)
    page = context.new_page()
    faults: list[str] = []
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: faults.append(str(error)))
    report = {route: _faults(page, path, width, faults) for route, path in paths(desk).items()}
    assert len(report) > 30
    assert {route: found for route, found in report.items() if found} == {}


def _faults(page: Page, path: str, width: int, console: list[str]) -> list[str]:
    if page.request.get(path).status == 405:  # a command, answered by posts only
        return []
    console.clear()
    response = page.goto(path)
    found = list(console)
    if response is None or response.status != 200:
        return [*found, f"answers {response.status if response else 'nothing'}"]
    overflow = page.evaluate("document.documentElement.scrollWidth") - width
    if overflow > 0:
        found.append(f"overflows by {overflow} px")
    result = page.evaluate("tags => axe.run({runOnly: tags})", TAGS)
    return found + [f"{fault['id']}: {fault['nodes'][0]['html'][:120]}" for fault in result["violations"]]
