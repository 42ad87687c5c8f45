"""The head of an SLA: its buttons ask before they undo something, and it says by what its open records live."""

from __future__ import annotations

import re

import pytest

from cases.services import case_apply_sla, entitlement_cancel
from cases.tests.builders import judge, make_activity_sla, make_case, make_customer, make_entitlement
from slas.models import SLA, TrackedRecord
from slas.services.flow.judging import record_advance
from slas.services.policy.slas import sla_clear_default, sla_deactivate, sla_publish, sla_set_default, sla_update_draft
from slas.tests.policy.builders import NOW, make_document, make_item, make_kpi, make_sla
from slas.tests.web.pages import text_of, url

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
UNREACHABLE = "gets this SLA by itself"


@pytest.fixture
def default(admin, clock) -> SLA:
    clock.set(NOW)
    make_kpi()
    sla = make_sla(publish=True)
    return sla_set_default(sla=sla, by=None, now=NOW)


def question(page: str, verb: str) -> str:
    found = re.search(rf'action="[^"]*/{verb}/?" data-confirm="([^"]*)"', page)
    return found[1] if found else ""


def test_what_takes_something_away_is_asked_about(admin, default) -> None:
    changed = make_document(make_item(name="Changed"))
    sla_update_draft(sla=default, document=changed, expected_revision=None, by=None, now=NOW)
    page = admin.get(url("sla_detail", default.pk)).content.decode()
    assert "Until another SLA is made the default" in question(page, "clear-default")
    assert "until another SLA is made the default" in question(page, "deactivate")
    assert "Its changes are lost" in question(page, "discard")
    assert question(page, "delete") == "Delete “Support”?"
    other = admin.get(url("sla_detail", make_sla("other", publish=True).pk)).content.decode()
    assert question(other, "deactivate") == "Deactivate “Other”? It is never chosen for new records any more."


def test_who_activates_a_former_default_hears_that_it_is_none(admin, default) -> None:
    sla_deactivate(sla=default, by=None, now=NOW)
    page = text_of(admin.post(url("sla_command", default.pk, "activate"), follow=True))
    assert "It is not the default." in page and UNREACHABLE in page and "Set as default" in page


def test_records_are_counted_by_the_version_that_judges_them(admin, default) -> None:
    for _number in range(2):
        judge(make_case(service_level="gold", now=NOW))
    assert "Version 1 judges 2 open records." in text_of(admin.get(url("sla_detail", default.pk)))
    draft = make_document(make_item(name="Changed"))
    sla = sla_update_draft(sla=default, document=draft, expected_revision=None, by=None, now=NOW)
    sla_publish(sla=sla, by=None, now=NOW)
    for name in ("sla_detail", "sla_edit"):
        page = text_of(admin.get(url(name, sla.pk)))
        assert "Version 2 judges 0 open records. 2 more live by earlier versions." in page


def test_a_published_sla_that_no_record_gets_says_how_one_could(admin, agent, default) -> None:
    """engine.md R14: the default, an entitlement that names it, a choice by hand."""
    unnamed = make_sla("unnamed", publish=True)
    page = text_of(admin.get(url("sla_detail", unnamed.pk)))
    assert f"No case {UNREACHABLE}. These are the ways to get it: Make it the default, for all new cases." in page
    assert "Name it in an entitlement, for the cases of its customer." in page and "“Apply SLA” on a case" in page
    assert "Only by hand" in page
    assert "Set as default" not in text_of(agent.get(url("sla_detail", unnamed.pk)))
    make_entitlement(make_customer(), sla=unnamed)
    page = text_of(admin.get(url("sla_detail", unnamed.pk)))
    assert "By 1 entitlement in force" in page and UNREACHABLE not in page
    page = text_of(admin.get(url("sla_detail", default.pk)))
    assert "ChosenAs the default" in page and UNREACHABLE not in page
    assert UNREACHABLE not in text_of(admin.get(url("sla_detail", make_sla("draft").pk)))


def test_an_entitlement_that_is_not_in_force_gives_nothing(admin, default) -> None:
    named = make_sla("named", publish=True)
    entitlement = make_entitlement(make_customer(), sla=named)
    entitlement_cancel(entitlement=entitlement, by=None, now=NOW)
    page = text_of(admin.get(url("sla_detail", named.pk)))
    assert f"No case {UNREACHABLE}. One entitlement names it, but is not in force today. Look at them" in page


def test_an_sla_that_is_chosen_by_hand_is_not_called_unreachable(admin, default) -> None:
    special = make_sla("special", publish=True)
    case_apply_sla(case=make_case(service_level="gold", now=NOW), sla=special, by=None, now=NOW)
    for record in TrackedRecord.objects.all():
        record_advance(record_id=record.pk)
    page = text_of(admin.get(url("sla_detail", special.pk)))
    assert "By hand, for 1 open case" in page and UNREACHABLE not in page


def test_a_type_without_entitlements_is_not_told_of_them(admin) -> None:
    sla = make_activity_sla()
    sla.refresh_from_db()
    sla_clear_default(sla=sla, by=None, now=NOW)
    page = text_of(admin.get(url("sla_detail", sla.pk)))
    assert "Make it the default, for all new activities. Choose it by hand" in page
