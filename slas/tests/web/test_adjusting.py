"""The commands on one clock: who sees them, what they foretell, what they do."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from cases.models import Case
from cases.services import case_create, case_update
from sla_project.operations.models import AuditEntry
from sla_project.operations.tests.builders import queries_of
from slas.models import KPIInstance, RecordChange
from slas.services.policy.slas import sla_set_default
from slas.tests.policy.builders import NOW, make_kpi, make_sla
from slas.tests.web.conftest import client_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def case(clock) -> Case:
    clock.set(NOW)
    make_kpi()
    sla_set_default(sla=make_sla(publish=True), by=None, now=NOW)
    return case_create(title="Cannot sign in", service_level="gold", by=None, now=NOW)


def page(name: str = "detail") -> str:
    return reverse(f"slas:kpi_instance_{name}", args=[KPIInstance.objects.order_by("pk")[0].pk])


def test_more_time(admin, case):
    """engine.md R5: the page says how much was given; the log and the audit trail say why."""
    shown = admin.get(page("extend")).content.decode()
    assert "More working time" in shown and "<sla-timer" in shown
    answer = admin.post(page("extend"), {"length": "1h 30m", "reason": "Agreed by phone"})
    assert answer["Location"] == page()
    assert KPIInstance.objects.get().failure_at == NOW + timedelta(minutes=150)
    assert RecordChange.objects.get(kind="extended").data["why"] == "Agreed by phone"
    assert AuditEntry.objects.get(action="kpi_instance.extended").by.email == "administrator@example.com"
    detail = admin.get(page()).content.decode()
    assert "Was given 1 h 30 min more." in detail and "Time given by hand" in detail


@pytest.mark.parametrize(
    ("typed", "field"),
    [({"length": "soon", "reason": "x"}, "length"), ({"length": "1h", "reason": " "}, "reason")],
)
def test_what_was_typed_wrongly_is_said_at_its_field(admin, case, typed, field):
    answer = admin.post(page("extend"), typed)
    assert answer.status_code == 422 and list(answer.context["form"].errors) == [field]
    assert not RecordChange.objects.filter(kind="extended").exists()


def test_what_has_ended_is_refused_with_a_reason(admin, case, clock):
    clock.set(NOW + timedelta(hours=2))
    answer = admin.post(page("extend"), {"length": "1h", "reason": "Too late"})
    assert "Only a running timer can be given more time." in answer.content.decode()


def test_a_recalculation_that_would_change_nothing_says_so(admin, case):
    shown = admin.get(page("recalculate"))
    assert shown.context["after"] is None
    assert "Nothing would change" in shown.content.decode()


def test_a_recalculation_shows_what_would_be_and_leads_to_it(admin, case, clock):
    """engine.md R22: here a result is judged anew; the page of the clock that counts then comes next."""
    case_update(case=case, first_response_sent=True, by=None, now=clock.advance(60))
    shown = admin.get(page("recalculate"))
    assert [card.state for card in (shown.context["before"]["timer"], shown.context["after"]["timer"])] == [
        "succeeded", "succeeded",
    ]  # fmt: skip
    assert KPIInstance.objects.count() == 1
    answer = admin.post(page("recalculate"), {"reason": "Was met by the wrong mail"})
    latest = KPIInstance.objects.get(is_current=True)
    assert (latest.number, answer["Location"]) == (2, reverse("slas:kpi_instance_detail", args=[latest.pk]))


def test_managers_may_and_agents_may_not(agent, case):
    """A promise is not moved by those who have to keep it."""
    manager = client_of("manager")
    for name in ("extend", "recalculate"):
        assert page(name) in manager.get(page()).content.decode()
        assert manager.get(page(name)).status_code == 200
        assert page(name) not in agent.get(page()).content.decode()
        assert agent.get(page(name)).status_code == agent.post(page(name)).status_code == 403


def test_an_ended_clock_offers_no_more_time(admin, case, clock):
    case_update(case=case, first_response_sent=True, by=None, now=clock.advance(60))
    shown = admin.get(page()).content.decode()
    assert page("extend") not in shown and page("recalculate") in shown


@pytest.mark.parametrize("name", ["extend", "recalculate"])
def test_queries_do_not_grow_with_the_history(admin, case, clock, django_assert_num_queries, name):
    count = queries_of(lambda: admin.get(page(name)))
    for title in range(5):
        case_update(case=case, title=f"Title {title}", by=None, now=clock.advance(1))
    with django_assert_num_queries(count):
        admin.get(page(name))
