"""Every page renders, says what it should, and works with plain forms."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cases import services
from cases.models import Activity, Case, Contact, Customer
from cases.tests.builders import (
    NOW,
    judge,
    make_activity,
    make_activity_sla,
    make_case,
    make_contact,
    make_customer,
    make_entitlement,
    make_support_sla,
    make_team,
    make_user,
)
from cases.views.record_page import timers_context
from sla_project.accounts.models import User
from sla_project.operations.tests.builders import queries_of
from slas.models import SLA
from slas.services.flow.choosing import NO_SLA
from slas.services.policy.kpis import kpi_activate, kpi_create
from slas.services.policy.slas import sla_create, sla_publish, sla_set_default

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


@pytest.fixture
def agent() -> User:
    return make_user()


@pytest.fixture
def browser(agent: User) -> Client:
    client = Client()
    client.force_login(agent)
    return client


def text_of(browser: Client, url: str) -> str:
    response = browser.get(url)
    assert response.status_code == 200, url
    return response.content.decode()


def make_plain_sla() -> SLA:
    """Another SLA for cases, with a KPI of its own that counts from when the case was opened."""
    kpi = kpi_create(code="call_by", name="Call by", record_type="case", applicable_from="opened_on", by=None, now=NOW)
    kpi_activate(kpi=kpi, by=None, now=NOW)
    items = [call_within(4, [{"field": "priority", "op": "is", "value": "urgent"}]), call_within(24, [])]
    sla = sla_create(
        code="incident-desk", name="Incident desk", record_type="case", document={"items": items}, by=None, now=NOW
    )
    sla_publish(sla=sla, by=None, now=NOW)
    sla.refresh_from_db()
    return sla


def call_within(hours: int, conditions: list[dict[str, str]]) -> dict[str, Any]:
    return {
        "name": f"Call within {hours} h",
        "kpi": "call_by",
        "applicable_when": {"all": conditions},
        "success_when": {"all": [{"field": "state", "op": "is", "value": "resolved"}]},
        "moments": [{"kind": "failure", "after": {"amount": hours, "unit": "hours"}, "actions": []}],
    }


class TestQueue:
    def test_shows_open_cases_with_their_timers(self, browser):
        make_support_sla()
        case = make_case(customer=make_customer())
        judge(case)
        services.case_cancel(case=make_case("Gone"), by=None, now=NOW)
        page = text_of(browser, "/cases/")
        assert "Invoices export fails with 500" in page
        assert "<sla-timer" in page and "1 h left" in page
        assert "Gone" not in page

    def test_a_row_whose_changes_wait_is_marked(self, browser):
        make_support_sla()
        make_case()
        assert "Updating" in text_of(browser, "/cases/")

    def test_a_search_looks_among_closed_cases_too(self, browser):
        services.case_cancel(case=make_case("Gone"), by=None, now=NOW)
        assert "Gone" in text_of(browser, "/cases/?q=gone")

    def test_the_number_of_a_record_opens_it_and_its_digits_find_it(self, browser):
        case, activity = make_case("Wanted"), make_activity()
        make_case("Other")
        assert browser.get("/cases/", {"q": " case-1001 "}).url == case.get_absolute_url()
        assert browser.get("/cases/", {"q": activity.number}).url == activity.get_absolute_url()
        for query in ("/cases/?q=1001", "/cases/?q=CASE-1001&owner=", "/activities/?q=1001"):
            page = text_of(browser, query)
            assert ("Wanted" in page or "Call back" in page) and "Other" not in page, query

    @pytest.mark.parametrize("text", ["CASE-7", "CASE-", "-", "case-\u0661", "ACT-1001-2", "9" * 400])
    def test_a_search_that_finds_nothing_is_named_and_can_be_cleared(self, browser, text):
        make_case()
        page = browser.get("/cases/", {"q": text, "priority": "normal"}).content.decode()
        assert f"The search for “{text}” finds nothing here." in page
        assert 'href="?priority=normal">Clear the search</a>' in page
        assert browser.get("/cases/", {"q": text}).status_code == 200

    def test_a_chip_filters(self, browser, clock):
        make_support_sla()
        judge(make_case("Late one"))
        judge(make_case("Unwatched", service_level=""))
        clock.advance(7200)
        page = text_of(browser, "/cases/?due=breached")
        assert "Late one" in page and "Unwatched" not in page

    @pytest.mark.parametrize("sort", ["opened_on", "-opened_on", "owner__display_name", "nonsense", "title_folded"])
    def test_sorts_only_by_its_columns(self, browser, sort):
        make_case()
        text_of(browser, f"/cases/?sort={sort}")

    def test_an_empty_queue_says_so(self, browser):
        assert "No case fits" in text_of(browser, "/cases/")

    def test_costs_the_same_number_of_queries_for_many_rows(self, browser, django_assert_num_queries):
        make_support_sla()
        judge(make_case("Case", customer=make_customer("Customer")))
        count = queries_of(lambda: browser.get("/cases/"))
        for number in range(4):
            judge(make_case(f"Case {number}", customer=make_customer(f"Customer {number}")))
        with django_assert_num_queries(count):
            browser.get("/cases/")


class TestCasePage:
    def test_tells_timers_transitions_log_and_reasons(self, browser):
        make_support_sla()
        entitlement = make_entitlement(make_customer())
        case = make_case(customer=entitlement.customer)
        judge(case)
        page = text_of(browser, case.get_absolute_url())
        for words in (
            "First response by",
            "1 h left",
            "Clock history",
            "Transitions",
            "Why these timers",
            "not needed, an earlier item matched",
            "Northwind Traders 2026",
            "Case opened by web",
        ):
            assert words in page, words

    def test_what_it_names_is_linked(self, browser):
        customer = make_customer()
        product = services.product_create(name="Ledger", code="ledger", by=None, now=NOW)
        entitlement = make_entitlement(customer, sla=make_support_sla(default=False))
        case = make_case(customer=customer, contact=make_contact(customer), product=product)
        judge(case)
        page = text_of(browser, case.get_absolute_url())
        for url, words in (
            (f"/customers/{customer.pk}/#contacts-title", "Nora Wind"),
            (f"/products/{product.pk}/", "Ledger"),
            (f"/entitlements/{entitlement.pk}/", "Northwind Traders 2026"),
            (f"/entitlements/{entitlement.pk}/", "from the entitlement"),
        ):
            link = re.search(rf'<a href="([^"]*)">{words}[^<]*</a>', page)
            assert link and link[1] == url, words
            text_of(browser, url)

    @pytest.mark.parametrize("status", ["on_hold", "in_progress"])
    def test_renders_paused_and_running(self, browser, clock, status):
        make_support_sla()
        case = make_case()
        judge(case)
        services.case_update(case=case, status=status, by=None, now=clock.advance(60))
        judge(case)
        clock.advance(86_400)
        text_of(browser, case.get_absolute_url())

    def test_asks_once_why_all_its_timers_are_paused(self, browser, clock):
        make_support_sla()
        case = make_case()
        judge(case)
        why = {"status": "on_hold", "reason": "other", "details": "The part is on its way"}
        services.case_hold(case=case, by=None, now=clock.advance(60), **why)
        judge(case)
        with CaptureQueriesContext(connection) as queries:
            page = text_of(browser, case.get_absolute_url())
        assert page.count("– The part is on its way") == 2
        assert sum("note" in query["sql"] for query in queries) == 1

    def test_renders_every_ending(self, browser, clock):
        make_support_sla()
        resolved, canceled, late, merged = (make_case(title) for title in ("a", "b", "c", "d"))
        clock.advance(600)
        services.case_resolve(case=resolved, by=None, now=clock.now)
        services.case_cancel(case=canceled, by=None, now=clock.now)
        services.case_merge(case=merged, into=late, by=None, now=clock.now)
        clock.advance(86_400)
        for case in (resolved, canceled, late, merged):
            judge(case)
        services.case_reply(case=late, text="Sorry", by=None, now=clock.now)
        judge(late)
        assert "to spare" in text_of(browser, resolved.get_absolute_url())
        assert "resolved before it was met" in text_of(browser, resolved.get_absolute_url())
        assert "Canceled" in text_of(browser, canceled.get_absolute_url())
        assert "late" in text_of(browser, late.get_absolute_url())
        assert "Merged" in text_of(browser, merged.get_absolute_url())

    @pytest.mark.parametrize("is_judged", [True, False], ids=["stored", "folded"])
    def test_the_clock_history_of_a_backdated_case_begins_when_it_was_opened(self, browser, clock, is_judged):
        sla_set_default(sla=make_plain_sla(), by=None, now=NOW)
        opened, raised = NOW - timedelta(minutes=45), clock.advance(600)
        case = make_case(opened_on=opened)
        judge(case)
        services.case_update(case=case, priority="urgent", by=None, now=raised)
        if is_judged:
            judge(case)
        rows = timers_context(case, now=clock.advance(60))["clock_history"].rows
        assert [row.stretches[0].start.replace(microsecond=0) for row in rows] == [opened, raised]

    @pytest.mark.parametrize("choice", ["another", "none"])
    def test_another_sla_does_not_hide_a_breach(self, browser, clock, choice):
        make_support_sla()
        other = make_plain_sla()
        case = make_case()
        services.case_reply(case=case, text="Hello", by=None, now=clock.advance(600))
        judge(case)
        judge_at = clock.advance(5 * 3600)
        services.case_apply_sla(case=case, sla=other if choice == "another" else NO_SLA, by=None, now=judge_at)
        judge(case)
        cards = timers_context(case, now=clock.advance(60))["cards"]
        old = {card["name"]: (card["timer"].state, card["note"]) for card in cards[-2:]}
        under = "Under “Support contract”, which applied before"
        assert old == {"First response by": ("succeeded", under), "Resolve by": ("noncompliant", under)}
        missed = next(card["timer"] for card in cards if card["name"] == "Resolve by")
        assert (missed.ended, missed.text) == (True, "Never met")
        assert len(cards) == (3 if choice == "another" else 2)

    @pytest.mark.parametrize("ending", ["open", "resolved", "canceled"])
    def test_what_was_missed_grows_later_only_while_it_can_be_met(self, browser, clock, ending):
        make_support_sla()
        case = make_case()
        judge(case)
        if ending != "open":
            close = services.case_resolve if ending == "resolved" else services.case_cancel
            close(case=case, by=None, now=clock.advance(5 * 3600))
        judge(case)
        cards = timers_context(case, now=clock.advance(5 * 3600))["cards"]
        timer = next(card["timer"] for card in cards if card["name"] == "First response by")
        over = "4 h over" if ending == "open" else "Never met"
        assert (timer.state, timer.ended, timer.text) == ("noncompliant", ending != "open", over)

    def test_says_why_no_sla_applies(self, browser):
        page = text_of(browser, make_case().get_absolute_url())
        why = "no entitlement names an active one, and there is no default SLA"
        assert f"No SLA applies to this case: {why}." in page

    def test_counts_a_waiting_change_before_any_worker_ran(self, browser):
        make_support_sla()
        assert "1 h left" in text_of(browser, make_case().get_absolute_url())

    def test_the_timers_alone_for_the_minute_refresh(self, browser):
        make_support_sla()
        case = make_case()
        page = text_of(browser, f"/cases/{case.pk}/timers/")
        assert "<html" not in page and "<sla-timer" in page

    def test_writes_the_titles_of_others_safely(self, browser):
        page = text_of(browser, make_case("<script>alert(1)</script>").get_absolute_url())
        assert "<script>alert(1)" not in page

    def test_an_unknown_case_is_not_found(self, browser):
        assert browser.get("/cases/999/").status_code == 404


class TestCaseForms:
    def test_opening_a_case(self, browser, agent):
        customer = make_customer()
        response = browser.post(
            "/cases/new/",
            {
                "title": "Help",
                "customer": customer.pk,
                "channel": "phone",
                "type": "problem",
                "priority": "high",
                "owner": agent.pk,
            },
        )
        case = Case.objects.get()
        assert response.url == case.get_absolute_url()
        assert (case.service_level, case.owner, case.priority) == ("gold", agent, "high")

    def test_faults_stand_at_their_fields(self, browser):
        contact = make_contact(make_customer("Fabrikam"))
        response = browser.post(
            "/cases/new/",
            {
                "title": "Help",
                "customer": make_customer().pk,
                "contact": contact.pk,
                "channel": "phone",
                "type": "problem",
                "priority": "high",
            },
        )
        assert response.status_code == 422
        assert "contact" in response.context["form"].errors
        assert not Case.objects.exists()

    def test_editing(self, browser):
        case = make_case(customer=make_customer())
        page = browser.get(f"/cases/{case.pk}/edit/")
        values = {name: value for name, value in page.context["form"].initial.items() if value not in (None, False)}
        response = browser.post(f"/cases/{case.pk}/edit/", {**values, "title": "New title", "is_escalated": "on"})
        case.refresh_from_db()
        assert (response.status_code, case.title, case.is_escalated) == (302, "New title", True)

    def test_two_who_edit_different_fields_do_not_undo_each_other(self, browser):
        case = make_case()
        form = browser.get(f"/cases/{case.pk}/edit/").context["form"]
        shown = {field.html_name: field.value() or "" for field in form if field.value()}
        remembered = {field.html_initial_name: field.value() or "" for field in form if field.value()}
        services.case_update(case=case, priority="urgent", by=None, now=NOW)
        browser.post(f"/cases/{case.pk}/edit/", {**shown, **remembered, "title": "Mine"})
        case.refresh_from_db()
        assert (case.title, case.priority) == ("Mine", "urgent")

    @pytest.mark.parametrize(
        ("verb", "values", "state", "status"),
        [
            ("status", {"status": "researching"}, "active", "researching"),
            ("reply", {"text": "On it"}, "active", "in_progress"),
            ("resolve", {"status": "problem_solved", "resolution": "Done"}, "resolved", "problem_solved"),
            ("cancel", {}, "canceled", "canceled"),
        ],
    )
    def test_commands(self, browser, verb, values, state, status):
        case = make_case()
        response = browser.post(f"/cases/{case.pk}/{verb}/", values)
        case.refresh_from_db()
        assert (response.status_code, case.state, case.status) == (302, state, status)

    def test_assign_merge_apply_and_reactivate(self, browser, agent):
        sla, team = make_support_sla(default=False), make_team()
        case, into = make_case("Twin"), make_case("Main")
        browser.post(f"/cases/{case.pk}/assign/", {"owner": agent.pk, "team": team.pk})
        browser.post(f"/cases/{case.pk}/apply-sla/", {"sla": sla.pk})
        judge(case)
        case.refresh_from_db()
        assert (case.owner, case.team) == (agent, team)
        assert "chosen by hand" in text_of(browser, case.get_absolute_url())
        browser.post(f"/cases/{case.pk}/cancel/")
        browser.post(f"/cases/{case.pk}/reactivate/")
        browser.post(f"/cases/{case.pk}/merge/", {"into": into.number})
        case.refresh_from_db()
        assert case.merged_into == into

    def test_the_reply_says_to_whom_it_goes_and_what_became_of_it(self, browser):
        customer = make_customer()
        case = make_case(customer=customer, contact=make_contact(customer))
        browser.post(f"/cases/{case.pk}/reply/", {"text": "On it"})
        reply = Activity.objects.get()
        outbox = f"/outbox/{reply.message_id}/"
        assert "mail to nora@northwind.example, queued" in text_of(browser, case.get_absolute_url())
        judge(reply)
        page = text_of(browser, reply.get_absolute_url())
        assert outbox in page
        assert "No SLA applies to this activity: a reply is done once it is given." in page and "somebody" not in page
        assert f"[{case.number}]" in text_of(browser, outbox)

    @pytest.mark.parametrize(
        ("server", "words"),
        [
            (
                "",
                [
                    "No mail server is set up: it is kept in the outbox, addressed to Nora Wind",
                    "The reply to nora@northwind.example is kept in the outbox: no mail server is set up.",
                ],
            ),
            (
                "smtp://mail.desk.example",
                [
                    "It is mailed to Nora Wind, nora@northwind.example, and kept with the case.",
                    "The reply is on its way to nora@northwind.example.",
                ],
            ),
        ],
    )
    def test_a_reply_is_on_its_way_only_where_a_mail_server_is_set_up(self, browser, settings, server, words):
        settings.EMAIL_URL = server
        customer = make_customer()
        case = make_case(customer=customer, contact=make_contact(customer))
        before, after = words
        form = text_of(browser, f"/cases/{case.pk}/reply/")
        assert before in form and "Send reply" in form
        assert after in browser.post(f"/cases/{case.pk}/reply/", {"text": "On it"}, follow=True).content.decode()

    def test_the_reply_says_when_it_goes_to_nobody(self, browser):
        customer = make_customer()
        case = make_case(customer=customer, contact=make_contact(customer, email=""))
        page = text_of(browser, f"/cases/{case.pk}/reply/")
        assert "Nora Wind has no email address" in page and "Record reply" in page
        assert "The case has no contact" in text_of(browser, f"/cases/{make_case().pk}/reply/")

    @pytest.mark.parametrize("verb", ["status", "reactivate"])
    def test_buttons_are_posts(self, browser, verb):
        assert browser.get(f"/cases/{make_case().pk}/{verb}/").status_code == 405

    @pytest.mark.parametrize("verb", ["edit", "reply", "resolve", "cancel", "assign", "merge", "apply-sla"])
    def test_forms_render(self, browser, verb):
        make_support_sla()
        text_of(browser, f"/cases/{make_case(customer=make_customer()).pk}/{verb}/")

    def test_the_way_out_of_canceling_a_case_is_not_called_cancel(self, browser):
        case = make_case()
        page = text_of(browser, f"/cases/{case.pk}/cancel/")
        assert "Keep the case</a>" in page and "Cancel</a>" not in page
        assert "Cancel</a>" in text_of(browser, f"/cases/{case.pk}/resolve/")

    def test_applying_an_sla_says_which_or_that_none_applies(self, browser):
        sla = make_support_sla()
        case = make_case()
        answers = {}
        for choice in (str(sla.pk), "automatic", "none"):
            answer = browser.post(f"/cases/{case.pk}/apply-sla/", {"sla": choice})
            judge(case)
            answers[choice] = browser.get(answer.url).content.decode()
        assert "“Support contract” is applied." in answers[str(sla.pk)]
        assert "The SLA is chosen automatically again." in answers["automatic"]
        assert "No SLA applies any more." in answers["none"]
        assert "No SLA applies to this case: somebody chose “No SLA”." in answers["none"]

    @pytest.mark.parametrize("verb", ["reply", "resolve", "hold", "cancel", "merge", "apply-sla"])
    def test_a_form_that_would_be_refused_does_not_open(self, browser, verb):
        case = make_case()
        services.case_resolve(case=case, by=None, now=NOW)
        answer = browser.get(f"/cases/{case.pk}/{verb}/", follow=True)
        assert answer.redirect_chain == [(case.get_absolute_url(), 302)]
        assert "This case is resolved. Reactivate it first." in answer.content.decode()
        text_of(browser, f"/cases/{case.pk}/assign/")

    def test_what_was_typed_before_the_case_was_closed_stays_in_its_form(self, browser):
        case = make_case()
        services.case_resolve(case=case, by=None, now=NOW)
        answer = browser.post(f"/cases/{case.pk}/reply/", {"text": "A long answer"})
        assert answer.status_code == 422
        assert "A long answer" in answer.content.decode()

    def test_a_merged_case_says_where_work_goes_on(self, browser):
        case = make_case()
        services.case_merge(case=case, into=make_case("Main"), by=None, now=NOW)
        page = browser.get(f"/cases/{case.pk}/reply/", follow=True).content.decode()
        assert "This case was merged: work goes on in the other one." in page


class TestActivities:
    def test_from_opening_to_completing(self, browser, agent):
        make_activity_sla()
        case = make_case()
        text_of(browser, f"/activities/new/?case={case.pk}")
        values = {"subject": "Call", "case": case.pk, "priority": "normal", "due_at": "2026-03-02T12:00"}
        response = browser.post("/activities/new/", values)
        activity = Activity.objects.get()
        assert (response.status_code, activity.case) == (302, case)
        judge(activity)
        assert "Done by" in text_of(browser, activity.get_absolute_url())
        assert "Call" in text_of(browser, "/activities/")
        assert "Call" in text_of(browser, case.get_absolute_url())
        text_of(browser, f"/activities/{activity.pk}/timers/")
        browser.post(f"/activities/{activity.pk}/edit/", {**values, "subject": "Ring", "status": "waiting"})
        browser.post(f"/activities/{activity.pk}/complete/", {"duration_minutes": "10"})
        activity.refresh_from_db()
        assert (activity.subject, activity.state, activity.duration_minutes) == ("Ring", "completed", 10)

    def test_canceling_and_reopening(self, browser):
        activity = make_activity()
        browser.post(f"/activities/{activity.pk}/cancel/")
        browser.post(f"/activities/{activity.pk}/reactivate/")
        activity.refresh_from_db()
        assert activity.state == "open"

    def test_forms_render(self, browser):
        activity = make_activity()
        for verb in ("edit", "complete", "apply-sla"):
            text_of(browser, f"/activities/{activity.pk}/{verb}/")

    def test_applying_no_sla_says_so(self, browser):
        activity = make_activity()
        answer = browser.post(f"/activities/{activity.pk}/apply-sla/", {"sla": "none"}, follow=True)
        assert "No SLA applies any more." in answer.content.decode()

    @pytest.mark.parametrize("verb", ["complete", "apply-sla"])
    def test_a_form_that_would_be_refused_does_not_open(self, browser, verb):
        activity = make_activity()
        services.activity_cancel(activity=activity, by=None, now=NOW)
        answer = browser.get(f"/activities/{activity.pk}/{verb}/", follow=True)
        assert answer.redirect_chain == [(activity.get_absolute_url(), 302)]
        assert "This activity is canceled. Reopen it first." in answer.content.decode()


class TestCustomers:
    def test_from_creating_to_deactivating(self, browser):
        browser.post("/customers/new/", {"name": "Fabrikam", "service_level": "silver"})
        customer = Customer.objects.get()
        browser.post(f"/customers/{customer.pk}/contacts/new/", {"name": "Fay", "email": "fay@fabrikam.example"})
        make_entitlement(customer)
        make_case(customer=customer)
        page = text_of(browser, f"/customers/{customer.pk}/")
        for words in ("Fabrikam", "Fay", "CASE-1001", "Fabrikam 2026", "Default"):
            assert words in page
        browser.post(f"/customers/{customer.pk}/edit/", {"name": "Fabrikam Ltd"})
        browser.post(f"/customers/{customer.pk}/deactivate/")
        customer.refresh_from_db()
        assert (customer.name, customer.is_active) == ("Fabrikam Ltd", False)
        assert "Fabrikam Ltd" in text_of(browser, "/customers/?q=fabrikam")

    def test_a_contact_is_edited_and_deactivated(self, browser):
        contact = make_contact(make_customer())
        browser.post(f"/contacts/{contact.pk}/edit/", {"name": "Nora W."})
        browser.post(f"/contacts/{contact.pk}/deactivate/")
        assert Contact.objects.values_list("name", "is_active").get() == ("Nora W.", False)

    def test_forms_render(self, browser):
        contact = make_contact(make_customer())
        customer = contact.customer.pk
        for url in ("/customers/new/", f"/customers/{customer}/edit/", f"/customers/{customer}/contacts/new/"):
            text_of(browser, url)
        text_of(browser, f"/contacts/{contact.pk}/edit/")

    def test_a_taken_code_is_a_fault_of_its_field(self, browser):
        make_customer(code="nw")
        response = browser.post("/customers/new/", {"name": "Other", "code": "nw"})
        assert "code" in response.context["form"].errors


PAGES = ["/cases/", "/cases/new/", "/cases/1/", "/activities/", "/activities/new/", "/customers/", "/customers/new/"]


@pytest.mark.parametrize("url", PAGES)
def test_anonymous_visitors_are_sent_to_sign_in(url):
    response = Client().get(url)
    assert response.status_code == 302 and "login" in response.url


@pytest.mark.parametrize("url", ["/cases/new/", "/activities/new/", "/customers/new/"])
def test_a_list_to_choose_from_begins_with_words(browser, url):
    page = text_of(browser, url)
    assert ">-----" not in page
    assert ">-----" not in text_of(browser, f"/cases/{make_case().pk}/assign/")
    assert ("From the customer" in page) is (url == "/cases/new/")
