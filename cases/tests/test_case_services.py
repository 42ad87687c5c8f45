"""Creating and changing cases: what follows from what, and what is refused."""

from __future__ import annotations

from datetime import timedelta

import pytest

from actions.models import Message
from cases import services
from cases.models import Case
from cases.tests.builders import (
    NOW,
    make_case,
    make_contact,
    make_customer,
    make_entitlement,
    make_team,
    make_user,
)
from sla_project.operations.errors import Invalid, NotPossible
from sla_project.operations.models import OrganisationSettings
from slas.models import RecordChange
from slas.selectors.clocks.instances import record_of
from slas.tracking import UntrackedWrite

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def pointers(caught: pytest.ExceptionInfo[Invalid]) -> dict[str, str]:
    return {problem.pointer: problem.code for problem in caught.value.problems}


def changes_of(case: Case) -> list[RecordChange]:
    return list(record_of(case).changes.order_by("seq"))


class TestCreating:
    def test_numbers_follow_one_another(self):
        assert [make_case().number, make_case().number] == ["CASE-1001", "CASE-1002"]

    def test_takes_the_service_level_from_the_customer(self):
        case = services.case_create(title="Help", customer=make_customer(), by=None, now=NOW)
        assert case.service_level == "gold"

    def test_a_given_service_level_is_the_cases_own(self):
        case = make_case(customer=make_customer(), service_level="bronze")
        assert case.service_level == "bronze"

    def test_takes_the_customer_from_the_contact(self):
        contact = make_contact(make_customer())
        assert make_case(contact=contact).customer == contact.customer

    def test_takes_the_customers_default_entitlement(self):
        entitlement = make_entitlement(make_customer())
        assert make_case(customer=entitlement.customer).entitlement == entitlement

    def test_takes_no_entitlement_when_the_organisation_does_not_want_it(self):
        OrganisationSettings.objects.create(pk=1, apply_entitlement_on_create=False)
        entitlement = make_entitlement(make_customer())
        assert make_case(customer=entitlement.customer).entitlement is None

    def test_opens_now_unless_told_otherwise(self):
        earlier = NOW - timedelta(hours=2)
        assert make_case().opened_on == NOW
        assert make_case(opened_on=earlier).opened_on == earlier

    def test_the_first_change_is_a_full_snapshot(self):
        (change,) = changes_of(make_case(priority="high"))
        assert change.seq == 1
        assert change.fields["priority"] == [None, "high"]
        assert change.fields["state"] == [None, "active"]

    def test_says_everything_that_is_wrong_at_once(self):
        with pytest.raises(Invalid) as caught:
            make_case(title="", priority="panic", channel="pigeon")
        assert pointers(caught) == {
            "/title": "blank",
            "/priority": "invalid_choice",
            "/channel": "invalid_choice",
        }
        assert not Case.objects.exists()

    def test_refuses_a_status_of_another_state(self):
        with pytest.raises(Invalid) as caught:
            make_case(status="problem_solved")
        assert pointers(caught) == {"/status": "status_does_not_fit_state"}

    def test_refuses_an_inactive_customer(self):
        customer = make_customer()
        services.customer_set_active(customer=customer, is_active=False, by=None, now=NOW)
        with pytest.raises(Invalid) as caught:
            make_case(customer=customer)
        assert pointers(caught) == {"/customer": "inactive"}

    def test_refuses_a_contact_of_another_customer(self):
        contact = make_contact(make_customer("Fabrikam"))
        with pytest.raises(Invalid) as caught:
            make_case(customer=make_customer(), contact=contact)
        assert pointers(caught) == {"/contact": "wrong_customer"}

    def test_refuses_a_number_of_a_source_twice(self):
        make_case(source="mail", external_number="77")
        with pytest.raises(Invalid) as caught:
            make_case(source="mail", external_number="77")
        assert pointers(caught) == {"/external_number": "unique"}

    def test_source_and_number_go_together(self):
        with pytest.raises(Invalid) as caught:
            make_case(source="mail")
        assert pointers(caught) == {"/external_number": "required"}


class TestUpdating:
    def test_writes_one_change_with_old_and_new(self):
        case, user = make_case(), make_user()
        services.case_update(case=case, priority="urgent", title="Straße", by=user, now=NOW)
        change = changes_of(case)[-1]
        assert (change.seq, change.by) == (2, user)
        assert change.fields["priority"] == ["normal", "urgent"]
        assert case.title_folded == "strasse"

    def test_writes_nothing_when_nothing_differs(self):
        case = make_case()
        services.case_update(case=case, priority="normal", by=None, now=NOW + timedelta(hours=1))
        assert len(changes_of(case)) == 1
        assert Case.objects.get().modified_on == NOW

    def test_escalating_notes_the_time_and_de_escalating_clears_it(self):
        case, later = make_case(), NOW + timedelta(minutes=5)
        services.case_update(case=case, is_escalated=True, by=None, now=later)
        assert case.escalated_on == later
        services.case_update(case=case, is_escalated=False, by=None, now=later)
        assert case.escalated_on is None

    def test_another_customer_brings_its_entitlement(self):
        first = make_entitlement(make_customer())
        second = make_entitlement(make_customer("Fabrikam"))
        case = make_case(customer=first.customer)
        services.case_update(case=case, customer=second.customer, by=None, now=NOW)
        assert case.entitlement == second

    def test_an_entitlement_never_stays_with_another_customer(self):
        OrganisationSettings.objects.create(pk=1, apply_entitlement_on_update=False)
        entitlement = make_entitlement(make_customer())
        case = make_case(customer=entitlement.customer)
        services.case_update(case=case, customer=make_customer("Fabrikam"), by=None, now=NOW)
        assert case.entitlement is None

    def test_assigning_sets_both_halves(self):
        case, team, user = make_case(), make_team(), make_user()
        services.case_assign(case=case, owner=user, team=team, by=None, now=NOW)
        services.case_assign(case=case, owner=None, team=team, by=None, now=NOW)
        assert (case.owner, case.team) == (None, team)

    def test_saving_outside_a_service_is_refused(self):
        case = make_case()
        case.priority = "low"
        with pytest.raises(UntrackedWrite):
            case.save()
        with pytest.raises(UntrackedWrite):
            Case.objects.update(priority="low")


class TestEndings:
    def test_resolving_closes_with_outcome_and_time(self):
        case = make_case()
        services.case_resolve(case=case, resolution="Restarted", billable_minutes=15, by=None, now=NOW)
        assert (case.state, case.status, case.resolved_on) == ("resolved", "problem_solved", NOW)
        assert (case.resolution, case.billable_minutes) == ("Restarted", 15)

    def test_resolving_twice_is_not_possible(self):
        case = make_case()
        services.case_resolve(case=case, by=None, now=NOW)
        with pytest.raises(NotPossible):
            services.case_resolve(case=case, by=None, now=NOW)

    @pytest.mark.parametrize("status", ["new", "canceled", "merged", "solved"])
    def test_resolving_with_a_wrong_status_is_refused(self, status):
        with pytest.raises(Invalid) as caught:
            services.case_resolve(case=make_case(), status=status, by=None, now=NOW)
        assert pointers(caught) == {"/status": "status_does_not_fit_state"}

    def test_reactivating_clears_the_resolution_time(self):
        case = make_case()
        services.case_resolve(case=case, by=None, now=NOW)
        services.case_reactivate(case=case, by=None, now=NOW)
        assert (case.state, case.status, case.resolved_on) == ("active", "in_progress", None)

    def test_an_active_case_cannot_be_reactivated(self):
        with pytest.raises(NotPossible):
            services.case_reactivate(case=make_case(), by=None, now=NOW)

    def test_a_resolved_case_is_not_moved_by_its_status(self):
        case = make_case()
        services.case_resolve(case=case, by=None, now=NOW)
        with pytest.raises(Invalid):
            services.case_update(case=case, status="new", by=None, now=NOW)

    def test_deleting_keeps_the_log(self):
        case = make_case()
        services.activity_create(subject="Call", case=case, by=None, now=NOW)
        record = record_of(case)
        services.case_delete(case=case, by=None, now=NOW)
        record.refresh_from_db()
        assert not Case.objects.exists()
        assert record.deleted_at is not None and record.number == "CASE-1001"
        assert [change.kind for change in record.changes.order_by("seq")] == ["change", "deleted"]


class TestMerging:
    def test_ends_the_case_and_moves_its_activities(self):
        case, into = make_case("Twin"), make_case("Main")
        activity = services.activity_create(subject="Call", case=case, by=None, now=NOW)
        services.case_merge(case=case, into=into, by=None, now=NOW)
        activity.refresh_from_db()
        assert (case.state, case.status, case.merged_into) == ("canceled", "merged", into)
        assert activity.case == into

    def test_a_case_is_not_merged_into_itself(self):
        case = make_case()
        with pytest.raises(Invalid) as caught:
            services.case_merge(case=case, into=case, by=None, now=NOW)
        assert pointers(caught) == {"/into": "same_case"}

    def test_both_must_be_active_and_nothing_is_half_written(self):
        case, into = make_case("Twin"), make_case("Main")
        services.case_cancel(case=into, by=None, now=NOW)
        with pytest.raises(NotPossible):
            services.case_merge(case=case, into=into, by=None, now=NOW)
        assert Case.objects.get(pk=case.pk).state == "active"

    def test_a_merged_case_stays_merged(self):
        case, into = make_case("Twin"), make_case("Main")
        services.case_merge(case=case, into=into, by=None, now=NOW)
        with pytest.raises(NotPossible):
            services.case_reactivate(case=case, by=None, now=NOW)


class TestReplying:
    def test_sends_the_first_response_and_starts_the_work(self):
        case, user = make_case(), make_user()
        reply = services.case_reply(case=case, text="We are on it.", by=user, now=NOW)
        assert (case.first_response_sent, case.status) == (True, "in_progress")
        assert (reply.case, reply.state, reply.description) == (case, "completed", "We are on it.")

    def test_is_one_change_of_the_case(self):
        case = make_case()
        services.case_reply(case=case, text="Hello", by=None, now=NOW)
        assert len(changes_of(case)) == 2

    def test_an_empty_reply_is_refused(self):
        with pytest.raises(Invalid) as caught:
            services.case_reply(case=make_case(), text="  ", by=None, now=NOW)
        assert pointers(caught) == {"/text": "required"}
        assert not Message.objects.exists()

    def test_is_mailed_to_the_contact_once(self):
        customer = make_customer(email="desk@northwind.example")
        case = make_case("Printer\r\nBcc: evil@example.com", customer=customer, contact=make_contact(customer))
        reply = services.case_reply(case=case, text="We <are> on it.", by=None, now=NOW)
        message = Message.objects.get()
        assert reply.message == message
        assert (message.to_name, message.to_email) == ("Nora Wind", "nora@northwind.example")
        assert message.subject == f"[{case.number}] Printer Bcc: evil@example.com"
        assert message.text == "We <are> on it." and "We &lt;are&gt; on it." in message.html
        assert (message.state, message.run) == ("queued", None)

    def test_every_reply_is_a_mail_of_its_own(self):
        customer = make_customer()
        case = make_case(customer=customer, contact=make_contact(customer))
        for text in ("Hello", "Hello"):
            services.case_reply(case=case, text=text, by=None, now=NOW)
        assert len(set(Message.objects.values_list("message_id", flat=True))) == 2

    def test_without_a_contact_the_customer_is_written_to(self):
        case = make_case(customer=make_customer(email="desk@northwind.example"))
        reply = services.case_reply(case=case, text="Hello", by=None, now=NOW)
        assert reply.message.to_email == "desk@northwind.example"

    def test_without_an_address_it_is_recorded_only(self):
        customer = make_customer(email="desk@northwind.example")
        case = make_case(customer=customer, contact=make_contact(customer, email=""))
        reply = services.case_reply(case=case, text="Hello", by=None, now=NOW)
        assert reply.message is None and case.first_response_sent
        assert not Message.objects.exists()

    def test_a_refused_reply_mails_nothing(self):
        case = make_case(customer=make_customer(email="desk@northwind.example"))
        services.case_cancel(case=case, by=None, now=NOW)
        with pytest.raises(NotPossible):
            services.case_reply(case=case, text="Hello", by=None, now=NOW)
        assert not Message.objects.exists()
