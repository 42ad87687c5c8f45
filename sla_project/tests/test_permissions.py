"""Who may open which address, role by role. What is not listed here is the administrators': a new page or endpoint
that anybody else may use stands here, or the test fails."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from rest_framework.test import APIClient

from sla_project.accounts.models import Role
from sla_project.accounts.services import token_create
from sla_project.operations.clock import clock_now
from sla_project.operations.tests.builders import make_user
from sla_project.tests.test_doors import ENDPOINTS, METHODS, PAGES, address

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

FOR_ALL = """
    action-runs/ action-runs/<int:pk>/ actions/ actions/<int:pk>/ activities/ activities/<int:pk>/
    activities/<int:pk>/apply-sla/ activities/<int:pk>/cancel/ activities/<int:pk>/complete/ activities/<int:pk>/edit/
    activities/<int:pk>/reactivate/ activities/<int:pk>/timers/ activities/new/ business-hours/
    business-hours/<int:pk>/ business-hours/<int:pk>/versions/ business-hours/<int:pk>/year/ cases/ cases/<int:pk>/
    cases/<int:pk>/apply-sla/ cases/<int:pk>/assign/ cases/<int:pk>/cancel/ cases/<int:pk>/edit/
    cases/<int:pk>/escalate/ cases/<int:pk>/hold/ cases/<int:pk>/merge/ cases/<int:pk>/reactivate/
    cases/<int:pk>/reply/ cases/<int:pk>/resolve/ cases/<int:pk>/status/ cases/<int:pk>/take/ cases/<int:pk>/timers/
    cases/new/ contacts/<int:pk>/<slug:verb>/ contacts/<int:pk>/edit/ customers/ customers/<int:pk>/
    customers/<int:pk>/<slug:verb>/ customers/<int:pk>/contacts/new/ customers/<int:pk>/edit/ customers/new/
    email-templates/ email-templates/<int:pk>/ entitlements/ entitlements/<int:pk>/ holiday-schedules/
    holiday-schedules/<int:pk>/ holiday-schedules/<int:pk>/history/ jobs/ jobs/<uuid:pk>/ kpi-instances/
    kpi-instances/<int:pk>/ kpis/ kpis/<int:pk>/ lookups/<slug:lookup>/ monitor/ outbox/ outbox/<int:pk>/ products/
    products/<int:pk>/ profile/ profile/password/ slas/ slas/<int:pk>/ slas/<int:pk>/check/ slas/<int:pk>/diff/
    slas/<int:pk>/document/ slas/<int:pk>/export/ slas/<int:pk>/try/ slas/<int:pk>/versions/
    slas/<int:pk>/versions/<int:number>/ teams/ teams/<int:pk>/ tokens/ tokens/<int:pk>/revoke/
"""
FOR_MANAGERS = """
    audit/ audit/<int:pk>/ conditions/options/ conditions/preview/ kpi-instances/<int:pk>/extend/
    kpi-instances/<int:pk>/recalculate/ people/ people/<int:pk>/ reports/ reports/<int:pk>/ reports/<int:pk>/delete/
    reports/<int:pk>/edit/ reports/<int:pk>/send/ reports/compliance/ reports/new/
"""
WRITTEN_BY_ALL = """
    actions/<pk>/preview/ activities/ activities/<pk>/ activities/<pk>/apply-sla/ activities/<pk>/cancel/
    activities/<pk>/complete/ activities/<pk>/reactivate/ business-hours/<pk>/compute/ cases/ cases/<pk>/
    cases/<pk>/apply-sla/ cases/<pk>/assign/ cases/<pk>/cancel/ cases/<pk>/hold/ cases/<pk>/merge/
    cases/<pk>/reactivate/ cases/<pk>/reply/ cases/<pk>/resolve/ cases/by-external-id/<source>/<number>/ contacts/
    contacts/<pk>/ contacts/<pk>/activate/ contacts/<pk>/deactivate/ customers/ customers/<pk>/
    customers/<pk>/activate/ customers/<pk>/deactivate/ email-templates/<pk>/preview/ me/ record-types/<name>/match/
    slas/<pk>/check/ slas/<pk>/evaluate/ tokens/ tokens/<pk>/
"""
WRITTEN_BY_MANAGERS = """
    kpi-instances/<pk>/extend/ kpi-instances/<pk>/recalculate/ reports/saved/ reports/saved/<pk>/
    reports/saved/<pk>/send/
"""
ASKED = "(compute|preview|match|check|evaluate|forecast)"
"""Questions that are posts for the length of their bodies."""


def named(*lists: str) -> set[str]:
    return {route for each in lists for route in each.split()}


def test_the_lists_name_what_there_is() -> None:
    assert named(FOR_ALL, FOR_MANAGERS) <= set(PAGES)
    assert named(WRITTEN_BY_ALL, WRITTEN_BY_MANAGERS) <= {resource(route) for route in ENDPOINTS}


def resource(route: str) -> str:
    """`cases/<pk>/` for the router's expression."""
    plain = re.sub(r"\(\?P<(\w+)>(?:\[[^\]]*\]|[^()])*\)", r"<\1>", route)
    return plain.replace("api/v1/", "").replace("^", "").replace("$", "")


@pytest.mark.parametrize(
    ("role", "listed"),
    [(Role.AGENT, named(FOR_ALL)), (Role.MANAGER, named(FOR_ALL, FOR_MANAGERS)), (Role.ADMINISTRATOR, set(PAGES))],
)
def test_pages(role: str, listed: set[str]) -> None:
    """403 for reading, for posting or for both, exactly where the page is not this role's."""
    client = Client()
    client.force_login(make_user(f"{role}@example.org", role=role))
    refused = {
        route
        for route in PAGES
        if 403 in {getattr(client, method)(address(route)).status_code for method in ("get", "post")}
    }
    assert refused == set(PAGES) - listed - {""}


@pytest.mark.parametrize(
    ("role", "listed"),
    [(Role.AGENT, named(WRITTEN_BY_ALL)), (Role.MANAGER, named(WRITTEN_BY_ALL, WRITTEN_BY_MANAGERS))],
)
def test_writing_over_rest(role: str, listed: set[str]) -> None:
    """Nothing but 403 and 405 for whatever is not this role's, and no 403 for what is."""
    client = APIClient()
    client.force_authenticate(make_user(f"{role}@example.org", role=role))
    for route in ENDPOINTS:
        answers = {
            getattr(client, method)(address(route), {}, format="json").status_code
            for method in METHODS
            if method != "get"
        }
        if resource(route) in listed:
            assert 403 not in answers, (route, answers)
        else:
            assert answers <= {403, 405}, (route, answers)


def test_a_token_that_only_reads_writes_nothing() -> None:
    """Not even an administrator's, whatever the address; questions that are posts may be asked."""
    user = make_user("dana@example.org", role=Role.ADMINISTRATOR)
    _token, plaintext = token_create(user=user, name="t", scope="read", expires_at=None, by=user, now=clock_now())
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {plaintext}")
    for route in ENDPOINTS:
        for method in METHODS:
            if method == "get" or re.search(ASKED + r"/\Z", resource(route)):
                continue
            status = getattr(client, method)(address(route), {}, format="json").status_code
            assert status in (403, 405), (method, route, status)
