"""Dashboard, instances and monitor with cases in hand: honest numbers that lead to their rows."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from cases.models import Case
from cases.services import case_create, case_update
from sla_project.operations.services import settings_update
from sla_project.operations.tests.builders import queries_of
from slas.models import TrackedRecord
from slas.passes import advance_all
from slas.services.policy.slas import sla_set_default
from slas.tests.policy.builders import NOW, make_kpi, make_sla

pytestmark = pytest.mark.django_db(transaction=True)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def cases(clock) -> None:
    """Four gold cases: one met, one overdue, one nearing, one paused; seen at NOW + 70 minutes."""
    clock.set(NOW)
    settings_update(changes={"pause_statuses": {"case": ["on_hold"]}}, by=None, now=NOW)
    make_kpi()
    sla_set_default(sla=make_sla(publish=True), by=None, now=NOW)
    for title, minutes in (("Met", 0), ("Overdue", 0), ("Nearing", 20), ("Paused", 20)):
        now = clock.set(NOW + minutes * MINUTE)
        case = case_create(title=title, service_level="gold", by=None, now=now)
        if title == "Met":
            case_update(case=case, first_response_sent=True, by=None, now=clock.advance(60))
        if title == "Paused":
            case_update(case=case, status="on_hold", by=None, now=clock.advance(60))
    clock.set(NOW + 70 * MINUTE)


def tiles(client) -> dict[str, tuple[str, str]]:
    found = client.get(reverse("slas:dashboard")).context["tiles"]
    return {str(tile["label"]): (str(tile["number"]), tile["url"]) for tile in found}


def test_the_numbers_are_those_of_their_rows(admin, cases):
    shown = tiles(admin)
    assert {label: number for label, (number, _url) in shown.items()} == {
        "met this period": "100.0%",
        "breached now": "1",
        "nearing noncompliance": "1",
        "closed while paused": "0",
    }
    for _label, (number, url) in shown.items():
        assert len(admin.get(url).context["rows"]) == (0 if number == "0" else 1)


def test_what_is_closed_while_paused_is_said_beside_what_is_met(admin, cases, clock):
    paused = Case.objects.get(title="Paused")
    case_update(case=paused, first_response_sent=True, by=None, now=clock.now)
    advance_all()
    clock.advance(60)
    shown = tiles(admin)
    assert (shown["met this period"][0], shown["closed while paused"][0]) == ("66.7%", "1")
    assert len(admin.get(shown["closed while paused"][1]).context["rows"]) == 1
    assert "50.0% met without them" in admin.get(reverse("slas:dashboard")).content.decode()


def test_without_a_finished_kpi_there_is_no_percentage(admin, clock):
    assert tiles(admin)["met this period"][0] == "–"


def test_the_worst_comes_first(admin, cases):
    queue = admin.get(reverse("slas:dashboard")).context["queue"]
    assert [row["record"].label.split()[-1] for row in queue] == ["Overdue", "Nearing"]
    assert queue[0]["timer"].state == "noncompliant"


def test_the_chart_has_its_table(admin, cases):
    response = admin.get(reverse("slas:dashboard") + "?days=7")
    assert [day.met for day in response.context["finished"]] == [0] * 6 + [1]
    assert response.content.decode().count("<rect") == 1


def test_every_chip_shows_its_instances(admin, cases):
    url = reverse("slas:kpi_instance_list")
    for name, count in (("breached", 1), ("nearing", 1), ("running", 0), ("paused", 1), ("met", 1), ("missed", 0)):
        assert len(admin.get(f"{url}?show={name}").context["rows"]) == count
    everything = admin.get(url)
    assert len(everything.context["rows"]) == 4
    assert b"<sla-timer" in everything.content


def test_what_was_met_late_ended_when_it_was_met(admin, cases):
    met_at = NOW + 70 * MINUTE
    case_update(case=Case.objects.get(title="Overdue"), first_response_sent=True, by=None, now=met_at)
    (row,) = admin.get(reverse("slas:kpi_instance_list") + "?show=late&sort=-over_at").context["rows"]
    assert row["cells"][5]["time"] == met_at > row["object"].ended_at
    newest = admin.get(reverse("slas:kpi_instance_list") + "?show=finished&sort=-over_at").context["rows"][0]
    assert newest["object"] == row["object"]


def test_filters_of_the_page(admin, cases):
    url = reverse("slas:kpi_instance_list")
    assert len(admin.get(f"{url}?status=paused&kpi=first_response_by&record_type=case").context["rows"]) == 1
    assert len(admin.get(f"{url}?due_after=2026-03-02&due_before=2026-03-02").context["rows"]) == 3


def test_one_clock_with_its_history(admin, cases):
    row = admin.get(reverse("slas:kpi_instance_list") + "?show=breached").context["rows"][0]
    response = admin.get(reverse("slas:kpi_instance_detail", args=[row["object"].pk]))
    assert response.status_code == 200
    kinds = [event.kind for event, _words in response.context["events"]]
    assert kinds[0] == "started" and kinds[-1] == "failed"
    assert "Updating" in response.content.decode()


@pytest.mark.parametrize("page", ["slas:dashboard", "slas:kpi_instance_list", "slas:monitor", "cases:case_list"])
def test_more_cases_cost_no_more_queries(admin, cases, clock, page, django_assert_num_queries):
    count = queries_of(lambda: admin.get(reverse(page)))
    for number in range(3):
        case_create(title=f"Overdue {number}", service_level="gold", by=None, now=NOW)
    advance_all()
    with django_assert_num_queries(count):
        admin.get(reverse(page))


def test_the_monitor_says_what_to_do(admin, agent, cases):
    dead = TrackedRecord.objects.order_by("pk").first()
    TrackedRecord.objects.filter(pk=dead.pk).update(dead_at=NOW, attempts=8, last_error="KeyError: 'x'", wake_at=None)
    text = admin.get(reverse("slas:monitor")).content.decode()
    for words in ("Start a worker", "given up", "KeyError", "Retry now"):
        assert words in text
    retry = reverse("slas:record_retry", args=[dead.pk])
    assert agent.post(retry).status_code == 403
    assert admin.post(retry).status_code == 302
    dead.refresh_from_db()
    assert (dead.dead_at, dead.attempts) == (None, 0) and dead.wake_at is not None
