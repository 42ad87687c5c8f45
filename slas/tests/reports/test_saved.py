"""Saved reports: their forms, their times, and one mail a week whatever happens."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, connections
from django.urls import reverse

from actions.models import Message
from sla_project.accounts.models import User
from sla_project.operations.errors import Invalid, NotPossible
from sla_project.operations.models import AuditEntry
from sla_project.operations.services import settings_update
from slas.models import ReportMailing, SavedReport
from slas.passes import report_pass
from slas.services.reports.saved_reports import (
    next_mail_at,
    saved_report_create,
    saved_report_send,
    saved_report_update,
    week_key,
    weekly_mail_one,
)
from slas.tests.policy.builders import NOW

pytestmark = pytest.mark.django_db
WEEK = timedelta(days=7)


def make_report(**given: Any) -> SavedReport:
    values = {"name": "Weekly", "query": {"group_by": "sla"}, "weekday": 0, "hour": 7, "addresses": ["a@example.com"]}
    return saved_report_create(**(values | given), by=None, now=NOW)


# When


@pytest.mark.parametrize(
    ("zone", "weekday", "after", "due"),
    [
        ("UTC", 0, datetime(2026, 3, 2, 6, 59, tzinfo=UTC), datetime(2026, 3, 2, 7, tzinfo=UTC)),
        ("UTC", 0, datetime(2026, 3, 2, 7, 0, tzinfo=UTC), datetime(2026, 3, 9, 7, tzinfo=UTC)),
        ("UTC", 6, datetime(2026, 3, 2, 7, 0, tzinfo=UTC), datetime(2026, 3, 8, 7, tzinfo=UTC)),
        ("Europe/London", 0, datetime(2026, 3, 24, 7, 0, tzinfo=UTC), datetime(2026, 3, 30, 6, tzinfo=UTC)),
        ("Pacific/Auckland", 0, datetime(2026, 3, 1, 12, 0, tzinfo=UTC), datetime(2026, 3, 1, 18, tzinfo=UTC)),
    ],
)
def test_the_next_mail_keeps_its_local_hour(zone, weekday, after, due):
    settings_update(changes={"time_zone": zone}, by=None, now=NOW)
    assert next_mail_at(SavedReport(weekday=weekday, hour=7), after=after) == due


def test_a_week_is_that_of_the_organisation():
    settings_update(changes={"time_zone": "Pacific/Auckland"}, by=None, now=NOW)
    assert week_key(datetime(2026, 3, 1, 18, tzinfo=UTC)) == "2026-W10"
    assert week_key(datetime(2027, 1, 1, tzinfo=UTC)) == "2026-W53"


# Writing


def test_saving_is_audited_and_sets_the_next_mail():
    report = make_report()
    assert report.next_mail_at == datetime(2026, 3, 9, 7, tzinfo=UTC)
    saved_report_update(report=report, weekday=None, by=None, now=NOW)
    report.refresh_from_db()
    assert report.next_mail_at is None
    actions = AuditEntry.objects.filter(object_type="slas.savedreport").order_by("pk").values_list("action", flat=True)
    assert list(actions) == ["saved_report.create", "saved_report.update"]


@pytest.mark.parametrize(
    ("given", "pointer"),
    [
        ({"query": {"group_by": "colour"}}, "/query/group_by"),
        ({"addresses": ["nobody"]}, "/addresses"),
        ({"addresses": []}, "/users"),
        ({"addresses": [f"a{n}@example.com" for n in range(51)]}, "/addresses"),
    ],
)
def test_what_cannot_be_mailed_is_not_saved(given, pointer):
    with pytest.raises(Invalid) as caught:
        make_report(**given)
    assert caught.value.problems[0].pointer == pointer
    assert not SavedReport.objects.exists() or connection.in_atomic_block


# Mailing


def test_nothing_goes_before_its_hour():
    report = make_report()
    assert report.next_mail_at is not None
    assert not weekly_mail_one(now=report.next_mail_at - timedelta(seconds=1))
    assert not Message.objects.exists()


def test_each_week_has_one_mail_to_everybody_who_is_still_there(clock):
    ann = User.objects.create_user(email="ann@example.com", display_name="Ann")
    gone = User.objects.create_user(email="gone@example.com", display_name="Gone")
    report = make_report(users=[ann, gone], addresses=["a@example.com", "ANN@example.com"])
    User.objects.filter(pk=gone.pk).update(is_active=False)
    clock.set(report.next_mail_at)
    assert [report_pass(), report_pass()] == [1, 0]
    assert sorted(Message.objects.values_list("to_email", flat=True)) == ["a@example.com", "ann@example.com"]
    clock.set(clock.now + WEEK)
    assert [report_pass(), report_pass()] == [1, 0]
    assert list(ReportMailing.objects.order_by("pk").values_list("key", flat=True)) == ["2026-W11", "2026-W12"]


def test_after_a_long_stop_one_mail_goes_and_the_next_keeps_its_day(clock):
    report = make_report()
    clock.set(report.next_mail_at + 3 * WEEK + timedelta(hours=5))
    assert [report_pass(), report_pass()] == [1, 0]
    report.refresh_from_db()
    assert report.next_mail_at == datetime(2026, 4, 6, 7, tzinfo=UTC)


def test_another_day_in_the_same_week_gives_no_second_mail(clock):
    report = make_report()
    clock.set(report.next_mail_at)
    report_pass()
    saved_report_update(report=report, weekday=2, by=None, now=clock.now)
    clock.set(clock.now + timedelta(days=2))
    report_pass()
    assert Message.objects.count() == 1
    clock.set(clock.now + WEEK)
    report_pass()
    assert Message.objects.count() == 2


def test_sending_by_hand_is_beside_the_weekly_mail(clock):
    report = make_report()
    for _time in range(2):
        saved_report_send(report=report, by=None, now=clock.set(NOW))
    clock.set(report.next_mail_at)
    report_pass()
    assert Message.objects.count() == 3 and ReportMailing.objects.count() == 3


def test_sending_to_nobody_is_refused():
    report = make_report(weekday=None, addresses=[])
    with pytest.raises(NotPossible):
        saved_report_send(report=report, by=None, now=NOW)


def test_the_mail_has_the_table_the_days_and_the_link(many, clock, settings):
    report = make_report(name="SLAs\r\nBcc: x@example.com", query={"group_by": "sla", "period": "last_90_days"})
    saved_report_send(report=report, by=None, now=clock.now)
    mail = Message.objects.get()
    assert "\n" not in mail.subject and mail.subject.endswith("met")
    for words in ("Gold", "Silver", "All", "3 Dec 2025 – 2 Mar 2026", "closed while paused"):
        assert words in mail.text and words in mail.html
    assert f"{settings.PUBLIC_URL}/reports/compliance/?group_by=sla&since=2025-12-03&until=2026-03-02" in mail.text
    assert "<table" in mail.html


def test_a_late_mail_reports_on_the_week_that_was_due(clock):
    report = make_report(query={"period": "last_week"})
    clock.set(report.next_mail_at + timedelta(days=6))
    report_pass()
    assert "2 Mar 2026 – 8 Mar 2026" in Message.objects.get().text


def test_a_question_that_lost_its_meaning_says_so(clock):
    report = make_report()
    SavedReport.objects.filter(pk=report.pk).update(query={"group_by": "gone"})
    clock.set(report.next_mail_at)
    assert report_pass() == 1
    assert "cannot be made" in Message.objects.get().subject


@pytest.mark.django_db(transaction=True)
def test_two_passes_at_once_mail_once():
    reports = [make_report(name=f"Report {number}") for number in range(3)]
    due = reports[0].next_mail_at
    assert due is not None
    barrier, faults = threading.Barrier(2), []

    def run() -> None:
        try:
            barrier.wait()
            for _time in range(8):
                weekly_mail_one(now=due)
        except Exception as error:
            faults.append(error)
        finally:
            connections.close_all()

    if connection.vendor == "sqlite":  # one connection in memory for all threads: one after the other
        barrier = threading.Barrier(1)
        run(), run()
    else:
        threads = [threading.Thread(target=run) for _time in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert not faults
    assert Message.objects.count() == ReportMailing.objects.count() == 3
    assert not SavedReport.objects.filter(next_mail_at__lte=due).exists()


# Pages


def test_from_the_report_to_its_weekly_mail(manager, clock):
    me = User.objects.get()
    page = manager.get(reverse("slas:saved_report_new"), {"group_by": "kpi", "priority": "high"})
    assert "Last 30 days by KPI; Priority High" in page.content.decode()
    given = {"name": "KPIs", "query": "group_by=kpi&priority=high", "weekday": "0", "hour": "7", "users": [me.pk]}
    response = manager.post(reverse("slas:saved_report_new"), given)
    report = SavedReport.objects.get()
    assert response["Location"] == reverse("slas:saved_report_detail", args=[report.pk])
    assert report.query == {"group_by": "kpi", "priority": "high"}
    assert manager.get(response["Location"]).status_code == 200
    assert "Every Monday at 07:00, 1 recipient" in manager.get("/reports/").content.decode()
    assert manager.post(reverse("slas:saved_report_send", args=[report.pk])).status_code == 302
    assert Message.objects.get().to_email == me.email


def test_the_mail_of_a_report_is_no_agents_to_read(manager, agent, clock):
    saved_report_send(report=make_report(), by=None, now=clock.now)
    mail = Message.objects.get()
    assert mail.subject in manager.get("/outbox/").content.decode()
    assert mail.subject not in agent.get("/outbox/").content.decode()
    for address in (f"/outbox/{mail.pk}/", f"/api/v1/messages/{mail.pk}/"):
        assert (manager.get(address).status_code, agent.get(address).status_code) == (200, 404)
    counts = [len(client.get("/api/v1/messages/").json()["results"]) for client in (manager, agent)]
    assert counts == [1, 0]


def test_the_report_can_put_its_question_into_a_saved_one(manager, clock):
    report = make_report()
    page = manager.get("/reports/compliance/", {"group_by": "kpi", "saved": report.pk})
    assert page.context["saved"]["name"] == "Weekly"
    edit = manager.get(page.context["saved"]["url"])
    assert "by KPI" in edit.content.decode()
    assert edit.context["form"].initial["query"].startswith("group_by=kpi")


def test_errors_stand_at_their_fields(manager, clock):
    given = {"name": "", "query": "", "weekday": "0", "hour": "7", "addresses": "nobody"}
    response = manager.post(reverse("slas:saved_report_new"), given)
    assert response.status_code == 422 and "name" in response.context["form"].errors
    response = manager.post(reverse("slas:saved_report_new"), given | {"name": "x"})
    assert "not an email address" in str(response.context["form"].errors["addresses"])


@pytest.mark.parametrize("name", ["send", "delete"])
def test_commands_are_posts_of_managers(manager, agent, clock, name):
    url = reverse(f"slas:saved_report_{name}", args=[make_report().pk])
    assert manager.get(url).status_code == 405
    assert agent.post(url).status_code == 403
    assert manager.post(url).status_code == 302


def test_the_list_asks_no_more_for_more_reports(manager, clock, django_assert_max_num_queries):
    for number in range(6):
        make_report(name=f"Report {number}", query={"sla": "gold", "customer": str(number)})
    with django_assert_max_num_queries(16):
        manager.get("/reports/")
