"""What publishing refuses and what it doubts, with the installation's own KPIs, hours, people and records."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from actions.models import EmailTemplate
from actions.services.templates import email_template_activate, email_template_create
from cases.choices import CASE_STATUSES
from cases.models import Customer
from sla_project.accounts.models import Role, Team, User
from sla_project.operations.errors import Invalid
from sla_project.operations.models import OrganisationSettings
from sla_project.operations.services import settings_update
from slas import records
from slas.domain.checking import is_set
from slas.services.checking.documents import CheckResult, Finding, document_check
from slas.services.checking.subject import record_kind
from slas.services.checking.words import CODES
from slas.services.hours.schedules import business_hours_create, business_hours_deactivate
from slas.services.policy.kpis import kpi_update
from slas.services.policy.slas import sla_publish
from slas.tests.policy.builders import (
    GOLD,
    NOW,
    SENT,
    duration,
    make_document,
    make_hours,
    make_item,
    make_kpi,
    make_sla,
)

pytestmark = pytest.mark.django_db
RESOLVED = {"all": [{"field": "state", "op": "is", "value": "resolved"}]}


@pytest.fixture(autouse=True)
def kpi():
    return make_kpi()


def check(*items: dict[str, Any], **given: Any) -> CheckResult:
    return document_check(make_document(*items, **given), record_type="case", now=NOW)


def codes(*items: dict[str, Any], **given: Any) -> dict[str, str]:
    return {finding.pointer: finding.code for finding in check(*items, **given).findings}


def only(*items: dict[str, Any], **given: Any) -> Finding:
    findings = check(*items, **given).findings
    assert len(findings) == 1, findings
    return findings[0]


def leaf(field: str, op: str, value: Any = None) -> dict[str, Any]:
    return {"field": field, "op": op} | ({} if value is None else {"value": value})


def all_(*members: Any) -> dict[str, Any]:
    return {"all": list(members)}


def rest(**given: Any) -> dict[str, Any]:
    """An item for everything that is left over."""
    return make_item(**{"key": "rest", "name": "Everything else", "applicable_when": {}, **given})


def with_action(action: dict[str, Any], kind: str = "warning") -> list[dict[str, Any]]:
    moments = make_item()["moments"]
    next(moment for moment in moments if moment["kind"] == kind)["actions"] = [action]
    return moments


def test_a_sound_document_raises_nothing():
    assert codes(make_item(), rest()) == {}


def test_what_cannot_be_stored_is_all_that_is_said():
    result = check(make_item(kpi="nope"))
    assert [(one.pointer, one.code, one.item) for one in result.findings] == [("/items/0/kpi", "unknown_kpi", "")]
    assert not result.can_publish


# --- findings of the core, in words ---


def test_a_gap_is_said_in_words_with_an_example():
    finding = only(make_item(applicable_when=all_(leaf("service_level", "in", ["gold", "silver", "bronze"]))))
    assert (finding.code, finding.pointer, finding.item, finding.severity) == ("gap", "/items", "", "warning")
    assert finding.message == "No item of “First response by” covers cases of this kind: Service level is not set."
    assert finding.witness == {"service_level": None}
    assert [(one.label, one.text) for one in finding.shown] == [("Service level", "(not set)")]


def test_an_item_whose_success_contradicts_its_condition_is_refused():
    """engine.md R28"""
    finding = only(make_item(key="gold", success_when=all_(leaf("service_level", "is", "silver"))), rest())
    assert (finding.code, finding.pointer, finding.item) == ("never_succeeds", "/items/0/success_when", "gold")
    assert finding.severity == "refusal"
    assert [(one.label, one.text) for one in finding.shown] == [("Service level", "Silver")]


def test_an_item_whose_every_success_goes_to_an_earlier_item_is_refused():
    """engine.md R28"""
    answered = make_item(name="Answered", applicable_when=SENT, success_when=RESOLVED)
    finding = only(answered, rest())
    assert (finding.pointer, finding.code) == ("/items/1/success_when", "never_succeeds")
    assert "“Answered”" in finding.message


def test_resolving_that_changes_the_status_is_known_to_end_the_item():
    """The registry knows which status goes with which state."""
    new = all_(leaf("status", "in", list(CASE_STATUSES["active"])))
    found = codes(make_item(applicable_when=new, success_when=RESOLVED), rest(success_when=RESOLVED))
    assert found["/items/0/success_when"] == "never_succeeds"


def test_an_item_of_another_kpi_takes_nothing_away():
    make_kpi("resolve_by")
    answered = make_item(kpi="resolve_by", applicable_when=SENT, success_when=RESOLVED)
    assert set(codes(answered, rest()).values()) == {"gap"}


def test_an_item_behind_one_that_always_applies_is_doubted():
    finding = only(rest(), make_item())
    assert (finding.code, finding.pointer) == ("never_applies", "/items/1/applicable_when")
    assert finding.message == "The item never applies: “Everything else” always comes first for the same KPI."


def test_the_field_that_changes_often_is_named():
    finding = next(
        one
        for one in check(make_item(applicable_when=all_(leaf("status", "is_not", "merged"))), rest()).warnings
        if one.code == "changes_often"
    )
    assert finding.message.startswith("Status usually changes often.")


def test_a_loop_is_told_step_by_step():
    down = {"kind": "update_record", "set": {"priority": "low"}}
    up = {"kind": "update_record", "set": {"priority": "high"}}
    first = make_item(name="Urgent", applicable_when=all_(leaf("priority", "is", "high")), moments=with_action(down))
    finding = only(first, rest(moments=with_action(up)))
    assert finding.code == "action_loop"
    assert "“Everything else” (Priority = High) → “Urgent” (Priority = Low)" in finding.message


def test_an_action_that_resolves_takes_the_state_along():
    solved = {"kind": "change_status", "status": "problem_solved"}
    finding = only(rest(success_when=RESOLVED, moments=with_action(solved)))
    assert (finding.code, finding.pointer) == ("action_meets_success", "/items/0/moments/0/actions/0")


def test_activities_that_create_activities():
    make_kpi("activity_done", record_type="activity", applicable_from="created_on")
    again = {"kind": "create_record", "type": "activity", "set": {"subject": "Again"}}
    done = all_(leaf("state", "is", "completed"))
    item = rest(kpi="activity_done", success_when=done, moments=with_action(again, "failure"))
    result = document_check(make_document(item), record_type="activity", now=NOW)
    assert [finding.code for finding in result.findings] == ["action_loop"]
    assert "creates activity" in result.findings[0].message


def test_a_case_sla_sees_into_the_sla_of_the_activities_that_it_creates():
    """What goes round there is that SLA's matter, and it is reached from here."""
    make_kpi("activity_done", record_type="activity", applicable_from="created_on")
    call = {"kind": "create_record", "type": "activity", "set": {"subject": "Call"}}
    assert codes(rest(moments=with_action(call))) == {}


def test_paused_from_the_start_by_the_statuses_of_the_organisation():
    settings_update(changes={"pause_statuses": {"case": ["new", "on_hold"]}}, by=None, now=NOW)
    finding = only(rest())
    assert (finding.code, finding.pointer) == ("paused_at_start", "/items/0/pause")
    assert [(one.label, one.text) for one in finding.shown] == [("Status", "New")]


def test_targets_are_held_against_the_hours():
    business_hours_create(code="scarce", name="Scarce", tz="UTC", week={"sat": [["10:00", "11:00"]]}, by=None, now=NOW)
    moments = [{"kind": "failure", "after": duration(100, "hours"), "actions": []}]
    finding = only(rest(business_hours="scarce", moments=moments))
    assert (finding.code, finding.pointer) == ("target_far", "/items/0/moments/0/after")
    assert finding.witness == {"created_on": "2026-03-02T09:00:00Z"}
    assert "100 h in these hours" in finding.message and "2028" in finding.message


def test_an_example_names_records_by_their_names():
    customer = Customer.objects.create(name="Contoso")
    finding = only(rest(), make_item(applicable_when=all_(leaf("customer", "is", customer.pk))))
    assert [(one.label, one.text) for one in finding.shown] == [("Customer", "Contoso")]


# --- inactive, missing, never open ---


def test_inactive_things_are_refused_but_may_be_saved():
    make_kpi("resolve_by", active=False)
    business_hours_deactivate(business_hours=make_hours(), by=None, now=NOW)
    result = check(rest(kpi="resolve_by", business_hours="uk-hours"), business_hours="uk-hours")
    assert {finding.pointer: finding.code for finding in result.refusals} == {
        "/items/0/kpi": "inactive",
        "/items/0/business_hours": "inactive",
        "/business_hours": "inactive",
    }


def test_records_that_conditions_name_are_looked_for_at_their_place():
    gone = Customer.objects.create(name="Gone", is_active=False)
    here = Customer.objects.create(name="Here")
    when = {"any": [leaf("customer", "in", [here.pk, gone.pk]), {"all": [leaf("customer", "is", 999_999)]}]}
    found = codes(
        make_item(applicable_when=when, pause={"allowed": True, "when": all_(leaf("team", "is", 77))}), rest()
    )
    assert {pointer for pointer, code in found.items() if code == "missing_record"} == {
        "/items/0/applicable_when/any/0/value/1",
        "/items/0/applicable_when/any/1/all/0/value",
        "/items/0/pause/when/all/0/value",
    }


def leaves_behind(action: dict[str, Any], spoil: Any) -> dict[str, str]:
    """What is found once something that a stored action names was spoiled."""
    document = make_document(rest(moments=with_action(action)))
    sla = make_sla(document=document)
    spoil()
    result = document_check(sla.draft, record_type="case", now=NOW)
    with pytest.raises(Invalid):
        sla_publish(sla=sla, by=None, now=NOW)
    return {finding.pointer: finding.code for finding in result.refusals}


def test_templates_of_actions():
    place = "/items/0/moments/0/actions/0"
    template = email_template_create(
        code="soon", name="Soon", target_type="case", subject="Soon", body="Soon", by=None, now=NOW
    )
    email_template_activate(template=template, by=None, now=NOW)

    def deactivate() -> None:
        EmailTemplate.objects.filter(pk=template.pk).update(state=EmailTemplate.State.INACTIVE)

    mail = {"kind": "send_email", "to": ["owner"], "template": "soon"}
    assert leaves_behind(mail, deactivate) == {f"{place}/template": "inactive_template"}


@pytest.mark.parametrize(
    ("action", "code"),
    [
        ({"kind": "assign", "user": "ann@example.com"}, "inactive_user"),
        ({"kind": "assign", "team": "first-line"}, "unknown_team"),
    ],
)
def test_people_and_teams_of_actions(action, code):
    user = User.objects.create_user(email="ann@example.com", display_name="Ann", role=Role.AGENT)
    team = Team.objects.create(code="first-line", name="First line")

    def spoil() -> None:
        User.objects.filter(pk=user.pk).update(is_active=False)
        team.delete()

    assert list(leaves_behind(action, spoil).values()) == [code]


def test_pause_statuses_that_are_gone_are_told():
    settings_update(changes={"pause_statuses": {"case": ["on_hold"]}}, by=None, now=NOW)
    OrganisationSettings.objects.update(pause_statuses={"case": ["napping"]})
    finding = only(rest())
    assert (finding.pointer, finding.code, finding.severity) == ("", "unknown_choice", "warning")


def test_a_kpis_own_pause_rule_counts(kpi):
    kpi_update(kpi=kpi, changes={"pause_override": True, "pause_when": GOLD}, by=None, now=NOW)
    found = codes(make_item(), rest())
    assert found == {"/items/0/pause": "always_paused", "/items/1/pause": "never_pauses"}


# --- the installation, as the core sees it ---


def test_what_every_case_keeps_is_known():
    kind = record_kind(records.get("case"))
    facts = set(kind.facts)
    assert {is_set(path, kind.fields) for path in ("priority", "status", "created_on")} <= facts
    assert is_set("service_level", kind.fields) not in facts and is_set("owner", kind.fields) not in facts
    assert kind.defaults["priority"] == "normal" and kind.defaults["is_escalated"] is False
    assert all(
        fact.evaluate({"state": "active", "status": "new"}) for fact in kind.facts_about(frozenset({"state", "status"}))
    )
    assert not all(
        fact.evaluate({"state": "resolved", "status": "new"})
        for fact in kind.facts_about(frozenset({"state", "status"}))
    )


def test_the_number_of_queries_does_not_grow_with_items():
    customers = [Customer.objects.create(name=f"Customer {number}") for number in range(6)]
    mail = {"kind": "send_email", "to": ["owner"], "subject": "Soon", "body": "Soon"}
    assign = {"kind": "assign", "to": "lead"}

    def count(number: int) -> int:
        items = [
            make_item(
                name=f"Item {each}",
                applicable_when=all_(leaf("customer", "is", customers[each].pk)),
                moments=with_action(mail if each % 2 else assign),
            )
            for each in range(number)
        ]
        with CaptureQueriesContext(
            connection,
        ) as captured:
            check(*items, rest(applicable_when=all_(leaf("service_level", "is", "gold"))))
        return len(captured)

    count(2)
    assert count(2) == count(6)


def test_every_code_is_documented():
    text = (settings.BASE_DIR / "docs" / "checker.md").read_text()
    assert not {code for code in CODES if f"`{code}`" not in text}


def test_findings_stand_in_the_order_of_the_document():
    silver = make_item(key="silver", name="Silver", success_when=all_(leaf("service_level", "is", "gold")))
    silver["applicable_when"] = all_(leaf("service_level", "is", "silver"))
    late = make_item(key="late", moments=[*make_item()["moments"][::-1]])
    late["moments"][1]["after"] = duration(2, "hours")
    assert [finding.item for finding in check(late, silver).findings] == ["silver", "late", ""]
