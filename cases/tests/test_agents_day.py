"""What agents do beside editing: hold with a reason, escalate, take; and what they are told before they act."""

from __future__ import annotations

import pytest
from django.test import Client

from actions.models import ActionRun
from cases import services
from cases.models import Activity, Case
from cases.tests.builders import judge, make_case, make_customer, make_support_sla, make_user
from sla_project.accounts.models import User
from sla_project.operations.errors import Invalid, NotPossible, Stale
from slas.models import RecordChange
from slas.selectors.clocks.instances import record_of
from slas.services.policy.slas import sla_create, sla_publish

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(clock) -> Case:
    make_support_sla()
    case = make_case(customer=make_customer())
    judge(case)
    return case


@pytest.fixture
def browser() -> Client:
    client = Client()
    client.force_login(make_user())
    return client


def text_of(browser: Client, url: str) -> str:
    response = browser.get(url)
    assert response.status_code == 200, url
    return response.content.decode()


class TestHold:
    def test_a_status_that_pauses_asks_why(self, browser, case):
        response = browser.post(f"/cases/{case.pk}/status/", {"status": "on_hold"})
        assert response.url == f"/cases/{case.pk}/hold/?status=on_hold"
        case.refresh_from_db()
        assert case.status == "new"

    def test_the_reason_stands_in_the_history_and_on_the_paused_timer(self, browser, case, clock):
        values = {"status": "on_hold", "reason": "supplier", "details": "part 4711 is ordered"}
        clock.advance(600)
        assert browser.post(f"/cases/{case.pk}/hold/", values).status_code == 302
        judge(case)
        page = text_of(browser, case.get_absolute_url())
        assert "Reason: Waiting for a supplier or partner: part 4711 is ordered." in page
        assert "Status is On hold – Waiting for a supplier or partner: part 4711 is ordered" in page

    @pytest.mark.parametrize(
        ("given", "field"),
        [
            ({"reason": "whim"}, "reason"),
            ({"reason": "other", "details": " "}, "details"),
            ({"status": "researching"}, "status"),
            ({"details": "x" * 501}, "details"),
        ],
    )
    def test_refuses_at_the_field_and_writes_nothing(self, case, clock, given, field):
        values = {"status": "on_hold", "reason": "agreed"} | given
        before = RecordChange.objects.count()
        with pytest.raises(Invalid) as caught:
            services.case_hold(case=case, by=None, now=clock.now, **values)
        assert [problem.pointer for problem in caught.value.problems] == [f"/{field}"]
        assert RecordChange.objects.count() == before

    def test_a_closed_case_is_not_held(self, case, clock):
        services.case_cancel(case=case, by=None, now=clock.now)
        with pytest.raises(NotPossible):
            services.case_hold(case=case, status="on_hold", reason="agreed", by=None, now=clock.now)

    def test_erasing_takes_the_reason_away(self, case, clock):
        services.case_hold(
            case=case, status="on_hold", reason="other", details="Ms Wind is ill", by=None, now=clock.now
        )
        services.case_cancel(case=case, by=None, now=clock.now)
        judge(case)
        services.case_erase(record=record_of(case), by=None, reason="asked", now=clock.now)
        assert not any("note" in change.data for change in record_of(case).changes.all())


def test_escalating_and_taking(browser, case):
    browser.post(f"/cases/{case.pk}/escalate/", {"escalated": "yes"})
    browser.post(f"/cases/{case.pk}/take/")
    case.refresh_from_db()
    assert (case.is_escalated, str(case.owner)) == (True, "agent")
    browser.post(f"/cases/{case.pk}/escalate/", {"escalated": "no"})
    case.refresh_from_db()
    assert not case.is_escalated


class TestStatusFromAStaleTab:
    @pytest.mark.parametrize("status", ["new", "researching", "waiting_for_customer"])
    def test_it_undoes_no_hold(self, browser, case, clock, status):
        page = text_of(browser, case.get_absolute_url())
        assert '<input type="hidden" name="shown" value="new"' in page
        services.case_hold(case=case, status="on_hold", reason="agreed", by=None, now=clock.advance(60))
        before = RecordChange.objects.count()
        values = {"status": status, "shown": "new"}
        answer = browser.post(f"/cases/{case.pk}/status/", values, follow=True)
        assert "It is On hold now. Choose again." in answer.content.decode()
        case.refresh_from_db()
        assert (case.status, RecordChange.objects.count()) == ("on_hold", before)

    def test_the_status_that_is_shown_may_be_changed(self, browser, case):
        browser.post(f"/cases/{case.pk}/status/", {"status": "researching", "shown": "new"})
        case.refresh_from_db()
        assert case.status == "researching"

    def test_it_is_compared_under_the_lock(self, case, clock):
        seen = Case.objects.get(pk=case.pk)
        services.case_update(case=case, status="researching", by=None, now=clock.now)
        with pytest.raises(Stale):
            services.case_set_status(case=seen, status="in_progress", shown="new", by=None, now=clock.now)


class TestReplyingFromTheSamePageAgain:
    def post(self, browser: Client, case: Case, text: str, key: object = None) -> str:
        values = {"text": text, **({"key": str(key)} if key else {})}
        return browser.post(f"/cases/{case.pk}/reply/", values, follow=True).content.decode()

    def test_the_same_text_is_sent_once(self, browser, case, clock):
        key = browser.get(f"/cases/{case.pk}/reply/").context["form"]["key"].value()
        assert "The reply is recorded." in self.post(browser, case, "On it\nat once", key)
        services.case_resolve(case=case, by=None, now=clock.advance(60))
        before = RecordChange.objects.count()
        page = self.post(browser, case, "On it\nat once", key)
        assert "This reply was sent already." in page and "The reply is recorded." not in page
        assert (Activity.objects.count(), RecordChange.objects.count()) == (1, before)

    def test_another_text_is_another_reply(self, browser, case):
        key = browser.get(f"/cases/{case.pk}/reply/").context["form"]["key"].value()
        for text in ("On it", "On it, and found it", "On it"):
            self.post(browser, case, text, key)
        assert list(Activity.objects.order_by("pk").values_list("description", flat=True)) == [
            "On it",
            "On it, and found it",
        ]

    def test_every_page_has_its_own_key_and_without_one_it_just_sends(self, browser, case):
        pages = [browser.get(f"/cases/{case.pk}/reply/").context["form"]["key"].value() for _ in range(2)]
        for key in (*pages, None, None):
            self.post(browser, case, "Any news?", key)
        assert Activity.objects.count() == 4

    def test_a_key_that_is_none_is_refused_and_sends_nothing(self, browser, case):
        assert browser.post(f"/cases/{case.pk}/reply/", {"text": "On it", "key": "x"}).status_code == 422
        assert not Activity.objects.exists()


class TestWhatAnActWouldMeet:
    def test_a_reply_in_time(self, browser, case, clock):
        clock.advance(2400)
        assert "It meets “First response by” in time: 20 min left." in text_of(browser, f"/cases/{case.pk}/reply/")

    def test_a_reply_that_comes_late(self, browser, case, clock):
        clock.advance(4320)
        judge(case)
        assert "It meets “First response by” late: 12 min over." in text_of(browser, f"/cases/{case.pk}/reply/")

    def test_a_second_reply_meets_nothing(self, browser, case, clock):
        services.case_reply(case=case, text="Hello", by=None, now=clock.now)
        judge(case)
        page = text_of(browser, f"/cases/{case.pk}/reply/")
        assert "It meets" not in page and "first response" not in page

    def test_resolving_says_what_stays_unmet(self, browser, case):
        page = text_of(browser, f"/cases/{case.pk}/resolve/")
        assert "It meets “Resolve by” in time: 4 h left." in page
        assert "“First response by” ends as resolved unmet." in page


class TestQueue:
    def test_mine_and_nobodys(self, browser, case):
        mine = make_case("Mine to do", owner=User.objects.get(email="agent@desk.example"))
        page = text_of(browser, "/cases/?whose=mine")
        assert mine.title in page and case.title not in page
        page = text_of(browser, "/cases/?whose=nobody")
        assert mine.title not in page and case.title in page

    def test_the_counts_are_those_of_the_chosen_queue(self, browser, case, clock):
        clock.advance(4320)
        chips = {chip["code"]: chip["count"] for chip in browser.get("/cases/?whose=nobody").context["chips"]}
        assert (chips["mine"], chips["nobody"], chips["breached"]) == (0, 1, 1)
        chips = {chip["code"]: chip["count"] for chip in browser.get("/cases/?whose=mine").context["chips"]}
        assert (chips["nobody"], chips["breached"]) == (1, 0)

    def test_a_row_says_working_time_and_the_clock_on_the_wall(self, browser, case):
        page = text_of(browser, "/cases/")
        assert "1 h left" in page and "First response by, due 10:00" in page

    def test_filters_behind_more_open_only_where_they_are_used(self, browser, case):
        assert not browser.get("/cases/?due=breached&whose=mine").context["filter_more_used"]
        assert browser.get("/cases/?status=new").context["filter_more_used"]


def test_the_history_says_what_a_failure_set_off(browser, case, clock):
    """Whether something was done about it is the first question about a missed timer."""
    escalate = {"kind": "update_record", "target": "record", "set": {"is_escalated": True}}
    item = {
        "name": "Answer within the hour",
        "kpi": "first_response_by",
        "applicable_when": {},
        "success_when": {"all": [{"field": "first_response_sent", "op": "is", "value": True}]},
        "moments": [{"kind": "failure", "after": {"amount": 1, "unit": "hours"}, "actions": [escalate]}],
    }
    sla = sla_create(code="x", name="X", record_type="case", document={"items": [item]}, by=None, now=clock.now)
    sla_publish(sla=sla, by=None, now=clock.now)
    sla.refresh_from_db()
    services.case_apply_sla(case=case, sla=sla, by=None, now=clock.now)
    clock.advance(7200)
    judge(case)
    run = ActionRun.objects.get()
    told = text_of(browser, case.get_absolute_url()).partition(f'<a href="/action-runs/{run.pk}/">')[2]
    assert "queued" in told.partition("</li>")[0]
